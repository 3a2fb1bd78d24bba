"""A simulated Crypto.com Exchange: `book` with snapshot and updates, and its heartbeat.

https://exchange-docs.crypto.com/exchange/v1/rest-ws/index.html. `pu` names the update before; a
heartbeat that is not answered ends the connection; an update without levels comes every 5 s.
"""

import json
from typing import Any

from underround.simulation.exchanges.speaker import Beat, Silent, pairs
from underround.simulation.exchanges.spot_book import BookChange, Level, SimulatedBook

_NUMBERS_FROM = 41_261_600_000


class CryptocomSpeaker(Silent):
    """One connection to the market socket."""

    path = "/exchange/v1/market"
    silence_limit_s: float | None = 40.0  # a heartbeat each 30 s wants its answer

    def __init__(self, book: SimulatedBook) -> None:
        super().__init__(book)
        self._symbol = ""
        self._depth = 50
        self._beat = Beat(30.0)
        self._empty = Beat(5.0)
        self._shown: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self._last = 0

    def heard(self, text: str, at_ns: int) -> list[str]:
        """Subscribe, unsubscribe, or take the answer to a heartbeat."""
        command = json.loads(text)
        method = command.get("method")
        if method == "public/respond-heartbeat":
            return []
        channel = command.get("params", {}).get("channels", [""])[0]
        kind, _, rest = channel.partition(".")
        symbol, _, depth = rest.partition(".")
        if kind != "book" or depth not in ("10", "50"):
            refused = {"id": command.get("id"), "method": method, "code": 40003}
            return [json.dumps(refused | {"message": "Invalid request"})]
        done = json.dumps({"id": command.get("id"), "method": method, "code": 0})
        self.subscribed = method == "subscribe"
        if not self.subscribed:
            return [done]
        self._symbol, self._depth = symbol, int(depth)
        self._show()
        self._last = _NUMBERS_FROM + self.book.number
        bids, asks = (list(side.items()) for side in self._shown)
        book = {"bids": _rows(bids), "asks": _rows(asks)} | self._numbers(at_ns)
        return [done, self._message("book", book)]

    def changed(self, change: BookChange, at_ns: int) -> list[str]:
        """Tell what changed within the depth, levels that left it included."""
        if not self.subscribed:
            return []
        before = self._shown
        self._show()
        bids, asks = (
            [(price, size) for price, size in new.items() if old.get(price) != size]
            + [(price, 0) for price in old if price not in new]
            for old, new in zip(before, self._shown, strict=True)
        )
        return [self._update(bids, asks, _NUMBERS_FROM + change.number - 1, at_ns)]

    def pulse(self, elapsed_s: float, at_ns: int) -> list[str]:
        """Ask for a sign of life, and show one."""
        said = []
        if self._beat.due(elapsed_s):
            beat = {"id": at_ns // 1_000_000, "method": "public/heartbeat", "code": 0}
            said.append(json.dumps(beat))
        if self.subscribed and self._empty.due(elapsed_s):
            said.append(self._update([], [], self._last, at_ns))
        return said

    def _update(self, bids: list[Level], asks: list[Level], before: int, at_ns: int) -> str:
        self._last = _NUMBERS_FROM + self.book.number
        update = {"update": {"bids": _rows(bids), "asks": _rows(asks)}, "pu": before}
        return self._message("book.update", update | self._numbers(at_ns))

    def _numbers(self, at_ns: int) -> dict[str, Any]:
        time_ms = at_ns // 1_000_000
        return {"t": time_ms, "tt": time_ms - 1, "u": self._last, "cs": -807_443_798}

    def _message(self, channel: str, book: dict[str, Any]) -> str:
        result = {
            "instrument_name": self._symbol,
            "subscription": f"book.{self._symbol}.{self._depth}",
            "channel": channel,
            "depth": self._depth,
            "data": [book],
        }
        return json.dumps({"id": -1, "method": "subscribe", "code": 0, "result": result})

    def _show(self) -> None:
        self._shown = (
            dict(self.book.levels(-1)[: self._depth]),
            dict(self.book.levels(1)[: self._depth]),
        )


def _rows(levels: list[Level]) -> list[list[str]]:
    return [[price, size, "1" if float(size) else "0"] for price, size in pairs(levels)]
