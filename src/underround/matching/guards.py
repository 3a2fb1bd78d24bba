"""All checks of one pair: the family's own, and those that hold for every family.

Guards compare terms that are already read; they open nothing and remember nothing.
"""

from underround.matching.checks import Check, equal, failed, passed, unknown
from underround.matching.grammars.lexicon import STOP, stem
from underround.matching.guards_games import check_games
from underround.matching.guards_general import check_general
from underround.matching.terms import Family, Interval, Terms
from underround.matching.wording import words

_ALIKE = 0.5


def check_pair(poly: Terms, kalshi: Terms) -> list[Check]:
    """Return every check of a Polymarket side against a Kalshi market; order is not meaningful."""
    checks = _readable(poly, kalshi)
    if checks and any(check.finding == "fail" for check in checks):
        return checks
    if poly.family is not kalshi.family:
        return [*checks, _families(poly, kalshi)]
    if poly.family is Family.GAME:
        return [*checks, *check_games(poly, kalshi)]
    if poly.family is Family.RATE_DECISION:
        return [*checks, *_rate_decisions(poly, kalshi)]
    if poly.family in (Family.PRICE, Family.WEATHER):
        return [*checks, *_measurements(poly, kalshi)]
    return [*checks, *check_general(poly, kalshi)]


def _families(poly: Terms, kalshi: Terms) -> Check:
    """Different grammars read them: another bet, unless the titles are nearly the same words."""
    one, two = (
        {stem(word) for word in words(terms.words) if word not in STOP} for terms in (poly, kalshi)
    )
    alike = Family.GENERAL in (poly.family, kalshi.family) and len(one & two) >= _ALIKE * len(
        one | two
    )
    verdict = unknown if alike else failed
    return verdict("predicate", poly.family, kalshi.family, "read by different grammars")


def _readable(poly: Terms, kalshi: Terms) -> list[Check]:
    checks = [failed("text", "; ".join(t.refusals)) for t in (poly, kalshi) if t.refusals]
    checks += [unknown("reading", "; ".join(t.doubts)) for t in (poly, kalshi) if t.doubts]
    return checks


def _interval(poly: Interval | None, kalshi: Interval | None) -> Check:
    if poly is None or kalshi is None:
        return unknown("threshold", poly or "not stated", kalshi or "not stated")
    if poly == kalshi:
        return passed("threshold", poly, kalshi)
    same_bounds = (poly.low, poly.high) == (kalshi.low, kalshi.high)
    return failed("inclusive" if same_bounds else "threshold", poly, kalshi)


def _polarity(poly: Terms, kalshi: Terms) -> Check:
    if poly.negated != kalshi.negated:
        return failed("polarity", "the complement", "as titled")
    return passed("polarity", "the same side", "the same side")


def _same_span(poly: Terms, kalshi: Terms) -> Check:
    one, two = poly.period, kalshi.period
    if one is None or two is None or one.last is None or two.last is None:
        return unknown("period", one or "not stated", two or "not stated")
    same = (one.first, one.last, one.clock) == (two.first, two.last, two.clock)
    return (passed if same else failed)("period", one, two)


def _rate_decisions(poly: Terms, kalshi: Terms) -> list[Check]:
    return [
        equal("subject", poly.subject and poly.subject.id, kalshi.subject and kalshi.subject.id),
        passed("predicate", "change at the meeting", "change at the meeting"),
        _interval(poly.interval, kalshi.interval),
        equal("unit", poly.unit, kalshi.unit),
        _same_span(poly, kalshi),
        _polarity(poly, kalshi),
    ]


def _measurements(poly: Terms, kalshi: Terms) -> list[Check]:
    checks = [
        equal(
            "subject", poly.subject and poly.subject.name, kalshi.subject and kalshi.subject.name
        ),
        equal("predicate", ", ".join(poly.predicate), ", ".join(kalshi.predicate)),
        equal("source", poly.source, kalshi.source),
        _same_span(poly, kalshi),
        _polarity(poly, kalshi),
    ]
    if poly.family is Family.WEATHER:
        checks.append(equal("station", poly.station, kalshi.station))
    if "direction" not in poly.predicate:
        checks.append(_interval(poly.interval, kalshi.interval))
    return checks
