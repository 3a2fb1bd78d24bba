"""Bitstamp's bytes to our events: differences over a book fetched by REST.

Quirks: the diff channel has no sequence and no snapshot. So diffs are kept, the book is asked for
once a few have come (REST lags the socket), diffs not newer than it are dropped, the rest applied;
a book older than the first diff kept leaves a hole and is asked for again. `bts:request_reconnect`
is honoured. https://www.bitstamp.net/websocket/v2/
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
    SpotRequest,
    SpotSnapshot,
)
from underround.venues.bitstamp.messages import WireBook, WireMessage
from underround.venues.spot_codec import (
    FAULTS,
    delta_levels,
    malformed,
    plausible_ns,
    snapshot_levels,
)

URL: Final = "wss://ws.bitstamp.net"
REST_URL: Final = "https://www.bitstamp.net"
_DIFFS_BEFORE_REQUEST: Final = 6
_DIFFS_BEFORE_ASKING_AGAIN: Final = 50  # some seconds
_MOST_DIFFS: Final = 5_000
_message = msgspec.json.Decoder(WireMessage).decode
_book = msgspec.json.Decoder(WireBook).decode


class Codec:
    """One pair of Bitstamp."""

    exchange = Exchange.BITSTAMP
    url = URL
    heartbeat: bytes | None = b'{"event":"bts:heartbeat"}'
    heartbeat_every_s = 30.0
    protocol_pings = True
    on_by_default = True

    def __init__(
        self, asset: Asset = Asset.BTC, *, symbol: str | None = None, rest_url: str = REST_URL
    ) -> None:
        self.symbol = symbol or f"{asset.lower()}usd"
        self.snapshot_url = f"{rest_url}/api/v2/order_book/{self.symbol}/?group=1"
        self._channel = f"diff_order_book_{self.symbol}"
        self._kept: list[tuple[int, SpotDelta]] | None = []  # None: the book stands
        self._until_request = _DIFFS_BEFORE_REQUEST

    def opened(self) -> list[bytes]:
        """Return the subscription; the book is yet to be fetched."""
        self._keep()
        return [self._command("subscribe")]

    def reopened(self) -> list[bytes]:
        """Return what restarts the channel; the book is fetched again after it."""
        self._keep()
        return [self._command("unsubscribe"), self._command("subscribe")]

    def is_data(self, frame: bytes) -> bool:
        """Tell a book message, wherever its keys stand, from heartbeats and acknowledgements."""
        return b'"bids"' in frame

    def decode(self, frame: bytes, received_at_ns: int, events: list[SpotEvent]) -> None:
        """Append to `events` what one frame says; never raises for what Bitstamp sent."""
        try:
            message = _message(frame)
            book = message.data
            if message.event == "data" and message.channel == self._channel:
                if not isinstance(book, WireBook):
                    raise ValueError("a diff without levels")
                self._take_diff(book, received_at_ns, events)
            elif message.event == "bts:request_reconnect":
                self._keep()
                fault = SpotFault(
                    self.exchange, SpotFaultKind.RECONNECT, "asked by Bitstamp", received_at_ns
                )
                events.append(fault)
            elif message.event == "bts:error":
                detail = f"{book.code} {book.message}" if isinstance(book, WireBook) else str(book)
                fault = SpotFault(self.exchange, SpotFaultKind.REJECTED, detail, received_at_ns)
                events.append(fault)
            else:
                what = f"{message.event} {message.channel}".strip() or "unnamed"
                events.append(SpotNotice(self.exchange, what, received_at_ns))
        except FAULTS as fault_found:
            self._keep()
            events.append(malformed(self.exchange, frame, fault_found, received_at_ns))

    def take_snapshot(self, body: bytes, received_at_ns: int, events: list[SpotEvent]) -> None:
        """Append the book fetched over REST and the diffs that came after it."""
        kept = self._kept
        if kept is None:
            return  # nobody waits for it any more
        try:
            book = _book(body)
            if not isinstance(book.bids, list) or not isinstance(book.asks, list):
                raise ValueError("an order book without bids or asks")
            stamp_us = int(book.microtimestamp)
            bids, asks = snapshot_levels(book.bids), snapshot_levels(book.asks)
        except FAULTS as fault_found:
            self._until_request = _DIFFS_BEFORE_REQUEST
            events.append(malformed(self.exchange, body, fault_found, received_at_ns))
            return
        if kept and stamp_us < kept[0][0]:
            # What changed between this book and the first diff kept is in neither: a newer one.
            self._request(received_at_ns, events)
            return
        stamp_ns = plausible_ns(stamp_us * 1_000)
        events.append(SpotSnapshot(self.exchange, bids, asks, received_at_ns, stamp_ns))
        events += [delta for diff_us, delta in kept if diff_us > stamp_us]
        self._kept = None

    def _take_diff(self, book: WireBook, received_at_ns: int, events: list[SpotEvent]) -> None:
        stamp_us = int(book.microtimestamp)
        delta = SpotDelta(
            self.exchange,
            delta_levels(book.bids or []),
            delta_levels(book.asks or []),
            received_at_ns,
            plausible_ns(stamp_us * 1_000),
        )
        if self._kept is None:
            events.append(delta)
            return
        self._kept.append((stamp_us, delta))
        if len(self._kept) > _MOST_DIFFS:
            del self._kept[0]  # an older book will then not do
        events.append(SpotNotice(self.exchange, "diff kept", received_at_ns))
        self._until_request -= 1
        if self._until_request <= 0:
            self._request(received_at_ns, events)

    def _request(self, received_at_ns: int, events: list[SpotEvent]) -> None:
        """Ask for the book, and again some diffs later if no answer comes."""
        self._until_request = _DIFFS_BEFORE_ASKING_AGAIN
        events.append(SpotRequest(self.exchange, self.snapshot_url, received_at_ns))

    def _keep(self) -> None:
        """Start keeping diffs for a book to come."""
        self._kept = []
        self._until_request = _DIFFS_BEFORE_REQUEST

    def _command(self, kind: str) -> bytes:
        words = {"event": f"bts:{kind}", "data": {"channel": self._channel}}
        return msgspec.json.encode(words)
