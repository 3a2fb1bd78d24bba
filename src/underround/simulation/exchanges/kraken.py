"""A simulated Kraken: WebSocket v2 `book` and `instrument`, with its CRC32 over ten levels a side.

https://docs.kraken.com/api/docs/guides/spot-ws-book-v2. Prices have one decimal, quantities eight.
"""

import json
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from underround.simulation.exchanges.speaker import Beat, Silent, decimal_text
from underround.simulation.exchanges.spot_book import ONE_E8, BookChange, Level, SimulatedBook


class KrakenSpeaker(Silent):
    """One connection to the public socket."""

    path = "/v2"

    def __init__(self, book: SimulatedBook) -> None:
        super().__init__(book)
        self._symbol = "BTC/USD"
        self._depth = 10
        self._beat = Beat(1.0)
        self._shown: tuple[dict[int, int], dict[int, int]] = ({}, {})

    def opened(self, at_ns: int) -> list[str]:
        """Say what the system does."""
        status = {"api_version": "v2", "system": "online", "version": "2.0.10"}
        return [json.dumps({"channel": "status", "type": "update", "data": [status]})]

    def heard(self, text: str, at_ns: int) -> list[str]:
        """Subscribe, unsubscribe, or answer a ping."""
        command = json.loads(text)
        method, params = command.get("method"), command.get("params", {})
        if method == "ping":
            return [json.dumps({"method": "pong"})]
        if params.get("channel") == "instrument":
            pair = {"symbol": "BTC/USD", "price_precision": 1, "qty_precision": 8}
            content = {"assets": [], "pairs": [pair]}
            reply = {"channel": "instrument", "type": "snapshot", "data": content}
            return [self._done(method, "instrument"), json.dumps(reply)]
        if params.get("depth", 10) not in (10, 25, 100, 500, 1000):
            error = {"method": method, "success": False, "error": "Depth not supported"}
            return [json.dumps(error)]
        self.subscribed = method == "subscribe"
        if not self.subscribed:
            return [self._done(method, "book")]
        self._symbol, self._depth = params["symbol"][0], params.get("depth", 10)
        self._show()
        bids, asks = (list(side.items()) for side in self._shown)
        return [self._done(method, "book"), self._message("snapshot", bids, asks, at_ns)]

    def changed(self, change: BookChange, at_ns: int) -> list[str]:
        """Tell what changed within the depth; levels pushed out of it go without a word."""
        if not self.subscribed:
            return []
        before = self._shown
        self._show()
        said = [
            [(price, size) for price, size in new.items() if old.get(price) != size]
            # a level that is gone is told; one that was pushed out of the depth is not
            + [(price, 0) for price in old if price not in whole]
            for old, new, whole in zip(
                before, self._shown, (self.book.bids, self.book.asks), strict=True
            )
        ]
        bids, asks = said
        return [self._message("update", bids, asks, at_ns)] if bids or asks else []

    def pulse(self, elapsed_s: float, at_ns: int) -> list[str]:
        """Beat each second."""
        return [json.dumps({"channel": "heartbeat"})] if self._beat.due(elapsed_s) else []

    def _show(self) -> None:
        self._shown = (
            dict(self.book.levels(-1)[: self._depth]),
            dict(self.book.levels(1)[: self._depth]),
        )

    def _checksum(self) -> int:
        text = ""
        for side, sign in ((self._shown[1], 1), (self._shown[0], -1)):
            for price in sorted(side, key=lambda price_e8: sign * price_e8)[:10]:
                for number in (decimal_text(price, 1), decimal_text(side[price], 8)):
                    text += number.replace(".", "").lstrip("0")
        return crc32(text.encode()) ^ (1 if self.corrupt else 0)

    def _message(self, kind: str, bids: list[Level], asks: list[Level], at_ns: int) -> str:
        moment = datetime.fromtimestamp(at_ns // 1_000_000_000, UTC)
        content: dict[str, Any] = {
            "symbol": self._symbol,
            "bids": [{"price": price / ONE_E8, "qty": size / ONE_E8} for price, size in bids],
            "asks": [{"price": price / ONE_E8, "qty": size / ONE_E8} for price, size in asks],
            "checksum": self._checksum(),
            "timestamp": f"{moment:%Y-%m-%dT%H:%M:%S}.{at_ns // 1_000 % 1_000_000:06d}Z",
        }
        return json.dumps({"channel": "book", "type": kind, "data": [content]})

    def _done(self, method: str, channel: str) -> str:
        result = {"channel": channel, "symbol": self._symbol}
        return json.dumps({"method": method, "result": result, "success": True})
