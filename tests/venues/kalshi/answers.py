"""Answers of Kalshi's REST interface, written from its documentation, to build tests from."""

import json

CLOSE_NS = 1_795_000_000_000_000_000  # 2026-11-18T11:06:40Z
TAPERED = [
    {"start": "0.0000", "end": "0.1000", "step": "0.0010"},
    {"start": "0.1000", "end": "0.9000", "step": "0.0100"},
    {"start": "0.9000", "end": "1.0000", "step": "0.0010"},
]


def market(**changes) -> dict:
    fields = {
        "ticker": "KXRAINPORTO-26NOV18-T5",
        "event_ticker": "KXRAINPORTO-26NOV18",
        "title": "Rain in Porto on Nov 18?",
        "yes_sub_title": "5 mm or above",
        "status": "active",
        "market_type": "binary",
        "close_time": "2026-11-18T11:06:40Z",
        "price_ranges": TAPERED,
        "volume_24h_fp": "345.25",
    }
    fields.update(changes)
    return {name: value for name, value in fields.items() if value is not ...}


def page(*markets: dict, cursor: str = "") -> bytes:
    return json.dumps({"markets": list(markets), "cursor": cursor}).encode()


def series(
    fee_type: str = "quadratic", multiplier: object = 1, ticker: str = "KXRAINPORTO"
) -> bytes:
    fields = {"ticker": ticker, "fee_type": fee_type, "fee_multiplier": multiplier}
    return json.dumps({"series": fields}).encode()
