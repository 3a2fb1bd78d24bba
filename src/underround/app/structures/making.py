"""Structures out of events: sets, ladders and baskets, each with its proof or what it lacks.

Facts in, facts out: events as catalogs list them, instruments that are watched, approved pairs.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from underround.app.structures.strike_texts import deadline_of, strike_words, threshold_of
from underround.core.instrument import Instrument, Outcome, Venue
from underround.core.pair import Pair, Polarity
from underround.core.span import Span, covers, worlds_of
from underround.core.structure import (
    Basket,
    Ladder,
    Partition,
    Question,
    Structure,
    merged,
    opposite,
    question_of,
)
from underround.venues.event import EventMarket, ListedEvent

BASKET_LIMIT = 16
"""More questions than this make no small cluster."""


class Asked(Struct, frozen=True):
    """A question with its span; `key` is what its YES is bought from at its own venue."""

    key: str
    question: Question
    span: Span


class Line(Struct, frozen=True):
    """Questions of one event about one number; exclusive ones are bands."""

    id: str
    asked: tuple[Asked, ...]
    is_exclusive: bool
    text: str


def make_structures(
    events: Iterable[ListedEvent], instruments: Mapping[str, Instrument], pairs: Sequence[Pair]
) -> list[Structure]:
    """Return the structures of events; markets that are not watched take no part in them."""
    named = {one.market_id: one for one in instruments.values() if one.outcome is Outcome.YES}
    same = _Approved(pairs, instruments)
    found: list[Structure] = []
    lines: list[Line] = []
    for event in sorted(events, key=lambda each: (each.venue, each.id)):
        watched = [each for each in event.markets if each.market_id in named and each.is_open]
        if len(watched) < 2:
            continue
        questions = {each.market_id: question_of(named[each.market_id]) for each in watched}
        if event.is_exclusive:
            found.append(_partition(event, watched, questions, same))
        lines += _lines(event, watched, questions)
        ladder = _deadlines(event, watched, questions, same)
        if ladder is not None:
            found.append(ladder)
    for group in _linked(lines, same):
        found += _of_lines(group, same)
    return _distinct(found)


class _Approved:
    """Which questions a person approved as one: each question grows by what it is paired with."""

    def __init__(self, pairs: Sequence[Pair], instruments: Mapping[str, Instrument]) -> None:
        self.by_key: dict[str, list[tuple[str, Question]]] = {}
        for pair in pairs:
            yes, kalshi = instruments.get(pair.polymarket_yes), instruments.get(pair.kalshi)
            if yes is None or kalshi is None:
                continue
            one, other = question_of(yes), question_of(kalshi)
            is_same = pair.polarity is Polarity.SAME
            self._add(yes.id, kalshi.id, other if is_same else opposite(other))
            self._add(kalshi.id, yes.id, one if is_same else opposite(one))

    def grown(self, question: Question) -> Question:
        """Return a question with everything else that buys the same, and its first seller."""
        others = [other for _, other in self.by_key.get(_key(question), ())]
        return merged([question, *others], question.name)

    def partners(self, key: str) -> list[str]:
        """Return the YES instruments that are paired with one, whichever way."""
        return [name for name, _ in self.by_key.get(key, ())]

    def is_inverse(self, key: str, other: str) -> bool:
        """Tell whether YES of one is approved as NO of the other."""
        question = next(one for name, one in self.by_key[key] if name == other)
        return all(claim.outcome is Outcome.NO for claim in question.yes)

    def _add(self, key: str, other: str, question: Question) -> None:
        self.by_key.setdefault(key, []).append((other, question))


def _key(question: Question) -> str:
    return question.yes[0].instrument


def _partition(
    event: ListedEvent,
    watched: Sequence[EventMarket],
    questions: Mapping[str, Question],
    same: _Approved,
) -> Partition:
    spans = [each.span for each in watched if each.span is not None]
    missing = [each for each in event.markets if each not in watched and not each.is_over]
    placeholder = any(each.is_placeholder for each in event.markets)
    proof, is_exhaustive = f"{event.venue} lists its outcomes as exclusive", False
    if event.is_open_ended or placeholder:
        proof += "; outcomes may be added, or a placeholder stands for some"
    elif missing:
        proof += f"; {len(missing)} of its outcomes cannot be bought here"
    elif event.is_complete:
        proof, is_exhaustive = "neg-risk: one of a closed list of outcomes wins", True
    elif len(spans) == len(watched):
        gap = covers(spans)
        is_exhaustive = not gap
        proof += "; the strikes cover every value" if is_exhaustive else f"; {gap}"
    else:
        proof += "; nothing proves that one of them wins"
    return Partition(
        id=f"{event.venue}-{event.id}",
        questions=tuple(same.grown(questions[each.market_id]) for each in watched),
        is_exclusive=True,
        is_exhaustive=is_exhaustive,
        is_open_ended=event.is_open_ended or placeholder,
        proof=f"{event.title}: {proof}",
    )


def _lines(
    event: ListedEvent, watched: Sequence[EventMarket], questions: Mapping[str, Question]
) -> list[Line]:
    """Return the event's questions by the number that they are about."""
    by_variable: dict[str, list[Asked]] = {}
    for each in watched:
        variable, span = "strikes", each.span
        if event.venue is Venue.POLYMARKET:
            threshold = threshold_of(each)
            if threshold is None:
                continue
            variable, span = threshold.variable, threshold.span
        elif not event.is_exclusive:
            variable = strike_words(each)  # one event may ask the same of several players
        if span is not None:
            question = questions[each.market_id]
            by_variable.setdefault(variable, []).append(Asked(_key(question), question, span))
    return [
        Line(f"{event.venue}-{event.id}", tuple(asked), event.is_exclusive, event.title)
        for asked in by_variable.values()
    ]


def _deadlines(
    event: ListedEvent,
    watched: Sequence[EventMarket],
    questions: Mapping[str, Question],
    same: _Approved,
) -> Ladder | None:
    if event.is_exclusive:
        return None
    by_happening: dict[str, dict[int, EventMarket]] = {}
    for each in watched:
        deadline = deadline_of(each)
        if deadline is not None:
            by_happening.setdefault(deadline.happening, {})[deadline.day] = each
    days = max(by_happening.values(), key=len, default={})
    if len(days) < 2:
        return None
    return Ladder(
        id=f"{event.venue}-{event.id}",
        rungs=tuple(
            same.grown(questions[days[day].market_id]) for day in sorted(days, reverse=True)
        ),
        proof=f"{event.title}: the same words but for the day; earlier implies later",
    )


def _linked(lines: Sequence[Line], same: _Approved) -> list[list[Line]]:
    """Group the lines that an approved pair joins and whose spans agree on every such pair."""
    groups: list[list[Line]] = []
    for line in lines:
        joined = [group for group in groups if any(_agree(line, one, same) for one in group)]
        groups = [group for group in groups if group not in joined]
        groups.append([each for group in joined for each in group] + [line])
    return groups


def _agree(line: Line, other: Line, same: _Approved) -> bool:
    by_key = {asked.key: asked for asked in other.asked}
    checks = []
    for asked in line.asked:
        for partner in same.partners(asked.key):
            if partner in by_key:
                span = by_key[partner].span
                if same.is_inverse(asked.key, partner):
                    if not (span.is_upward or span.is_downward):
                        return False
                    span = span.complement
                checks.append(span == asked.span)
    return bool(checks) and all(checks)


def _of_lines(group: Sequence[Line], same: _Approved) -> list[Structure]:
    """Return the ladder of a group's thresholds, and the basket of its bands and thresholds."""
    found: list[Structure] = []
    name = "+".join(line.id for line in group)
    text = " · ".join(dict.fromkeys(line.text for line in group))
    rungs: dict[int, Question] = {}
    for line in group:
        for asked in line.asked if not line.is_exclusive else ():
            upward = _upward(asked)
            if upward is not None:
                low_e8, question = upward
                known = rungs.get(low_e8)
                grown = (
                    same.grown(question)
                    if question is asked.question
                    else opposite(same.grown(asked.question))
                )
                rungs[low_e8] = grown if known is None else merged([known, grown], known.name)
    if len(rungs) > 1:
        found.append(
            Ladder(
                id=name,
                rungs=tuple(rungs[low_e8] for low_e8 in sorted(rungs)),
                proof=f"{text}: thresholds of one number; higher implies lower",
            )
        )
    asked_all = [asked for line in group for asked in line.asked]
    is_mixed = {line.is_exclusive for line in group} == {True, False}
    if is_mixed and len(asked_all) <= BASKET_LIMIT:
        found.append(
            Basket(
                id=f"{name}-basket",
                questions=tuple(asked.question for asked in asked_all),
                worlds=worlds_of([asked.span for asked in asked_all]),
                proof=f"{text}: bands and thresholds of one number",
            )
        )
    return found


def _upward(asked: Asked) -> tuple[int, Question] | None:
    """Return (lowest value, question) of what pays from some value on; None for a band."""
    if asked.span.low_e8 is not None and asked.span.high_e8 is None:
        return asked.span.low_e8, asked.question
    if asked.span.low_e8 is None and asked.span.high_e8 is not None:
        return asked.span.high_e8 + 1, opposite(asked.question)
    return None


def _distinct(structures: Sequence[Structure]) -> list[Structure]:
    """Leave out a set that another one, proven at least as far, says in the same claims."""
    kept: list[Structure] = []
    sets: dict[frozenset[frozenset[object]], int] = {}
    for each in structures:
        if isinstance(each, Partition):
            key = frozenset(frozenset((*q.yes, *q.no)) for q in each.questions)
            place = sets.get(key)
            if place is not None:
                known = kept[place]
                assert isinstance(known, Partition), "only sets are noted"
                if each.is_exhaustive and not each.is_open_ended and not known.is_exhaustive:
                    kept[place] = each
                continue
            sets[key] = len(kept)
        kept.append(each)
    return kept
