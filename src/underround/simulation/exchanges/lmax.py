"""A simulated LMAX Digital: a whole book about once a second, to the published description.

https://docs.lmax.com/public-data-api/. The schema of a pushed book was not seen on the wire.
"""

import json
from datetime import UTC, datetime
from typing import Any

from underround.simulation.exchanges.speaker import Silent, decimal_text
from underround.simulation.exchanges.spot_book import BookChange, SimulatedBook


class LmaxSpeaker(Silent):
    """One connection to the public data socket."""

    path = "/v1/web-socket"

    def __init__(self, book: SimulatedBook) -> None:
        super().__init__(book)
        self._instrument = ""
        self._told_at_ns = 0

    def heard(self, text: str, at_ns: int) -> list[str]:
        """Subscribe or unsubscribe."""
        command = json.loads(text)
        channels = command.get("channels", [])
        if not channels or channels[0].get("name") not in ("ORDER_BOOK", "TICKER"):
            error = {"error_code": "INVALID_CHANNEL", "error_message": "unknown channel"}
            return [json.dumps({"type": "ERROR"} | error)]
        self.subscribed = command.get("type") == "SUBSCRIBE"
        self._instrument = channels[0]["instruments"][0]
        said = [json.dumps({"type": "SUBSCRIPTIONS", "channels": channels})]
        return [*said, self._book(at_ns)] if self.subscribed else said

    def changed(self, change: BookChange, at_ns: int) -> list[str]:
        """Tell the whole book if the last telling is a second old."""
        if not self.subscribed or abs(at_ns - self._told_at_ns) < 1_000_000_000:
            return []
        return [self._book(at_ns)]

    def _book(self, at_ns: int) -> str:
        self._told_at_ns = at_ns
        moment = datetime.fromtimestamp(at_ns // 1_000_000_000, UTC)
        message: dict[str, Any] = {
            "type": "ORDER_BOOK",
            "instrument_id": self._instrument,
            "timestamp": f"{moment:%Y-%m-%dT%H:%M:%S}.{at_ns // 1_000_000 % 1_000:03d}Z",
            "status": "OPEN",
        }
        for name, sign in (("bids", -1), ("asks", 1)):
            message[name] = [
                {"price": decimal_text(price, 2), "quantity": decimal_text(size, 8)}
                for price, size in self.book.levels(sign)
            ]
        return json.dumps(message)
