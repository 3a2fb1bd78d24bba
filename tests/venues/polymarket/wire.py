"""Polymarket's messages as the venue writes them, each field to be changed or (...) left out."""

import json

YES, NO = "71" + "3" * 74, "28" + "9" * 74
MARKET = "0x" + "ab" * 32
TIME_MS = 1_770_000_000_123


def wire(message: object) -> bytes:
    return json.dumps(message).encode()


def level(price: object, size: object) -> dict:
    return {"price": price, "size": size}


def without(message: dict, **changes) -> dict:
    return {key: value for key, value in {**message, **changes}.items() if value is not ...}


def book(asset: str = YES, **changes) -> dict:
    """Write an opening book as the venue does: worst levels first, the tag last but one."""
    fields = {
        "market": MARKET,
        "asset_id": asset,
        "timestamp": str(TIME_MS),
        "hash": "0a" * 20,
        "bids": [level("0.01", "1000"), level("0.48", "30.25"), level("0.49", "12")],
        "asks": [level("0.99", "5.000001"), level("0.52", "7"), level("0.51", "0.5")],
        "tick_size": "0.01",
        "event_type": "book",
        "last_trade_price": "",
    }
    return without(fields, **changes)


def entry(asset: str = YES, **changes) -> dict:
    fields = {
        "asset_id": asset,
        "price": "0.5",
        "size": "120.5",
        "side": "BUY",
        "hash": "0b" * 20,
        "best_bid": "0.5",
        "best_ask": "0.51",
    }
    return without(fields, **changes)


def change(*entries: object, **changes) -> dict:
    fields = {
        "market": MARKET,
        "price_changes": list(entries),
        "timestamp": str(TIME_MS),
        "event_type": "price_change",
    }
    return without(fields, **changes)
