"""Bullish's bytes to our events. Holds the last sequence number, no book and no socket.

Quirks: levels are flat lists; the exchange mostly sends whole books, but updates with sizes of 0
were seen, and both are read; without a `keepalivePing` the connection is closed after 100 s.
Whether the index takes BTCUSD or BTCUSDC is not confirmed: the symbol is an argument.
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
from underround.venues.bullish.messages import WireBook, WireMessage
from underround.venues.spot_codec import (
    FAULTS,
    Row,
    delta_levels,
    malformed,
    plausible_ns,
    snapshot_levels,
)

URL: Final = "wss://api.exchange.bullish.com/trading-api/v1/market-data/orderbook"
_BOOKS: Final = "V1TALevel2"
_message = msgspec.json.Decoder(WireMessage).decode
_book = msgspec.json.Decoder(WireBook).decode


class Codec:
    """One market of Bullish."""

    exchange = Exchange.BULLISH
    url = URL
    heartbeat: bytes | None = (
        b'{"jsonrpc":"2.0","type":"command","method":"keepalivePing","params":{},"id":"0"}'
    )
    heartbeat_every_s = 30.0
    protocol_pings = True
    on_by_default = True

    def __init__(self, asset: Asset = Asset.BTC, *, symbol: str | None = None) -> None:
        self.symbol = symbol or f"{asset}USD"
        self._sequence: int | None = None  # None: no book

    def opened(self) -> list[bytes]:
        """Return the subscription."""
        self._sequence = None
        return [self._command("subscribe", "1")]

    def reopened(self) -> list[bytes]:
        """Return what makes Bullish send a whole book again."""
        return [self._command("unsubscribe", "2"), self._command("subscribe", "3")]

    def is_data(self, frame: bytes) -> bool:
        """Tell a book message from heartbeats and acknowledgements."""
        return b'"V1TALevel2"' in frame[:80]

    def decode(self, frame: bytes, received_at_ns: int, events: list[SpotEvent]) -> None:
        """Append to `events` what one frame says; never raises for what Bullish sent."""
        try:
            message = _message(frame)
            if message.error is not None:
                detail = f"{message.error.code} {message.error.message}"
                fault = SpotFault(self.exchange, SpotFaultKind.REJECTED, detail, received_at_ns)
                events.append(fault)
            elif message.dataType == _BOOKS:
                self._take(_book(message.data), message.type, received_at_ns, events)
            else:
                what = message.dataType or "answer"
                events.append(SpotNotice(self.exchange, what, received_at_ns))
        except FAULTS as fault_found:
            self._sequence = None
            events.append(malformed(self.exchange, frame, fault_found, received_at_ns))

    def _take(
        self, book: WireBook, kind: str, received_at_ns: int, events: list[SpotEvent]
    ) -> None:
        if book.symbol != self.symbol:
            events.append(SpotNotice(self.exchange, "another market", received_at_ns))
            return
        first, last = book.sequenceNumberRange
        stamp_ns = plausible_ns(int(book.timestamp) * 1_000_000)
        bids, asks = _rows(book.bids), _rows(book.asks)
        before = self._sequence
        if before is not None and last <= before:
            events.append(SpotNotice(self.exchange, "duplicate", received_at_ns))
        elif kind == "snapshot":
            self._sequence = last
            levels = snapshot_levels(bids), snapshot_levels(asks)
            events.append(SpotSnapshot(self.exchange, *levels, received_at_ns, stamp_ns))
        elif kind != "update":
            raise ValueError(f"type {kind!r} is neither snapshot nor update")
        elif before is None:
            events.append(SpotNotice(self.exchange, "update without a snapshot", received_at_ns))
        elif first > before + 1:
            self._sequence = None
            detail = f"update from {first} after {before}"
            events.append(SpotFault(self.exchange, SpotFaultKind.GAP, detail, received_at_ns))
        else:
            self._sequence = last
            changes = delta_levels(bids), delta_levels(asks)
            events.append(SpotDelta(self.exchange, *changes, received_at_ns, stamp_ns))

    def _command(self, method: str, number: str) -> bytes:
        params = {"topic": "l2Orderbook", "symbol": self.symbol}
        words = {"jsonrpc": "2.0", "type": "command", "method": method, "params": params}
        return msgspec.json.encode(words | {"id": number})


def _rows(flat: list[str]) -> list[Row]:
    if len(flat) % 2:
        raise ValueError("a price without its size")
    return [[price, size] for price, size in zip(flat[::2], flat[1::2], strict=True)]
