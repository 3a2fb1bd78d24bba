"""Kraken's checksum and depth, on a book made by hand."""

import json
from zlib import crc32

import pytest

from underround.core.windows.spot_book import SpotLadder
from underround.core.windows.spot_event import (
    Asset,
    SpotDelta,
    SpotFault,
    SpotFaultKind,
    SpotNotice,
    SpotSnapshot,
)
from underround.core.windows.spot_units import parse_e8
from underround.venues.kraken.codec import Codec, book_checksum


def side(ladder, rows):
    ladder.replace([(parse_e8(price), parse_e8(size)) for price, size in rows])
    return ladder


def test_checksum_text_is_asks_then_bids_without_points_and_leading_zeros():
    asks = side(SpotLadder.of_asks(), [("100.2", "0.00000050"), ("100.1", "1.5")])
    bids = side(SpotLadder.of_bids(), [("99.9", "0.05"), ("100.0", "20")])
    text = "1001150000000100250100020000000009995000000"
    assert book_checksum(bids, asks, 1, 8) == crc32(text.encode())


def test_only_ten_levels_a_side_are_checked():
    rows = [(str(100 + place), "1") for place in range(12)]
    whole, ten = side(SpotLadder.of_asks(), rows), side(SpotLadder.of_asks(), rows[:10])
    empty = SpotLadder.of_bids()
    assert book_checksum(empty, whole, 1, 8) == book_checksum(empty, ten, 1, 8)


def frame(kind, bids, asks, checksum=None):
    book = {
        "symbol": "BTC/USD",
        "bids": [{"price": price, "qty": size} for price, size in bids],
        "asks": [{"price": price, "qty": size} for price, size in asks],
        "timestamp": "2026-08-26T07:44:36.205375Z",
    }
    book |= {} if checksum is None else {"checksum": checksum}
    return json.dumps({"channel": "book", "type": kind, "data": [book]}).encode()


def decoded(codec, *frames):
    events = []
    for one in frames:
        codec.decode(one, 0, events)
    return events


ROWS = [(100.0 - place, 1.0) for place in range(10)]


def test_levels_pushed_out_of_the_depth_are_deleted_in_so_many_words():
    codec = Codec(depth=10)
    events = decoded(codec, frame("snapshot", ROWS, [(101, 1)]), frame("update", [(95.5, 2)], []))
    assert events[1].bids == [(parse_e8(95.5), parse_e8(2)), (parse_e8(91), 0)]
    assert events[1].exchange_at_ns == 1_787_730_276_205_375_000


def test_a_wrong_checksum_breaks_the_book_until_the_next_snapshot():
    codec = Codec(depth=10)
    right = frame("snapshot", ROWS, [(101, 1)])
    wrong = frame("update", [(95.5, 2)], [], checksum=1)
    events = decoded(codec, right, wrong, frame("update", [(95.5, 3)], []), right)
    assert [type(event) for event in events] == [SpotSnapshot, SpotFault, SpotNotice, SpotSnapshot]
    assert events[1].kind is SpotFaultKind.CHECKSUM
    assert events[1].detail.endswith("here, 1 there")


def test_the_instrument_channel_sets_the_decimals():
    codec = Codec(Asset.XRP)
    assert codec.price_decimals == 5
    pair = {"symbol": "XRP/USD", "price_precision": 4, "qty_precision": 7, "status": "online"}
    reply = {"channel": "instrument", "type": "snapshot", "data": {"pairs": [pair], "assets": []}}
    events = decoded(codec, json.dumps(reply).encode())
    assert (codec.price_decimals, codec.size_decimals) == (4, 7)
    assert [event.what for event in events] == ["instrument"]


def test_an_empty_update_is_a_sign_of_life():
    codec = Codec(depth=10)
    events = decoded(codec, frame("snapshot", ROWS, [(101, 1)]), frame("update", [], []))
    assert isinstance(events[1], SpotDelta)


def test_a_depth_that_kraken_does_not_offer_is_refused():
    with pytest.raises(ValueError, match="depth 20 is not one of"):
        Codec(depth=20)
