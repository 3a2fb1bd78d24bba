"""Polymarket's rarer messages to our events: trades, ticks, best prices, new and resolved markets.

Also `price_change` as it was written before 15 September 2025, for old recordings. Each reader
takes one message's bytes and raises for what is not one; the codec names it.
https://docs.polymarket.com/developers/CLOB/websocket/market-channel
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from underround.core.event import (
    GridChanged,
    LevelsSet,
    MarketClosed,
    MarketEvent,
    TradePrinted,
)
from underround.core.units import PRICE_ONE_E4, PRICES_E4, SIZE_ONE_E6, size_e6_from_float
from underround.core.venue_event import MarketAppeared, TopClaimed
from underround.venues.polymarket.messages import (
    WireNewMarket,
    WireOldChanges,
    WireResolved,
    WireTick,
    WireTop,
    WireTrade,
)

_old_changes = msgspec.json.Decoder(WireOldChanges, strict=False).decode
_trade = msgspec.json.Decoder(WireTrade, strict=False).decode
_tick = msgspec.json.Decoder(WireTick, strict=False).decode
_top = msgspec.json.Decoder(WireTop).decode
_new_market = msgspec.json.Decoder(WireNewMarket).decode
_resolved = msgspec.json.Decoder(WireResolved).decode

_SIDES: Final = {"BUY": True, "SELL": False}


def tick_ranges(tick_size: str) -> tuple[tuple[int, int, int], ...]:
    """Return the price ranges of a tick size ("0.01"); ValueError unless 0.0001…0.1."""
    step_e4 = PRICES_E4.get(tick_size, 0)
    if not 0 < step_e4 <= PRICE_ONE_E4 // 10:
        raise ValueError(f"tick size {tick_size!r} is not 0.0001…0.1")
    return ((0, PRICE_ONE_E4, step_e4),)


def _read_old_changes(frame: bytes) -> Sequence[MarketEvent]:
    message = _old_changes(frame)
    changes = [
        (
            message.asset_id,
            change.side == "BUY",
            PRICES_E4[change.price],
            round(change.size * SIZE_ONE_E6),
            "",
            "",
        )
        for change in message.changes
    ]
    return (LevelsSet(changes, message.timestamp),)


def _read_trade(frame: bytes) -> Sequence[MarketEvent]:
    message = _trade(frame)
    return (
        TradePrinted(
            message.asset_id,
            PRICES_E4[message.price],
            size_e6_from_float(message.size),
            message.timestamp,
            _SIDES.get(message.side),
        ),
    )


def _read_tick(frame: bytes) -> Sequence[MarketEvent]:
    message = _tick(frame)
    ranges = tick_ranges(message.new_tick_size)
    return (GridChanged(message.asset_id, ranges, message.timestamp),)


def _read_top(frame: bytes) -> Sequence[MarketEvent]:
    message = _top(frame)
    bid_e4 = PRICES_E4[message.best_bid or "0"]
    ask_e4 = PRICES_E4[message.best_ask or "1"]
    return (
        TopClaimed(
            message.asset_id,
            bid_e4 or None,
            ask_e4 if ask_e4 != PRICE_ONE_E4 else None,
            _time_ms(message.timestamp),
        ),
    )


def _read_new_market(frame: bytes) -> Sequence[MarketEvent]:
    message = _new_market(frame)
    event, time_ms = message.event_message, _time_ms(message.timestamp)
    return (
        MarketAppeared(
            message.market,
            tuple(message.assets_ids),
            message.slug,
            time_ms,
            event_id="" if event is None else str(event.id),
        ),
    )


def _read_resolved(frame: bytes) -> Sequence[MarketEvent]:
    """Name what each token pays; without a winner (a market split in halves) that is not said."""
    message = _resolved(frame)
    winner = message.winning_asset_id
    return [
        MarketClosed(
            token, "resolved", None if not winner else PRICE_ONE_E4 if token == winner else 0
        )
        for token in message.assets_ids
    ]


def _time_ms(time: str | int) -> int | None:
    return int(time) if time else None


READERS: Final[dict[str, Callable[[bytes], Sequence[MarketEvent]]]] = {
    "price_change": _read_old_changes,
    "last_trade_price": _read_trade,
    "tick_size_change": _read_tick,
    "best_bid_ask": _read_top,
    "new_market": _read_new_market,
    "market_resolved": _read_resolved,
}
"""What reads a message, by its `event_type`."""
