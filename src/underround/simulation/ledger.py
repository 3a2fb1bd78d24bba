"""The ledger of truth: from the venues' own books, when each pair really was an underround.

It looks after every whole venue action and nowhere in between, computes tops, fees and edges by
itself, and counts the traps that were laid. It sends nothing and reads no clock.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, Literal, get_args

from underround.core.units import PRICE_ONE_E4
from underround.simulation.book import ASK, BID, Book, Top, mirrored_top
from underround.simulation.fees import (
    EDGE_THRESHOLD_E6,
    kalshi_taker_fee_usd_e6,
    polymarket_taker_fee_usd_e6,
)
from underround.simulation.market import DIRECTIONS, Direction, Market, Pair, PolymarketMarket

TrapKind = Literal[
    "near_zero",
    "crossed_mid_group",
    "frozen_book",
    "late_duplicate",
    "inverted_pair",
    "closed_market",
]
TRAP_KINDS: Final[tuple[str, ...]] = get_args(TrapKind)
NAIVE_EDGE_E6: Final = 50_000
"""An inverse pair read without its polarity counts as a trap from this edge on: 5 cents."""


def polymarket_top(pair: Pair) -> Top:
    """Return Polymarket's best bid and ask of the YES token."""
    return pair.polymarket.book.top()


def kalshi_top(pair: Pair) -> Top:
    """Return Kalshi's best bid and ask on Polymarket's YES scale, polarity applied."""
    top = pair.kalshi.book.top()
    return mirrored_top(top) if pair.inverse else top


def gross_edge_e4(direction: Direction, polymarket: Top, kalshi: Top) -> int | None:
    """Return 1 dollar less both prices (price_e4), None when a side needed is empty."""
    bought, sold = (
        (polymarket[1], kalshi[0]) if direction == "yes_no" else (kalshi[1], polymarket[0])
    )
    return None if bought is None or sold is None else sold - bought


def net_edge_e6(pair: Pair, direction: Direction, polymarket: Top, kalshi: Top) -> int | None:
    """Return the edge of one contract after both taker fees (usd_e6), None if a side is empty."""
    gross_e4 = gross_edge_e4(direction, polymarket, kalshi)
    if gross_e4 is None:
        return None
    one = direction == "yes_no"
    token_e4, market_price_e4 = (polymarket[1], kalshi[0]) if one else (polymarket[0], kalshi[1])
    assert token_e4 is not None and market_price_e4 is not None
    token_price_e4 = token_e4 if one else PRICE_ONE_E4 - token_e4  # of the token that is bought
    return (
        gross_e4 * (1_000_000 // PRICE_ONE_E4)
        - polymarket_taker_fee_usd_e6(
            token_price_e4, pair.polymarket.fee_rate_e4, pair.polymarket.fee_exponent
        )
        - kalshi_taker_fee_usd_e6(market_price_e4, pair.kalshi.fee_multiplier_e4)
    )


class Interval:
    """One true underround: from its first published moment to its last, and its best edge."""

    __slots__ = ("direction", "edge_e6", "end_ns", "pair", "start_ns")

    def __init__(self, pair: str, direction: Direction, start_ns: int, edge_e6: int) -> None:
        self.pair = pair
        self.direction = direction
        self.start_ns = start_ns
        self.end_ns: int | None = None
        self.edge_e6 = edge_e6

    def as_dict(self) -> dict[str, Any]:
        """Return the interval as the control port shows it; an open one has end_ns None."""
        return {name: getattr(self, name) for name in sorted(self.__slots__)}


class Ledger:
    """Keeps the true intervals of every pair and direction, and the counts of traps.

    `singles` are markets that are no part of a pair: their books are shown, nothing more.
    """

    def __init__(self, pairs: Sequence[Pair], singles: Sequence[Market] = ()) -> None:
        self.pairs = pairs
        self.singles = singles
        self.intervals: list[Interval] = []
        self.traps: Counter[str] = Counter(dict.fromkeys(TRAP_KINDS, 0))
        self._open: dict[tuple[str, Direction], Interval] = {}
        self._seen: dict[str, tuple[Top, Top, bool, int]] = {}

    def count(self, kind: TrapKind) -> None:
        """Count one trap."""
        self.traps[kind] += 1

    def observe(self, pair: Pair, started_ns: int, finished_ns: int) -> None:
        """Take the pair's books as they are after one action, published from start to finish."""
        tops = (polymarket_top(pair), kalshi_top(pair))
        seen = (*tops, pair.is_open, pair.kalshi.fee_multiplier_e4)
        if self._seen.get(pair.id) == seen:
            return
        self._seen[pair.id] = seen
        for direction in DIRECTIONS:
            edge_e6 = net_edge_e6(pair, direction, *tops) if pair.is_open else None
            key = (pair.id, direction)
            current = self._open.get(key)
            if edge_e6 is not None and edge_e6 >= EDGE_THRESHOLD_E6:
                if current is None:
                    current = self._open[key] = Interval(pair.id, direction, started_ns, edge_e6)
                    self.intervals.append(current)
                current.edge_e6 = max(current.edge_e6, edge_e6)
            elif current is not None:
                current.end_ns = finished_ns
                del self._open[key]
        if pair.inverse and pair.is_open and self._looks_profitable_unmirrored(pair):
            self.count("inverted_pair")

    def _looks_profitable_unmirrored(self, pair: Pair) -> bool:
        naive = (polymarket_top(pair), pair.kalshi.book.top())
        edges = (net_edge_e6(pair, direction, *naive) for direction in DIRECTIONS)
        return any(edge is not None and edge >= NAIVE_EDGE_E6 for edge in edges)

    def books(self) -> dict[str, dict[str, dict[str, list[list[int]]]]]:
        """Return every true book by venue and instrument: [price_e4, size_e6], best first."""
        tokens: dict[str, dict[str, list[list[int]]]] = {}
        markets: dict[str, dict[str, list[list[int]]]] = {}
        paired = [market for pair in self.pairs for market in (pair.polymarket, pair.kalshi)]
        for market in (*paired, *self.singles):
            shown = _levels(market.book)
            if isinstance(market, PolymarketMarket):
                yes, no = market.tokens
                asks, bids = _complement(shown["bids"]), _complement(shown["asks"])
                tokens |= {yes: shown, no: {"bids": bids, "asks": asks}}
            else:
                markets[market.ticker] = shown
        return {"polymarket": tokens, "kalshi": markets}


def _levels(book: Book) -> dict[str, list[list[int]]]:
    return {
        "bids": [list(level) for level in book.best_first(BID)],
        "asks": [list(level) for level in book.best_first(ASK)],
    }


def _complement(levels: list[list[int]]) -> list[list[int]]:
    return [[PRICE_ONE_E4 - price_e4, size_e6] for price_e4, size_e6 in levels]
