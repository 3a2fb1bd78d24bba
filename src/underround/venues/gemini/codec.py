"""Gemini's bytes to our events. Holds the last update's number, no book and no socket.

Quirks: with `?snapshot=-1` the first depth update of a symbol is its whole book; the next one's
`U` equals the `u` before it (seen), where others count one up, so the second update of a connection
settles which of the two holds on it. The older v2 feed has no numbers and no times; its first
`l2_updates` is the whole book.
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
from underround.venues.gemini.messages import WireMessage
from underround.venues.spot_codec import (
    FAULTS,
    Row,
    by_side,
    delta_levels,
    malformed,
    plausible_ns,
    snapshot_levels,
)

URL: Final = "wss://ws.gemini.com?snapshot=-1"
_message = msgspec.json.Decoder(WireMessage).decode


class Codec:
    """One symbol of Gemini."""

    exchange = Exchange.GEMINI
    url = URL
    heartbeat: bytes | None = None
    heartbeat_every_s = 30.0
    protocol_pings = True
    on_by_default = True

    def __init__(self, asset: Asset = Asset.BTC, *, symbol: str | None = None) -> None:
        self.symbol = (symbol or f"{asset}usd").lower()
        self._update: int | None = None
        self._stride: int | None = None  # from one message's `u` to the next one's `U`: 0 or 1
        self._complete = False

    def opened(self) -> list[bytes]:
        """Return the subscription to the whole depth, every 100 ms."""
        self._update = self._stride = None
        self._complete = False
        params = [f"{self.symbol}@depth@100ms"]
        return [msgspec.json.encode({"method": "SUBSCRIBE", "params": params, "id": 1})]

    def reopened(self) -> list[bytes]:
        """Return nothing: the whole book comes only with a new connection."""
        return []

    def is_data(self, frame: bytes) -> bool:
        """Tell a book message from acknowledgements, tickers and trades."""
        return b'"depthUpdate"' in frame[:200] or b'"l2_updates"' in frame[:60]

    def decode(self, frame: bytes, received_at_ns: int, events: list[SpotEvent]) -> None:
        """Append to `events` what one frame says; never raises for what Gemini sent."""
        try:
            message = _message(frame)
            if message.e == "depthUpdate" or message.type == "l2_updates":
                if (message.s or message.symbol).lower() != self.symbol:
                    events.append(SpotNotice(self.exchange, "another symbol", received_at_ns))
                elif message.e:
                    self._depth(message, received_at_ns, events)
                else:
                    self._older(message, received_at_ns, events)
            elif message.error is not None or (message.status or 200) != 200:
                detail = f"status {message.status}: {message.error}"
                fault = SpotFault(self.exchange, SpotFaultKind.REJECTED, detail, received_at_ns)
                events.append(fault)
            else:
                what = message.type or ("answer" if message.status else "ticker or trade")
                events.append(SpotNotice(self.exchange, what, received_at_ns))
        except FAULTS as fault_found:
            self._complete = False
            events.append(malformed(self.exchange, frame, fault_found, received_at_ns))

    def _depth(self, message: WireMessage, received_at_ns: int, events: list[SpotEvent]) -> None:
        first, last = message.U, message.u
        bids, asks = message.b or [], message.a or []
        if first is None or last is None or isinstance(bids, str) or isinstance(asks, str):
            raise ValueError("a depth update without numbers or levels")
        before = self._update
        if before is None:
            self._update, self._complete = last, True
            self._snapshot(bids, asks, message.E, received_at_ns, events)
            return
        if last <= before and first < before:
            events.append(SpotNotice(self.exchange, "duplicate", received_at_ns))
            return
        self._update = last
        stride = first - before
        if self._stride is None and stride in (0, 1):
            self._stride = stride
        if stride != self._stride:
            self._complete = False
            detail = f"update from {first} after {before}"
            events.append(SpotFault(self.exchange, SpotFaultKind.GAP, detail, received_at_ns))
        elif self._complete:
            stamp_ns = None if message.E is None else plausible_ns(message.E)
            delta = SpotDelta(
                self.exchange, delta_levels(bids), delta_levels(asks), received_at_ns, stamp_ns
            )
            events.append(delta)

    def _older(self, message: WireMessage, received_at_ns: int, events: list[SpotEvent]) -> None:
        bids, asks = by_side(message.changes)
        if not self._complete:
            self._complete = True
            self._snapshot(bids, asks, None, received_at_ns, events)
            return
        levels = delta_levels(bids), delta_levels(asks)
        events.append(SpotDelta(self.exchange, *levels, received_at_ns))

    def _snapshot(
        self,
        bids: list[Row],
        asks: list[Row],
        stamp_ns: int | None,
        received_at_ns: int,
        events: list[SpotEvent],
    ) -> None:
        stamp_ns = None if stamp_ns is None else plausible_ns(stamp_ns)
        levels = snapshot_levels(bids), snapshot_levels(asks)
        events.append(SpotSnapshot(self.exchange, *levels, received_at_ns, stamp_ns))
