"""Kalshi's messages as the venue writes them, each field to be changed or (...) left out."""

import json

TICKER = "KXBTC15M-26APR200030-30"
TIME = "2026-11-21T12:00:00.123456Z"


def wire(message: object) -> bytes:
    return json.dumps(message).encode()


def without(message: dict, **changes) -> dict:
    return {key: value for key, value in {**message, **changes}.items() if value is not ...}


def delta(envelope: dict | None = None, **changes) -> dict:
    fields = {
        "market_ticker": TICKER,
        "market_id": "9b0f6b43",
        "clock": 4_182_061,
        "price_dollars": "0.9600",
        "delta_fp": "-54.00",
        "side": "yes",
        "ts": TIME,
        "ts_ms": 1_669_149_841_000,
    }
    message = {"type": "orderbook_delta", "sid": 2, "seq": 3, "msg": without(fields, **changes)}
    return without(message, **(envelope or {}))


def snapshot(envelope: dict | None = None, **changes) -> dict:
    fields = {
        "market_ticker": TICKER,
        "market_id": "9b0f6b43",
        "clock": 4_182_057,
        "yes_dollars_fp": [["0.0100", "1000.00"], ["0.0800", "300.50"]],
        "no_dollars_fp": [["0.5400", "20.00"], ["0.9110", "0.25"]],
    }
    message = {"type": "orderbook_snapshot", "sid": 2, "seq": 2, "msg": without(fields, **changes)}
    return without(message, **(envelope or {}))
