"""What the exchange tells whoever publishes a venue's feeds, as two shapes.

Kalshi's and Polymarket's publishers speak the wire; nothing here does.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from underround.simulation.book import Change, Side
from underround.simulation.market import KalshiMarket, PolymarketMarket

Delta = tuple[Side, int, int]
"""A Kalshi increment: side, price_e4 (YES scale), signed size_e6."""

Parts = Sequence[int]
"""How many of an action's deltas go into each socket write."""


class PolymarketFeed(Protocol):
    """What publishes Polymarket's market channel."""

    def changed(
        self, market: PolymarketMarket, changes: Sequence[Change], at_ms: int
    ) -> dict[str, Any] | None:
        """Send one price_change; return it so that it can be sent again late."""

    def repeated(self, market: PolymarketMarket, message: dict[str, Any]) -> None:
        """Send an earlier price_change once more, its entries reordered."""

    def traded(
        self, market: PolymarketMarket, taker: Side, price_e4: int, size_e6: int, at_ms: int
    ) -> None:
        """Send the trade and the fresh books that follow it."""

    def refreshed(self, market: PolymarketMarket) -> None:
        """Send a fresh book of both tokens."""

    def reticked(self, market: PolymarketMarket, old_tick_e4: int, at_ms: int) -> None:
        """Send the change of tick size for both tokens."""

    def listed(self, market: PolymarketMarket, at_ms: int) -> None:
        """Take a new market into the feed and announce it."""

    def resolved(self, market: PolymarketMarket, at_ms: int) -> None:
        """Announce which token pays; hang up on whoever follows nothing else."""


class KalshiFeed(Protocol):
    """What publishes Kalshi's channels."""

    def acted(
        self,
        market: KalshiMarket,
        deltas: Sequence[Delta],
        parts: Parts,
        pause_s: float,
        at_ns: int,
    ) -> None:
        """Send one action's deltas, all of one clock, in so many writes with a pause between."""

    def traded(
        self, market: KalshiMarket, taker: Side, price_e4: int, size_e6: int, at_ns: int
    ) -> None:
        """Send the trade."""

    def refreshed(self, market: KalshiMarket) -> None:
        """Send an unsolicited snapshot."""

    def listed(self, market: KalshiMarket, facts: Mapping[str, Any]) -> None:
        """Take a new market into the feed and announce its event and itself."""

    def lived(self, market: KalshiMarket, kind: str, facts: Mapping[str, Any]) -> None:
        """Announce a step of a market's life: `kind` with its own facts."""

    def repriced(self, event_ticker: str, multiplier_e4: int | None) -> None:
        """Announce an event's own fee multiplier, None when it falls back to its series'."""
