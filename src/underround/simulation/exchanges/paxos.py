"""A simulated Paxos (itBit): the market in the path, a snapshot in two parts, single-level updates.

https://docs.paxos.com/developer/websocket/market-data. No subscription, sequence or time.
"""

import json

from underround.simulation.exchanges.speaker import Silent, decimal_text
from underround.simulation.exchanges.spot_book import BookChange, Level

_MARKET = "BTCUSD"


class PaxosSpeaker(Silent):
    """One connection to one market's socket."""

    path = f"/marketdata/{_MARKET}"

    def opened(self, at_ns: int) -> list[str]:
        """Say the whole book, in two parts."""
        self.subscribed = True
        bids, asks = self.book.levels(-1), self.book.levels(1)
        half = max(len(bids), len(asks)) // 2
        return [
            self._part(bids[:half], asks[:half], is_final=False),
            self._part(bids[half:], asks[half:], is_final=True),
        ]

    def heard(self, text: str, at_ns: int) -> list[str]:
        """Ignore what the client says."""
        return []

    def changed(self, change: BookChange, at_ns: int) -> list[str]:
        """Tell each changed level by itself."""
        return [
            json.dumps(
                {
                    "type": "UPDATE",
                    "market": _MARKET,
                    "side": side,
                    "price": decimal_text(price_e8, 2),
                    "amount": decimal_text(size_e8, 8),
                }
            )
            for side, levels in (("BUY", change.bids), ("SELL", change.asks))
            for price_e8, size_e8 in levels
        ]

    def _part(self, bids: list[Level], asks: list[Level], *, is_final: bool) -> str:
        sides = [
            [
                {"price": decimal_text(price, 2), "amount": decimal_text(size, 8)}
                for price, size in side
            ]
            for side in (bids, asks)
        ]
        return json.dumps(
            {
                "type": "SNAPSHOT",
                "market": _MARKET,
                "bids": sides[0],
                "asks": sides[1],
                "final_snapshot": is_final,
            }
        )
