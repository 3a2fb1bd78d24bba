"""Dates and spans of time written in titles and rules, as `Period` values.

"by January 31" and "before Feb 1" come out equal. No clock: a year that is not written is taken
from an anchor the caller gives (the market's end date), and the period says so.
"""

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from underround.matching.terms import Period
from underround.matching.wording import plain

EASTERN: Final = ZoneInfo("America/New_York")
MONTHS: Final = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS.update({name.lower(): number for number, name in enumerate(calendar.month_abbr) if name})
MONTHS["sept"] = 9
_MONTH: Final = (
    r"(?P<{0}m>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_YEAR: Final = r"(?P<{0}y>20\d\d)(?!-?\d)"
_DAY: Final = r"(?P<{0}d>[0-3]?\d)(?:st|nd|rd|th)?\b(?!%|\.\d)"


def _date_pattern(tag: str) -> str:
    month_day = _MONTH.format(tag + "a") + r"\s+" + _DAY.format(tag + "a")
    month_day += r"(?:,?\s+" + _YEAR.format(tag + "a") + ")?"
    day_month = _DAY.format(tag + "b") + r"\s+" + _MONTH.format(tag + "b")
    day_month += rf"(?:,?\s+(?:(?P<{tag}by>20\d\d)|'(?P<{tag}bs>\d\d))\b)?"
    iso = rf"(?P<{tag}iy>20\d\d)-(?P<{tag}im>\d\d)-(?P<{tag}id>\d\d)(?:T[\d:.]+Z?)?"
    return f"(?:{month_day}|{day_month}|{iso})"


_DATE = re.compile(_date_pattern(""))
_MONTH_YEAR = re.compile(_MONTH.format("") + r",?\s+" + _YEAR.format(""))
_WEEKDAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?\s+)?"
_BY = r"(?:by|on or before|no later than|prior to the end of|through|until|as of|to)"
_SPAN = re.compile(
    r"(?:between|from|(?:in|during|over) the (?:time )?period(?: from)?)\s+"
    + _date_pattern("p")
    + r"(?:\s*\(?inclusive\)?)?\s*(?:and|to|through|until|-)\s+"
    + _date_pattern("q"),
    re.I,
)
_BEFORE_DATE = re.compile(r"\bbefore\s+" + _WEEKDAY + _date_pattern(""), re.I)
_BEFORE_MONTH = re.compile(r"\bbefore\s+" + _MONTH.format("") + r",?\s+" + _YEAR.format(""), re.I)
_BEFORE_YEAR = re.compile(r"\bbefore\s+" + _YEAR.format(""), re.I)
_BY_DATE = re.compile(rf"\b{_BY}\s+{_WEEKDAY}" + _date_pattern(""), re.I)
_BY_END_YEAR = re.compile(
    rf"\b{_BY}\s+(?:the\s+)?end\s+of\s+(?:the year\s+)?" + _YEAR.format(""), re.I
)
_END_MONTH = re.compile(
    r"\b(?P<lead>by|at|on|as of)\s+(?:the\s+)?end\s+of\s+"
    + _MONTH.format("")
    + r"(?:,?\s+" + _YEAR.format("") + ")?",
    re.I,
)  # fmt: skip
_BY_VAGUE = re.compile(
    rf"\bby\s+(?:{_MONTH.format('')}(?:\s+{_YEAR.format('')})?|(?P<oy>20\d\d))(?!\s*\d)", re.I
)
_IN_YEAR = re.compile(
    r"\b(?:in|during|throughout)\s+(?:calendar year\s+)?" + _YEAR.format(""), re.I
)
_CLOCK = re.compile(
    r"\b(?P<h>\d{1,2})(?::(?P<min>\d\d))?(?::\d\d)?\s*(?P<half>AM|PM)\b\s*\(?(?P<zone>ET|EST|"
    r"EDT|UTC|GMT|PT|PST|PDT|CT)?\)?",
    re.I,
)
_BEFORE_MAY: Final = frozenset({"in", "of", "the", "after", "during", "by"})
_BARE_MONTH = re.compile(_MONTH.format(""))


@lru_cache(maxsize=65536)
def read_end(text: str) -> date | None:
    """Return the Eastern date of a venue's end field; None where it cannot be read.

    "2026-01-10T03:30:00Z" is 9 January in New York. Midnight in UTC stands for the day itself.
    """
    text = text.strip()
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        if moment.hour == moment.minute == 0 and moment.utcoffset() == timedelta(0):
            return moment.date()
        return moment.astimezone(EASTERN).date()
    except (ValueError, OverflowError):  # no time, or one before the first day there is
        return None


def year_for(month: int, day: int, anchor: date | None) -> int | None:
    """Return the year that puts `month`/`day` nearest to `anchor`, or None without an anchor.

    A group of deadlines often shares one end date, the last or the first of them; days after the
    anchor count a third more, because the shared date is more often the last.
    """
    if anchor is None:
        return None
    years = (anchor.year - 1, anchor.year, anchor.year + 1)
    dates = [made for year in years if (made := _made(year, month, day)) is not None]

    def distance(made: date) -> float:
        days = (made - anchor).days
        return days * 4 / 3 if days > 0 else -days

    return min(dates, key=distance).year if dates else None


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _read_date(found: re.Match[str], tag: str, anchor: date | None) -> tuple[date, bool] | None:
    group = found.groupdict()
    if group.get(f"{tag}iy"):
        made = _made(int(group[f"{tag}iy"]), int(group[f"{tag}im"]), int(group[f"{tag}id"]))
        return (made, True) if made else None
    letter = "a" if group.get(f"{tag}am") else "b"
    month = MONTHS[group[f"{tag}{letter}m"].lower()]
    day = int(group[f"{tag}{letter}d"])
    written = group.get(f"{tag}{letter}y")
    short = group.get(f"{tag}bs")
    if written or short:
        made = _made(int(written) if written else 2000 + int(short or 0), month, day)
        return (made, True) if made else None
    year = year_for(month, day, anchor)
    made = _made(year, month, day) if year is not None else None
    return (made, False) if made else None


def month_span(year: int, month: int) -> tuple[date, date]:
    """Return the first and the last day of a month."""
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _clock_after(text: str, at: int) -> str:
    """The hour written right after a date, unless it is the end of the day."""
    found = _CLOCK.match(text[at:].lstrip(" ,(at"))
    if not found:
        return ""
    hour = int(found["h"]) % 12 + (12 if found["half"].upper() == "PM" else 0)
    minute = int(found["min"] or 0)
    zone = (found["zone"] or "ET").upper().replace("EST", "ET").replace("EDT", "ET")
    if (hour, minute) == (23, 59) and zone == "ET":
        return ""
    return f"{hour:02d}:{minute:02d} {zone}"


def _spans(text: str, anchor: date | None) -> Iterator[tuple[int, int, Period]]:
    for found in _SPAN.finditer(text):
        last = _read_date(found, "q", anchor)
        first = _read_date(found, "p", last[0] if last else anchor)
        if first and last:
            yield (
                *found.span(),
                Period("between", first[0], last[0], "", first[1] or last[1], found.group()),
            )


def _befores(text: str, anchor: date | None) -> Iterator[tuple[int, int, Period]]:
    for found in _BEFORE_DATE.finditer(text):
        read = _read_date(found, "", anchor)
        if read:
            clock = _clock_after(text, found.end())
            last = read[0] if clock else read[0] - timedelta(days=1)
            yield *found.span(), Period("by", None, last, clock, read[1], found.group())
    for found in _BEFORE_MONTH.finditer(text):
        first, _ = month_span(int(found["y"]), MONTHS[found["m"].lower()])
        yield *found.span(), Period("by", None, first - timedelta(days=1), words=found.group())
    for found in _BEFORE_YEAR.finditer(text):
        last = date(int(found["y"]) - 1, 12, 31)
        yield *found.span(), Period("by", None, last, words=found.group())


def _bys(text: str, anchor: date | None) -> Iterator[tuple[int, int, Period]]:
    for found in _BY_DATE.finditer(text):
        read = _read_date(found, "", anchor)
        if read:
            clock = _clock_after(text, found.end())
            yield *found.span(), Period("by", None, read[0], clock, read[1], found.group())
    for found in _BY_END_YEAR.finditer(text):
        yield *found.span(), Period("by", None, date(int(found["y"]), 12, 31), words=found.group())
    for found in _END_MONTH.finditer(text):
        month = MONTHS[found["m"].lower()]
        year = int(found["y"]) if found["y"] else year_for(month, 28, anchor)
        if year is not None:
            last = month_span(year, month)[1]
            by = found["lead"].lower() == "by"
            yield (
                *found.span(),
                Period(
                    "by" if by else "on",
                    None if by else last,
                    last,
                    "",
                    bool(found["y"]),
                    found.group(),
                ),
            )
    for found in _BY_VAGUE.finditer(text):
        yield *found.span(), Period("by", None, None, "vague", words=found.group())


def _ins(text: str, anchor: date | None) -> Iterator[tuple[int, int, Period]]:
    for found in _MONTH_YEAR.finditer(text):
        first, last = month_span(int(found["y"]), MONTHS[found["m"].lower()])
        yield *found.span(), Period("in", first, last, words=found.group())
    for found in _IN_YEAR.finditer(text):
        year = int(found["y"])
        yield *found.span(), Period("in", date(year, 1, 1), date(year, 12, 31), words=found.group())


def _ons(text: str, anchor: date | None) -> Iterator[tuple[int, int, Period]]:
    for found in _DATE.finditer(text):
        read = _read_date(found, "", anchor)
        if read:
            clock = _clock_after(text, found.end())
            yield *found.span(), Period("on", read[0], read[0], clock, read[1], found.group())


def _bare_months(text: str, anchor: date | None) -> Iterator[tuple[int, int, Period]]:
    for found in _BARE_MONTH.finditer(text):
        before = text[: found.start()].lower().split()
        if found["m"] == "May" and (not before or before[-1] not in _BEFORE_MAY):
            continue
        month = MONTHS[found["m"].lower()]
        year = year_for(month, 15, anchor)
        if year is not None:
            first, last = month_span(year, month)
            yield *found.span(), Period("in", first, last, year_stated=False, words=found.group())


_READERS: Final[tuple[Callable[[str, date | None], Iterator[tuple[int, int, Period]]], ...]] = (
    _spans, _befores, _bys, _ins, _ons, _bare_months,
)  # fmt: skip


def find_periods(text: str, anchor: date | None = None) -> tuple[list[Period], str]:
    """Return every period written in `text`, most explicit form first, and the text without them.

    A date inside a longer form ("between A and B") is reported once, as the longer form.
    """
    text = plain(text)
    taken: list[tuple[int, int]] = []
    read: list[tuple[int, Period]] = []
    for reader in _READERS:
        fresh: list[tuple[int, int]] = []
        for start, end, period in reader(text, anchor):
            if any(start < b and a < end for a, b in [*taken, *fresh]):
                continue
            fresh.append((start, end))
            read.append((start, period))
        taken.extend(fresh)
    rest = list(text)
    taken.extend(found.span() for found in _CLOCK.finditer(text))
    for start, end in taken:
        rest[start:end] = " " * (end - start)
    return [period for _, period in sorted(read, key=lambda item: item[0])], "".join(rest)


def dated_by_rules(period: Period, rules: str, anchor: date | None = None) -> Period:
    """Return a period whose year was only supplied as the rules date it, where they do so once."""
    if period.year_stated or period.last is None:
        return period
    day = (period.last.month, period.last.day)
    told = {
        each.last: each
        for each in find_periods(rules, anchor)[0]
        if each.year_stated and each.last is not None and (each.last.month, each.last.day) == day
    }
    if len(told) != 1:
        return period
    (last,) = told
    moved = last.year - period.last.year
    first = period.first and _made(period.first.year + moved, period.first.month, period.first.day)
    return replace(period, first=first, last=last, year_stated=True)
