"""The dense ladder: one instrument's order book with its best level at hand.

Each side is an array of sizes by *rank* (plain integers: a list would drag a cold object along
with every one); the best level always has the highest rank (bids rank by price, asks by complement
price), so one piece of code serves both. An extra last element ends every downward scan, and the
costs have one too, because an empty side's best rank is -1. A book may not judge its own
trustworthiness: it only carries the verdict.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from underround.core.book_state import BookState
from underround.core.fees import fee_table
from underround.core.instrument import CENTI_CENT, OFF_GRID, FeeTerms, Instrument, PriceGrid
from underround.core.units import PRICE_ONE_E4

if TYPE_CHECKING:
    from underround.core.arbitrage.cross_venue import Direction
    from underround.core.arbitrage.share import Share
    from underround.core.event import Level
    from underround.core.link import Link
    from underround.core.offered import Offered

NO_COST: Final = 10**12
"""What an empty side costs (usd_e6): more than any edge can pay for."""
EMPTY_RANK: Final = -1
_SCAN_STOP: Final = 1
NO_SNAPSHOT_MS: Final = 2**62
"""Later than any change: what comes before the first snapshot is looked at closely."""


@lru_cache(maxsize=512)
def _ranking(grid: PriceGrid, is_bid: bool) -> tuple[list[int], list[int]]:
    """Return (rank by price_e4 or OFF_GRID, price_e4 by rank)."""
    prices_e4 = grid.prices_e4 if is_bid else grid.prices_e4[::-1]
    ranks = [OFF_GRID] * (PRICE_ONE_E4 + 1)
    for rank, price_e4 in enumerate(prices_e4):
        ranks[price_e4] = rank
    return ranks, prices_e4


@lru_cache(maxsize=4096)
def _cost_by_rank(grid: PriceGrid, is_bid: bool, terms: FeeTerms) -> list[int]:
    """Return usd_e6 a contract, fee included, of taking a level: by rank, NO_COST last.

    Taking an ask buys the instrument; taking a bid buys its complement at one dollar less the bid.
    """
    prices_e4 = _ranking(grid, is_bid)[1]
    buying = [PRICE_ONE_E4 - price for price in prices_e4] if is_bid else prices_e4
    fees = dict(zip(CENTI_CENT.prices_e4, fee_table(terms, CENTI_CENT), strict=True))
    return [price_e4 * 100 + fees[price_e4] for price_e4 in buying] + [NO_COST]


class Side:
    """One side of a book. `cost` is what its best level costs a taker, usd_e6 a contract.

    `is_touched`: noted already as moved in this batch, or moves of it interest nobody.
    """

    __slots__ = (
        "best",
        "book",
        "cost",
        "costs",
        "is_bid",
        "is_marked",
        "is_touched",
        "levels",
        "moved_ns",
        "open_count",
        "prices_e4",
        "ranks",
        "shares",
        "watchers",
    )

    def __init__(self, book: Book, is_bid: bool) -> None:
        self.book = book
        self.is_bid = is_bid
        self.watchers: list[Direction] = []
        self.shares: tuple[Share, ...] = ()  # in structures of many markets
        self.open_count = 0
        self.moved_ns = 0  # when its best price, or a whole book, last came
        self.is_touched = False
        self.is_marked = False
        self.rebuild(book.instrument.grid)

    def rebuild(self, grid: PriceGrid) -> None:
        """Empty the side and lay it out on `grid`."""
        self.ranks, self.prices_e4 = _ranking(grid, self.is_bid)
        self.costs = _cost_by_rank(grid, self.is_bid, self.book.instrument.fees)
        self.clear()

    def clear(self) -> None:
        """Remove every level."""
        self.levels = array("q", bytes(8 * len(self.prices_e4)))
        self.levels.append(_SCAN_STOP)
        self.best = EMPTY_RANK
        self.cost = NO_COST

    def set(self, rank: int, size_e6: int) -> bool:
        """Give the level at `rank` a size (0 removes it); tell whether the best price changed."""
        levels = self.levels
        levels[rank] = size_e6
        if size_e6:
            if rank > self.best:
                self.best = rank
                self.cost = self.costs[rank]
                return True
        elif rank == self.best:
            rank -= 1
            while not levels[rank]:
                rank -= 1
            self.best = rank
            self.cost = self.costs[rank]
            return True
        return False

    def fill(self, levels: Iterable[Level]) -> int:
        """Replace every level; return how many prices were off the grid (and left out)."""
        self.clear()
        ranks, own, best, off_grid = self.ranks, self.levels, EMPTY_RANK, 0
        for price_e4, size_e6 in levels:
            rank = ranks[price_e4]
            if rank < 0:
                off_grid += 1
                continue
            own[rank] = size_e6
            if rank > best and size_e6:
                best = rank
        while not own[best]:  # a price given twice, the second time empty
            best -= 1
        self.best, self.cost = best, self.costs[best]
        return off_grid

    @property
    def price_e4(self) -> int | None:
        """The best price, None when the side is empty."""
        return self.prices_e4[self.best] if self.best >= 0 else None

    @property
    def size_e6(self) -> int | None:
        """The size at the best price, None when the side is empty."""
        return self.levels[self.best] if self.best >= 0 else None

    def depth_within(self, cost_e6: int) -> list[Level]:
        """Return (price_e4, size_e6) levels that cost a taker at most `cost_e6`, best first."""
        found: list[Level] = []
        levels, prices_e4, costs = self.levels, self.prices_e4, self.costs
        for rank in range(self.best, -1, -1):
            if costs[rank] > cost_e6:
                break
            if levels[rank]:
                found.append((prices_e4[rank], levels[rank]))
        return found

    def depth(self, limit: int | None = None) -> list[Level]:
        """Return (price_e4, size_e6) levels, best first, at most `limit`."""
        found: list[Level] = []
        levels, prices_e4 = self.levels, self.prices_e4
        for rank in range(self.best, -1, -1):
            if levels[rank]:
                found.append((prices_e4[rank], levels[rank]))
                if limit is not None and len(found) == limit:
                    break
        return found


class HotFields:
    """What almost every message touches, laid out first so that it shares few cache lines."""

    __slots__ = (
        "asks",
        "bids",
        "group",
        "group_at_ns",
        "has_snapshot",
        "held",
        "time_ms",
        "updated_ns",
    )


class Book(HotFields):
    """One instrument's ladders, and the verdict on whether they can be trusted.

    `time_ms` is the venue's time of its last change, NO_SNAPSHOT_MS without a snapshot.
    """

    __slots__ = (
        "instrument",
        "is_closed",
        "link",
        "lost_ns",
        "proven_ns",
        "reason",
        "since_ns",
        "snapshot_ms",
        "state",
        "stream",
        "top_rank_sum",
    )

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.bids = Side(self, is_bid=True)
        self.asks = Side(self, is_bid=False)
        # Where the complement has a book of its own, nobody takes from these bids to buy it.
        self.bids.is_touched = instrument.complement_id is not None
        self.top_rank_sum = len(instrument.grid) - 1
        self.state = BookState.EMPTY
        self.reason = "no snapshot yet"
        self.since_ns = 0
        self.link: Link | None = None
        self.stream: int | None = None
        self.has_snapshot = False
        self.time_ms = NO_SNAPSHOT_MS
        self.snapshot_ms = 0
        self.group: int | float | str | None = None
        self.group_at_ns = 0
        self.updated_ns = 0
        self.proven_ns = 0
        self.lost_ns = 0  # when a change was missed: what was asked for before does not heal it
        self.held: dict[Offered, None] = {}
        self.is_closed = False

    @property
    def is_watched(self) -> bool:
        """Whether a pair or a structure needs it."""
        return any(side.watchers or side.shares for side in (self.bids, self.asks))

    @property
    def is_crossed(self) -> bool:
        """Whether the best bid is at or above the best ask."""
        bid, ask = self.bids.best, self.asks.best
        return bid >= 0 and ask >= 0 and bid + ask >= self.top_rank_sum

    def regrid(self, instrument: Instrument) -> None:
        """Take over changed facts of the instrument, keeping the levels that fit its grid."""
        bids, asks = self.bids.depth(), self.asks.depth()
        self.instrument = instrument
        self.top_rank_sum = len(instrument.grid) - 1
        for side, levels in ((self.bids, bids), (self.asks, asks)):
            side.rebuild(instrument.grid)
            side.fill(levels)

    def top(self) -> tuple[int | None, int | None, int | None, int | None]:
        """Return (bid_e4, bid_size_e6, ask_e4, ask_size_e6), None where a side is empty."""
        return self.bids.price_e4, self.bids.size_e6, self.asks.price_e4, self.asks.size_e6
