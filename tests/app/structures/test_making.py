"""Structures out of events: what is proven, what is refused and why, and what pairs join."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from tests.core.hall import ticker, tokens
from underround.app.structures.making import make_structures
from underround.core.instrument import Instrument, Venue
from underround.core.pair import Pair, Polarity
from underround.core.span import Span, above, below, from_on, value_e8
from underround.core.structure import Basket, Ladder, Partition, Structure
from underround.venues.event import EventMarket, ListedEvent

THRESHOLD = "Will it be {} on January 12, 2029?"


def listing(event: ListedEvent) -> dict[str, Instrument]:
    """Return the instruments of an event's markets."""
    found: list[Instrument] = []
    for each in event.markets:
        if event.venue is Venue.KALSHI:
            found.append(ticker(each.market_id))
        else:
            found += tokens(each.market_id)
    return {one.id: one for one in found}


def made(
    *events: ListedEvent, pairs: Sequence[tuple[str, str, Polarity]] = (), without: str = ""
) -> list[Structure]:
    instruments = {name: one for event in events for name, one in listing(event).items()}
    approved = [
        Pair.of(f"{one}={two}", instruments[f"{one}-yes"], instruments[two], polarity, "")
        for one, two, polarity in pairs
    ]
    instruments.pop(without, None)
    return make_structures(events, instruments, approved)


def polymarket(name: str, *markets: EventMarket, **facts: Any) -> ListedEvent:
    known = {"is_exclusive": True, "is_complete": True, "title": "Who?"}
    return ListedEvent(venue=Venue.POLYMARKET, id=name, markets=markets, **(known | facts))


def kalshi(name: str, *markets: EventMarket, is_exclusive: bool = True) -> ListedEvent:
    return ListedEvent(
        venue=Venue.KALSHI, id=name, title="What?", is_exclusive=is_exclusive, markets=markets
    )


def market(name: str, span: Span | None = None, **facts: Any) -> EventMarket:
    return EventMarket(market_id=name, span=span, **({"title": name, "rules": ""} | facts))


def dollars(number: int) -> int:
    return value_e8(Decimal(number))


BANDS = (
    market("low", below(Decimal(64))),
    market("band", Span(dollars(64), dollars(66) - 1)),
    market("high", from_on(Decimal(66))),
)


def claims(structure: Structure) -> list[list[str]]:
    """Return what buys each question's YES."""
    questions = structure.rungs if isinstance(structure, Ladder) else structure.questions
    return [[f"{claim.instrument} {claim.outcome}" for claim in each.yes] for each in questions]


def test_a_closed_neg_risk_event_is_a_proven_set():
    (found,) = made(polymarket("1", market("a"), market("b")))
    assert isinstance(found, Partition)
    assert (found.is_exclusive, found.is_exhaustive, found.is_open_ended) == (True, True, False)
    assert claims(found) == [["a-yes yes"], ["b-yes yes"]]
    assert found.proof == "Who?: neg-risk: one of a closed list of outcomes wins"


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            polymarket("1", market("a"), market("b"), is_complete=False, is_open_ended=True),
            "outcomes may be added",
        ),
        (
            polymarket("1", market("a"), market("b"), market("c", is_placeholder=True)),
            "placeholder",
        ),
        (
            polymarket("1", market("a"), market("b"), market("c", is_open=False)),
            "1 of its outcomes",
        ),
        (kalshi("1", market("a"), market("b")), "nothing proves that one of them wins"),
        (kalshi("1", *BANDS[1:]), "nothing is listed below the lowest strike"),
        (kalshi("1", BANDS[0], BANDS[2]), "a gap from 63.99999999 to 66"),
    ],
)
def test_what_is_not_proven_is_only_exclusive_and_says_why(event: ListedEvent, words: str):
    (found,) = made(event)
    assert isinstance(found, Partition)
    assert (found.is_exclusive, found.is_exhaustive) == (True, False)
    assert words in found.proof


def test_outcomes_that_are_over_are_left_out_of_a_proven_set():
    over = market("c", is_open=False, is_over=True)
    (found,) = made(polymarket("1", market("a"), market("b"), over))
    assert isinstance(found, Partition)
    assert found.is_exhaustive
    assert len(found.questions) == 2


def test_strikes_that_cover_every_value_prove_a_set():
    (found,) = made(kalshi("1", *BANDS))
    assert isinstance(found, Partition)
    assert found.is_exhaustive
    assert "the strikes cover every value" in found.proof


def test_an_event_that_is_neither_is_nothing():
    assert made(polymarket("1", market("a"), market("b"), is_exclusive=False)) == []
    assert made(polymarket("1", market("a"))) == []


def test_thresholds_of_one_event_are_a_ladder_the_widest_first():
    markets = [market(f"T{n}", above(Decimal(n))) for n in (70, 50, 60)]
    markets = [replace(each, title=f"Above {each.market_id[1:]}") for each in markets]
    (found,) = made(kalshi("1", *markets, is_exclusive=False))
    assert isinstance(found, Ladder)
    assert claims(found) == [["T50 yes"], ["T60 yes"], ["T70 yes"]]


def test_thresholds_about_several_things_are_several_ladders():
    markets = [
        market(f"{who}{n}", above(Decimal(n)), title=f"{who} scores {n}+")
        for who in ("Smith", "Jones")
        for n in (20, 30)
    ]
    found = made(kalshi("1", *markets, is_exclusive=False))
    assert [claims(each) for each in found] == [
        [["Smith20 yes"], ["Smith30 yes"]],
        [["Jones20 yes"], ["Jones30 yes"]],
    ]


def test_downward_thresholds_stand_on_their_heads():
    markets = [market(f"T{n}", below(Decimal(n)), title=f"Below {n}") for n in (50, 60)]
    (found,) = made(kalshi("1", *markets, is_exclusive=False))
    assert claims(found) == [["T50 no"], ["T60 no"]]


def test_deadlines_of_one_event_are_a_ladder_the_latest_first():
    days = ("January 31, 2029", "June 30, 2029", "March 31, 2029")
    markets = [market(day[:3], title=f"Open by {day}?", rules=f"Before {day}.") for day in days]
    (found,) = made(polymarket("1", *markets, is_exclusive=False))
    assert isinstance(found, Ladder)
    assert claims(found) == [["Jun-yes yes"], ["Mar-yes yes"], ["Jan-yes yes"]]


def words(name: str, text: str) -> EventMarket:
    return market(name, title=THRESHOLD.format(text), rules="The official close.")


OURS = polymarket(
    "1",
    words("p24", "at or above 24,000"),
    words("p25", "at or above 25,000"),
    is_exclusive=False,
    is_complete=False,
)
THEIRS = kalshi(
    "2",
    market("K24", from_on(Decimal(24_000)), title="24,000 or above"),
    market("K24b", above(Decimal(24_500)), title="24,500 or above"),
    is_exclusive=False,
)


def test_an_approved_pair_joins_two_ladders_into_one():
    (found,) = made(OURS, THEIRS, pairs=[("p24", "K24", Polarity.SAME)])
    assert isinstance(found, Ladder)
    assert [set(each) for each in claims(found)] == [
        {"p24-yes yes", "K24 yes"},
        {"K24b yes"},
        {"p25-yes yes"},
    ]


def test_without_a_pair_or_against_it_each_venue_stands_alone():
    assert [len(claims(each)) for each in made(OURS, THEIRS)] == [2, 2]
    crossed = made(OURS, THEIRS, pairs=[("p25", "K24", Polarity.SAME)])
    assert all(isinstance(each, Ladder) and len(each.rungs) == 2 for each in crossed)


def test_one_set_listed_twice_takes_each_outcome_from_both_venues():
    pairs = [("a", "A", Polarity.SAME), ("b", "B", Polarity.SAME)]
    (found,) = made(
        kalshi("2", market("A"), market("B")),
        polymarket("1", market("a"), market("b")),
        pairs=pairs,
    )
    assert isinstance(found, Partition)
    assert found.is_exhaustive
    assert [set(each) for each in claims(found)] == [
        {"a-yes yes", "A yes"},
        {"b-yes yes", "B yes"},
    ]


def test_bands_here_and_thresholds_there_are_a_basket():
    rules = "Lower bound included, upper bound not."
    texts = ("less than $90", "between $90 and $92", "$92 or more")
    bands = polymarket(
        "1",
        *(
            market(f"b{n}", title=THRESHOLD.format(text), rules=rules)
            for n, text in enumerate(texts)
        ),
    )
    levels = kalshi(
        "2",
        market("T90", from_on(Decimal(90)), title="$90 or above"),
        market("T91", from_on(Decimal(91)), title="$91 or above"),
        is_exclusive=False,
    )
    found = made(bands, levels, pairs=[("b0", "T90", Polarity.INVERSE)])
    assert [type(each) for each in found] == [Partition, Ladder, Basket]
    assert claims(found[0])[0] == ["b0-yes yes", "T90 no"]
    assert claims(found[1])[0] == ["T90 yes", "b0-no no"]
    assert isinstance(found[2], Basket)
    assert found[2].worlds == (
        (False, False, True, False, False),
        (True, False, False, True, False),
        (True, True, False, True, False),
        (True, True, False, False, True),
    )
