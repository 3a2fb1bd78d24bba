"""The markets that the simulated Polymarket lists, found by token or condition; it grows.

An index of facts shared by the socket and both REST services; it serves nothing.
"""

from collections.abc import Iterable

from underround.simulation.market import PolymarketMarket


class Listing:
    """Markets in the order of their listing."""

    def __init__(self, markets: Iterable[PolymarketMarket] = ()) -> None:
        self.by_token: dict[str, PolymarketMarket] = {}
        self.by_condition: dict[str, PolymarketMarket] = {}
        for market in markets:
            self.add(market)

    def add(self, market: PolymarketMarket) -> None:
        """Take a market in."""
        self.by_condition[market.condition_id] = market
        for token in market.tokens:
            self.by_token[token] = market

    def by_volume(self) -> list[PolymarketMarket]:
        """Return all markets, the most traded first."""
        return sorted(self.by_condition.values(), key=lambda market: -market.volume_24h)
