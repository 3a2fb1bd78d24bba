"""Kalshi's bytes to our events, on the YES scale. Holds no socket and no book.

Kalshi shows bids only: a NO bid at q is a YES ask at 1 − q with the same size. We subscribe with
`use_yes_price` false, so the no side arrives in NO dollars.
"""

from collections.abc import Callable, Iterable
from typing import Final

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
from underround.venues.kalshi.messages import WireBody, WireBooks, WireMessage, WirePrice

_SAMPLE_LENGTH: Final = 160
_TERMINAL_ERRORS: Final = {10: "channel error", 25: "subscription buffer overflow"}
_BOOKS_CHANNEL: Final = "orderbook_delta"
_REPLIES: Final = frozenset({"subscribed", "ok", "unsubscribed", "error"})
_UNUSED: Final = frozenset(
    {"ticker", "trade", "market_lifecycle_v2", "event_lifecycle", "event_fee_update"}
)

_message = msgspec.json.Decoder(WireMessage, strict=False).decode
_books = msgspec.json.Decoder(WireBooks, strict=False).decode
_FAULTS: Final = (msgspec.MsgspecError, ValueError, OverflowError, KeyError, RecursionError)


def _decoder() -> Callable[[bytes, list[MarketEvent]], None]:
    """Return `decode`; its names are bound here once, which a hot path is glad of."""
    decode_message, prices_e4, to_integer = _message, PRICES_E4, round
    level_added, one_e4, whole = LevelAdded, PRICE_ONE_E4, SIZE_ONE_E6

    def decode(frame: bytes, events: list[MarketEvent]) -> None:
        """Append to `events` what one frame says; never raises for what the venue sent."""
        try:
            message = decode_message(frame)
            if message.type != "orderbook_delta":
                _translate(message, events)
                return
            body: WireBody = message.msg  # type: ignore[assignment]
            price_e4 = prices_e4[body.price_dollars]
            is_bid = body.side == "yes"
            if not is_bid:
                if body.side != "no":
                    raise ValueError(f"side {body.side!r} is neither yes nor no")
                price_e4 = one_e4 - price_e4
            events.append(
                level_added(
                    message.sid,
                    message.seq,
                    body.market_ticker,
                    is_bid,
                    price_e4,
                    to_integer(body.delta_fp * whole),
                    body.ts if body.clock is None else body.clock,
                )
            )
        except (*_FAULTS, AttributeError, TypeError) as fault:
            events.append(_rejected(frame, fault))

    return decode


decode = _decoder()


def decode_books(body: bytes) -> list[BookReplaced]:
    """Return the books of a `/markets/orderbooks` answer; ValueError when it is not one."""
    try:
        return [
            BookReplaced(
                instrument=market.ticker,
                bids=_levels(market.orderbook_fp.yes_dollars, is_no=False),
                asks=_levels(market.orderbook_fp.no_dollars, is_no=True),
            )
            for market in _books(body).orderbooks
        ]
    except _FAULTS as fault:
        raise ValueError(f"kalshi /markets/orderbooks: {fault}: {_sample(body)}") from None


def is_data(frame: bytes) -> bool:
    """Tell whether a frame is proof that the feed is not frozen: every Kalshi message is."""
    return True


def _translate(message: WireMessage, events: list[MarketEvent]) -> None:
    kind, body = message.type, message.msg
    if kind == "orderbook_snapshot" and isinstance(body, WireBody):
        events.append(
            BookReplaced(
                instrument=body.market_ticker,
                bids=_levels(body.yes_dollars_fp, is_no=False),
                asks=_levels(body.no_dollars_fp, is_no=True),
                stream=message.sid,
                sequence=message.seq,
                group=(body.ts or None) if body.clock is None else body.clock,
            )
        )
        if message.id:
            events.append(_answered(message, body, (body.market_ticker,)))
    elif kind in _REPLIES:
        _translate_reply(message, events)
    elif kind in _UNUSED:
        if message.seq is not None:
            events.append(SequenceTaken(message.sid, message.seq))
    else:
        events.append(FrameRejected("unknown kalshi message", repr(kind)[:_SAMPLE_LENGTH]))


def _translate_reply(message: WireMessage, events: list[MarketEvent]) -> None:
    body = message.msg if isinstance(message.msg, WireBody) else WireBody()
    if message.seq is not None:
        events.append(SequenceTaken(message.sid, message.seq))
    if message.type == "subscribed" and body.channel == _BOOKS_CHANNEL:
        events.append(StreamOpened(body.sid))
    elif message.type == "unsubscribed":
        events.append(StreamEnded(message.sid, "unsubscribed"))
    elif message.type == "error":
        if body.code in _TERMINAL_ERRORS:
            events.append(StreamEnded(message.sid, _TERMINAL_ERRORS[body.code]))
        else:
            events.append(FrameRejected("kalshi refused a command", f"{body.code} {body.msg}"))
    tickers = tuple(body.market_tickers) if body.market_tickers is not None else None
    events.append(_answered(message, body, tickers))


def _answered(
    message: WireMessage, body: WireBody, tickers: tuple[str, ...] | None
) -> CommandAnswered:
    return CommandAnswered(
        kind=message.type,
        id=message.id or None,
        stream=message.sid or body.sid or None,
        channel=body.channel or None,
        instruments=tickers,
        code=body.code or None,
        text=body.msg,
    )


def _levels(levels: Iterable[WirePrice], is_no: bool) -> list[Level]:
    translated = [(PRICES_E4[price], round(size * SIZE_ONE_E6)) for price, size in levels]
    if is_no:
        return [(PRICE_ONE_E4 - price_e4, size_e6) for price_e4, size_e6 in translated]
    return translated


def _rejected(frame: bytes, fault: Exception) -> FrameRejected:
    """Name what was wrong; its market's book, or any book where none is named, may be wrong."""
    try:
        wire = msgspec.json.decode(frame)
        ticker = wire["msg"]["market_ticker"]
        reason = f"price {fault} unknown" if isinstance(fault, KeyError) else str(fault)
        return FrameRejected(f"bad kalshi frame: {reason}", _sample(frame), (str(ticker),))
    except (msgspec.MsgspecError, ValueError, LookupError, TypeError, RecursionError):
        return FrameRejected("unreadable kalshi frame", _sample(frame), None)


def _sample(frame: bytes) -> str:
    return frame[:_SAMPLE_LENGTH].decode("utf-8", "backslashreplace")
