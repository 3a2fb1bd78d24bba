"""Kalshi's bytes to our events, on the YES scale. Holds no socket and no book.

Kalshi shows bids only: a NO bid at q is a YES ask at 1 − q with the same size. We subscribe with
`use_yes_price` false, so the no side arrives in NO dollars.
"""

from collections.abc import Callable, Iterable
from math import floor
from typing import Any, Final

import msgspec

from underround.core.event import (
    BookReplaced,
    CommandAnswered,
    FrameRejected,
    Level,
    LevelAdded,
    MarketEvent,
    SequenceTaken,
    StreamEnded,
    StreamOpened,
)
from underround.core.units import (
    PRICE_ONE_E4,
    PRICES_E4,
    SIZE_ONE_E6,
)
from underround.venues.errors import printable
from underround.venues.kalshi.announcements import READERS
from underround.venues.kalshi.messages import (
    WireBody,
    WireBooks,
    WireMarketBook,
    WireMessage,
    WirePrice,
    WireReply,
    WireReplyBody,
)
from underround.venues.unreadable import (
    SAMPLE_LENGTH,
    NotJsonError,
    described,
    loosely,
    no_json,
)

_TERMINAL_ERRORS: Final = {10: "channel error", 25: "subscription buffer overflow"}
_BOOKS_CHANNEL: Final = "orderbook_delta"
_REPLIES: Final = frozenset({"subscribed", "ok", "unsubscribed", "error"})
_ABOUT_BOOKS: Final = frozenset({"orderbook_snapshot", "orderbook_delta"})

_message = msgspec.json.Decoder(WireMessage, strict=False).decode
_reply = msgspec.json.Decoder(WireReply, strict=False).decode
_books = msgspec.json.Decoder(WireBooks, strict=False).decode
_market_book = msgspec.json.Decoder(WireMarketBook, strict=False).decode
_FAULTS: Final = (msgspec.MsgspecError, ValueError, OverflowError, KeyError, RecursionError)


def _decoder() -> Callable[[bytes, list[MarketEvent]], None]:
    """Return `decode`; its names are bound here once, which a hot path is glad of."""
    decode_message, prices_e4, down = _message, PRICES_E4, floor
    level_added, one_e4, whole = LevelAdded, PRICE_ONE_E4, SIZE_ONE_E6

    def decode(frame: bytes, events: list[MarketEvent]) -> None:
        """Append to `events` what one frame says; never raises for what the venue sent."""
        try:
            message = decode_message(frame)
            if message.type != "orderbook_delta":
                _translate(message, frame, events)
                return
            body: WireBody = message.msg  # type: ignore[assignment]  # None ends below, as a fault
            ticker = body.market_ticker
            if not ticker:
                raise ValueError("a delta without market_ticker")
            price_e4 = prices_e4[body.price_dollars]
            is_bid = body.side == "yes"
            if not is_bid:
                if body.side != "no":
                    raise ValueError(f"side {body.side!r} is neither yes nor no")
                price_e4 = one_e4 - price_e4
            clock = body.clock
            events.append(
                level_added(
                    message.sid or 0,
                    message.seq,
                    ticker,
                    is_bid,
                    price_e4,
                    down(body.delta_fp * whole + 0.5),
                    (body.ts or "") if clock is None else clock,
                )
            )
        except (*_FAULTS, AttributeError, TypeError) as fault:
            _reject(frame, fault, events)

    return decode


decode = _decoder()


def decode_books(body: bytes) -> list[BookReplaced]:
    """Return the books of a `/markets/orderbooks` answer, leaving out those that cannot be read.

    ValueError when it is not such an answer, or when none of its books can be read.
    """
    books: list[BookReplaced] = []
    faults: list[Exception] = []
    try:
        parts = _books(body).orderbooks
    except _FAULTS as fault:
        raise _no_books(fault, body) from None
    for part in parts:
        try:
            market = _market_book(part)
            bids, asks = market.orderbook_fp.yes_dollars, market.orderbook_fp.no_dollars
            books.append(BookReplaced(market.ticker, _levels(bids), _levels(asks, is_no=True)))
        except _FAULTS as fault:
            faults.append(fault)
    if faults and not books:
        raise _no_books(faults[0], body)
    return books


def _translate(message: WireMessage, frame: bytes, events: list[MarketEvent]) -> None:
    kind = message.type
    if kind == "orderbook_snapshot":
        events.extend(_snapshot(message))
    elif kind in _REPLIES:
        events.extend(_replied(message, frame))
    else:
        reader = READERS.get(kind)
        told = () if reader is None else reader(frame)
        if message.seq is not None:
            events.append(SequenceTaken(message.sid or 0, message.seq))
        events.extend(told)
        if reader is None:
            events.append(FrameRejected("unknown kalshi message", repr(kind)[:SAMPLE_LENGTH]))


def _snapshot(message: WireMessage) -> list[MarketEvent]:
    body = message.msg
    if not isinstance(body, WireBody) or not body.market_ticker:
        raise ValueError("a snapshot without market_ticker")
    events: list[MarketEvent] = [
        BookReplaced(
            instrument=body.market_ticker,
            bids=_levels(body.yes_dollars_fp),
            asks=_levels(body.no_dollars_fp, is_no=True),
            stream=message.sid or 0,
            sequence=message.seq,
            group=(body.ts or None) if body.clock is None else body.clock,
        )
    ]
    if message.id and isinstance(message.id, int):
        events.append(_answered(message, WireReplyBody(market_tickers=[body.market_ticker])))
    return events


def _replied(message: WireMessage, frame: bytes) -> list[MarketEvent]:
    told = _reply(frame).msg
    body = told if isinstance(told, WireReplyBody) else WireReplyBody()
    events: list[MarketEvent] = []
    if message.seq is not None:
        events.append(SequenceTaken(message.sid or 0, message.seq))
    if message.type == "subscribed" and body.channel == _BOOKS_CHANNEL:
        events.append(StreamOpened(body.sid))
    elif message.type == "unsubscribed":
        events.append(StreamEnded(message.sid or 0, "unsubscribed"))
    elif message.type == "error":
        reason, stream = _TERMINAL_ERRORS.get(body.code), message.sid or body.sid
        if reason is not None and stream:
            events.append(StreamEnded(stream, reason))
        else:
            named = () if reason is None else None  # a stream ended, who knows which
            about = " ".join(filter(None, (str(body.code), body.msg, body.market_ticker)))
            events.append(
                FrameRejected("kalshi reports an error", printable(about, SAMPLE_LENGTH), named)
            )
    streams = None
    if isinstance(told, list):
        streams = tuple((each.channel, each.sid) for each in told)
    events.append(_answered(message, body, streams))
    return events


def _answered(
    message: WireMessage,
    body: WireReplyBody,
    streams: tuple[tuple[str, int], ...] | None = None,
) -> CommandAnswered:
    tickers = body.market_tickers
    return CommandAnswered(
        kind=message.type,
        id=message.id or None if isinstance(message.id, int) else None,
        stream=message.sid or body.sid or None,
        channel=body.channel or None,
        instruments=None if tickers is None else tuple(tickers),
        code=body.code or None,
        text=body.msg,
        streams=streams,
    )


def _levels(levels: Iterable[WirePrice] | None, *, is_no: bool = False) -> list[Level]:
    translated = [
        (PRICES_E4[price], floor(size * SIZE_ONE_E6 + 0.5)) for price, size in levels or ()
    ]
    if is_no:
        return [(PRICE_ONE_E4 - price_e4, size_e6) for price_e4, size_e6 in translated]
    return translated


def _reject(frame: bytes, fault: Exception, events: list[MarketEvent]) -> None:
    """Say that a frame could not be read, and which books may be wrong for that.

    Where the envelope can be read, its number counts as taken: the other books of the stream
    have missed nothing.
    """
    try:
        message = loosely(frame)
    except NotJsonError:
        events.append(no_json("kalshi", frame))
        return
    named: tuple[str, ...] | None = ()
    if isinstance(message, dict):
        named = _named(message)
        stream, number = message.get("sid"), message.get("seq")
        if named is not None and type(stream) is int and type(number) is int:
            events.append(SequenceTaken(stream, number))
    events.append(FrameRejected("bad kalshi message", described(fault, frame), named))


def _named(message: dict[str, Any]) -> tuple[str, ...] | None:
    """Return the markets a bad message was about; None when they are not to be known."""
    kind, body = message.get("type"), message.get("msg")
    if isinstance(kind, str) and kind not in _ABOUT_BOOKS:
        return ()
    ticker = body.get("market_ticker") if isinstance(body, dict) else None
    return (ticker,) if isinstance(ticker, str) and ticker else None


def _no_books(fault: Exception, body: bytes) -> ValueError:
    return ValueError(f"kalshi /markets/orderbooks: {described(fault, body)}")
