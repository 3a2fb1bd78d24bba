"""LMAX Digital's bytes to our events, to the published description; off by default.

Its message schema could not be confirmed, so this codec guards itself: a message that is not
plainly a book is a fault and never a book. Quirks: about one whole book a second; WebSocket pings
from the client every 20 s were answered with close 1008, so none are sent; a short close each day.
"""

from typing import Final

import msgspec

from underround.core.windows.spot_event import (
    Asset,
    Exchange,
    SpotEvent,
    SpotFault,
    SpotFaultKind,
    SpotNotice,
    SpotSnapshot,
)
from underround.venues.lmax.messages import WireLevel, WireMessage
from underround.venues.spot_codec import (
    FAULTS,
    Row,
    iso_ns,
    malformed,
    plausible_ns,
    snapshot_levels,
)

URL: Final = "wss://public-data-api.london-digital.lmax.com/v1/web-socket"
_message = msgspec.json.Decoder(WireMessage).decode


class Codec:
    """One instrument of LMAX Digital."""

    exchange = Exchange.LMAX
    url = URL
    heartbeat: bytes | None = None
    heartbeat_every_s = 30.0
    protocol_pings = False
    on_by_default = False

    def __init__(self, asset: Asset = Asset.BTC, *, symbol: str | None = None) -> None:
        self.symbol = symbol or f"{asset.lower()}-usd"

    def opened(self) -> list[bytes]:
        """Return the subscription."""
        return [self._command("SUBSCRIBE")]

    def reopened(self) -> list[bytes]:
        """Return the subscription anew; every message is a whole book anyway."""
        return [self._command("UNSUBSCRIBE"), self._command("SUBSCRIBE")]

    def is_data(self, frame: bytes) -> bool:
        """Tell a book message from acknowledgements and errors."""
        return b'"ORDER_BOOK"' in frame and b'"bids"' in frame

    def decode(self, frame: bytes, received_at_ns: int, events: list[SpotEvent]) -> None:
        """Append to `events` what one frame says; never raises for what LMAX sent."""
        try:
            message = _message(frame)
            if message.type == "ERROR":
                detail = f"{message.error_code} {message.error_message}"
                fault = SpotFault(self.exchange, SpotFaultKind.REJECTED, detail, received_at_ns)
                events.append(fault)
            elif message.type != "ORDER_BOOK":
                what = message.type or "unnamed"
                events.append(SpotNotice(self.exchange, what, received_at_ns))
            elif (message.instrument_id or message.instrument).lower() != self.symbol:
                events.append(SpotNotice(self.exchange, "another instrument", received_at_ns))
            else:
                events.append(self._book(message, received_at_ns))
        except FAULTS as fault_found:
            events.append(malformed(self.exchange, frame, fault_found, received_at_ns))

    def _book(self, message: WireMessage, received_at_ns: int) -> SpotSnapshot:
        """Return the whole book; ValueError unless it plainly is one."""
        if message.bids is None or message.asks is None:
            raise ValueError("an order book without both sides: not the published schema")
        stamp = message.timestamp
        stamp_ns = plausible_ns(stamp * 1_000_000) if isinstance(stamp, int) else iso_ns(stamp)
        bids, asks = (snapshot_levels(_rows(side)) for side in (message.bids, message.asks))
        if len(bids) != len(message.bids) or len(asks) != len(message.asks):
            raise ValueError("levels without price or quantity: not the published schema")
        return SpotSnapshot(self.exchange, bids, asks, received_at_ns, stamp_ns)

    def _command(self, kind: str) -> bytes:
        channel = {"name": "ORDER_BOOK", "instruments": [self.symbol]}
        return msgspec.json.encode({"type": kind, "channels": [channel]})


def _rows(levels: list[WireLevel | Row]) -> list[Row]:
    rows: list[Row] = []
    for level in levels:
        if isinstance(level, WireLevel):
            quantity = level.size if level.quantity is None else level.quantity
            rows.append([level.price, "" if quantity is None else quantity])
        else:
            rows.append(level)
    return rows
