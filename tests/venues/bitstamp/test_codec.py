"""Bitstamp's rule: keep diffs, fetch the book, drop what it contains, apply the rest."""

import json

from underround.core.windows.spot_event import (
    SpotDelta,
    SpotFault,
    SpotFaultKind,
    SpotNotice,
    SpotRequest,
    SpotSnapshot,
)
from underround.venues.bitstamp.codec import Codec

START_US = 1_790_000_000_000_000


def diff(place, price="100.0", channel="diff_order_book_btcusd"):
    content = {"microtimestamp": str(START_US + place), "bids": [[price, "1"]], "asks": []}
    return json.dumps({"data": content, "channel": channel, "event": "data"}).encode()


def book(place, **changes):
    content = {
        "microtimestamp": str(START_US + place),
        "bids": [["99", "1"]],
        "asks": [["101", "1"]],
    }
    return json.dumps(content | changes).encode()


def opened(count):
    codec, events = Codec(), []
    codec.opened()
    for place in range(count):
        codec.decode(diff(place), 0, events)
    return codec, events


def test_the_book_is_asked_for_after_six_diffs_and_again_if_no_answer_comes():
    _, events = opened(6 + 50)
    asked = [place for place, event in enumerate(events) if isinstance(event, SpotRequest)]
    assert asked == [6, 6 + 50 + 1]
    assert events[6].url == "https://www.bitstamp.net/api/v2/order_book/btcusd/?group=1"


def test_diffs_not_newer_than_the_book_are_dropped():
    codec, _ = opened(6)
    events = []
    codec.take_snapshot(book(3), 0, events)
    codec.decode(diff(6), 0, events)
    stamps = [event.exchange_at_ns // 1_000 - START_US for event in events]
    assert [type(event) for event in events] == [SpotSnapshot, SpotDelta, SpotDelta, SpotDelta]
    assert stamps == [3, 4, 5, 6]


def test_a_book_older_than_the_first_diff_is_asked_for_again():
    codec, _ = opened(6)
    events = []
    codec.take_snapshot(book(-1), 0, events)
    assert [type(event) for event in events] == [SpotRequest]
    codec.take_snapshot(book(0), 0, events)
    assert isinstance(events[1], SpotSnapshot)


def test_an_unreadable_book_is_a_fault_and_asked_for_again_later():
    codec, _ = opened(6)
    events = []
    codec.take_snapshot(book(3, bids=None), 0, events)
    for place in range(6, 12):
        codec.decode(diff(place), 0, events)
    kinds = [type(event) for event in events]
    assert kinds == [SpotFault, *[SpotNotice] * 6, SpotRequest]


def test_a_second_answer_changes_nothing():
    codec, _ = opened(6)
    events = []
    codec.take_snapshot(book(3), 0, [])
    codec.take_snapshot(book(5), 0, events)
    assert events == []


def test_the_request_to_reconnect_is_honoured():
    codec, _ = opened(6)
    events = []
    codec.take_snapshot(book(3), 0, [])
    codec.decode(b'{"event":"bts:request_reconnect","channel":"","data":""}', 0, events)
    codec.decode(diff(9), 0, events)
    assert events[0].kind is SpotFaultKind.RECONNECT
    assert [event.what for event in events[1:]] == ["diff kept"]


def test_other_channels_are_not_the_book():
    codec, events = Codec(), []
    codec.decode(diff(0, channel="diff_order_book_ethusd"), 0, events)
    assert [type(event) for event in events] == [SpotNotice]
