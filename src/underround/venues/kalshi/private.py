"""Kalshi's private channels: what to say, and what their frames mean as events of orders.

Sans-io. `fill`, `user_orders` and `market_positions` carry no sequence numbers and nothing is sent
again: after a gap ask for orders and fills. https://docs.kalshi.com/websockets/user-fills
"""

from collections.abc import Callable
from typing import Final

import msgspec

from underround.core.trading.order import OrderIntent
from underround.core.trading.order_event import OrderAcknowledged, OrderDone, OrderEvent, Position
from underround.core.units import parse_signed_e6
from underround.venues.kalshi import orders
from underround.venues.kalshi.fills import fill_of
from underround.venues.kalshi.messages import WireFill
from underround.venues.kalshi.order_messages import WireOrder

CHANNELS: Final = ("fill", "user_orders", "market_positions")


class PrivateSession:
    """The subscription to everything of one account."""

    heartbeat: bytes | None = None  # the venue pings every 10 s, the transport answers
    heartbeat_every_s: float = 10.0
    fatal_closes: frozenset[int] = frozenset()
    silence_s: float | None = None  # an account is silent for as long as nothing trades

    def opened(self) -> list[bytes]:
        """Return the frame that subscribes to every channel of the account."""
        command = {"id": 1, "cmd": "subscribe", "params": {"channels": CHANNELS}}
        return [msgspec.json.encode(command)]

    def is_data(self, frame: bytes) -> bool:
        """Count every frame as data: a half-open peer is seen by its missing pings."""
        return True


class _Fill(WireFill):
    client_order_id: str = ""


class _PositionBody(msgspec.Struct):
    market_ticker: str
    position_fp: str


class _Envelope(msgspec.Struct):
    type: str
    msg: msgspec.Raw = msgspec.Raw(b"null")


class PrivateCodec:
    """`intent` finds what one of our ids stands for; `positions` are the last told, by ticker.

    `is_subscribed` is true once every channel was granted; `errors` counts refusals and
    `unreadable` frames that make no sense.
    """

    def __init__(
        self, intent: Callable[[str | None], OrderIntent | None], wall_ns: Callable[[], int]
    ) -> None:
        self.positions: dict[str, Position] = {}
        self.errors = 0
        self.unreadable = 0
        self._granted = 0
        self._intent = intent
        self._wall_ns = wall_ns

    @property
    def is_subscribed(self) -> bool:
        """Whether every channel stands."""
        return self._granted >= len(CHANNELS)

    def restart(self) -> None:
        """Forget what was granted: the connection is a new one."""
        self._granted = 0

    def decode(self, frame: bytes) -> list[OrderEvent]:
        """Return the events of a frame."""
        try:
            envelope = msgspec.json.decode(frame, type=_Envelope)
            return self._decode(envelope)
        except (msgspec.DecodeError, ValueError, RecursionError):
            self.unreadable += 1
            return []

    def _decode(self, envelope: _Envelope) -> list[OrderEvent]:
        at_ns = self._wall_ns()
        if envelope.type == "subscribed":
            self._granted += 1
        elif envelope.type == "error":
            self.errors += 1
        elif envelope.type == "fill":
            wire = msgspec.json.decode(envelope.msg, type=_Fill)
            intent = self._intent(wire.client_order_id)
            return [orders.filled_event(fill_of(wire), intent, at_ns)]
        elif envelope.type == "user_order":
            return self._ordered(msgspec.json.decode(envelope.msg, type=WireOrder), at_ns)
        elif envelope.type == "market_position":
            told = msgspec.json.decode(envelope.msg, type=_PositionBody)
            size_e6 = parse_signed_e6(told.position_fp, "position")
            self.positions[told.market_ticker] = Position(told.market_ticker, size_e6)
        return []

    def _ordered(self, told: WireOrder, at_ns: int) -> list[OrderEvent]:
        intent = self._intent(told.client_order_id)
        if intent is None:
            return []
        if told.status == "resting":
            return [OrderAcknowledged(intent.id, told.order_id, told.filled_e6, at_ns)]
        if told.status not in ("executed", "canceled"):
            return []
        reason = orders.done_reason(told)
        return [OrderDone(intent.id, told.order_id, told.filled_e6, reason, at_ns)]
