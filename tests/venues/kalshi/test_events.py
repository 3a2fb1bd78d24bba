"""Kalshi's events: exclusivity and strikes as the catalog writes them."""

import json
from typing import Any

import pytest

from underround.core.span import Span
from underround.venues.errors import UnreadableError
from underround.venues.kalshi.events import decode_event, decode_event_page

ONE_E8 = 10**8


def market(ticker: str, **facts: Any) -> dict[str, Any]:
    return {
        "ticker": ticker,
        "title": "Bitcoin range",
        "yes_sub_title": ticker,
        "rules_primary": "If it is so.",
        "status": "active",
        "market_type": "binary",
        "result": "",
    } | facts


def event(*markets: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {"event_ticker": "KXBTC-1", "title": "Bitcoin?", "markets": list(markets)} | facts


def span_of(**facts: Any) -> Span | None:
    body = json.dumps({"event": event(market("T", **facts))}).encode()
    return decode_event(body).markets[0].span


CENTS = {"round_digits": "2"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"strike_type": "greater", "floor_strike": 70, "custom_strike": CENTS}, (7_001, None)),
        ({"strike_type": "greater_or_equal", "floor_strike": 70.5}, (7_050, None)),
        ({"strike_type": "less", "cap_strike": 64, "custom_strike": CENTS}, (None, 6_400)),
        (
            {"strike_type": "between", "floor_strike": 64, "cap_strike": 65.99}
            | {"custom_strike": CENTS},
            (6_400, 6_600),
        ),
        ({"strike_type": "less_or_equal", "cap_strike": 9, "custom_strike": CENTS}, (None, 901)),
    ],
)
def test_strikes_are_spans_of_rounded_values(facts, expected):
    low, high = expected
    assert span_of(**facts) == Span(
        None if low is None else low * ONE_E8 // 100,
        None if high is None else high * ONE_E8 // 100 - 1,
    )


def test_without_a_rounding_a_strike_is_taken_as_it_stands():
    assert span_of(strike_type="greater", floor_strike=70) == Span(70 * ONE_E8 + 1, None)


@pytest.mark.parametrize(
    "facts",
    [
        {"strike_type": "custom", "custom_strike": {"team": "Ajax"}},
        {"strike_type": "greater"},
        {"strike_type": "between", "floor_strike": 3},
        {"strike_type": None},
    ],
)
def test_what_is_no_number_has_no_span(facts):
    assert span_of(**facts) is None


def test_an_event_tells_who_excludes_whom_and_who_is_over():
    markets = (
        market("A"),
        market("B", status="finalized", result="no"),
        market("C", status="finalized", result="yes"),
    )
    body = json.dumps({"events": [event(*markets, mutually_exclusive=True)], "cursor": "x"})
    (found,), cursor = decode_event_page(body.encode())
    assert (found.id, found.is_exclusive, found.is_complete, cursor) == (
        "KXBTC-1",
        True,
        False,
        "x",
    )
    assert [(one.is_open, one.is_over) for one in found.markets] == [
        (True, False),
        (False, True),
        (False, False),
    ]


def test_what_is_no_event_is_named():
    with pytest.raises(UnreadableError, match="event cannot be read"):
        decode_event(b"[]")
    with pytest.raises(UnreadableError, match="list of events cannot be read"):
        decode_event_page(b"{}")
