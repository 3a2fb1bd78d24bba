"""Polymarket's bytes to our events. Holds no socket and no book; one bad message is one event."""

from collections.abc import Callable, Iterable
from math import floor
from typing import Any, Final

import msgspec

from underround.core.event import BookReplaced, FrameRejected, Level, LevelsSet, MarketEvent
from underround.core.units import PRICES_E4, SIZE_ONE_E6
from underround.venues.polymarket.announcements import READERS, tick_ranges
from underround.venues.polymarket.messages import WireLevel, WireMessage
from underround.venues.unreadable import (
    SAMPLE_LENGTH,
    NotJsonError,
    described,
    loosely,
    no_json,
    sample,
)

_HEARTBEATS: Final = frozenset({b"PONG", b"PING"})
_ABOUT_BOOKS: Final = frozenset({"book", "price_change", "tick_size_change", ""})

_object = msgspec.json.Decoder(WireMessage, strict=False).decode
_array = msgspec.json.Decoder(list[WireMessage], strict=False).decode
_parts = msgspec.json.Decoder(list[msgspec.Raw]).decode
_FAULTS: Final = (msgspec.MsgspecError, ValueError, OverflowError, KeyError, RecursionError)


def _decoder() -> Callable[[bytes, list[MarketEvent]], None]:
    """Return `decode`; its names are bound here once, which a hot path is glad of."""
    decode_object = _object
    prices_e4, down, levels_set, whole = PRICES_E4, floor, LevelsSet, SIZE_ONE_E6

    def decode(frame: bytes, events: list[MarketEvent]) -> None:
        """Append to `events` what one frame says; never raises for what the venue sent."""
        try:
            message = decode_object(frame)
            if message.price_changes is None:
                _translate(message, frame, events)
                return
            changes = []
            known, size_e6 = -1.0, 0  # both tokens show one level: its size comes twice
            for change in message.price_changes:
                size = change.size
                if size != known:
                    known, size_e6 = size, down(size * whole + 0.5)
                changes.append(
                    (
                        change.asset_id,
                        change.side == "BUY",
                        prices_e4[change.price],
                        size_e6,
                        change.best_bid,
                        change.best_ask,
                    )
                )
            time_ms = message.timestamp
            if not time_ms:
                raise ValueError("a change without a timestamp")
            events.append(levels_set(changes, time_ms))
        except _FAULTS as fault:
            _take_apart(frame.strip(), fault, events)

    return decode


decode = _decoder()


def decode_books(body: bytes) -> list[BookReplaced]:
    """Return the books of a `/book` or `/books` answer, leaving out those that cannot be read.

    ValueError when it is not such an answer, or when none of its books can be read.
    """
    try:
        parts = _parts(body) if body.lstrip()[:1] == b"[" else [msgspec.Raw(body)]
    except _FAULTS as fault:
        raise _no_books(fault, body) from None
    books: list[BookReplaced] = []
    faults: list[Exception] = []
    for part in parts:
        try:
            message = _object(part)
            if message.asset_id:
                books.append(_book(message))
        except _FAULTS as fault:
            faults.append(fault)
    if faults and not books:
        raise _no_books(faults[0], body)
    return books


def _opening(frame: bytes) -> list[MarketEvent]:
    """Return the books of an array; ValueError when it holds anything else."""
    events: list[MarketEvent] = []
    for message in _array(frame):
        if message.bids is None and message.asks is None:
            raise ValueError("not an array of books")  # allowed: it is read one by one
        events.append(_book(message))
    return events


def _translate(message: WireMessage, frame: bytes, events: list[MarketEvent]) -> None:
    kind = message.event_type
    if kind == "book" or (not kind and message.bids is not None):
        events.append(_book(message))
    elif kind in READERS:
        events.extend(READERS[kind](frame))
    else:
        events.append(FrameRejected("unknown polymarket message", repr(kind)[:SAMPLE_LENGTH]))


def _book(message: WireMessage) -> BookReplaced:
    if message.bids is None and message.asks is None:
        raise ValueError("a book without bids and asks")
    if not message.timestamp:
        raise ValueError("a book without a timestamp")
    return BookReplaced(
        instrument=message.asset_id,
        bids=_levels(message.bids or ()),
        asks=_levels(message.asks or ()),
        time_ms=message.timestamp,
        ranges=tick_ranges(message.tick_size) if message.tick_size else None,
        last_trade_e4=_last_trade_e4(message.last_trade_price),
    )


def _last_trade_e4(text: str | None) -> int | None:
    """Read the last trade's price; the empty text says that there was none, absence nothing."""
    return PRICES_E4.get(text) if text else None if text is None else 0


def _levels(levels: Iterable[WireLevel]) -> list[Level]:
    return [(PRICES_E4[level.price], floor(level.size * SIZE_ONE_E6 + 0.5)) for level in levels]


def _take_apart(frame: bytes, fault: Exception, events: list[MarketEvent]) -> None:
    """Read what is not one good message: an array, which fails message by message, and faults.

    Nobody loses a hundred opening books to one price that is not a price.
    """
    if frame in _HEARTBEATS:
        return
    if frame[:1] != b"[":
        _reject(frame, fault, events)
        return
    try:
        events.extend(_opening(frame))
        return
    except _FAULTS as other:
        fault = other
    try:
        parts = _parts(frame)
    except _FAULTS:
        events.append(FrameRejected("unreadable polymarket frame", sample(frame), None))
        return
    for part in map(bytes, parts):
        if part[:1] == b"{":
            decode(part, events)
        else:
            _reject(part, fault, events)


def _reject(frame: bytes, fault: Exception, events: list[MarketEvent]) -> None:
    """Say that a message could not be read, and which books may be wrong for that."""
    try:
        message = loosely(frame)
    except NotJsonError:
        events.append(no_json("polymarket", frame))
        return
    named: tuple[str, ...] | None = ()
    if isinstance(message, dict):
        kind = message.get("event_type")
        if isinstance(kind, str) and kind in READERS and _read_again(kind, frame, events):
            return
        if not isinstance(kind, str) or kind in _ABOUT_BOOKS:
            named = _named(message)
    events.append(FrameRejected("bad polymarket message", described(fault, frame), named))


def _read_again(kind: str, frame: bytes, events: list[MarketEvent]) -> bool:
    """Give a rare message to its own reader: an empty time in it is no fault."""
    try:
        events.extend(READERS[kind](frame))
    except _FAULTS:
        return False
    return True


def _named(message: dict[str, Any]) -> tuple[str, ...] | None:
    """Return the instruments a bad message was about; None when they are not to be known."""
    entries = message.get("price_changes")
    names: set[str] = set()
    for part in entries if isinstance(entries, list) else [message]:
        name = part.get("asset_id") if isinstance(part, dict) else None
        if not isinstance(name, str) or not name:
            return None
        names.add(name)
    return tuple(sorted(names))


def _no_books(fault: Exception, body: bytes) -> ValueError:
    return ValueError(f"polymarket /books: {described(fault, body)}")
