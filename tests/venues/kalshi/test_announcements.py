"""Kalshi's rarer messages: what each becomes, and that none of them can spoil a book."""

import json

import pytest

from tests.venues.kalshi.wire import TICKER, wire, without
from underround.core.event import (
    FrameRejected,
    GridChanged,
    MarketClosed,
    SequenceTaken,
    TradePrinted,
)
from underround.core.venue_event import (
    CloseMoved,
    FeesAnnounced,
    IndexPrinted,
    MarketAppeared,
    TermsChanged,
    TopClaimed,
    TradingHalted,
)
from underround.venues.kalshi.codec import decode

TIME_MS = 1_770_000_000_123


def read(kind: str, body: dict, **envelope) -> list:
    events = []
    message = {"type": kind, "sid": 4, "seq": 7, "msg": body, "sending_ts_ms": 1} | envelope
    decode(wire(without(message)), events)
    return events


def life(event_type: str, **fields) -> list:
    body = {"event_type": event_type, "market_ticker": TICKER} | fields
    sequence, *events = read("market_lifecycle_v2", body)
    assert sequence == SequenceTaken(4, 7)
    return events


TICKER_BODY = {
    "market_id": "9b0f6b43",
    "market_ticker": TICKER,
    "price_dollars": "0.0700",
    "yes_bid_dollars": "0.0800",
    "yes_ask_dollars": "0.0810",
    "ts": TIME_MS // 1000,
    "ts_ms": TIME_MS,
    "time": "2026-05-15T03:09:51.87Z",
}
TRADE_BODY = {
    "trade_id": "4a9e0b5e",
    "market_ticker": TICKER,
    "yes_price_dollars": "0.3400",
    "no_price_dollars": "0.6600",
    "count_fp": "7.39",
    "taker_side": "no",
    "taker_outcome_side": "no",
    "taker_book_side": "ask",
    "is_block_trade": False,
    "ts": TIME_MS // 1000,
    "ts_ms": TIME_MS,
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, TopClaimed(TICKER, 800, 810, TIME_MS)),
        (
            {"yes_bid_dollars": "0.0000", "yes_ask_dollars": "1.0000"},
            TopClaimed(TICKER, None, None, TIME_MS),
        ),
        ({"ts_ms": ...}, TopClaimed(TICKER, 800, 810, None)),
    ],
)
def test_ticker_consumes_no_number(changes: dict, expected: TopClaimed):
    assert read("ticker", without(TICKER_BODY, **changes), seq=...) == [expected]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [TradePrinted(TICKER, 3_400, 7_390_000, TIME_MS, is_taker_buyer=False)]),
        (
            {"taker_outcome_side": "yes"},
            [TradePrinted(TICKER, 3_400, 7_390_000, TIME_MS, is_taker_buyer=True)],
        ),
        (
            {"taker_outcome_side": ...},
            [TradePrinted(TICKER, 3_400, 7_390_000, TIME_MS, is_taker_buyer=False)],
        ),
        (
            {"taker_outcome_side": ..., "taker_side": ..., "ts_ms": ...},
            [TradePrinted(TICKER, 3_400, 7_390_000, TIME_MS // 1000 * 1000)],
        ),
        ({"is_block_trade": True}, []),
    ],
)
def test_trade(changes: dict, expected: list):
    assert read("trade", without(TRADE_BODY, **changes)) == [SequenceTaken(4, 7), *expected]


def test_lives_of_a_market():
    more = {"title": "Will it rain?", "event_ticker": "KXRAIN"}
    assert life("created", open_ts=1, close_ts=2, additional_metadata=more) == [
        MarketAppeared(TICKER, (TICKER,), "Will it rain?", event_id="KXRAIN")
    ]
    assert life("created") == [
        MarketAppeared(TICKER, (TICKER,), "", event_id="KXBTC15M-26APR200030")
    ]
    assert life("deactivated") == [TradingHalted(TICKER, is_halted=True, reason="deactivated")]
    assert life("activated") == [TradingHalted(TICKER, is_halted=False, reason="activated")]
    assert life("activated", is_deactivated=True) == [
        TradingHalted(TICKER, is_halted=True, reason="activated")
    ]
    assert life("close_date_updated", close_ts=1_784_501_722) == [
        CloseMoved(TICKER, 1_784_501_722_000_000_000)
    ]
    bands = [
        {"start": "0.0000", "end": "0.1000", "step": "0.0010"},
        {"start": "0.1000", "end": "1.0000", "step": "0.0100"},
    ]
    assert life("price_level_structure_updated", price_ranges=bands) == [
        GridChanged(TICKER, ((0, 1_000, 10), (1_000, 10_000, 100)))
    ]


@pytest.mark.parametrize(
    ("fields", "value_e4"),
    [
        ({"result": "no", "settlement_value": "0.0000"}, 0),
        ({"result": "yes", "settlement_value": "1.0000"}, 10_000),
        ({"result": "scalar", "settlement_value": "0.5000"}, 5_000),
        ({"result": "yes"}, 10_000),
        ({"result": "no"}, 0),
        ({"result": "scalar"}, None),
    ],
)
def test_determined(fields: dict, value_e4: int | None):
    assert life("determined", determination_ts=1_784_501_722, **fields) == [
        MarketClosed(TICKER, "determined", value_e4)
    ]


def test_settled():
    assert life("settled", settled_ts=1) == [MarketClosed(TICKER, "settled")]


def test_a_strike_that_came_after_the_opening():
    fields = {"strike_type": "greater_or_equal", "floor_strike": 79800.71}
    assert life("metadata_updated", yes_sub_title="Target", custom_strike={}, **fields) == [
        TermsChanged(TICKER, "greater_or_equal", "79800.71", None, "Target")
    ]
    assert life("metadata_updated", strike_type="less", cap_strike=5) == [
        TermsChanged(TICKER, "less", None, "5", "")
    ]


def test_events_and_their_fees():
    listed = {"event_ticker": "KXRAIN-26", "title": "Rain", "series_ticker": "KXRAIN"}
    assert read("event_lifecycle", listed)[1:] == [MarketAppeared("KXRAIN-26", (), "Rain")]
    changed = {
        "event_ticker": "KXRAIN-26",
        "fee_type_override": "quadratic",
        "fee_multiplier_override": 0.5,
    }
    assert read("event_fee_update", changed)[1:] == [FeesAnnounced("KXRAIN-26", "quadratic", "0.5")]
    cleared = {"fee_type_override": None, "fee_multiplier_override": None}
    assert read("event_fee_update", changed | cleared)[1:] == [
        FeesAnnounced("KXRAIN-26", None, None)
    ]


def print_of(value: str, index: str = "BRTI") -> str:
    return json.dumps({"type": "value", "id": index, "time": TIME_MS, "value": value})


def test_the_index_of_every_second():
    body = {
        "index_id": "BRTI",
        "received_at": TIME_MS + 77,
        "data": print_of("68000.12"),
        "avg_60s_data": {"value": "67999.50000000", "window_size": 59, "window_start_ts_ms": 1},
    }
    plain = IndexPrinted(
        "cf_benchmarks",
        "BRTI",
        6_800_012_000_000,
        TIME_MS,
        relayed_ms=TIME_MS + 77,
        average_e8=6_799_950_000_000,
        average_count=59,
    )
    assert read("cfbenchmarks_value", body)[1:] == [plain]
    window = {"value": "68000.23000000", "window_size": 14}
    last = read("cfbenchmarks_value", body | {"last_60s_windowed_average_15min": window})[1]
    assert (last.settlement_e8, last.settlement_count) == (6_800_023_000_000, 14)


def test_the_index_five_times_a_second():
    body = {"index_id": "BRTI", "value_usd": "68000.12000000", "data": print_of("68000.12")}
    assert read("cfbenchmarks_value_5hz", body)[1:] == [
        IndexPrinted("cf_benchmarks_5hz", "BRTI", 6_800_012_000_000, TIME_MS)
    ]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("ticker", without(TICKER_BODY, yes_bid_dollars="8")),
        ("ticker", without(TICKER_BODY, market_ticker=...)),
        ("trade", without(TRADE_BODY, count_fp="-1")),
        ("trade", without(TRADE_BODY, yes_price_dollars="0.12345")),
        ("market_lifecycle_v2", {"event_type": "vanished", "market_ticker": TICKER}),
        ("market_lifecycle_v2", {"event_type": "close_date_updated", "market_ticker": TICKER}),
        (
            "market_lifecycle_v2",
            {"event_type": "price_level_structure_updated", "market_ticker": TICKER},
        ),
        ("event_fee_update", {"fee_type_override": None}),
        ("cfbenchmarks_value", {"index_id": "BRTI", "data": "{}"}),
        ("cfbenchmarks_value", {"index_id": "BRTI", "data": print_of("many")}),
        ("cfbenchmarks_value", {"index_id": "BRTI", "data": print_of("1", "ETHUSD_RTI")}),
    ],
)
def test_a_bad_one_spoils_no_book_and_takes_its_number(kind: str, body: dict):
    sequence, rejected = read(kind, body)
    assert sequence == SequenceTaken(4, 7)
    assert type(rejected) is FrameRejected
    assert (rejected.kind, rejected.instruments) == ("bad kalshi message", ())
