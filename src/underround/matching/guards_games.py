"""The checks of a pair of contests: same sides, same day, same leg, same bet, same side of it.

A bare end date is not the day of play; how far the two may lie apart depends on the sport.
"""

from datetime import date
from decimal import Decimal
from typing import Final

from underround.matching.checks import Check, Finding, equal, failed, passed, passed_but, unknown
from underround.matching.gazetteer.colleges import college_named
from underround.matching.gazetteer.teams import LEAGUES
from underround.matching.names import Likeness, contestant_likeness
from underround.matching.quantities import on_grid
from underround.matching.terms import Side, Terms

_GOOD: Final = (Likeness.SAME, Likeness.LIKELY)
# In these sports the same two teams may meet again the next day; colleges never do.
_DAILY: Final = frozenset({"baseball", "basketball", "hockey"})
_COLLEGES: Final = frozenset({"ncaamb", "ncaawb"})
# From the first round on, NBA teams never play each other on consecutive days.
_PLAYOFFS: Final = ((4, 18), (6, 25))
_ORDER: Final = {Likeness.SAME: 3, Likeness.LIKELY: 2, Likeness.UNSURE: 1, Likeness.DIFFERENT: 0}
_WHOLE: Final = Decimal(1)


def check_games(poly: Terms, kalshi: Terms) -> list[Check]:
    """Return the checks of two contests read from Polymarket and Kalshi."""
    checks = [_scope(poly, kalshi), _league(poly, kalshi), _predicate(poly, kalshi)]
    if poly.subject is not None and kalshi.subject is not None:
        checks.extend(_sides(poly, kalshi))
    else:
        checks.append(unknown("subject", note="a side is not named"))
    checks.append(_line(poly, kalshi))
    checks.append(_day(poly, kalshi))
    return checks


def _scope(poly: Terms, kalshi: Terms) -> Check:
    if "?" in (poly.leg, kalshi.leg):
        return unknown("scope", poly.leg, kalshi.leg, "which part of the contest")
    return equal("scope", poly.leg, kalshi.leg)


def _league(poly: Terms, kalshi: Terms) -> Check:
    one, two = poly.league or poly.sport, kalshi.league or kalshi.sport
    if poly.sport and kalshi.sport and poly.sport != kalshi.sport:
        return failed("league", one, two, "another sport")
    if poly.league and kalshi.league and poly.league != kalshi.league:
        fixed = {poly.league, kalshi.league} & set(LEAGUES)
        return (failed if fixed else unknown)("league", one, two)
    if not poly.sport and not poly.league and kalshi.league in LEAGUES:
        return unknown("league", "not stated", two)
    return passed("league", one or "not stated", two or "not stated")


def _predicate(poly: Terms, kalshi: Terms) -> Check:
    one, two = ", ".join(poly.predicate), ", ".join(kalshi.predicate)
    check = equal("predicate", one, two)
    if check.finding is Finding.FAIL and {one, two} == {"win", "draw"}:
        return failed("predicate", one, two, "a win is not a draw")
    return check


def _likeness(one: Side | None, two: Side | None, sport: str) -> Likeness:
    if one is None or two is None or not one.name or not two.name:
        return Likeness.UNSURE
    if one.id and two.id:
        return Likeness.SAME if one.id == two.id else Likeness.DIFFERENT
    if sport in ("football", "basketball"):
        names = [college_named(side.name) or side.name for side in (one, two)]
        return contestant_likeness(names[0], names[1], sport)
    return contestant_likeness(one.name, two.name, sport)


def _sides(poly: Terms, kalshi: Terms) -> list[Check]:
    sport = kalshi.sport or poly.sport
    same = _likeness(poly.subject, kalshi.subject, sport)
    cross = _likeness(poly.subject, kalshi.opponent, sport)
    other = _likeness(poly.opponent, kalshi.opponent, sport)
    crossed = _likeness(poly.opponent, kalshi.subject, sport)
    names = (_pair_of(poly), _pair_of(kalshi))
    if poly.predicate & {"win", "spread"}:
        return _one_side(poly, kalshi, (same, cross, other), names)
    straight, turned = (
        min(same, other, key=_ORDER.__getitem__),
        min(cross, crossed, key=_ORDER.__getitem__),
    )
    best = max(straight, turned, key=_ORDER.__getitem__)
    polarity = _direction(poly, kalshi)
    if best in _GOOD:
        return [passed("subject", *names), polarity]
    return [(failed if best is Likeness.DIFFERENT else unknown)("subject", *names), polarity]


def _pair_of(terms: Terms) -> str:
    sides = [side.name for side in (terms.subject, terms.opponent) if side and side.name]
    return " over ".join(sides) if terms.predicate & {"win", "spread"} else " and ".join(sides)


def _one_side(
    poly: Terms,
    kalshi: Terms,
    likeness: tuple[Likeness, Likeness, Likeness],
    names: tuple[str, str],
) -> list[Check]:
    same, cross, other = likeness
    if cross in _GOOD and _ORDER[cross] > _ORDER[same]:
        return [passed("subject", *names), failed("polarity", *names, "the other side of the game")]
    if same is Likeness.DIFFERENT:
        return [failed("subject", *names), _direction(poly, kalshi)]
    if same not in _GOOD or (cross in _GOOD and _ORDER[cross] == _ORDER[same]):
        return [unknown("subject", *names), _direction(poly, kalshi)]
    both_named = bool(
        poly.opponent and poly.opponent.name and kalshi.opponent and kalshi.opponent.name
    )
    if both_named and other not in _GOOD:
        verdict = failed if other is Likeness.DIFFERENT else unknown
        return [verdict("subject", *names, "the opponents"), _direction(poly, kalshi)]
    if same is Likeness.LIKELY and not both_named and not (poly.sport or kalshi.sport):
        return [unknown("subject", *names, "neither sport nor opponent is stated")]
    return [passed("subject", *names), _direction(poly, kalshi)]


def _direction(poly: Terms, kalshi: Terms) -> Check:
    if poly.negated != kalshi.negated:
        return failed("polarity", "the complement", "as titled")
    return passed("polarity", "the same side", "the same side")


def _line(poly: Terms, kalshi: Terms) -> Check:
    if not poly.predicate & {"over", "spread", "team total", "over maps"}:
        return passed("threshold", note="none in this bet")
    if poly.interval is None or kalshi.interval is None:
        return unknown("threshold", poly.interval or "not stated", kalshi.interval or "not stated")
    one, two = on_grid(poly.interval, _WHOLE), on_grid(kalshi.interval, _WHOLE)
    return (passed if one == two else failed)("threshold", poly.interval, kalshi.interval)


def _day(poly: Terms, kalshi: Terms) -> Check:
    day = kalshi.period.last if kalshi.period else None
    if kalshi.leg == "series" or poly.leg == "series":
        return _season(poly, kalshi)
    if day is None:
        return unknown("period", note="Kalshi's day of play is not stated")
    sport = kalshi.sport or poly.sport
    if {poly.league, kalshi.league} & _COLLEGES:
        sport = "college"
    elif kalshi.league == "nba" and _PLAYOFFS[0] <= (day.month, day.day) <= _PLAYOFFS[1]:
        sport = "playoffs"
    if poly.period is not None and poly.period.last is not None:
        return _stated_day(poly.period.last, day, sport)
    if poly.ends is not None:
        return _end_day(poly, day, sport)
    homes = sport == "soccer" and poly.home and kalshi.home
    if homes and contestant_likeness(poly.home, kalshi.home, sport) in _GOOD:
        # A league fixture is played once a season with the same side at home.
        note = "fixture by home side; no date given"
        return passed_but("period", f"{poly.home} at home", day, note)
    return unknown("period", "no date", day)


def _stated_day(told: date, day: date, sport: str) -> Check:
    apart = abs((told - day).days)
    if apart == 0:
        return passed("period", told, day)
    if apart == 1 and sport not in _DAILY:
        return passed("period", told, day, "one day apart, one contest: time zones")
    return failed("period", told, day)


def _end_day(poly: Terms, day: date, sport: str) -> Check:
    """The end field: the start's day for most sports, a week later for tennis and baseball."""
    assert poly.ends is not None
    apart = (poly.ends - day).days
    words = (f"ends {poly.ends}", day)
    if sport == "tennis":
        return (passed if -1 <= apart <= 8 else failed)("period", *words)
    if sport == "baseball":
        week = unknown("period", *words, "a series has a game each day")
        return week if -1 <= apart <= 8 else failed("period", *words)
    if sport in _DAILY or not sport:
        if apart == 0:
            return passed("period", *words)
        return (unknown if abs(apart) == 1 else failed)("period", *words)
    return (passed if abs(apart) <= 1 else failed)("period", *words)


def _season(poly: Terms, kalshi: Terms) -> Check:
    year = poly.ends.year if poly.ends else None
    return equal("period", year, kalshi.edition)
