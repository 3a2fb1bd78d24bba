"""How two contracts bear on each other when they are not the same: they feed ladders and baskets.

Reads terms only, of one venue or of both. A relation is claimed only where the words force it;
everything else is None.
"""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Final

from msgspec import Struct

from underround.matching.names import Likeness, contestant_likeness
from underround.matching.quantities import on_grid
from underround.matching.terms import Family, Interval, Side, Terms


class Relation(StrEnum):
    """What the first contract says of the second."""

    SAME = "same"
    COMPLEMENT = "complement"
    IMPLIES = "implies"
    IMPLIED = "implied"
    EXCLUDES = "excludes"


class Partition(Struct, frozen=True):
    """Contracts of which at most one pays; `exhaustive` when exactly one must.

    `members` are positions in the sequence that was asked about.
    """

    members: tuple[int, ...]
    exhaustive: bool


_WHOLE: Final = Decimal(1)
_GOOD: Final = (Likeness.SAME, Likeness.LIKELY)
# Sports whose whole contest always has a winner, so that the two sides are complements.
_DECIDED: Final = frozenset({"basketball", "baseball", "hockey", "tennis", "esports"})
_REVERSED: Final = {Relation.IMPLIES: Relation.IMPLIED, Relation.IMPLIED: Relation.IMPLIES}


def relation(one: Terms, two: Terms) -> Relation | None:
    """Return how `one` bears on `two`, or None where the words force nothing."""
    if one.refusals or two.refusals or one.doubts or two.doubts or one.family is not two.family:
        return None
    found = _straight(one, two)
    if one.negated == two.negated:
        return found if not one.negated else _contrapositive(found)
    return _with_negation(found, first=one.negated)


def _contrapositive(found: Relation | None) -> Relation | None:
    """Both are negated: not A and not B."""
    if found is Relation.EXCLUDES:
        return None
    return _REVERSED.get(found, found) if found is not None else None


def _with_negation(found: Relation | None, *, first: bool) -> Relation | None:
    """One of the two is negated."""
    if found is Relation.SAME:
        return Relation.COMPLEMENT
    if found is Relation.COMPLEMENT:
        return Relation.SAME
    if found is Relation.EXCLUDES:
        # A and B never both: B's truth implies not A; seen from not A it is implied.
        return Relation.IMPLIED if first else Relation.IMPLIES
    if first and found is Relation.IMPLIED:
        return Relation.EXCLUDES
    if not first and found is Relation.IMPLIES:
        return Relation.EXCLUDES
    return None


def _straight(one: Terms, two: Terms) -> Relation | None:
    match one.family:
        case Family.GAME:
            return _games(one, two)
        case Family.RATE_DECISION:
            same = one.subject == two.subject and one.period is not None
            spans = [(p.first, p.last) if p else None for p in (one.period, two.period)]
            return _intervals(one.interval, two.interval) if same and spans[0] == spans[1] else None
        case Family.PRICE | Family.WEATHER:
            return _measurements(one, two)
        case Family.GENERAL:
            return _general(one, two)
        case _:
            return None


def _same_side(one: Side | None, two: Side | None, sport: str) -> bool:
    if one is None or two is None or not one.name or not two.name:
        return False
    if one.id and two.id:
        return one.id == two.id
    return contestant_likeness(one.name, two.name, sport) in _GOOD


def _games(one: Terms, two: Terms) -> Relation | None:
    """Two bets on one contest with both sides and the day known."""
    days = [terms.period.last if terms.period else None for terms in (one, two)]
    if days[0] is None or days[0] != days[1] or one.leg != two.leg:
        return None
    sport = one.sport or two.sport
    straight = _same_side(one.subject, two.subject, sport) and _same_side(
        one.opponent, two.opponent, sport
    )
    crossed = _same_side(one.subject, two.opponent, sport) and _same_side(
        one.opponent, two.subject, sport
    )
    if straight == crossed:
        return None
    if one.predicate == two.predicate == {"over"}:
        return _intervals(one.interval, two.interval, whole=True)
    if one.predicate == two.predicate == {"win"}:
        if straight:
            return Relation.SAME
        decided = sport in _DECIDED and one.leg == "full"
        return Relation.COMPLEMENT if decided else Relation.EXCLUDES
    if one.predicate == two.predicate == {"draw"}:
        return Relation.SAME
    if {"win", "draw"} == one.predicate | two.predicate:
        return Relation.EXCLUDES
    return None


def _intervals(
    one: Interval | None, two: Interval | None, *, whole: bool = False
) -> Relation | None:
    """Sets of values of one number: equal, apart, or one within the other."""
    if one is None or two is None:
        return None
    if whole:
        one, two = on_grid(one, _WHOLE), on_grid(two, _WHOLE)
    if one == two:
        return Relation.SAME
    if _apart(one, two) or _apart(two, one):
        return Relation.COMPLEMENT if _covers(one, two) else Relation.EXCLUDES
    if _within(one, two):
        return Relation.IMPLIES
    return Relation.IMPLIED if _within(two, one) else None


def _apart(lower: Interval, upper: Interval) -> bool:
    """Every value of `lower` is below every value of `upper`."""
    if lower.high is None or upper.low is None:
        return False
    touching = lower.high == upper.low and lower.high_included and upper.low_included
    return lower.high <= upper.low and not touching


def _covers(one: Interval, two: Interval) -> bool:
    """Two intervals that are apart leave nothing between or outside them."""
    lower, upper = (one, two) if one.low is None else (two, one)
    if lower.low is not None or upper.high is not None or lower.high != upper.low:
        return False
    return lower.high_included != upper.low_included


def _within(inner: Interval, outer: Interval) -> bool:
    low_fits = outer.low is None or (
        inner.low is not None
        and (
            inner.low > outer.low
            or (inner.low == outer.low and (outer.low_included or not inner.low_included))
        )
    )
    high_fits = outer.high is None or (
        inner.high is not None
        and (
            inner.high < outer.high
            or (inner.high == outer.high and (outer.high_included or not inner.high_included))
        )
    )
    return low_fits and high_fits


def _measurements(one: Terms, two: Terms) -> Relation | None:
    told = (one.subject, one.predicate, one.source, one.station, one.period)
    other = (two.subject, two.predicate, two.source, two.station, two.period)
    if one.period is None or not one.source or told != other:
        return None
    found = _intervals(one.interval, two.interval)
    # Touching one level does not keep a price from touching another.
    touches = "touch" in one.predicate
    return None if touches and found in (Relation.EXCLUDES, Relation.COMPLEMENT) else found


def _general(one: Terms, two: Terms) -> Relation | None:
    """Deadlines of one act, bounds of one number, and rivals for one prize."""
    if one.edition != two.edition or one.gender != two.gender:
        return None
    alike = one.topic == two.topic
    if alike and one.interval == two.interval:
        return _deadlines(one, two)
    same_time = str(one.period) == str(two.period)
    if alike and same_time:
        return _intervals(one.interval, two.interval)
    rest = (one.topic - one.subject_words, two.topic - two.subject_words)
    rivals = one.subject_words and two.subject_words and not one.subject_words & two.subject_words
    single = rest[0] == rest[1] and rest[0] & {"win", "nomine"} and same_time
    return Relation.EXCLUDES if rivals and single and not one.interval else None


def _deadlines(one: Terms, two: Terms) -> Relation | None:
    first, second = one.period, two.period
    if first is None or second is None:
        return Relation.SAME if first is second else None
    if first.last is None or second.last is None or first.clock != second.clock:
        return None
    if (first.kind, first.first, first.last) == (second.kind, second.first, second.last):
        return Relation.SAME
    if first.kind == second.kind == "by" and first.first == second.first:
        return Relation.IMPLIES if first.last < second.last else Relation.IMPLIED
    return None


def partition(contracts: Sequence[Terms]) -> Partition | None:
    """Return the contracts as a partition when each two exclude each other, or None.

    Exhaustive: both teams and the draw of one game, or bounds that leave no value out.
    """
    if len(contracts) < 2:
        return None
    excluding = (Relation.EXCLUDES, Relation.COMPLEMENT)
    for number, one in enumerate(contracts):
        if any(relation(one, two) not in excluding for two in contracts[number + 1 :]):
            return None
    return Partition(tuple(range(len(contracts))), _exhaustive(contracts))


def _exhaustive(contracts: Sequence[Terms]) -> bool:
    first = contracts[0]
    if first.family is Family.GAME:
        acts = sorted(act for terms in contracts for act in terms.predicate)
        decided = first.sport in _DECIDED and first.leg == "full"
        return acts == ["draw", "win", "win"] or (decided and acts == ["win", "win"])
    intervals = [terms.interval for terms in contracts]
    bounds = [interval for interval in intervals if interval is not None]
    if len(bounds) != len(contracts) or "touch" in first.predicate:
        return False
    return _whole_line(bounds)


def _whole_line(bounds: list[Interval]) -> bool:
    lowest = [bound for bound in bounds if bound.low is None]
    highest = [bound for bound in bounds if bound.high is None]
    if len(lowest) != 1 or len(highest) != 1:
        return False
    inner = sorted(
        (bound for bound in bounds if bound.low is not None),
        key=lambda bound: (bound.low or Decimal(0), not bound.low_included),
    )
    at = lowest[0]
    for bound in inner:
        if bound.low != at.high or bound.low_included == at.high_included:
            return False
        at = bound
    return at.high is None
