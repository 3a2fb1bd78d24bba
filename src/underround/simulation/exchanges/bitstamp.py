"""A simulated Bitstamp: the `diff_order_book` channel, and the book over REST that it needs.

https://www.bitstamp.net/websocket/v2/. No sequence; microsecond stamps; sizes absolute, 0 deletes.
REST answers with the book as it was a little while ago.
"""

import json
from typing import Any

from underround.simulation.exchanges.speaker import Silent, pairs
from underround.simulation.exchanges.spot_book import BookChange, SimulatedBook


class BitstampSpeaker(Silent):
    """One connection to the socket."""

    def __init__(self, book: SimulatedBook) -> None:
        super().__init__(book)
        self._channel = ""

    def heard(self, text: str, at_ns: int) -> list[str]:
        """Subscribe, unsubscribe, or answer a heartbeat."""
        command = json.loads(text)
        event = command.get("event", "")
        if event == "bts:heartbeat":
            return [json.dumps({"event": event, "channel": "", "data": {"status": "success"}})]
        channel = command.get("data", {}).get("channel", "")
        if not channel.startswith("diff_order_book_"):
            error = {"code": None, "message": "Bad subscription string."}
            return [json.dumps({"event": "bts:error", "channel": "", "data": error})]
        self.subscribed = event == "bts:subscribe"
        self._channel = channel
        done = "bts:subscription_succeeded" if self.subscribed else "bts:unsubscription_succeeded"
        return [json.dumps({"event": done, "channel": channel, "data": {}})]

    def changed(self, change: BookChange, at_ns: int) -> list[str]:
        """Tell the changed levels."""
        if not self.subscribed:
            return []
        content = _content(change.bids, change.asks, at_ns)
        return [json.dumps({"data": content, "channel": self._channel, "event": "data"})]


class BitstampRest:
    """The order book over REST: the state some steps ago, as a lagging cache has it."""

    def __init__(self, book: SimulatedBook, lag_steps: int = 2) -> None:
        self._book = book
        self._lag_steps = lag_steps
        self._bodies: list[bytes] = []

    def stepped(self, at_ns: int) -> None:
        """Remember the book as it stands now."""
        body = _content(self._book.levels(-1), self._book.levels(1), at_ns)
        self._bodies.append(json.dumps(body).encode())
        del self._bodies[: -self._lag_steps - 1]

    def answer(self, path: str) -> bytes | None:
        """Return the body for a path, None where there is nothing."""
        if not path.startswith("/api/v2/order_book/btcusd") or not self._bodies:
            return None
        return self._bodies[0]


def _content(bids: Any, asks: Any, at_ns: int) -> dict[str, Any]:
    return {
        "timestamp": str(at_ns // 1_000_000_000),
        "microtimestamp": str(at_ns // 1_000),
        "bids": pairs(bids),
        "asks": pairs(asks),
    }
