"""Gamma's events: closed lists of outcomes, augmented ones, and what is over."""

import json
from typing import Any

import pytest

from underround.venues.errors import UnreadableError
from underround.venues.polymarket.events import decode_event_page


def market(condition: str, label: str = "Ann", **facts: Any) -> dict[str, Any]:
    return {
        "conditionId": condition,
        "question": f"Will {label} win?",
        "description": "Resolves to Yes for the winner.",
        "groupItemTitle": label,
        "closed": False,
        "acceptingOrders": True,
        "enableOrderBook": True,
        "outcomePrices": '["0.3", "0.7"]',
    } | facts


def page(*markets: dict[str, Any], **facts: Any) -> bytes:
    event = {"id": "77", "title": "Who?", "negRisk": True, "markets": list(markets)} | facts
    return json.dumps({"events": [event], "next_cursor": "c"}).encode()


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, (True, True, False)),
        ({"negRiskAugmented": True}, (True, False, True)),
        ({"negRisk": False}, (False, False, False)),
    ],
)
def test_neg_risk_pays_one_of_a_closed_list_unless_it_is_augmented(facts, expected):
    (event,), cursor = decode_event_page(page(market("a"), market("b"), **facts))
    assert (event.is_exclusive, event.is_complete, event.is_open_ended) == expected
    assert (event.id, cursor) == ("77", "c")


def test_what_is_over_and_what_stands_for_nobody_is_told():
    markets = (
        market("a"),
        market("b", closed=True, acceptingOrders=False, outcomePrices='["0", "1"]'),
        market("c", closed=True, acceptingOrders=False, outcomePrices=["1", "0"]),
        market("d", acceptingOrders=False),
        market("e", "Person B"),
        market("f", "Other", negRiskOther=True),
        market("g", "Other"),
    )
    (event,), _ = decode_event_page(page(*markets))
    told = {one.market_id: (one.is_open, one.is_over, one.is_placeholder) for one in event.markets}
    assert told == {
        "a": (True, False, False),
        "b": (False, True, False),
        "c": (False, False, False),
        "d": (False, False, False),
        "e": (True, False, True),
        "f": (True, False, True),
        "g": (True, False, False),
    }


def test_what_is_no_page_is_named():
    with pytest.raises(UnreadableError, match="list of events cannot be read"):
        decode_event_page(b"[]")
