"""Polymarket's wire in, events out: every message, every oddity seen, everything that may break."""

import pytest

from tests.venues.polymarket.wire import (
    MARKET,
    NO,
    TIME_MS,
    YES,
    book,
    change,
    entry,
    level,
    wire,
    without,
)
from underround.core.event import (
    BookReplaced,
    FrameRejected,
    GridChanged,
    LevelsSet,
    MarketClosed,
    TradePrinted,
)
from underround.core.venue_event import MarketAppeared, TopClaimed
from underround.venues.polymarket.announcements import tick_ranges
from underround.venues.polymarket.codec import decode

CENT = ((0, 10_000, 100),)


def read(frame: bytes) -> list:
    events = []
    decode(frame, events)
    return events


LEVELS = {
    "bids": [(100, 1_000_000_000), (4_800, 30_250_000), (4_900, 12_000_000)],
    "asks": [(9_900, 5_000_001), (5_200, 7_000_000), (5_100, 500_000)],
}
BOOK = BookReplaced(YES, **LEVELS, time_ms=TIME_MS, ranges=CENT, last_trade_e4=0)
OTHER = BookReplaced(NO, **LEVELS, time_ms=TIME_MS, ranges=CENT, last_trade_e4=0)
EMPTY = BookReplaced(YES, [], [], time_ms=TIME_MS, ranges=CENT, last_trade_e4=0)
BIDS_ONLY = BookReplaced(YES, LEVELS["bids"], [], time_ms=TIME_MS, ranges=CENT, last_trade_e4=0)
REFRESHED = BookReplaced(YES, **LEVELS, time_ms=TIME_MS)
CHANGE = LevelsSet([(YES, True, 5_000, 120_500_000, "0.5", "0.51")], TIME_MS)
TRADE = {
    "market": MARKET,
    "asset_id": YES,
    "price": "0.456",
    "size": "219.217767",
    "fee_rate_bps": "",
    "side": "BUY",
    "timestamp": str(TIME_MS),
    "event_type": "last_trade_price",
    "transaction_hash": "0x01",
}
TICK = {
    "market": MARKET,
    "asset_id": YES,
    "old_tick_size": "0.01",
    "new_tick_size": "0.001",
    "timestamp": str(TIME_MS),
    "event_type": "tick_size_change",
}
BEST = {
    "market": MARKET,
    "asset_id": YES,
    "best_bid": "0.49",
    "best_ask": "0.51",
    "spread": "0.02",
    "timestamp": "",
    "event_type": "best_bid_ask",
}
NEW = {"id": "5", "market": MARKET, "assets_ids": [YES, NO], "event_type": "new_market"}
RESOLVED = {
    "id": "5",
    "market": MARKET,
    "assets_ids": [YES, NO],
    "winning_asset_id": YES,
    "winning_outcome": "Yes",
    "timestamp": str(TIME_MS),
    "event_type": "market_resolved",
}

MESSAGES = [
    ("opening array ends in a newline", wire([book()]) + b"\n", [BOOK]),
    ("a lone book", wire(book()), [BOOK]),
    ("two books", wire([book(), book(NO)]), [BOOK, OTHER]),
    ("refresh, no tick and price", wire(book(tick_size=..., last_trade_price=...)), [REFRESHED]),
    ("a book without its tag", wire(book(event_type=...)), [BOOK]),
    (
        "a last trade",
        wire(book(last_trade_price="0.512")),
        [BookReplaced(YES, **LEVELS, time_ms=TIME_MS, ranges=CENT, last_trade_e4=5_120)],
    ),
    (
        "a last trade at no price",
        wire(book(last_trade_price="0.12345")),
        [BookReplaced(YES, **LEVELS, time_ms=TIME_MS, ranges=CENT)],
    ),
    ("one side missing", wire(book(asks=...)), [BIDS_ONLY]),
    ("empty sides", wire(book(bids=[], asks=[])), [EMPTY]),
    ("one change", wire(change(entry())), [CHANGE]),
    ("a change in an array", wire([change(entry())]), [CHANGE]),
    ("blanks before an array", b" \n" + wire([book()]), [BOOK]),
    ("blanks before an object", b"\n" + wire(change(entry())), [CHANGE]),
    (
        "mirrored changes, the level gone",
        wire(change(entry(size="0"), entry(NO, size="0", side="SELL", best_bid="0", best_ask="1"))),
        [
            LevelsSet(
                [(YES, True, 5_000, 0, "0.5", "0.51"), (NO, False, 5_000, 0, "0", "1")], TIME_MS
            )
        ],
    ),
    (
        "a change that claims nothing",
        wire(change(entry(best_bid=..., best_ask="", hash=...))),
        [LevelsSet([(YES, True, 5_000, 120_500_000, "", "")], TIME_MS)],
    ),
    ("no change at all", wire(change()), [LevelsSet([], TIME_MS)]),
    ("numbers where text is usual", wire(change(entry(size=120.5), timestamp=TIME_MS)), [CHANGE]),
    ("a trade", wire(TRADE), [TradePrinted(YES, 4_560, 219_217_767, TIME_MS, is_taker_buyer=True)]),
    ("a finer tick", wire(TICK), [GridChanged(YES, ((0, 10_000, 10),), TIME_MS)]),
    ("best prices", wire(BEST), [TopClaimed(YES, 4_900, 5_100, None)]),
    ("a new market", wire(NEW), [MarketAppeared(MARKET, (YES, NO), "", None)]),
    (
        "resolution",
        wire(RESOLVED),
        [MarketClosed(YES, "resolved", 10_000), MarketClosed(NO, "resolved", 0)],
    ),
    ("an empty dump", b"[]", []),
    ("an empty dump with a newline", b"[]\n", []),
    ("the answer to our heartbeat", b"PONG", []),
    ("a heartbeat", b"PING\n", []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("frame", "expected"), [(f, e) for _, f, e in MESSAGES], ids=[n for n, _, _ in MESSAGES]
)
def test_message(frame: bytes, expected: list):
    assert read(frame) == expected


@pytest.mark.parametrize("price", ["0.51", ".51", "0.510", "0.5100"])
def test_a_price_may_be_written_in_several_ways(price: str):
    assert read(wire(change(entry(price=price))))[0].changes[0][2] == 5_100


BAD, ALL = "bad polymarket message", None
UNREADABLE, UNKNOWN = "unreadable polymarket frame", "unknown polymarket message"
REMARK = "polymarket remark"
TRUNCATED = wire(change(entry()))[:-20]

REJECTED = [
    ("a refused command", b"INVALID OPERATION", REMARK, ()),
    ("nothing", b"", REMARK, ()),
    ("HTML", b"<html><head><title>502</title>", UNREADABLE, ALL),
    ("not text", b"\xff\xfe\x00", UNREADABLE, ALL),
    ("cut short", TRUNCATED, UNREADABLE, ALL),
    ("an array cut short", wire([book()])[:-9], UNREADABLE, ALL),
    ("deep arrays", b"[" * 100_000, UNREADABLE, ALL),
    ("deep objects", b'{"a":' * 100_000, UNREADABLE, ALL),
    ("a number", b"17", BAD, ()),
    ("nothing in JSON", b"null", BAD, ()),
    ("numbers in an array", b"[1]", BAD, ()),
    ("an array in an array", b"[[]]", BAD, ()),
    ("an empty object", b"{}", UNKNOWN, ()),
    ("an unknown type", wire({"event_type": "surprise", "asset_id": YES}), UNKNOWN, ()),
    ("a bad unknown type", wire({"event_type": "surprise", "timestamp": "x"}), BAD, ()),
    ("a type that is none", wire(book(event_type=5)), BAD, (YES,)),
    ("no changes of either schema", wire(change(price_changes=..., asset_id=YES)), BAD, (YES,)),
    ("size NaN", wire(change(entry(size="NaN"))), BAD, (YES,)),
    ("bare NaN", wire(change(entry(size=float("nan")))), BAD, (YES,)),
    ("size 1e999", wire(change(entry(size="1e999"))), BAD, (YES,)),
    ("bare 1e999", wire(change(entry(size=1))).replace(b": 1,", b": 1e999,"), BAD, (YES,)),
    ("negative size", wire(change(entry(size="-0.01"))), BAD, (YES,)),
    ("a size beyond reason", wire(change(entry(size="1e10"))), BAD, (YES,)),
    ("size null", wire(change(entry(size=None))), BAD, (YES,)),
    ("size true", wire(change(entry(size=True))), BAD, (YES,)),
    ("no size", wire(change(entry(size=...))), BAD, (YES,)),
    ("a price in five decimals", wire(change(entry(price="0.12345"))), BAD, (YES,)),
    ("a price above one", wire(change(entry(price="1.01"))), BAD, (YES,)),
    ("a negative price", wire(change(entry(price="-0.5"))), BAD, (YES,)),
    ("price NaN", wire(change(entry(price="NaN"))), BAD, (YES,)),
    ("a bare price", wire(change(entry(price=0.5))), BAD, (YES,)),
    ("no price", wire(change(entry(price=...))), BAD, (YES,)),
    ("an unknown side", wire(change(entry(side="HOLD"))), BAD, (YES,)),
    ("side in small letters", wire(change(entry(side="buy"))), BAD, (YES,)),
    ("one bad entry of two", wire(change(entry(), entry(NO, size="x"))), BAD, (NO, YES)),
    ("no asset", wire(change(entry(asset_id=...))), BAD, ALL),
    ("a bare asset", wire(change(entry(), entry(asset_id=7))), BAD, ALL),
    ("an entry that is none", wire(change(entry(), 7)), BAD, ALL),
    ("changes that are none", wire(change(price_changes=7, asset_id=YES)), BAD, (YES,)),
    ("no time", wire(change(entry(), timestamp=...)), BAD, (YES,)),
    ("time zero", wire(change(entry(), timestamp="0")), BAD, (YES,)),
    ("time -1", wire(change(entry(), timestamp="-1")), BAD, (YES,)),
    ("a time with a digit too many", wire(change(entry(), timestamp=f"{TIME_MS}0")), BAD, (YES,)),
    ("time 1e999", wire(change(entry(), timestamp="1e999")), BAD, (YES,)),
    ("a book without sides", wire(book(bids=..., asks=...)), BAD, (YES,)),
    ("a book without time", wire(book(timestamp=...)), BAD, (YES,)),
    ("a book without its asset", wire(book(asset_id=..., timestamp=...)), BAD, ALL),
    ("a negative level", wire(book(bids=[level("0.5", "-1")])), BAD, (YES,)),
    ("a level beyond reason", wire(book(bids=[level("0.5", "1e30")])), BAD, (YES,)),
    ("a level NaN", wire(book(bids=[level("0.5", "nan")])), BAD, (YES,)),
    ("a level off every grid", wire(book(asks=[level("0.00001", "1")])), BAD, (YES,)),
    ("a level that is none", wire(book(asks=[["0.5", "1"]])), BAD, (YES,)),
    ("a tick of zero", wire(book(tick_size="0")), BAD, (YES,)),
    ("a tick of a dollar", wire(without(TICK, new_tick_size="1")), BAD, (YES,)),
    ("no new tick", wire(without(TICK, new_tick_size=...)), BAD, (YES,)),
    ("a trade at no price", wire(without(TRADE, price="0.123456")), BAD, ()),
    ("a trade of NaN", wire(without(TRADE, size="NaN")), BAD, ()),
    ("a bad resolution", wire(without(RESOLVED, assets_ids=YES)), BAD, ()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("frame", "kind", "instruments"),
    [case[1:] for case in REJECTED],
    ids=[case[0] for case in REJECTED],
)
def test_rejected(frame: bytes, kind: str, instruments: tuple[str, ...] | None):
    (rejected,) = read(frame)
    assert type(rejected) is FrameRejected
    assert (rejected.kind, rejected.instruments) == (kind, instruments)
    assert len(rejected.sample) < 400


def test_a_duplicated_key_counts_as_its_last_occurrence():
    frame = wire(change(entry(size="1")))
    frame = frame.replace(b'"size": "1"', b'"size": "9", "size": "120.5"')
    assert read(frame) == [CHANGE]


def test_one_bad_book_of_an_opening_array_costs_only_its_own():
    frame = wire([book(), book(NO, bids=[level("0.00001", "1")]), 7, book("third")])
    first, rejected, odd, third = read(frame)
    assert (first, third.instrument) == (BOOK, "third")
    assert (rejected.kind, rejected.instruments) == (BAD, (NO,))
    assert (odd.kind, odd.instruments) == (BAD, ())


def test_events_are_appended():
    events = ["before"]
    decode(wire(change(entry())), events)
    decode(b"{", events)
    assert events == ["before", CHANGE, FrameRejected(UNREADABLE, "{", None)]


@pytest.mark.parametrize(
    ("tick", "step_e4"),
    [("0.1", 1_000), ("0.01", 100), ("0.005", 50), ("0.0025", 25), ("0.0001", 1)],
)
def test_ticks(tick: str, step_e4: int):
    assert tick_ranges(tick) == ((0, 10_000, step_e4),)


@pytest.mark.parametrize("tick", ["", "0", "0.2", "1", "-0.01", "0.00001", "abc", "NaN"])
def test_no_tick(tick: str):
    with pytest.raises(ValueError, match=r"is not 0\.0001…0\.1"):
        tick_ranges(tick)
