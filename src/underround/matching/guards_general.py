"""The checks of two contracts read by the general reader: every content word must be accounted for.

Equal words are not enough: bound, period, edition, rank, gender and what the rules add must agree.
"""

from typing import Final

from underround.matching.checks import Check, Finding, failed, passed, unknown
from underround.matching.grammars.general import has_office
from underround.matching.grammars.lexicon import (
    ACTS,
    CONTESTED,
    MONTH_STEMS,
    NEUTRAL,
    RACE_WORDS,
    SIDE_ACTS,
)
from underround.matching.grammars.publishers import is_polled
from underround.matching.guards_time import check_edition, check_period
from underround.matching.names import Likeness, club_likeness, person_likeness
from underround.matching.terms import Interval, Terms
from underround.matching.wording import listed, words

_GOOD: Final = (Likeness.SAME, Likeness.LIKELY)
_JUNIOR: Final = frozenset({"jr", "sr", "junior", "senior"})
# Words that always change the bet when only one side has them.
_TELLING: Final = (
    ACTS
    | frozenset(
        listed("not no without never first second third fourth supporting women men global")
    )
    | frozenset(
        {"round1", "round2", "rank1", "rank2", "rank3", "top3", "top5", "top10", "top20", "top40"}
    )
    | frozenset({"democrat", "republican", "nomine", "nominat", "core", "12m", "1m"})
)


def check_general(poly: Terms, kalshi: Terms) -> list[Check]:
    """Return the checks of two contracts of the general family."""
    subject, removed_poly, removed_kalshi = _subject(poly, kalshi)
    checks = [
        subject,
        _words(poly, kalshi, removed_poly, removed_kalshi),
        _acts(poly, kalshi),
        _gender(poly, kalshi, subject),
        _bound(poly.interval, kalshi.interval),
        _unit(poly, kalshi),
        _source(poly, kalshi),
        check_period(poly, kalshi),
        check_edition(poly, kalshi),
        _polarity(poly, kalshi),
    ]
    if _swapped(poly.order, kalshi.order):
        checks.append(unknown("subject", poly.words, kalshi.words, "who does it to whom"))
    contested = (poly.topic | kalshi.topic) & CONTESTED
    if contested:
        checks.append(
            unknown("definition", note=f"venues define {', '.join(sorted(contested))} apart")
        )
    return checks


def _swapped(one: tuple[str, ...], two: tuple[str, ...]) -> bool:
    """Say whether two words change places around one act: "Iran strikes Israel" and the reverse."""
    for act in set(one) & set(two) & ACTS:
        before = set(one[: one.index(act)]) & set(two[two.index(act) + 1 :])
        after = set(one[one.index(act) + 1 :]) & set(two[: two.index(act)])
        if before - {act} and after - {act}:
            return True
    return False


def _subject(poly: Terms, kalshi: Terms) -> tuple[Check, frozenset[str], frozenset[str]]:
    """The subject's check, and the words of each side that it accounts for."""
    none: frozenset[str] = frozenset()
    one, two = poly.subject, kalshi.subject
    if one is None or two is None or not one.name or not two.name:
        return passed("subject", note="compared as words"), none, none
    if one.id and two.id:
        if one.id != two.id:
            return failed("subject", one.name, two.name), none, none
        return passed("subject", one.name, two.name), poly.subject_words, kalshi.subject_words
    likeness = max(
        (person_likeness(one.name, two.name), club_likeness(one.name, two.name)),
        key=[Likeness.DIFFERENT, Likeness.UNSURE, Likeness.LIKELY, Likeness.SAME].index,
    )
    if _JUNIOR & set(words(one.name)) != _JUNIOR & set(words(two.name)):
        return unknown("subject", one.name, two.name, "father or son"), none, none
    if likeness is Likeness.SAME:
        return passed("subject", one.name, two.name), poly.subject_words, kalshi.subject_words
    own_poly, own_kalshi = poly.subject_words, kalshi.subject_words
    if own_poly and own_poly == own_kalshi:
        return passed("subject", one.name, two.name), own_poly, own_kalshi
    extra = {word for word in own_poly - kalshi.cover if not _in_ticker(word, kalshi)}
    extra |= own_kalshi - poly.cover
    if not extra - NEUTRAL and own_poly & own_kalshi:
        return passed("subject", one.name, two.name, "each word is on both sides"), none, none
    if likeness is Likeness.LIKELY:
        return unknown("subject", one.name, two.name, "one name is part of the other"), none, none
    if own_poly & own_kalshi and (own_poly <= own_kalshi or own_kalshi <= own_poly):
        return passed("subject", one.name, two.name, "compared as words"), none, none
    return failed("subject", one.name, two.name), none, none


def _is_measured_alike(
    poly: Terms, kalshi: Terms, removed_poly: frozenset[str], removed_kalshi: frozenset[str]
) -> bool:
    """Tell whether both ask of the same words only what one stated publisher's number is."""
    is_bound = poly.interval is not None and kalshi.interval is not None
    is_same = bool(removed_poly) and removed_poly == removed_kalshi
    return is_bound and is_same and bool(poly.source) and poly.source == kalshi.source


def _words(
    poly: Terms, kalshi: Terms, removed_poly: frozenset[str], removed_kalshi: frozenset[str]
) -> Check:
    one, two = poly.topic - removed_poly, kalshi.topic - removed_kalshi
    neutral = NEUTRAL | (RACE_WORDS if has_office(one) and has_office(two) else frozenset())
    only_poly = {word for word in one - two if word not in neutral and word not in kalshi.cover}
    only_kalshi = {word for word in two - one if word not in neutral and word not in poly.cover}
    only_poly = {word for word in only_poly if not _in_ticker(word, kalshi)} - _months(kalshi)
    only_kalshi -= _months(poly)
    written = (" ".join(sorted(only_poly)) or "-", " ".join(sorted(only_kalshi)) or "-")
    if not only_poly and not only_kalshi:
        if not one and not two and _is_measured_alike(poly, kalshi, removed_poly, removed_kalshi):
            return passed("predicate", note="a bound on one published number")
        if not (one & two):
            return unknown("predicate", note="no content word in common")
        return passed("predicate", " ".join(sorted(one)), " ".join(sorted(two)))
    both = bool(only_poly and only_kalshi)
    if both and not (one & two):
        return failed("predicate", *written, "nothing in common")
    if (only_poly | only_kalshi) & _TELLING or both:
        return failed("predicate", *written, "words on one side only")
    return unknown("predicate", *written, "words on one side only")


def _months(terms: Terms) -> set[str]:
    """The month that a contract's period names, as a word."""
    period = terms.period
    if period is None or period.last is None or period.kind != "in":
        return set()
    return {MONTH_STEMS[period.last.month - 1]}


def _in_ticker(word: str, kalshi: Terms) -> bool:
    return len(word) >= 3 and word.upper() in kalshi.ticker


def _acts(poly: Terms, kalshi: Terms) -> Check:
    """Rules may turn a title into another bet: acts they add must be on the other side too."""
    known_poly, known_kalshi = poly.topic | poly.cover, kalshi.topic | kalshi.cover
    extra_kalshi = (kalshi.criterion & ACTS) - known_poly - SIDE_ACTS
    extra_poly = (poly.criterion & ACTS) - known_kalshi - SIDE_ACTS
    if not poly.criterion:
        extra_kalshi -= kalshi.topic
    if not kalshi.criterion:
        extra_poly -= poly.topic
    if (extra_kalshi and poly.criterion) or (extra_kalshi - {"win"}):
        return unknown(
            "rules", "-", " ".join(sorted(extra_kalshi)), "an act only one rule speaks of"
        )
    if extra_poly and kalshi.criterion:
        return unknown("rules", " ".join(sorted(extra_poly)), "-", "an act only one rule speaks of")
    return passed("rules")


def _gender(poly: Terms, kalshi: Terms, subject: Check) -> Check:
    if poly.gender == kalshi.gender:
        return passed("gender", poly.gender, kalshi.gender)
    if poly.gender and kalshi.gender:
        return failed("gender", poly.gender, kalshi.gender)
    said = (poly.gender or "-", kalshi.gender or "-")
    teams = bool(poly.subject and poly.subject.id and kalshi.subject and kalshi.subject.id)
    if teams:
        # A team competition that names no gender is the men's.
        return (failed if "women" in said else passed)("gender", *said)
    named = subject.finding is Finding.PASS and len(words(subject.polymarket)) >= 2
    note = "one side does not say; the named person decides"
    return (passed if named else unknown)("gender", *said, note)


def _bound(poly: Interval | None, kalshi: Interval | None) -> Check:
    if poly is None and kalshi is None:
        return passed("threshold", note="none on either side")
    if poly is None or kalshi is None:
        return unknown("threshold", poly or "none", kalshi or "none")
    if poly == kalshi:
        return passed("threshold", poly, kalshi)
    if (poly.low, poly.high) == (kalshi.low, kalshi.high):
        return failed("inclusive", poly, kalshi)
    return failed("threshold", poly, kalshi)


def _unit(poly: Terms, kalshi: Terms) -> Check:
    if poly.unit == kalshi.unit or poly.interval is None:
        return passed("unit", poly.unit, kalshi.unit)
    if poly.unit and kalshi.unit:
        return failed("unit", poly.unit, kalshi.unit)
    return unknown("unit", poly.unit or "not stated", kalshi.unit or "not stated")


def _source(poly: Terms, kalshi: Terms) -> Check:
    """Whoever publishes the fact must be one where it matters who does."""
    one, two = poly.source, kalshi.source
    if one and two and not set(one.split(", ")) & set(two.split(", ")):
        return unknown("source", one, two, "another publisher")
    if is_polled(f"{poly.words} {kalshi.words}") and (not one or not two):
        return unknown("source", one or "not stated", two or "not stated", "an estimate")
    return passed("source", one or "-", two or "-")


def _polarity(poly: Terms, kalshi: Terms) -> Check:
    if poly.negated != kalshi.negated:
        return failed("polarity", "the complement", "as titled")
    return passed("polarity", "the same side", "the same side")
