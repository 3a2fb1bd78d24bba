"""Kalshi's rarer messages to our events: tickers, trades, lives of markets, fees, indices.

Each reader takes one message's bytes and raises for what is not one; the codec names it. Numbers
of streams are the codec's business.
https://docs.kalshi.com/websockets/market-and-event-lifecycle
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from underround.core.event import GridChanged, MarketClosed, MarketEvent, TradePrinted
from underround.core.units import (
    NS_PER_SECOND,
    PRICE_ONE_E4,
    PRICES_E4,
    size_e6_from_float,
)
from underround.core.venue_event import (
    CloseMoved,
    FeesAnnounced,
    IndexPrinted,
    MarketAppeared,
    TermsChanged,
    TopClaimed,
    TradingHalted,
)
from underround.core.windows.spot_units import parse_e8
from underround.venues.kalshi.messages import (
    WireAverage,
    WireEvent,
    WireFee,
    WireIndex,
    WireLifecycle,
    WireLifecycleBody,
    WirePrint,
    WireRange,
    WireTicker,
    WireTrade,
)

INDEX_SOURCE: Final = "cf_benchmarks"
INDEX_SOURCE_5HZ: Final = "cf_benchmarks_5hz"

_ticker = msgspec.json.Decoder(WireTicker).decode
_trade = msgspec.json.Decoder(WireTrade, strict=False).decode
_lifecycle = msgspec.json.Decoder(WireLifecycle, strict=False).decode
_event = msgspec.json.Decoder(WireEvent).decode
_fee = msgspec.json.Decoder(WireFee).decode
_index = msgspec.json.Decoder(WireIndex).decode
_print = msgspec.json.Decoder(WirePrint).decode

_SIDES: Final = {"yes": True, "no": False}


def _read_ticker(frame: bytes) -> Sequence[MarketEvent]:
    body = _ticker(frame).msg
    bid_e4, ask_e4 = PRICES_E4[body.yes_bid_dollars], PRICES_E4[body.yes_ask_dollars]
    return (
        TopClaimed(
            body.market_ticker,
            bid_e4 or None,
            ask_e4 if ask_e4 != PRICE_ONE_E4 else None,
            body.ts_ms,
        ),
    )


def _read_trade(frame: bytes) -> Sequence[MarketEvent]:
    body = _trade(frame).msg
    if body.is_block_trade:
        return ()
    return (
        TradePrinted(
            body.market_ticker,
            PRICES_E4[body.yes_price_dollars],
            size_e6_from_float(body.count_fp),
            body.ts_ms or body.ts * 1_000,
            _SIDES.get(body.taker_outcome_side or body.taker_side),
        ),
    )


def _read_lifecycle(frame: bytes) -> Sequence[MarketEvent]:
    body = _lifecycle(frame).msg
    reader = _LIVES.get(body.event_type)
    if reader is None:
        raise ValueError(f"lifecycle event {body.event_type!r} is not known")
    return reader(body)


def _created(body: WireLifecycleBody) -> Sequence[MarketEvent]:
    ticker, more = body.market_ticker, body.additional_metadata
    title, event = ("", "") if more is None else (more.title, more.event_ticker)
    # A ticker is its event's with what tells the market apart; that is said only in `created`.
    return (MarketAppeared(ticker, (ticker,), title, event_id=event or ticker.rpartition("-")[0]),)


def _activated(body: WireLifecycleBody) -> Sequence[MarketEvent]:
    """Read a pause or its end; the flag says which where it is given, else the event's name."""
    is_halted = body.is_deactivated
    if is_halted is None:
        is_halted = body.event_type == "deactivated"
    return (TradingHalted(body.market_ticker, is_halted, body.event_type),)


def _close_moved(body: WireLifecycleBody) -> Sequence[MarketEvent]:
    if body.close_ts is None:
        raise ValueError("close_date_updated without close_ts")
    return (CloseMoved(body.market_ticker, body.close_ts * NS_PER_SECOND),)


def _ended(body: WireLifecycleBody) -> Sequence[MarketEvent]:
    pays = body.settlement_value
    value_e4 = None if pays is None else PRICES_E4[pays]
    if value_e4 is None and body.result in _SIDES:
        value_e4 = PRICE_ONE_E4 if _SIDES[body.result] else 0
    return (MarketClosed(body.market_ticker, body.event_type, value_e4),)


def _regridded(body: WireLifecycleBody) -> Sequence[MarketEvent]:
    if not body.price_ranges:
        raise ValueError("price_level_structure_updated without price_ranges")
    return (GridChanged(body.market_ticker, tuple(map(_range_e4, body.price_ranges))),)


def _precise(body: WireLifecycleBody) -> Sequence[MarketEvent]:
    floor, cap = body.floor_strike, body.cap_strike
    return (
        TermsChanged(
            body.market_ticker,
            body.strike_type,
            None if floor is None else str(floor),
            None if cap is None else str(cap),
            body.yes_sub_title,
        ),
    )


_LIVES: Final[dict[str, Callable[[WireLifecycleBody], Sequence[MarketEvent]]]] = {
    "created": _created,
    "activated": _activated,
    "deactivated": _activated,
    "close_date_updated": _close_moved,
    "determined": _ended,
    "settled": _ended,
    "price_level_structure_updated": _regridded,
    "metadata_updated": _precise,
}


def _read_event(frame: bytes) -> Sequence[MarketEvent]:
    body = _event(frame).msg
    return (MarketAppeared(body.event_ticker, (), body.title),)


def _read_fee(frame: bytes) -> Sequence[MarketEvent]:
    body = _fee(frame).msg
    multiplier = body.fee_multiplier_override
    return (
        FeesAnnounced(
            body.event_ticker,
            body.fee_type_override,
            None if multiplier is None else str(multiplier),
        ),
    )


def _read_index(frame: bytes) -> Sequence[MarketEvent]:
    return (_printed(frame, INDEX_SOURCE),)


def _read_fast_index(frame: bytes) -> Sequence[MarketEvent]:
    return (_printed(frame, INDEX_SOURCE_5HZ),)


def _printed(frame: bytes, source: str) -> IndexPrinted:
    body = _index(frame).msg
    told = _print(body.data)
    if told.id and told.id != body.index_id:
        raise ValueError(f"index {body.index_id!r} carries a print of {told.id!r}")
    average, window = body.avg_60s_data, body.last_60s_windowed_average_15min
    return IndexPrinted(
        source,
        body.index_id,
        parse_e8(told.value),
        told.time,
        relayed_ms=body.received_at,
        average_e8=_mean_e8(average),
        average_count=0 if average is None else average.window_size,
        settlement_e8=_mean_e8(window),
        settlement_count=0 if window is None else window.window_size,
    )


def _mean_e8(average: WireAverage | None) -> int | None:
    return None if average is None else parse_e8(average.value)


def _range_e4(band: WireRange) -> tuple[int, int, int]:
    return PRICES_E4[band.start], PRICES_E4[band.end], PRICES_E4[band.step]


READERS: Final[dict[str, Callable[[bytes], Sequence[MarketEvent]]]] = {
    "ticker": _read_ticker,
    "trade": _read_trade,
    "market_lifecycle_v2": _read_lifecycle,
    "multivariate_market_lifecycle": _read_lifecycle,
    "event_lifecycle": _read_event,
    "event_fee_update": _read_fee,
    "cfbenchmarks_value": _read_index,
    "cfbenchmarks_value_5hz": _read_fast_index,
}
"""What reads a message, by its `type`."""
