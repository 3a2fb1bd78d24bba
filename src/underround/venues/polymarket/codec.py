"""Polymarket's bytes to our events. Holds no socket and no book; one bad frame is one event."""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from underround.core.event import (
    BookReplaced,
    FrameRejected,
    GridChanged,
    Level,
    LevelsSet,
    MarketClosed,
    MarketEvent,
    TradePrinted,
)
from underround.core.units import (
    PRICE_ONE_E4,
    PRICES_E4,
    SIZE_ONE_E6,
    size_e6_from_float,
)
from underround.venues.polymarket.messages import WireLevel, WireMessage

_SAMPLE_LENGTH: Final = 160
_OPERATOR_TEXTS: Final = frozenset({b"PONG", b"PING"})
_UNUSED: Final = frozenset({"best_bid_ask", "new_market"})

_object = msgspec.json.Decoder(WireMessage, strict=False).decode
_array = msgspec.json.Decoder(list[WireMessage], strict=False).decode
_FAULTS: Final = (msgspec.MsgspecError, ValueError, OverflowError, KeyError, RecursionError)


def _decoder() -> Callable[[bytes, list[MarketEvent]], None]:
    """Return `decode`; its names are bound here once, which a hot path is glad of."""
    decode_object, decode_array = _object, _array
    prices_e4, to_integer, levels_set, whole = PRICES_E4, round, LevelsSet, SIZE_ONE_E6

    def decode(frame: bytes, events: list[MarketEvent]) -> None:
        """Append to `events` what one frame says; never raises for what the venue sent."""
        try:
            if frame.startswith(b"["):
                for message in decode_array(frame):
                    _translate(message, events)
                return
            message = decode_object(frame)
            if message.price_changes is None:
                _translate(message, events)
                return
            changes = []
            for change in message.price_changes:
                changes.append(  # noqa: PERF401 - a comprehension is a call, and slower here
                    (
                        change.asset_id,
                        change.side == "BUY",
                        prices_e4[change.price],
                        to_integer(change.size * whole),
                        change.best_bid,
                        change.best_ask,
                    )
                )
            events.append(levels_set(changes, message.timestamp))
        except _FAULTS as fault:
            rejected = None if frame.strip() in _OPERATOR_TEXTS else _rejected(frame, fault)
            if rejected is not None:
                events.append(rejected)

    return decode


decode = _decoder()


def decode_books(body: bytes) -> list[BookReplaced]:
    """Return the books of a `/book` or `/books` answer; ValueError when it is not one."""
    try:
        messages = _array(body) if body.lstrip()[:1] == b"[" else [_object(body)]
        return [_book(message) for message in messages if message.asset_id]
    except _FAULTS as fault:
        raise ValueError(f"polymarket /books: {_reason(fault)}: {_sample(body)}") from None


def is_data(frame: bytes) -> bool:
    """Tell whether a frame is market data, and so proof that the feed is not frozen."""
    return len(frame) > 8


def _translate(message: WireMessage, events: list[MarketEvent]) -> None:
    kind = message.event_type
    if kind == "book" or (not kind and message.bids is not None):
        events.append(_book(message))
    elif kind == "last_trade_price":
        events.append(
            TradePrinted(
                message.asset_id,
                PRICES_E4[message.price],
                size_e6_from_float(message.size),
                message.timestamp,
            )
        )
    elif kind == "tick_size_change":
        ranges = tick_ranges(message.new_tick_size)
        events.append(GridChanged(message.asset_id, ranges, message.timestamp))
    elif kind == "market_resolved":
        events.extend(MarketClosed(token, "resolved") for token in message.assets_ids or ())
    elif kind not in _UNUSED:
        events.append(FrameRejected("unknown polymarket message", repr(kind)[:_SAMPLE_LENGTH]))


def _book(message: WireMessage) -> BookReplaced:
    return BookReplaced(
        instrument=message.asset_id,
        bids=_levels(message.bids or ()),
        asks=_levels(message.asks or ()),
        time_ms=message.timestamp,
        ranges=tick_ranges(message.tick_size) if message.tick_size else None,
    )


def _levels(levels: Iterable[WireLevel]) -> list[Level]:
    return [(PRICES_E4[level.price], round(level.size * SIZE_ONE_E6)) for level in levels]


def tick_ranges(tick_size: str) -> tuple[tuple[int, int, int], ...]:
    """Return the price ranges of a tick size ("0.01"); ValueError unless 0.0001…0.1."""
    step_e4 = PRICES_E4.get(tick_size, 0)
    if not 0 < step_e4 <= PRICE_ONE_E4 // 10:
        raise ValueError(f"tick size {tick_size!r} is not 0.0001…0.1")
    return ((0, PRICE_ONE_E4, step_e4),)


def _rejected(frame: bytes, fault: Exception) -> FrameRejected | None:
    """Name what was wrong; the books that may be wrong now are those the frame was about."""
    try:
        wire = msgspec.json.decode(frame)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return FrameRejected("unreadable polymarket frame", _sample(frame), None)
    if isinstance(wire, dict) and wire.get("event_type") in _UNUSED:
        return None
    named: set[str] = set()
    for message in wire if isinstance(wire, list) else [wire]:
        if isinstance(message, dict):
            entries = message.get("price_changes")
            for part in [message, *(entries if isinstance(entries, list) else [])]:
                if isinstance(part, dict) and isinstance(part.get("asset_id"), str):
                    named.add(part["asset_id"])
    return FrameRejected(
        f"bad polymarket frame: {_reason(fault)}", _sample(frame), tuple(sorted(named))
    )


def _reason(fault: Exception) -> str:
    return f"price {fault} unknown" if isinstance(fault, KeyError) else str(fault)


def _sample(frame: bytes) -> str:
    return frame[:_SAMPLE_LENGTH].decode("utf-8", "backslashreplace")
