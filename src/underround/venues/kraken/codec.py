"""Kraken's bytes to our events, every checksum verified. Holds the book that it verifies.

Quirks: a book of depth N is kept to N levels by the client, so levels pushed out are deleted here
in so many words; the checksum runs over the ten best levels a side written with the pair's full
decimals. https://docs.kraken.com/api/docs/guides/spot-ws-book-v2
"""

from typing import Final
from zlib import crc32

import msgspec

from underround.core.windows.spot_book import SpotLadder
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
from underround.venues.kraken.messages import WireBook, WireLevel, WireMessage, WirePairs
from underround.venues.spot_codec import FAULTS, delta_levels, iso_ns, malformed, snapshot_levels

URL: Final = "wss://ws.kraken.com/v2"
DEPTHS: Final = (10, 25, 100, 500, 1000)
PRICE_DECIMALS: Final = {Asset.BTC: 1, Asset.ETH: 2, Asset.SOL: 2, Asset.XRP: 5}
"""Until the `instrument` channel says so itself; quantities have eight decimals on all four."""

_CHECKED_LEVELS: Final = 10
_message = msgspec.json.Decoder(WireMessage).decode
_books = msgspec.json.Decoder(list[WireBook]).decode
_pairs = msgspec.json.Decoder(WirePairs).decode


class Codec:
    """One pair of Kraken."""

    exchange = Exchange.KRAKEN
    url = URL
    heartbeat: bytes | None = b'{"method":"ping"}'
    heartbeat_every_s = 30.0
    protocol_pings = True
    on_by_default = True

    def __init__(
        self, asset: Asset = Asset.BTC, *, symbol: str | None = None, depth: int = 1000
    ) -> None:
        if depth not in DEPTHS:
            raise ValueError(f"kraken: depth {depth} is not one of {DEPTHS}")
        self.symbol = symbol or f"{asset}/USD"
        self.depth = depth
        self.price_decimals = PRICE_DECIMALS[asset]
        self.size_decimals = 8
        self._bids = SpotLadder.of_bids()
        self._asks = SpotLadder.of_asks()
        self._complete = False

    def opened(self) -> list[bytes]:
        """Return the subscriptions: decimals of the pairs first, then the book."""
        self._complete = False
        instrument = {"method": "subscribe", "params": {"channel": "instrument"}}
        return [msgspec.json.encode(instrument), self._command("subscribe")]

    def reopened(self) -> list[bytes]:
        """Return what makes Kraken send a snapshot again."""
        return [self._command("unsubscribe"), self._command("subscribe")]

    def is_data(self, frame: bytes) -> bool:
        """Tell a book message from heartbeats, pongs and acknowledgements."""
        return b'"book"' in frame[:60] and b'"method"' not in frame[:60]

    def decode(self, frame: bytes, received_at_ns: int, events: list[SpotEvent]) -> None:
        """Append to `events` what one frame says; never raises for what Kraken sent."""
        try:
            message = _message(frame)
            if message.channel == "book":
                for book in _books(message.data):
                    self._book(book, message.type, received_at_ns, events)
            elif message.channel == "instrument":
                self._instrument(_pairs(message.data), received_at_ns, events)
            elif message.success is False:
                detail = f"{message.method}: {message.error}"
                fault = SpotFault(self.exchange, SpotFaultKind.REJECTED, detail, received_at_ns)
                events.append(fault)
            else:
                what = message.channel or message.method or "unnamed"
                events.append(SpotNotice(self.exchange, what, received_at_ns))
        except FAULTS as fault_found:
            self._complete = False
            events.append(malformed(self.exchange, frame, fault_found, received_at_ns))

    def checksum(self) -> int:
        """Return the CRC32 of the book held here."""
        return book_checksum(self._bids, self._asks, self.price_decimals, self.size_decimals)

    def _instrument(self, pairs: WirePairs, received_at_ns: int, events: list[SpotEvent]) -> None:
        for pair in pairs.pairs:
            if pair.symbol == self.symbol:
                self.price_decimals = pair.price_precision
                self.size_decimals = pair.qty_precision
        events.append(SpotNotice(self.exchange, "instrument", received_at_ns))

    def _book(
        self, book: WireBook, kind: str, received_at_ns: int, events: list[SpotEvent]
    ) -> None:
        if book.symbol != self.symbol:
            events.append(SpotNotice(self.exchange, "another pair", received_at_ns))
            return
        stamp_ns = iso_ns(book.timestamp)
        if kind == "snapshot":
            bids, asks = snapshot_levels(_rows(book.bids)), snapshot_levels(_rows(book.asks))
            self._bids.replace(bids)
            self._asks.replace(asks)
            event: SpotEvent = SpotSnapshot(self.exchange, bids, asks, received_at_ns, stamp_ns)
        elif not self._complete:
            events.append(SpotNotice(self.exchange, "update without a snapshot", received_at_ns))
            return
        else:
            bids = self._apply(self._bids, delta_levels(_rows(book.bids)))
            asks = self._apply(self._asks, delta_levels(_rows(book.asks)))
            event = SpotDelta(self.exchange, bids, asks, received_at_ns, stamp_ns)
        self._complete = book.checksum is None or self.checksum() == book.checksum
        if not self._complete:
            detail = f"{self.checksum()} here, {book.checksum} there"
            event = SpotFault(self.exchange, SpotFaultKind.CHECKSUM, detail, received_at_ns)
        events.append(event)

    def _apply(self, ladder: SpotLadder, changes: list[Level]) -> list[Level]:
        """Apply a message to one side and cut it to the depth; return all that changed."""
        for price_e8, size_e8 in changes:
            ladder.set(price_e8, size_e8)
        excess = len(ladder) - self.depth
        if excess > 0:
            for key in ladder.keys[:excess]:
                ladder.set(ladder.sign * key, 0)
                changes.append((ladder.sign * key, 0))
        return changes

    def _command(self, method: str) -> bytes:
        params = {"channel": "book", "symbol": [self.symbol], "depth": self.depth}
        if method == "subscribe":
            params["snapshot"] = True
        return msgspec.json.encode({"method": method, "params": params})


def book_checksum(
    bids: SpotLadder, asks: SpotLadder, price_decimals: int, size_decimals: int
) -> int:
    """Return Kraken's CRC32 of the ten best asks, then bids.

    A number written with d decimals, without its point and leading zeros, is the whole number of
    units of its last decimal; so whole 1e-8 only have to be divided.
    """
    price_unit, size_unit = 10 ** (8 - price_decimals), 10 ** (8 - size_decimals)
    text = "".join(
        f"{price_e8 // price_unit}{size_e8 // size_unit}"
        for side in (asks, bids)
        for price_e8, size_e8 in side.top(_CHECKED_LEVELS)
    )
    return crc32(text.encode())


def _rows(levels: list[WireLevel]) -> list[list[str | int | float]]:
    return [[level.price, level.qty] for level in levels]
