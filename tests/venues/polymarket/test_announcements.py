"""Polymarket's rarer messages: what each becomes, and that none of them can spoil a book."""

import pytest

from tests.venues.polymarket.wire import MARKET, NO, TIME_MS, YES, wire, without
from underround.core.event import FrameRejected, LevelsSet, MarketClosed, TradePrinted
from underround.core.venue_event import MarketAppeared, TopClaimed
from underround.venues.polymarket.codec import decode

OLD_CHANGE = {
    "asset_id": YES,
    "changes": [
        {"price": "0.4", "side": "SELL", "size": "3300"},
        {"price": "0.39", "side": "BUY", "size": "0"},
    ],
    "event_type": "price_change",
    "hash": "0c" * 20,
    "market": MARKET,
    "timestamp": str(TIME_MS),
}
TOP = {
    "market": MARKET,
    "asset_id": YES,
    "best_bid": "0.490",
    "best_ask": "0.51",
    "spread": "0.02",
    "timestamp": str(TIME_MS),
    "event_type": "best_bid_ask",
}
RESOLVED = {
    "id": "5",
    "market": MARKET,
    "assets_ids": [YES, NO],
    "winning_asset_id": NO,
    "winning_outcome": "No",
    "event_message": None,
    "timestamp": str(TIME_MS),
    "tags": [],
    "event_type": "market_resolved",
}
NEW = {
    "id": "5",
    "question": "Will it rain?",
    "market": MARKET,
    "slug": "will-it-rain",
    "assets_ids": [YES, NO],
    "outcomes": ["Yes", "No"],
    "event_message": {"id": "1", "slug": "rain"},
    "timestamp": TIME_MS,
    "fee_schedule": {"exponent": 1, "rate": 0.05, "taker_only": True, "rebate_rate": 0.25},
    "event_type": "new_market",
}
TRADE = {
    "asset_id": YES,
    "price": "0.456",
    "size": "2.5",
    "timestamp": str(TIME_MS),
    "event_type": "last_trade_price",
}


def read(message: object) -> list:
    events = []
    decode(wire(message), events)
    return events


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            OLD_CHANGE,
            LevelsSet(
                [(YES, False, 4_000, 3_300_000_000, "", ""), (YES, True, 3_900, 0, "", "")],
                TIME_MS,
            ),
        ),
        (without(OLD_CHANGE, changes=[]), LevelsSet([], TIME_MS)),
        (TOP, TopClaimed(YES, 4_900, 5_100, TIME_MS)),
        (without(TOP, best_bid="0", best_ask="1"), TopClaimed(YES, None, None, TIME_MS)),
        (without(TOP, best_bid="", best_ask=""), TopClaimed(YES, None, None, TIME_MS)),
        (without(TOP, best_bid=..., timestamp=""), TopClaimed(YES, None, 5_100, None)),
        (NEW, MarketAppeared(MARKET, (YES, NO), "will-it-rain", TIME_MS, "1")),
        (
            without(NEW, assets_ids=..., timestamp=""),
            MarketAppeared(MARKET, (), "will-it-rain", event_id="1"),
        ),
        (
            without(TRADE, side="SELL"),
            TradePrinted(YES, 4_560, 2_500_000, TIME_MS, is_taker_buyer=False),
        ),
        (without(TRADE, side=""), TradePrinted(YES, 4_560, 2_500_000, TIME_MS)),
    ],
)
def test_message(message: dict, expected: object):
    assert read(message) == [expected]
    assert read([message]) == [expected]


@pytest.mark.parametrize(
    ("winner", "pays"), [(NO, (0, 10_000)), (YES, (10_000, 0)), ("", (None, None)), (None,) * 2]
)
def test_what_each_token_pays(winner: str | None, pays: tuple[int | None, int | None] | None):
    yes, no = pays or (None, None)
    assert read(without(RESOLVED, winning_asset_id=winner)) == [
        MarketClosed(YES, "resolved", yes),
        MarketClosed(NO, "resolved", no),
    ]


@pytest.mark.parametrize(
    "message",
    [
        without(TOP, best_bid="0.12345"),
        without(TOP, asset_id=...),
        without(TOP, timestamp="soon"),
        without(NEW, market=...),
        without(NEW, assets_ids=YES),
        without(RESOLVED, assets_ids=...),
        without(TRADE, size="-1"),
    ],
)
def test_a_bad_one_spoils_no_book(message: dict):
    (rejected,) = read(message)
    assert type(rejected) is FrameRejected
    assert (rejected.kind, rejected.instruments) == ("bad polymarket message", ())


@pytest.mark.parametrize("changes", [[{"price": "0.4", "side": "HOLD", "size": "1"}], "none", 7])
def test_a_bad_change_of_the_old_schema_spoils_its_book(changes: object):
    (rejected,) = read(without(OLD_CHANGE, changes=changes))
    assert (rejected.kind, rejected.instruments) == ("bad polymarket message", (YES,))
