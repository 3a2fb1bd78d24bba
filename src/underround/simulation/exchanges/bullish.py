"""A simulated Bullish: whole hybrid order books with flat lists, and its keepalive.

https://api.exchange.bullish.com/docs/api/rest/trading-api/v2/. A client that sends no
`keepalivePing` for 100 s is closed.
"""

import json
from typing import Any

from underround.simulation.exchanges.speaker import Beat, Silent, pairs
from underround.simulation.exchanges.spot_book import BookChange, SimulatedBook

_NUMBERS_FROM = 428_371_000


class BullishSpeaker(Silent):
    """One connection to the order-book socket."""

    path = "/trading-api/v1/market-data/orderbook"
    silence_limit_s: float | None = 100.0

    def __init__(self, book: SimulatedBook) -> None:
        super().__init__(book)
        self._symbol = ""
        self._beat = Beat(30.0)

    def heard(self, text: str, at_ns: int) -> list[str]:
        """Subscribe, unsubscribe, or answer a keepalive."""
        command = json.loads(text)
        method, params = command.get("method"), command.get("params", {})
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": command.get("id")}
        if method == "keepalivePing":
            done = {"responseCode": "200", "message": "Keep alive pong"}
            return [json.dumps(answer | {"result": done})]
        if params.get("topic") != "l2Orderbook":
            refused = {"code": -32602, "message": "Invalid params"}
            return [json.dumps(answer | {"error": refused})]
        self.subscribed = method == "subscribe"
        done = {"responseCode": "200", "message": "Successfully subscribed"}
        said = [json.dumps(answer | {"result": done})]
        if self.subscribed:
            self._symbol = params["symbol"]
            said.append(self._book(at_ns))
        return said

    def changed(self, change: BookChange, at_ns: int) -> list[str]:
        """Tell the whole book."""
        return [self._book(at_ns)] if self.subscribed else []

    def pulse(self, elapsed_s: float, at_ns: int) -> list[str]:
        """Beat every half minute."""
        beat = {"type": "update", "dataType": "V1TAHeartbeat", "data": {"message": "heartbeat"}}
        return [json.dumps(beat)] if self._beat.due(elapsed_s) else []

    def _book(self, at_ns: int) -> str:
        number = _NUMBERS_FROM + self.book.number
        sides = [
            [text for pair in pairs(self.book.levels(sign)) for text in pair] for sign in (-1, 1)
        ]
        content = {
            "timestamp": str(at_ns // 1_000_000),
            "bids": sides[0],
            "asks": sides[1],
            "publishedAtTimestamp": str(at_ns // 1_000_000),
            "sequenceNumberRange": [number, number],
            "symbol": self._symbol,
        }
        return json.dumps({"type": "snapshot", "dataType": "V1TALevel2", "data": content})
