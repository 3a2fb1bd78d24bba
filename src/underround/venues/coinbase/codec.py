"""Coinbase's bytes to our events. Holds the last sequence number, no book and no socket.

Quirks: on Advanced Trade one subscribe message a channel, and `heartbeats` beside `level2`, or the
connection is closed after a quiet minute; `sequence_num` counts all messages of the connection, so
heartbeats fill its gaps. The Exchange feed has no sequence; seen there: the time
`0001-01-01T00:00:00Z` and the size `0.-10000`.
"""

from typing import Final

import msgspec

from underround.core.windows.spot_event import (
    Asset,
    Exchange,
    SpotDelta,
    SpotEvent,
    SpotFault,
    SpotFaultKind,
    SpotNotice,
    SpotSnapshot,
)
from underround.venues.coinbase.messages import WireEvent, WireMessage
from underround.venues.spot_codec import (
    FAULTS,
    Row,
    by_side,
    delta_levels,
    iso_ns,
    malformed,
    snapshot_levels,
)

URL: Final = "wss://advanced-trade-ws.coinbase.com"
_message = msgspec.json.Decoder(WireMessage).decode


class Codec:
    """One product of Coinbase."""

    exchange = Exchange.COINBASE
    url = URL
    heartbeat: bytes | None = None
    heartbeat_every_s = 30.0
    protocol_pings = True
    on_by_default = True

    def __init__(self, asset: Asset = Asset.BTC, *, symbol: str | None = None) -> None:
        self.symbol = symbol or f"{asset}-USD"
        self._sequence: int | None = None

    def opened(self) -> list[bytes]:
        """Return the subscriptions, book and heartbeats."""
        self._sequence = None
        return [self._command("subscribe", "level2"), self._command("subscribe", "heartbeats")]

    def reopened(self) -> list[bytes]:
        """Return what makes Coinbase send a snapshot again."""
        return [self._command("unsubscribe", "level2"), self._command("subscribe", "level2")]

    def is_data(self, frame: bytes) -> bool:
        """Tell a book message from heartbeats and acknowledgements."""
        head = frame[:160]
        return b'"l2' in head or b'"snapshot"' in head

    def decode(self, frame: bytes, received_at_ns: int, events: list[SpotEvent]) -> None:
        """Append to `events` what one frame says; never raises for what Coinbase sent."""
        try:
            message = _message(frame)
            if message.sequence_num is not None and not self._follows(
                message.sequence_num, received_at_ns, events
            ):
                return
            if message.channel == "l2_data":
                for event in message.events:
                    self._book_event(event, message, received_at_ns, events)
            elif message.type in ("snapshot", "l2update"):
                self._exchange_message(message, received_at_ns, events)
            elif message.type == "error":
                fault = SpotFault(
                    self.exchange, SpotFaultKind.REJECTED, message.message, received_at_ns
                )
                events.append(fault)
            else:
                what = message.channel or message.type or "unnamed"
                events.append(SpotNotice(self.exchange, what, received_at_ns))
        except FAULTS as fault_found:
            events.append(malformed(self.exchange, frame, fault_found, received_at_ns))

    def _follows(self, number: int, received_at_ns: int, events: list[SpotEvent]) -> bool:
        """Check the connection's count; False for a message that was there before."""
        before, self._sequence = self._sequence, number
        if before is None or number == before + 1:
            return True
        if number <= before:
            self._sequence = before
            events.append(SpotNotice(self.exchange, "duplicate", received_at_ns))
            return False
        detail = f"message {number} after {before}"
        events.append(SpotFault(self.exchange, SpotFaultKind.GAP, detail, received_at_ns))
        return True  # a snapshot in it would heal the book at once

    def _book_event(
        self, event: WireEvent, message: WireMessage, received_at_ns: int, events: list[SpotEvent]
    ) -> None:
        if event.product_id != self.symbol:
            events.append(SpotNotice(self.exchange, "another product", received_at_ns))
            return
        bids: list[Row] = []
        asks: list[Row] = []
        for update in event.updates:
            side = bids if update.side == "bid" else asks
            if update.side not in ("bid", "offer"):
                raise ValueError(f"side {update.side!r} is neither bid nor offer")
            side.append([update.price_level, update.new_quantity])
        stamp_ns = iso_ns(message.timestamp)
        if event.type == "snapshot":
            events.append(_snapshot(bids, asks, received_at_ns, stamp_ns))
        elif event.type == "update":
            events.append(_delta(bids, asks, received_at_ns, stamp_ns))
        else:
            raise ValueError(f"event {event.type!r} is neither snapshot nor update")

    def _exchange_message(
        self, message: WireMessage, received_at_ns: int, events: list[SpotEvent]
    ) -> None:
        if message.product_id != self.symbol:
            events.append(SpotNotice(self.exchange, "another product", received_at_ns))
            return
        stamp_ns = iso_ns(message.time)
        if message.type == "snapshot":
            events.append(_snapshot(message.bids, message.asks, received_at_ns, stamp_ns))
            return
        bids, asks = by_side(message.changes)
        events.append(_delta(bids, asks, received_at_ns, stamp_ns))

    def _command(self, kind: str, channel: str) -> bytes:
        words = {"type": kind, "product_ids": [self.symbol], "channel": channel}
        return msgspec.json.encode(words)


def _snapshot(
    bids: list[Row], asks: list[Row], received_at_ns: int, stamp_ns: int | None
) -> SpotSnapshot:
    return SpotSnapshot(
        Exchange.COINBASE, snapshot_levels(bids), snapshot_levels(asks), received_at_ns, stamp_ns
    )


def _delta(
    bids: list[Row], asks: list[Row], received_at_ns: int, stamp_ns: int | None
) -> SpotDelta:
    return SpotDelta(
        Exchange.COINBASE, delta_levels(bids), delta_levels(asks), received_at_ns, stamp_ns
    )
