"""Polymarket's market channel and CLOB answers as text, with hashes that check.

Levels are listed worst first, as the venue does (https://docs.polymarket.com/market-data);
numbers are strings. Builds messages only: no socket, no clock.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec

from underround.core.units import PRICE_ONE_E4, format_size
from underround.simulation.book import ASK, BID, Change, Side, mirrored
from underround.simulation.market import PolymarketMarket

Levels = list[dict[str, str]]


def compact(message: object) -> str:
    """Write JSON as the venue does, without spaces."""
    return msgspec.json.encode(message).decode()


@lru_cache(maxsize=20_000)
def price_text(price_e4: int) -> str:
    """Write a price without trailing zeros ("0.5", "0.006")."""
    return f"{price_e4 // PRICE_ONE_E4}.{price_e4 % PRICE_ONE_E4:04d}".rstrip("0").rstrip(".")


@lru_cache(maxsize=100_000)
def size_text(size_e6: int) -> str:
    """Write a size without trailing zeros; resting ones are written again and again."""
    return format_size(size_e6)


def trade_price_text(price_e4: int | None) -> str:
    """Write a last trade price with three decimals, empty when there was no trade."""
    return "" if price_e4 is None else f"{price_e4 / PRICE_ONE_E4:.3f}"


def token_levels(market: PolymarketMarket, token: str) -> tuple[Levels, Levels]:
    """Return one token's bids ascending and asks descending (best last on both sides)."""
    bids = sorted(market.book.bids.items())
    asks = sorted(market.book.asks.items(), reverse=True)
    if token == market.tokens[1]:
        bids, asks = (
            [(PRICE_ONE_E4 - p, s) for p, s in asks],
            [(PRICE_ONE_E4 - p, s) for p, s in bids],
        )
    return _levels(bids), _levels(asks)


def _levels(levels: list[tuple[int, int]]) -> Levels:
    return [{"price": price_text(p), "size": size_text(s)} for p, s in levels]


def rest_book(market: PolymarketMarket, token: str) -> dict[str, Any]:
    """Return one token's book as `/book` shows it, its hash included.

    The hash is the SHA-1 of the compact JSON of exactly these keys in this order with an empty
    hash (py-clob-client, `utilities.py`).
    """
    bids, asks = token_levels(market, token)
    book: dict[str, Any] = {
        "market": market.condition_id,
        "asset_id": token,
        "timestamp": str(market.changed_at_ms),
        "hash": "",
        "bids": bids,
        "asks": asks,
        "min_order_size": format_size(market.min_size_e6),
        "tick_size": price_text(market.tick_e4),
        "neg_risk": market.neg_risk,
        "last_trade_price": trade_price_text(market.last_trade_price_e4),
    }
    book["hash"] = hashlib.sha1(compact(book).encode(), usedforsecurity=False).hexdigest()
    return book


def opening_book(market: PolymarketMarket, token: str) -> dict[str, Any]:
    """Return one element of the array that answers a subscription."""
    book = rest_book(market, token)
    shown = ("market", "asset_id", "timestamp", "hash", "bids", "asks", "tick_size")
    return {
        **{key: book[key] for key in shown},
        "event_type": "book",
        "last_trade_price": book["last_trade_price"],
    }


def fresh_book(market: PolymarketMarket, token: str) -> dict[str, Any]:
    """Return the book sent after trades: without tick size and last trade price."""
    book = rest_book(market, token)
    shown = ("market", "asset_id", "bids", "asks", "hash", "timestamp")
    return {**{key: book[key] for key in shown}, "event_type": "book"}


def price_change(market: PolymarketMarket, changes: Sequence[Change], at_ms: int) -> dict[str, Any]:
    """Return one message for changes already applied: every entry mirrored for the other token.

    An entry's hash, best bid and best ask are its token's after the whole message.
    """
    yes, no = market.tokens
    bid_e4, ask_e4 = market.book.top()
    best = {
        yes: _best(bid_e4, ask_e4),
        no: _best(_complement(ask_e4), _complement(bid_e4)),
    }
    hashes = {token: rest_book(market, token)["hash"] for token in market.tokens}
    entries = []
    for change in changes:
        for token, (side, price_e4, size_e6) in ((yes, change), (no, mirrored(change))):
            entries.append(
                {
                    "asset_id": token,
                    "price": price_text(price_e4),
                    "size": size_text(size_e6),
                    "side": "BUY" if side == BID else "SELL",
                    "hash": hashes[token],
                    **best[token],
                }
            )
    return {
        "market": market.condition_id,
        "price_changes": entries,
        "timestamp": str(at_ms),
        "event_type": "price_change",
    }


def _best(bid_e4: int | None, ask_e4: int | None) -> dict[str, str]:
    """Write a token's best prices; an empty side shows 0 or 1, as the venue does."""
    return {
        "best_bid": "0" if bid_e4 is None else price_text(bid_e4),
        "best_ask": "1" if ask_e4 is None else price_text(ask_e4),
    }


def _complement(price_e4: int | None) -> int | None:
    return None if price_e4 is None else PRICE_ONE_E4 - price_e4


def last_trade(
    market: PolymarketMarket, taker: Side, price_e4: int, size_e6: int, at_ms: int
) -> dict[str, Any]:
    """Return the trade as the YES token shows it; `side` is the taker's."""
    identity = f"{market.condition_id}{at_ms}{price_e4}{size_e6}"
    return {
        "market": market.condition_id,
        "asset_id": market.tokens[0],
        "price": price_text(price_e4),
        "size": format_size(size_e6),
        "fee_rate_bps": "0",
        "side": "SELL" if taker == ASK else "BUY",
        "timestamp": str(at_ms),
        "event_type": "last_trade_price",
        "transaction_hash": f"0x{hashlib.sha256(identity.encode()).hexdigest()}",
    }


def tick_size_change(
    market: PolymarketMarket, token: str, old_tick_e4: int, at_ms: int
) -> dict[str, Any]:
    """Return the change of one token's tick size."""
    return {
        "market": market.condition_id,
        "asset_id": token,
        "old_tick_size": price_text(old_tick_e4),
        "new_tick_size": price_text(market.tick_e4),
        "timestamp": str(at_ms),
        "event_type": "tick_size_change",
    }
