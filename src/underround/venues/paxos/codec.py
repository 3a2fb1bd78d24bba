"""Paxos's (itBit's) bytes to our events. Holds the parts of a snapshot until the last, no socket.

Quirks: the market stands in the path and nothing is subscribed; a snapshot may be split; there is
no sequence and no time, so only silence and the snapshot of a new connection can mend a book.
"""

from typing import Final

import msgspec

from underround.core.windows.spot_event import (
    Asset,
    Exchange,
    Level,
    SpotDelta,
    SpotEvent,
    SpotFault,
    SpotFaultKind,
    SpotNotice,
    SpotSnapshot,
)
from underround.venues.paxos.messages import WireLevel, WireMessage
from underround.venues.spot_codec import (
    FAULTS,
    Row,
    delta_levels,
    malformed,
    snapshot_levels,
)

URL: Final = "wss://ws.paxos.com/marketdata"
_message = msgspec.json.Decoder(WireMessage).decode


class Codec:
    """One market of Paxos."""

    exchange = Exchange.PAXOS
    heartbeat: bytes | None = None
    heartbeat_every_s = 30.0
    protocol_pings = True
    on_by_default = True

    def __init__(self, asset: Asset = Asset.BTC, *, symbol: str | None = None) -> None:
        self.symbol = symbol or f"{asset}USD"
        self.url = f"{URL}/{self.symbol}"
        self._parts: tuple[list[Level], list[Level]] = ([], [])
        self._complete = False

    def opened(self) -> list[bytes]:
        """Return nothing: the path says it all."""
        self._parts = ([], [])
        self._complete = False
        return []

    def reopened(self) -> list[bytes]:
        """Return nothing: a snapshot comes only with a new connection."""
        return []

    def is_data(self, frame: bytes) -> bool:
        """Every message is about the book."""
        return True

    def decode(self, frame: bytes, received_at_ns: int, events: list[SpotEvent]) -> None:
        """Append to `events` what one frame says; never raises for what Paxos sent."""
        try:
            message = _message(frame)
            if message.market not in ("", self.symbol):
                events.append(SpotNotice(self.exchange, "another market", received_at_ns))
            elif message.type == "SNAPSHOT":
                self._snapshot(message, received_at_ns, events)
            elif message.type == "UPDATE":
                self._update(message, received_at_ns, events)
            elif message.type == "ERROR":
                fault = SpotFault(
                    self.exchange, SpotFaultKind.REJECTED, message.message, received_at_ns
                )
                events.append(fault)
            else:
                what = message.type or "unnamed"
                events.append(SpotNotice(self.exchange, what, received_at_ns))
        except FAULTS as fault_found:
            self._complete = False
            events.append(malformed(self.exchange, frame, fault_found, received_at_ns))

    def _snapshot(self, message: WireMessage, received_at_ns: int, events: list[SpotEvent]) -> None:
        bids, asks = self._parts
        bids += snapshot_levels(_rows(message.bids))
        asks += snapshot_levels(_rows(message.asks))
        if not message.final_snapshot:
            events.append(SpotNotice(self.exchange, "part of a snapshot", received_at_ns))
            return
        self._parts = ([], [])
        self._complete = True
        events.append(SpotSnapshot(self.exchange, bids, asks, received_at_ns))

    def _update(self, message: WireMessage, received_at_ns: int, events: list[SpotEvent]) -> None:
        if not self._complete:
            events.append(SpotNotice(self.exchange, "update without a snapshot", received_at_ns))
            return
        levels = delta_levels([[message.price, message.amount]])
        if message.side == "BUY":
            events.append(SpotDelta(self.exchange, levels, [], received_at_ns))
        elif message.side == "SELL":
            events.append(SpotDelta(self.exchange, [], levels, received_at_ns))
        else:
            raise ValueError(f"side {message.side!r} is neither BUY nor SELL")


def _rows(levels: list[WireLevel]) -> list[Row]:
    return [[level.price, level.amount] for level in levels]
