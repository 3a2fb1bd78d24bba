"""The checks of time: deadlines, windows and the year that numbers an event.

"by January 31" against "before Feb 1" passes; a window against a deadline does not without words
that make them one. No clock is read.
"""

from datetime import date
from typing import Final

from underround.matching.checks import Check, failed, passed, passed_but, unknown
from underround.matching.terms import Period, Terms

_SAME_EVENT_DAYS: Final = 45
_CLOSES_EARLY_DAYS: Final = 30
_NEW_YEAR_MONTHS: Final = 3
_EVENT_DAY_SLACK: Final = 10


def _year_of(period: Period | None) -> int | None:
    """The year of a whole-year window, which numbers an event rather than bounds it."""
    if period is None or period.first is None or period.last is None or period.kind != "in":
        return None
    whole = (period.first, period.last) == (
        date(period.first.year, 1, 1),
        date(period.first.year, 12, 31),
    )
    return period.first.year if whole else None


def check_period(poly: Terms, kalshi: Terms) -> Check:
    """Return whether both must happen in the same time; a deadline is compared to the day."""
    one, two = poly.period, kalshi.period
    if one is None and two is None:
        return _open_ended(poly, kalshi)
    if one is not None and two is not None:
        return _both(one, two)
    told, silent = (one, kalshi) if one is not None else (two, poly)
    year = _year_of(told)
    if year is not None and silent.edition in (year, None):
        fits = silent.edition == year or (silent.ends is not None and silent.ends.year == year)
        if fits:
            return passed("period", one or f"edition {year}", two or f"edition {year}")
    return unknown("period", one or "none", two or "none")


def _open_ended(poly: Terms, kalshi: Terms) -> Check:
    """Neither states a time: the venue's end fields may still show two different events."""
    if poly.ends and kalshi.ends and (poly.ends - kalshi.ends).days > _CLOSES_EARLY_DAYS:
        said = (f"ends {poly.ends}", f"closes {kalshi.ends}")
        return unknown("period", *said, "Kalshi closes earlier")
    if poly.ends and kalshi.day and abs((poly.ends - kalshi.day).days) > _EVENT_DAY_SLACK:
        return unknown("period", f"ends {poly.ends}", f"day {kalshi.day}", "another day's event")
    return passed("period", note="no time stated on either side")


def _both(one: Period, two: Period) -> Check:
    if one.last is None or two.last is None:
        return unknown("period", one.words, two.words, "the date is not definite")
    if one.clock != two.clock:
        return failed("deadline", one, two, "another hour")
    dated = ("by", "between")
    if one.kind in dated and two.kind in dated:
        return _deadlines(one, two)
    if one.kind == two.kind:
        if (one.first, one.last) == (two.first, two.last):
            return passed("period", one, two)
        if (one.first, one.last) != (two.first, two.last) and _unsure_year(one, two):
            return unknown("period", one, two, "the year is not written")
        return failed("period", one, two)
    first, second = (one, two) if one.kind in dated else (two, one)
    if _year_of(second) is not None and first.last == second.last:
        return passed_but("period", one, two, "an event before the year's start counts on one side")
    if first.kind in dated and first.last == second.last and second.kind in ("in", "on"):
        return unknown("period", one, two, "a window against a deadline")
    return failed("period", one, two)


def _deadlines(one: Period, two: Period) -> Check:
    if one.last == two.last:
        if one.first == two.first:
            return passed("deadline", one, two)
        return passed_but("deadline", one, two, "only one side names a first day")
    if _unsure_year(one, two):
        return unknown("deadline", one, two, "the year is not written")
    return failed("deadline", one, two)


def _unsure_year(one: Period, two: Period) -> bool:
    if one.year_stated and two.year_stated:
        return False
    assert one.last is not None
    assert two.last is not None
    return (one.last.month, one.last.day) == (two.last.month, two.last.day)


def check_edition(poly: Terms, kalshi: Terms) -> Check:
    """Return whether both mean the same holding of an event that is held every year."""
    dated = all(t.period is not None and t.period.kind in ("by", "between") for t in (poly, kalshi))
    one, two = poly.edition, kalshi.edition
    if dated and (one is None or two is None or one == two or not kalshi.edition_written):
        return passed("edition", note="both carry a deadline")
    if one is None and two is not None:
        return _unnumbered(poly, kalshi)
    if one == two or one is None:
        return passed("edition", one or "-", two or "-")
    if two is None:
        ends_apart = kalshi.ends is not None and kalshi.ends.year != one
        far = ends_apart and not _ends_near(poly, kalshi)
        return (unknown if far else passed)("edition", one, f"closes {kalshi.ends}")
    if dated:
        return unknown("edition", one, two, "both carry a deadline")
    if _around_new_year(poly, kalshi) and "win" in poly.predicate:
        return passed("edition", one, two, f"ends {poly.ends} and {kalshi.ends}")
    # A season's prize is numbered by the season in a title and by its award in a ticker.
    if not kalshi.edition_written and poly.ends is not None and poly.ends.year == two:
        return passed("edition", f"{one}, ends {poly.ends}", two)
    return failed("edition", one, two)


def _around_new_year(poly: Terms, kalshi: Terms) -> bool:
    """Around New Year an event is numbered by either year, and not held twice in six weeks."""
    if poly.ends is None or poly.ends.month > _NEW_YEAR_MONTHS or not _ends_near(poly, kalshi):
        return False
    return {poly.edition, kalshi.edition} == {poly.ends.year - 1, poly.ends.year}


def _ends_near(poly: Terms, kalshi: Terms) -> bool:
    if poly.ends is None or kalshi.ends is None:
        return False
    return abs((poly.ends - kalshi.ends).days) <= _SAME_EVENT_DAYS


def _unnumbered(poly: Terms, kalshi: Terms) -> Check:
    """Polymarket names no year: periods, end fields or the word "next" must pin the event."""
    if poly.period is not None and kalshi.period is not None:
        return passed("edition", poly.period, kalshi.edition)
    if "next" in poly.topic and "next" in kalshi.topic:
        return passed("edition", "next", "next")
    words_read = (f"ends {poly.ends}", kalshi.edition)
    if poly.ends is not None and (poly.ends.year == kalshi.edition or _ends_near(poly, kalshi)):
        return passed("edition", *words_read)
    return unknown("edition", *words_read)
