"""The two ways of buying a complete set across venues, and what each is worth by hand."""

import pytest

from tests.core.desk import FREE, NO, TICKER, USUAL, YES, Desk, e6
from underround.core.arbitrage.cross_venue import Direction, directions
from underround.core.book import NO_COST
from underround.core.instrument import Outcome, Venue
from underround.core.opportunity import Leg
from underround.core.pair import Polarity

ONE = 1_000_000


def direction(desk: Desk, name: str = "yes_no") -> Direction:
    return next(each for each in desk.engine.directions if each.name == name)


def filled(desk: Desk, yes=(), no=(), bids=(), asks=()) -> Desk:
    desk.book(YES).asks.fill(e6(yes))
    desk.book(NO).asks.fill(e6(no))
    desk.book(TICKER).bids.fill(e6(bids))
    desk.book(TICKER).asks.fill(e6(asks))
    return desk


@pytest.mark.parametrize(
    ("polarity", "name", "first", "second"),
    [
        (Polarity.SAME, "yes_no", (YES, False), (TICKER, True)),
        (Polarity.SAME, "no_yes", (NO, False), (TICKER, False)),
        (Polarity.INVERSE, "yes_no", (YES, False), (TICKER, False)),
        (Polarity.INVERSE, "no_yes", (NO, False), (TICKER, True)),
    ],
)
def test_what_is_taken_from(polarity: Polarity, name: str, first: tuple, second: tuple):
    sides = direction(Desk(polarity=polarity), name).sides
    assert [(side.book.instrument.id, side.is_bid) for side in sides] == [first, second]


def test_costs_are_those_of_the_best_prices_with_each_venue_s_fee():
    desk = filled(Desk(fees=USUAL), yes=[(4_000, 1)], bids=[(5_500, 1)])
    way = direction(desk)
    # 0.40 + 0.05 x 0.40 x 0.60 and 0.45 + 0.07 x 0.45 x 0.55
    assert (way.first.cost, way.second.cost) == (412_000, 467_325)
    assert way.has_edge


def test_a_missing_price_is_no_edge():
    way = direction(filled(Desk(), yes=[(100, 1)]))
    assert (way.second.cost, way.has_edge) == (NO_COST, False)


@pytest.mark.parametrize(("ask_e4", "has_edge"), [(4_950, True), (4_951, False)])
def test_an_edge_is_the_threshold_or_more(ask_e4: int, has_edge: bool):
    desk = Desk(polymarket_facts={"ranges": ((0, 10_000, 1),)})
    assert direction(filled(desk, yes=[(ask_e4, 1)], bids=[(5_000, 1)])).has_edge is has_edge


def test_both_ladders_are_walked_as_far_as_the_threshold():
    desk = filled(
        Desk(),
        yes=[(4_000, 10), (4_200, 20), (5_100, 100)],
        bids=[(5_500, 15), (5_300, 10), (4_000, 100)],
    )
    way = direction(desk)
    sizing = way.size()
    # 10 at 0.40 + 0.45, 5 at 0.42 + 0.45, 10 at 0.42 + 0.47; then 0.42 + 0.60 is too dear.
    assert (sizing.size_e6, sizing.cost_usd_e6) == (25 * ONE, 21_750_000)
    assert (sizing.edge_top_e6, sizing.edge_e6) == (150_000, 130_000)
    assert way.legs(sizing) == (
        Leg(Venue.POLYMARKET, YES, Outcome.YES, 4_000, 4_200, 25 * ONE, 25 * ONE, 10_300_000),
        Leg(Venue.KALSHI, TICKER, Outcome.NO, 4_500, 4_700, 25 * ONE, 25 * ONE, 11_450_000),
    )


def test_less_than_the_smallest_order_is_nothing():
    desk = filled(
        Desk(polymarket_facts={"min_size_e6": 5 * ONE}), yes=[(4_000, 4)], bids=[(5_500, 9)]
    )
    way = direction(desk)
    assert (way.has_edge, way.is_thin, way.size()) == (True, True, None)
    desk.book(YES).asks.fill(e6([(4_000, 4), (4_100, 4)]))
    assert (way.is_thin, way.size().size_e6) == (True, 8 * ONE)
    desk.book(YES).asks.fill(e6([(4_000, 5)]))
    assert (way.is_thin, way.size().size_e6) == (False, 5 * ONE)


def test_each_side_knows_who_watches_it():
    desk = Desk(fees=FREE)
    yes_no, no_yes = desk.engine.directions
    assert desk.book(YES).asks.watchers == [yes_no]
    assert desk.book(NO).asks.watchers == [no_yes]
    assert desk.book(TICKER).bids.watchers == [yes_no]
    assert desk.book(TICKER).asks.watchers == [no_yes]
    assert desk.book(YES).bids.watchers == desk.book(NO).bids.watchers == []


def test_a_pair_of_an_unknown_book_is_refused():
    desk = Desk()
    pair = desk.engine.directions[0].pair
    with pytest.raises(KeyError):
        directions(pair, {YES: desk.book(YES), NO: desk.book(NO)}, 5_000)
