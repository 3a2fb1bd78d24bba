"""Crypto.com's bytes to our events. Holds the last update's number, no book and no socket.

Quirks: `public/heartbeat` must be answered at once with the same id; `pu` of an update must be the
`u` before it, and only a new subscription heals a gap; an empty update comes every 5 s; `cs` is
undocumented and ignored. The exchange advises to wait a second before the first command. It shows
50 levels at most, which is less than half a percent to either side.
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
    SpotReply,
    SpotSnapshot,
)
from underround.venues.cryptocom.messages import WireBook, WireMessage, WireResult
from underround.venues.spot_codec import (
    FAULTS,
    delta_levels,
    malformed,
    plausible_ns,
    snapshot_levels,
)

URL: Final = "wss://stream.crypto.com/exchange/v1/market"
DEPTHS: Final = (10, 50)
_message = msgspec.json.Decoder(WireMessage).decode
_books = msgspec.json.Decoder(list[WireBook]).decode


class Codec:
    """One instrument of Crypto.com."""

    exchange = Exchange.CRYPTOCOM
    url = URL
    heartbeat: bytes | None = None
    heartbeat_every_s = 30.0
    protocol_pings = True
    on_by_default = True

    def __init__(
        self, asset: Asset = Asset.BTC, *, symbol: str | None = None, depth: int = 50
    ) -> None:
        if depth not in DEPTHS:
            raise ValueError(f"cryptocom: depth {depth} is not one of {DEPTHS}")
        self.symbol = symbol or f"{asset}_USD"
        self.depth = depth
        self._update: int | None = None
        self._complete = False

    def opened(self) -> list[bytes]:
        """Return the subscription."""
        self._complete = False
        return [self._command("subscribe", 1)]

    def reopened(self) -> list[bytes]:
        """Return what makes Crypto.com send a snapshot again."""
        return [self._command("unsubscribe", 2), self._command("subscribe", 3)]

    def is_data(self, frame: bytes) -> bool:
        """Tell a book message, the empty update of every 5 s included, from the others."""
        head = frame[:300]
        return b'"book' in head and b'"data"' in frame

    def decode(self, frame: bytes, received_at_ns: int, events: list[SpotEvent]) -> None:
        """Append to `events` what one frame says; never raises for what Crypto.com sent."""
        try:
            message = _message(frame)
            result = message.result
            if message.method == "public/heartbeat":
                answer = {"id": message.id, "method": "public/respond-heartbeat"}
                reply = SpotReply(self.exchange, msgspec.json.encode(answer), received_at_ns)
                events.append(reply)
            elif message.code not in (0, "0"):
                detail = f"{message.method}: {message.code} {message.message}"
                fault = SpotFault(self.exchange, SpotFaultKind.REJECTED, detail, received_at_ns)
                events.append(fault)
            elif result is not None and result.channel in ("book", "book.update"):
                self._result(result, received_at_ns, events)
            else:
                what = result.channel if result is not None else message.method
                events.append(SpotNotice(self.exchange, what or "unnamed", received_at_ns))
        except FAULTS as fault_found:
            self._complete = False
            events.append(malformed(self.exchange, frame, fault_found, received_at_ns))

    def _result(self, result: WireResult, received_at_ns: int, events: list[SpotEvent]) -> None:
        if result.instrument_name != self.symbol:
            events.append(SpotNotice(self.exchange, "another instrument", received_at_ns))
            return
        for book in _books(result.data):
            stamp_ns = None if book.t is None else plausible_ns(book.t * 1_000_000)
            if result.channel == "book":
                self._update, self._complete = book.u, True
                bids, asks = snapshot_levels(book.bids), snapshot_levels(book.asks)
                snapshot = SpotSnapshot(self.exchange, bids, asks, received_at_ns, stamp_ns)
                events.append(snapshot)
            elif self._follows(book, received_at_ns, events):
                levels = book.update or book
                bids, asks = delta_levels(levels.bids), delta_levels(levels.asks)
                events.append(SpotDelta(self.exchange, bids, asks, received_at_ns, stamp_ns))

    def _follows(self, book: WireBook, received_at_ns: int, events: list[SpotEvent]) -> bool:
        """Check an update's numbers; False when it must not be applied."""
        if not self._complete:
            events.append(SpotNotice(self.exchange, "update without a snapshot", received_at_ns))
            return False
        before = self._update
        if book.pu is None or before is None or book.pu == before:
            self._update = book.u if book.u is not None else before
            return True
        if book.u is not None and book.u <= before:
            events.append(SpotNotice(self.exchange, "duplicate", received_at_ns))
            return False
        self._complete = False
        detail = f"update after {book.pu}, the last here is {before}"
        events.append(SpotFault(self.exchange, SpotFaultKind.GAP, detail, received_at_ns))
        return False

    def _command(self, method: str, number: int) -> bytes:
        params: dict[str, object] = {"channels": [f"book.{self.symbol}.{self.depth}"]}
        if method == "subscribe":
            params["book_subscription_type"] = "SNAPSHOT_AND_UPDATE"
            params["book_update_frequency"] = 10
        return msgspec.json.encode({"id": number, "method": method, "params": params})
