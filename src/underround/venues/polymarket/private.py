"""Polymarket's user channel: what to say on it, and what its frames mean as events of orders.

Sans-io. A match is provisional until it is confirmed, and nothing is ever sent again: after a gap
ask for orders and trades. https://docs.polymarket.com/developers/CLOB/websocket/user-channel
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from underround.core.instrument import Instrument
from underround.core.trading.order import OrderIntent
from underround.core.trading.order_event import OrderAcknowledged, OrderDone, OrderEvent
from underround.venues.polymarket import orders
from underround.venues.polymarket.order_messages import WireOrder, WireTrade
from underround.venues.polymarket.signing import ApiKey

_SHORTEST_EVENT_BYTES: Final = 33


class UserSession:
    """The subscription to everything of one key. The first frame carries the key: never log it."""

    heartbeat: bytes | None = b"PING"
    heartbeat_every_s: float = 10.0
    fatal_closes: frozenset[int] = frozenset()
    silence_s: float | None = None  # an account is silent for as long as nothing trades

    def __init__(self, key: ApiKey) -> None:
        self._key = key

    def __repr__(self) -> str:
        return f"UserSession({self._key!r})"

    def opened(self) -> list[bytes]:
        """Return the frame that shows the key and asks for all markets."""
        return [msgspec.json.encode({"type": "user", "auth": self._key.socket_credentials()})]

    def is_data(self, frame: bytes) -> bool:
        """Tell an event from a heartbeat's answer, by length."""
        return len(frame) >= _SHORTEST_EVENT_BYTES


class _Kind(msgspec.Struct):
    event_type: str = ""


class UserCodec:
    """`intents` are ours by the venue's id, `instruments` by token; `unreadable` counts frames."""

    def __init__(
        self,
        intents: Mapping[str, OrderIntent],
        instruments: Mapping[str, Instrument],
        wall_ns: Callable[[], int],
    ) -> None:
        self.unreadable = 0
        self._intents = intents
        self._instruments = instruments
        self._wall_ns = wall_ns

    def decode(self, frame: bytes) -> list[OrderEvent]:
        """Return the events of a frame: one message or a list of them; none for a heartbeat."""
        if len(frame) < _SHORTEST_EVENT_BYTES:
            return []
        try:
            if frame.lstrip()[:1] == b"[":
                parts = msgspec.json.decode(frame, type=list[msgspec.Raw])
            else:
                parts = [msgspec.Raw(frame)]
            return [event for part in parts for event in self._decode(part)]
        except (msgspec.DecodeError, ValueError, RecursionError):
            self.unreadable += 1
            return []

    def _decode(self, part: msgspec.Raw) -> list[OrderEvent]:
        kind = msgspec.json.decode(part, type=_Kind).event_type
        at_ns = self._wall_ns()
        if kind == "trade":
            trade = msgspec.json.decode(part, type=WireTrade)
            return [*orders.fills_of(trade, self._intents, self._instruments, at_ns)]
        if kind != "order":
            return []
        told = msgspec.json.decode(part, type=WireOrder)
        identity = told.id.lower()
        intent = self._intents.get(identity)
        if intent is None:
            return []
        if orders.is_resting(told):
            return [OrderAcknowledged(intent.id, identity, told.filled_e6, at_ns)]
        reason = orders.done_reason(told)
        return [OrderDone(intent.id, identity, told.filled_e6, reason, at_ns)]
