"""Levels and stamps as the exchanges write them, and the quirks of single exchanges."""

import json

import pytest

from underround.core.windows.spot_event import (
    SpotDelta,
    SpotFault,
    SpotFaultKind,
    SpotNotice,
    SpotReply,
    SpotSnapshot,
)
from underround.venues.bullish.codec import Codec as Bullish
from underround.venues.coinbase.codec import Codec as Coinbase
from underround.venues.cryptocom.codec import Codec as Cryptocom
from underround.venues.lmax.codec import Codec as Lmax
from underround.venues.paxos.codec import Codec as Paxos
from underround.venues.spot_codec import by_side, delta_levels, iso_ns, snapshot_levels

ONE = 100_000_000


def decoded(codec, *messages):
    events = []
    for message in messages:
        codec.decode(json.dumps(message).encode(), 0, events)
    return events


def test_a_snapshot_drops_what_is_no_level():
    rows = [["1", "2"], ["x", "2"], ["1", "0.-10000"], ["1", "0"], ["-1", "2"], [3, 4, 9]]
    assert snapshot_levels(rows) == [(ONE, 2 * ONE), (3 * ONE, 4 * ONE)]


def test_changes_are_parted_by_their_side():
    changes = [["buy", "1", "2"], ["sell", "3", "4"], ["buy", "5", "6"]]
    assert by_side(changes) == ([["1", "2"], ["5", "6"]], [["3", "4"]])
    with pytest.raises(KeyError):
        by_side([["bid", "1", "2"]])


def test_a_delta_takes_a_level_of_no_size_out():
    rows = [["1", "2"], ["2", "0.-10000"], ["3", "-1"], ["4", "0"], ["x", "1"], ["0", "1"]]
    assert delta_levels(rows) == [(ONE, 2 * ONE), (2 * ONE, 0), (3 * ONE, 0), (4 * ONE, 0)]


@pytest.mark.parametrize(
    ("text", "stamp_ns"),
    [
        ("2026-08-26T07:45:26.79431594Z", 1_787_730_326_794_315_000),
        ("2026-08-26T07:45:26Z", 1_787_730_326_000_000_000),
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00.000000Z", None),
        ("", None),
        ("yesterday", None),
    ],
)
def test_stamps(text, stamp_ns):
    assert iso_ns(text) == stamp_ns


def test_coinbase_s_older_feed_is_read_too():
    message = {"type": "snapshot", "product_id": "BTC-USD", "bids": [["1", "2"]], "asks": []}
    change = {"type": "l2update", "product_id": "BTC-USD", "time": "0001-01-01T00:00:00Z"}
    change["changes"] = [["sell", "3", "0.-10000"], ["buy", "1", "5"]]
    assert decoded(Coinbase(), message, change) == [
        SpotSnapshot("coinbase", [(ONE, 2 * ONE)], [], 0),
        SpotDelta("coinbase", [(ONE, 5 * ONE)], [(3 * ONE, 0)], 0),
    ]


def test_coinbase_heartbeats_count_in_the_sequence():
    beats = [{"channel": "heartbeats", "sequence_num": n, "events": []} for n in (0, 1, 3)]
    events = decoded(Coinbase(), *beats)
    assert [type(event) for event in events] == [SpotNotice, SpotNotice, SpotFault, SpotNotice]
    assert (events[2].kind, events[2].detail) == (SpotFaultKind.GAP, "message 3 after 1")


def test_cryptocom_s_heartbeat_is_answered_with_its_id():
    (reply,) = decoded(Cryptocom(), {"id": 77, "method": "public/heartbeat", "code": 0})
    assert isinstance(reply, SpotReply)
    assert json.loads(reply.frame) == {"id": 77, "method": "public/respond-heartbeat"}


def test_cryptocom_offers_two_depths():
    with pytest.raises(ValueError, match="depth 100 is not one of"):
        Cryptocom(depth=100)


def bullish(kind, numbers, bids):
    content = {"timestamp": "1790000000000", "bids": bids, "asks": [], "symbol": "BTCUSD"}
    content["sequenceNumberRange"] = numbers
    return {"type": kind, "dataType": "V1TALevel2", "data": content}


def test_bullish_updates_follow_their_snapshot():
    events = decoded(
        Bullish(),
        bullish("update", [4, 4], ["1", "1"]),
        bullish("snapshot", [5, 5], ["1", "2"]),
        bullish("update", [6, 8], ["1", "0.0"]),
        bullish("update", [10, 10], ["1", "3"]),
        bullish("update", [11, 11], ["1", "3"]),
        bullish("snapshot", [12, 12], ["1", "4"]),
    )
    kinds = [SpotNotice, SpotSnapshot, SpotDelta, SpotFault, SpotNotice, SpotSnapshot]
    assert [type(event) for event in events] == kinds
    assert (events[2].bids, events[3].detail) == ([(ONE, 0)], "update from 10 after 8")


def test_bullish_price_without_a_size_is_malformed():
    (fault,) = decoded(Bullish(), bullish("snapshot", [5, 5], ["1"]))
    assert fault.kind is SpotFaultKind.MALFORMED


def test_paxos_snapshot_may_come_in_parts():
    part = {"type": "SNAPSHOT", "market": "BTCUSD", "asks": []}
    first = part | {"bids": [{"price": "2", "amount": "1"}], "final_snapshot": False}
    last = part | {"bids": [{"price": "1", "amount": "1"}], "final_snapshot": True}
    events = decoded(Paxos(), first, last)
    assert [type(event) for event in events] == [SpotNotice, SpotSnapshot]
    assert events[1].bids == [(2 * ONE, ONE), (ONE, ONE)]


LMAX_BOOK = {"type": "ORDER_BOOK", "instrument_id": "btc-usd", "timestamp": 1_790_000_000_000}


@pytest.mark.parametrize(
    "level", [{"price": "2", "quantity": "1"}, {"price": 2, "size": 1}, ["2", "1"]]
)
def test_lmax_levels_in_several_spellings(level):
    (event,) = decoded(Lmax(), LMAX_BOOK | {"bids": [level], "asks": []})
    expected = SpotSnapshot("lmax", [(2 * ONE, ONE)], [], 0, 1_790_000_000_000_000_000)
    assert event == expected


@pytest.mark.parametrize(
    "sides",
    [{"bids": []}, {"bids": [{"price": "2"}], "asks": []}, {"bids": [{"px": "2"}], "asks": []}],
)
def test_lmax_takes_only_what_is_plainly_a_book(sides):
    (fault,) = decoded(Lmax(), LMAX_BOOK | sides)
    assert fault.kind is SpotFaultKind.MALFORMED
