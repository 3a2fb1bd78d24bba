"""A simulated Coinbase: the Advanced Trade `level2` and `heartbeats` channels.

https://docs.cdp.coinbase.com/advanced-trade/docs/ws-channels. One subscribe message a channel,
`sequence_num` over everything said on the connection, closed when nobody subscribes.
"""

import json
from datetime import UTC, datetime
from typing import Any

from underround.simulation.exchanges.speaker import Beat, Silent, decimal_text
from underround.simulation.exchanges.spot_book import BookChange, Level, SimulatedBook


class CoinbaseSpeaker(Silent):
    """One connection to the Advanced Trade market-data socket."""

    def __init__(self, book: SimulatedBook) -> None:
        super().__init__(book)
        self._sequence = -1
        self._channels: dict[str, list[str]] = {}
        self._beat = Beat(1.0)
        self.silence_limit_s = 5.0  # to subscribe in

    def heard(self, text: str, at_ns: int) -> list[str]:
        """Subscribe or unsubscribe one channel; the book channel starts with a snapshot."""
        command = json.loads(text)
        channel, products = command.get("channel"), command.get("product_ids", [])
        if channel not in ("level2", "heartbeats"):
            return [json.dumps({"type": "error", "message": f"channel {channel} is unknown"})]
        if command.get("type") == "unsubscribe":
            self._channels.pop(channel, None)
            return [self._acknowledged(at_ns)]
        self._channels[channel] = products
        self.silence_limit_s = None
        self.subscribed = "level2" in self._channels
        said = [self._acknowledged(at_ns)]
        if channel == "level2":
            bids, asks = self.book.levels(-1), self.book.levels(1)
            said.insert(0, self._event("snapshot", bids, asks, at_ns))
        return said

    def changed(self, change: BookChange, at_ns: int) -> list[str]:
        """Tell the changed levels."""
        if "level2" not in self._channels:
            return []
        return [self._event("update", change.bids, change.asks, at_ns)]

    def pulse(self, elapsed_s: float, at_ns: int) -> list[str]:
        """Count a heartbeat each second."""
        if "heartbeats" not in self._channels or not self._beat.due(elapsed_s):
            return []
        event = {"current_time": _iso(at_ns), "heartbeat_counter": int(elapsed_s)}
        return [self._message("heartbeats", [event], at_ns)]

    def _acknowledged(self, at_ns: int) -> str:
        return self._message("subscriptions", [{"subscriptions": self._channels}], at_ns)

    def _event(self, kind: str, bids: list[Level], asks: list[Level], at_ns: int) -> str:
        updates = [
            {
                "side": side,
                "event_time": _iso(at_ns),
                "price_level": decimal_text(price_e8, 2),
                "new_quantity": decimal_text(size_e8, 8) if size_e8 else "0",
            }
            for side, levels in (("bid", bids), ("offer", asks))
            for price_e8, size_e8 in levels
        ]
        products = self._channels.get("level2") or ["BTC-USD"]
        event = {"type": kind, "product_id": products[0], "updates": updates}
        return self._message("l2_data", [event], at_ns)

    def _message(self, channel: str, events: list[Any], at_ns: int) -> str:
        self._sequence += 1
        return json.dumps(
            {
                "channel": channel,
                "client_id": "",
                "timestamp": _iso(at_ns),
                "sequence_num": self._sequence,
                "events": events,
            }
        )


def _iso(at_ns: int) -> str:
    moment = datetime.fromtimestamp(at_ns // 1_000_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at_ns % 1_000_000_000:09d}Z"
