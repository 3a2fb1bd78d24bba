"""Answers of Gamma, written from its documentation, to build tests from."""

import json

YES_TOKEN = "71" + "3" * 74
NO_TOKEN = "28" + "9" * 74
CONDITION = "0x" + "ab" * 32


def market(**changes) -> dict:
    fields = {
        "id": "5012",
        "slug": "rain-in-porto-tomorrow",
        "question": "Will it rain in Porto tomorrow?",
        "conditionId": CONDITION,
        "outcomes": '["Yes", "No"]',
        "clobTokenIds": json.dumps([YES_TOKEN, NO_TOKEN]),
        "acceptingOrders": True,
        "enableOrderBook": True,
        "orderPriceMinTickSize": 0.001,
        "orderMinSize": 5,
        "negRisk": True,
        "volume24hr": 1234.5678901234,
        "volumeNum": 99999.5,
        "takerBaseFee": 1000,
        "feesEnabled": True,
        "feeSchedule": {"exponent": 1, "rate": 0.05, "takerOnly": True, "rebateRate": 0.25},
        "events": [{"id": "77", "slug": "rain-in-porto", "seriesSlug": "rain", "title": "Rain"}],
    }
    fields.update(changes)
    return {name: value for name, value in fields.items() if value is not ...}


def page(*markets: dict, **extra) -> bytes:
    return json.dumps({"markets": list(markets), **extra}).encode()
