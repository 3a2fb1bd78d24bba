"""Kalshi's wire in, events out: every message, every oddity seen, everything that may break."""

import pytest

from tests.venues.kalshi.wire import TICKER, TIME, delta, snapshot, wire
from underround.core.event import (
    BookReplaced,
    CommandAnswered,
    FrameRejected,
    LevelAdded,
    SequenceTaken,
    StreamEnded,
    StreamOpened,
)
from underround.venues.kalshi.codec import decode


def read(frame: bytes) -> list:
    events = []
    decode(frame, events)
    return events


def bid(price_e4: int, change_e6: int, group: object = 4_182_061, **fields) -> LevelAdded:
    names = {"stream": 2, "sequence": 3, "instrument": TICKER, "is_bid": True} | fields
    return LevelAdded(**names, price_e4=price_e4, change_e6=change_e6, group=group)


BIDS, ASKS = [(100, 1_000_000_000), (800, 300_500_000)], [(4_600, 20_000_000), (890, 250_000)]


def replaced(bids=BIDS, asks=ASKS, group: object = 4_182_057) -> BookReplaced:
    return BookReplaced(TICKER, bids, asks, stream=2, sequence=2, group=group)


def answered(kind: str, **fields) -> CommandAnswered:
    names = ("id", "stream", "channel", "instruments", "code")
    return CommandAnswered(kind, **dict.fromkeys(names) | {"text": ""} | fields)


REFUSED = "kalshi reports an error"
MESSAGES = [
    ("a yes bid falls", delta(), [bid(9_600, -54_000_000)]),
    ("a no bid is a yes ask", delta(side="no"), [bid(400, -54_000_000, is_bid=False)]),
    ("a fraction", delta(delta_fp="0.01"), [bid(9_600, 10_000)]),
    ("a tenth of a cent", delta(price_dollars="0.9615"), [bid(9_615, -54_000_000)]),
    ("older: no clock", delta(clock=...), [bid(9_600, -54_000_000, TIME)]),
    ("older: ts a number", delta(clock=..., ts=17), [bid(9_600, -54_000_000, 17)]),
    ("older: ts in parts of a second", delta(clock=..., ts=17.5), [bid(9_600, -54_000_000, 17.5)]),
    ("neither clock nor ts", delta(clock=..., ts=...), [bid(9_600, -54_000_000, "")]),
    (
        "keys of our own orders, time of sending",
        delta({"sending_ts_ms": 1}, client_order_id="a", subaccount=0),
        [bid(9_600, -54_000_000)],
    ),
    ("numbers as numbers", delta(delta_fp=-54), [bid(9_600, -54_000_000)]),
    ("a number of the stream as text", delta({"seq": "3"}), [bid(9_600, -54_000_000)]),
    (
        "no number of the stream",
        delta({"seq": ...}),
        [bid(9_600, -54_000_000, sequence=None)],
    ),
    (
        "what is absent as null",
        delta({"sid": None, "seq": None, "id": None}, clock=None, ts=None),
        [bid(9_600, -54_000_000, "", stream=0, sequence=None)],
    ),
    ("a recorder's own id", delta({"id": "row-7"}), [bid(9_600, -54_000_000)]),
    ("a book under a recorder's own id", snapshot({"id": "row-7"}), [replaced()]),
    ("a whole book", snapshot(), [replaced()]),
    ("no no side", snapshot(no_dollars_fp=...), [replaced(asks=[])]),
    ("no yes side", snapshot(yes_dollars_fp=...), [replaced(bids=[])]),
    ("neither side", snapshot(yes_dollars_fp=..., no_dollars_fp=...), [replaced([], [])]),
    ("sides null", snapshot(yes_dollars_fp=None, no_dollars_fp=None), [replaced([], [])]),
    ("older: no clock, no ts", snapshot(clock=...), [replaced(group=None)]),
    (
        "a whole book that was asked for",
        snapshot({"id": 4}),
        [replaced(), answered("orderbook_snapshot", id=4, stream=2, instruments=(TICKER,))],
    ),
    (
        "subscribed",
        {"id": 1, "type": "subscribed", "msg": {"channel": "orderbook_delta", "sid": 9}},
        [StreamOpened(9), answered("subscribed", id=1, stream=9, channel="orderbook_delta")],
    ),
    (
        "subscribed to something else",
        {"id": 1, "type": "subscribed", "msg": {"channel": "trade", "sid": 9}},
        [answered("subscribed", id=1, stream=9, channel="trade")],
    ),
    (
        "merged or added",
        {"id": 2, "type": "ok", "sid": 1, "seq": 2, "msg": {"market_tickers": ["A", "B"]}},
        [SequenceTaken(1, 2), answered("ok", id=2, stream=1, instruments=("A", "B"))],
    ),
    (
        "the list of subscriptions",
        {"id": 6, "type": "ok", "msg": [{"channel": "orderbook_delta", "sid": 1}]},
        [answered("ok", id=6, streams=(("orderbook_delta", 1),))],
    ),
    (
        "unsubscribed",
        {"id": 5, "type": "unsubscribed", "sid": 2, "seq": 7},
        [
            SequenceTaken(2, 7),
            StreamEnded(2, "unsubscribed"),
            answered("unsubscribed", id=5, stream=2),
        ],
    ),
    (
        "a refused command",
        {"id": 1, "type": "error", "msg": {"code": 8, "msg": "Unknown channel name"}},
        [
            FrameRejected(REFUSED, "8 Unknown channel name"),
            answered("error", id=1, code=8, text="Unknown channel name"),
        ],
    ),
    (
        "channel error, which ends the stream",
        {"type": "error", "sid": 2, "seq": 8, "msg": {"code": 10, "msg": "broken"}},
        [
            SequenceTaken(2, 8),
            StreamEnded(2, "channel error"),
            answered("error", stream=2, code=10, text="broken"),
        ],
    ),
    (
        "buffer overflow, the stream named inside",
        {"type": "error", "msg": {"code": 25, "msg": "slow", "sid": 3}},
        [
            StreamEnded(3, "subscription buffer overflow"),
            answered("error", stream=3, code=25, text="slow"),
        ],
    ),
    (
        "buffer overflow of no named stream",
        {"type": "error", "msg": {"code": 25, "msg": "slow"}},
        [FrameRejected(REFUSED, "25 slow", None), answered("error", code=25, text="slow")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("message", "expected"), [(m, e) for _, m, e in MESSAGES], ids=[n for n, _, _ in MESSAGES]
)
def test_message(message: dict, expected: list):
    assert read(wire(message)) == expected


def test_a_number_of_a_stream_is_taken_even_by_a_message_of_unknown_type():
    assert read(b'{"type":"surprise","sid":2,"seq":3,"msg":{}}') == [
        SequenceTaken(2, 3),
        FrameRejected("unknown kalshi message", "'surprise'"),
    ]


BAD, REMARK, UNREADABLE = "bad kalshi message", "kalshi remark", "unreadable kalshi frame"
ALL, ONE = None, (TICKER,)

REJECTED = [
    ("plain words", b"INVALID OPERATION", REMARK, ()),
    ("nothing", b"", REMARK, ()),
    ("HTML", b"<html><head><title>502</title>", UNREADABLE, ALL),
    ("not text", b"\xff\xfe\x00", UNREADABLE, ALL),
    ("cut short", wire(delta())[:-20], UNREADABLE, ALL),
    ("deep arrays", b"[" * 100_000, UNREADABLE, ALL),
    ("deep objects", b'{"msg":' * 100_000, UNREADABLE, ALL),
    ("an array", b"[]", BAD, ()),
    ("a number", b"17", BAD, ()),
    ("nothing in JSON", b"null", BAD, ()),
    ("an empty object", b"{}", BAD, ALL),
    ("a bad reply", wire({"type": "ok", "sid": [], "msg": {}}), BAD, ()),
    ("a bad ticker", wire({"type": "ticker", "msg": {"market_ticker": 5}}), BAD, ()),
    ("no type but a market", wire(delta({"type": ..., "sid": ...})), BAD, ONE),
    ("no message", wire(delta({"msg": ...})), BAD, ALL),
    ("a list for a message", wire(snapshot({"msg": []})), BAD, ALL),
    ("no market", wire(delta(market_ticker=...)), BAD, ALL),
    ("an empty market", wire(snapshot(market_ticker="")), BAD, ALL),
    ("a market in figures", wire(delta(market_ticker=7)), BAD, ALL),
]  # fmt: skip
REJECTED_IN_SEQUENCE = [
    ("no size", delta(delta_fp=...)),
    ("size NaN", delta(delta_fp="NaN")),
    ("bare NaN", delta(delta_fp=float("nan"))),
    ("size 1e999", delta(delta_fp="1e999")),
    ("bare 1e999", delta(delta_fp=float("inf"))),
    ("size beyond reason", delta(delta_fp="-1e30")),
    ("size null", delta(delta_fp=None)),
    ("size true", delta(delta_fp=True)),
    ("no price", delta(price_dollars=...)),
    ("a price above one", delta(price_dollars="1.0100")),
    ("a negative price", delta(price_dollars="-0.5000")),
    ("a price in five decimals", delta(price_dollars="0.96001")),
    ("a bare price", delta(price_dollars=0.96)),
    ("no side", delta(side=...)),
    ("an unknown side", delta(side="maybe")),
    ("a negative level", snapshot(yes_dollars_fp=[["0.5000", "-1.00"]])),
    ("a level NaN", snapshot(no_dollars_fp=[["0.5000", "NaN"]])),
    ("a level beyond reason", snapshot(no_dollars_fp=[["0.5000", "1e300"]])),
    ("a level that is none", snapshot(no_dollars_fp=[["0.5000"]])),
    ("a level off every grid", snapshot(no_dollars_fp=[["0.50001", "1.00"]])),
    ("sides that are none", snapshot(yes_dollars_fp="0.5")),
]


def reject(frame: bytes) -> tuple[list, FrameRejected]:
    *before, rejected = read(frame)
    assert type(rejected) is FrameRejected
    assert len(rejected.sample) < 400
    return before, rejected


@pytest.mark.parametrize(
    ("frame", "kind", "instruments"),
    [case[1:] for case in REJECTED],
    ids=[case[0] for case in REJECTED],
)
def test_rejected(frame: bytes, kind: str, instruments: tuple[str, ...] | None):
    before, rejected = reject(frame)
    assert (before, rejected.kind, rejected.instruments) == ([], kind, instruments)


@pytest.mark.parametrize(
    "message",
    [message for _, message in REJECTED_IN_SEQUENCE],
    ids=[name for name, _ in REJECTED_IN_SEQUENCE],
)
def test_a_bad_message_concerns_its_market_and_takes_its_number(message: dict):
    before, rejected = reject(wire(message))
    assert before == [SequenceTaken(2, message["seq"])]
    assert (rejected.kind, rejected.instruments) == (BAD, ONE)


def test_a_duplicated_key_counts_as_its_last_occurrence():
    frame = wire(delta()).replace(b'"side": "yes"', b'"side": "no", "side": "yes"')
    assert read(frame) == [bid(9_600, -54_000_000)]


def test_events_are_appended():
    events = ["before"]
    decode(wire(delta()), events)
    decode(b"{", events)
    assert events == ["before", bid(9_600, -54_000_000), FrameRejected(UNREADABLE, "{", None)]
