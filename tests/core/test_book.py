"""The ladder against a dictionary that finds its best level by looking at all of them."""

from functools import partial

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from underround.core.book import NO_COST, Book, Side
from underround.core.fees import model_fee_e6
from underround.core.instrument import (
    CENTI_CENT,
    DECI_CENT,
    LINEAR_CENT,
    TAPERED_DECI_CENT,
    FeeTerms,
    Instrument,
    Outcome,
    PriceGrid,
    Venue,
)

GRIDS = [LINEAR_CENT, DECI_CENT, TAPERED_DECI_CENT, CENTI_CENT, PriceGrid.uniform(1_000)]
FEES = [FeeTerms("quadratic", 700), FeeTerms("polymarket", 0), FeeTerms("polymarket", 500)]
SIZES = st.integers(0, 3).map(lambda size: size * 1_250_000)


def instrument(grid: PriceGrid, fees: FeeTerms = FEES[0]) -> Instrument:
    return Instrument(
        venue=Venue.KALSHI,
        id="A",
        market_id="A",
        outcome=Outcome.YES,
        title="A",
        ranges=grid.ranges,
        fees=fees,
    )


def cost_e6(price_e4: int, fees: FeeTerms, *, is_bid: bool) -> int:
    """Say what one contract costs a taker: an ask as it stands, a bid at one dollar less."""
    paid_e4 = 10_000 - price_e4 if is_bid else price_e4
    return paid_e4 * 100 + model_fee_e6(fees, paid_e4, 1_000_000)


class LadderAgainstOracle(RuleBasedStateMachine):
    """Every change of both sides, and changes of the grid, on a Book and on two dictionaries."""

    @initialize(grid=st.sampled_from(GRIDS), fees=st.sampled_from(FEES))
    def begin(self, grid: PriceGrid, fees: FeeTerms) -> None:
        self.grid, self.fees = grid, fees
        self.book = Book(instrument(grid, fees))
        self.levels: dict[bool, dict[int, int]] = {True: {}, False: {}}

    def side(self, is_bid: bool) -> Side:
        return self.book.bids if is_bid else self.book.asks

    def best(self, is_bid: bool) -> int | None:
        prices = self.levels[is_bid]
        return max(prices, default=None) if is_bid else min(prices, default=None)

    def sorted_levels(self, is_bid: bool) -> list[tuple[int, int]]:
        return sorted(self.levels[is_bid].items(), reverse=is_bid)

    def price(self, where: float) -> int:
        prices = self.grid.prices_e4
        return prices[int(where * (len(prices) - 1))]

    @rule(is_bid=st.booleans(), where=st.floats(0, 1), size_e6=SIZES)
    def change(self, is_bid: bool, where: float, size_e6: int) -> None:
        price_e4, before = self.price(where), self.best(is_bid)
        levels = self.levels[is_bid]
        levels[price_e4] = size_e6
        if not size_e6:
            del levels[price_e4]
        side = self.side(is_bid)
        assert side.set(side.ranks[price_e4], size_e6) == (self.best(is_bid) != before)

    @rule(is_bid=st.booleans())
    def empty_the_best(self, is_bid: bool) -> None:
        side, price_e4 = self.side(is_bid), self.best(is_bid)
        if price_e4 is not None:
            del self.levels[is_bid][price_e4]
            assert side.set(side.ranks[price_e4], 0)

    @rule(
        is_bid=st.booleans(),
        levels=st.lists(st.tuples(st.integers(0, 10_000), SIZES), max_size=8),
    )
    def fill(self, is_bid: bool, levels: list[tuple[int, int]]) -> None:
        on_grid = {price: size for price, size in levels if price in self.grid}
        self.levels[is_bid] = {price: size for price, size in on_grid.items() if size}
        off_grid = [price for price, _ in levels if price not in self.grid]
        assert self.side(is_bid).fill(levels) == len(off_grid)

    @rule(grid=st.sampled_from(GRIDS))
    def regrid(self, grid: PriceGrid) -> None:
        self.grid = grid
        self.book.regrid(instrument(grid, self.fees))
        for is_bid, levels in self.levels.items():
            self.levels[is_bid] = {p: size for p, size in levels.items() if p in grid}

    @invariant()
    def the_top_is_the_same(self) -> None:
        bid, ask = self.best(True), self.best(False)  # noqa: FBT003
        sizes = self.levels[True].get(bid), self.levels[False].get(ask)
        assert self.book.top() == (bid, sizes[0], ask, sizes[1])
        assert self.book.is_crossed == (None not in (bid, ask) and bid >= ask)

    @invariant()
    def the_cost_is_that_of_the_best(self) -> None:
        for is_bid in (True, False):
            best = self.best(is_bid)
            expected = NO_COST if best is None else cost_e6(best, self.fees, is_bid=is_bid)
            assert self.side(is_bid).cost == expected

    @invariant()
    def the_depth_is_the_same(self) -> None:
        for is_bid in (True, False):
            levels = self.sorted_levels(is_bid)
            side = self.side(is_bid)
            assert side.depth() == levels
            assert side.depth(2) == levels[:2]
            cost = partial(cost_e6, fees=self.fees, is_bid=is_bid)
            for limit_e6 in (0, 300_000, 500_000, 2_000_000):
                affordable = [level for level in levels if cost(level[0]) <= limit_e6]
                assert side.depth_within(limit_e6) == affordable


TestLadderAgainstOracle = LadderAgainstOracle.TestCase
TestLadderAgainstOracle.settings = settings(max_examples=40, stateful_step_count=30)


def test_a_price_given_twice_in_a_book_counts_as_given_last():
    book = Book(instrument(LINEAR_CENT))
    book.bids.fill([(4_000, 7), (4_900, 5), (4_900, 0)])
    assert book.top() == (4_000, 7, None, None)
    book.bids.fill([(4_900, 5), (4_900, 0)])
    assert (book.top(), book.bids.cost) == ((None,) * 4, NO_COST)


@pytest.mark.parametrize("grid", GRIDS, ids=repr)
def test_a_bid_at_the_price_of_an_ask_crosses_on_every_grid(grid: PriceGrid):
    book = Book(instrument(grid))
    low, high = grid.prices_e4[len(grid) // 2 - 1 : len(grid) // 2 + 1]
    book.asks.set(book.asks.ranks[high], 1)
    book.bids.set(book.bids.ranks[low], 1)
    assert not book.is_crossed
    book.bids.set(book.bids.ranks[high], 1)
    assert book.is_crossed
