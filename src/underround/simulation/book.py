"""The venue's own book of one market, sparse and simple: what is true, not what was sent.

Prices are the market's own YES scale: a bid buys YES, an ask sells it (which is buying NO at one
minus the price). This module knows no wire, no clock and nothing of the product's ladders.
"""

from collections.abc import Iterable
from typing import Final, Literal

from underround.core.units import PRICE_ONE_E4

Side = Literal["bid", "ask"]
BID: Final[Side] = "bid"
ASK: Final[Side] = "ask"

Change = tuple[Side, int, int]
"""One level set: side, price_e4, and its new total size_e6 (0 takes the level away)."""

Top = tuple[int | None, int | None]
"""Best bid and best ask, price_e4 on the YES scale."""


def mirrored(change: Change) -> Change:
    """Return the change as the complement's book shows it: bid p is ask 1 − p."""
    side, price_e4, size_e6 = change
    return (ASK if side == BID else BID, PRICE_ONE_E4 - price_e4, size_e6)


class Book:
    """Resting sizes by price, both sides; sizes are never negative and never stored as zero."""

    __slots__ = ("asks", "bids")

    def __init__(self) -> None:
        self.bids: dict[int, int] = {}
        self.asks: dict[int, int] = {}

    def apply(self, changes: Iterable[Change]) -> None:
        """Set every named level; ValueError for a negative size or a price outside 0…1."""
        for side, price_e4, size_e6 in changes:
            if size_e6 < 0 or not 0 < price_e4 < PRICE_ONE_E4:
                raise ValueError(f"{side} {size_e6} at {price_e4} cannot rest in a book")
            levels = self.bids if side == BID else self.asks
            if size_e6:
                levels[price_e4] = size_e6
            else:
                levels.pop(price_e4, None)

    def side(self, side: Side) -> dict[int, int]:
        """Return the levels of one side, price_e4 to size_e6 (the live dict, not a copy)."""
        return self.bids if side == BID else self.asks

    def top(self) -> Top:
        """Return best bid and best ask, None where a side is empty."""
        return (max(self.bids) if self.bids else None, min(self.asks) if self.asks else None)

    def best_first(self, side: Side) -> list[tuple[int, int]]:
        """Return (price_e4, size_e6) of one side, the best level first."""
        return sorted(self.side(side).items(), reverse=side == BID)

    def clear(self) -> None:
        """Take every level away."""
        self.bids.clear()
        self.asks.clear()


def mirrored_top(top: Top) -> Top:
    """Return the complement's best bid and ask."""
    bid, ask = top
    return (
        None if ask is None else PRICE_ONE_E4 - ask,
        None if bid is None else PRICE_ONE_E4 - bid,
    )
