"""Kalshi's order book frames and answers: fixed-point dollars, bids only, missing empty sides.

Builds messages only: no socket, no clock.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec

from underround.core.units import NS_PER_MS, NS_PER_SECOND, PRICE_ONE_E4, SIZE_ONE_E6
from underround.simulation.book import BID, Book, Side
from underround.simulation.feeds import Delta
from underround.simulation.market import KalshiMarket, Trade


def compact(message: object) -> str:
    """Write JSON as the venue does, without spaces."""
    return msgspec.json.encode(message).decode()


def dollars(price_e4: int) -> str:
    """Write a price with four decimals ("0.5600")."""
    return f"{price_e4 // PRICE_ONE_E4}.{price_e4 % PRICE_ONE_E4:04d}"


def contracts(size_e6: int) -> str:
    """Write a signed count with two decimals ("-54.00")."""
    sign, size_e6 = ("-", -size_e6) if size_e6 < 0 else ("", size_e6)
    return f"{sign}{size_e6 // SIZE_ONE_E6}.{size_e6 % SIZE_ONE_E6 // 10_000:02d}"


def timestamp(at_ns: int) -> str:
    """Write a UTC time to the microsecond ("2026-08-07T06:46:28.978710Z")."""
    seconds, rest_ns = divmod(at_ns, NS_PER_SECOND)
    moment = datetime.fromtimestamp(seconds, tz=UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest_ns // 1_000:06d}Z"


def yes_levels(book: Book) -> list[list[str]]:
    """Return the YES bids ascending, best last."""
    return [[dollars(p), contracts(s)] for p, s in sorted(book.bids.items())]


def no_levels(book: Book, *, use_yes_price: bool = False) -> list[list[str]]:
    """Return the NO bids ascending in NO dollars, or on the YES scale where that was asked."""
    if use_yes_price:
        return [[dollars(p), contracts(s)] for p, s in sorted(book.asks.items())]
    levels = sorted((PRICE_ONE_E4 - p, s) for p, s in book.asks.items())
    return [[dollars(p), contracts(s)] for p, s in levels]


def snapshot_body(market: KalshiMarket, *, use_yes_price: bool) -> dict[str, Any]:
    """Return a snapshot's `msg`; a side without bids has no key."""
    body: dict[str, Any] = {
        "market_ticker": market.ticker,
        "market_id": market.market_id,
        "clock": market.clock,
    }
    if market.book.bids:
        body["yes_dollars_fp"] = yes_levels(market.book)
    if market.book.asks:
        body["no_dollars_fp"] = no_levels(market.book, use_yes_price=use_yes_price)
    return body


def delta_body(
    market: KalshiMarket, delta: Delta, at_ns: int, *, use_yes_price: bool
) -> dict[str, Any]:
    """Return a delta's `msg`; a NO bid's price is in NO dollars unless YES prices were asked."""
    side, price_e4, size_e6 = delta
    if side != BID and not use_yes_price:
        price_e4 = PRICE_ONE_E4 - price_e4
    return {
        "market_ticker": market.ticker,
        "market_id": market.market_id,
        "clock": market.clock,
        "price_dollars": dollars(price_e4),
        "delta_fp": contracts(size_e6),
        "side": "yes" if side == BID else "no",
        "ts": timestamp(at_ns),
        "ts_ms": at_ns // NS_PER_MS,
    }


def trade_body(
    market: KalshiMarket, taker: Side, price_e4: int, size_e6: int, at_ns: int
) -> dict[str, Any]:
    """Return a trade's `msg`; the taker's side is told in the old way and the new."""
    outcome = "yes" if taker == BID else "no"
    return {
        "trade_id": trade_id(market, at_ns),
        "market_ticker": market.ticker,
        "yes_price_dollars": dollars(price_e4),
        "no_price_dollars": dollars(PRICE_ONE_E4 - price_e4),
        "count_fp": contracts(size_e6),
        "taker_side": outcome,
        "taker_outcome_side": outcome,
        "taker_book_side": "bid" if taker == BID else "ask",
        "is_block_trade": False,
        "ts": at_ns // NS_PER_SECOND,
        "ts_ms": at_ns // NS_PER_MS,
    }


def trade_answer(market: KalshiMarket, trade: Trade) -> dict[str, Any]:
    """Return a trade as REST lists it."""
    outcome = "yes" if trade.taker == BID else "no"
    return {
        "trade_id": trade_id(market, trade.at_ns),
        "ticker": market.ticker,
        "count_fp": contracts(trade.size_e6),
        "yes_price_dollars": dollars(trade.price_e4),
        "no_price_dollars": dollars(PRICE_ONE_E4 - trade.price_e4),
        "taker_side": outcome,
        "taker_outcome_side": outcome,
        "taker_book_side": "bid" if trade.taker == BID else "ask",
        "created_time": timestamp(trade.at_ns),
        "is_block_trade": False,
    }


def trade_id(market: KalshiMarket, at_ns: int) -> str:
    """Make a trade's id of its market's and its time, in the form of a UUID."""
    return f"{market.market_id[:23]}-{at_ns % 16**12:012x}"


def orderbook_answer(market: KalshiMarket, depth: int) -> dict[str, Any]:
    """Return `orderbook_fp` as REST shows it; depth 0 means all, else the best so many."""
    yes, no = yes_levels(market.book), no_levels(market.book)
    return {
        "yes_dollars": yes[-depth:] if depth else yes,
        "no_dollars": no[-depth:] if depth else no,
    }
