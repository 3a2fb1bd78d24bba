"""Gemini's quirk: which of two ways to number updates a connection uses, and the older feed."""

import json

import pytest

from underround.core.windows.spot_event import SpotDelta, SpotFault, SpotFaultKind, SpotSnapshot
from underround.venues.gemini.codec import Codec


def update(first, last):
    return json.dumps({"e": "depthUpdate", "s": "btcusd", "U": first, "u": last, "b": [], "a": []})


def decoded(*texts):
    codec, events = Codec(), []
    for text in texts:
        codec.decode(text.encode(), 0, events)
    return events


@pytest.mark.parametrize("stride", [0, 1])
def test_the_second_update_settles_how_numbers_follow(stride):
    fitting = decoded(update(1, 10), update(10 + stride, 20), update(20 + stride, 25))
    assert [type(event) for event in fitting] == [SpotSnapshot, SpotDelta, SpotDelta]
    other = decoded(update(1, 10), update(10 + stride, 20), update(21 - stride, 25))
    assert isinstance(other[-1], SpotFault)
    assert other[-1].kind is SpotFaultKind.GAP


def test_after_a_gap_nothing_is_applied_until_the_connection_is_new():
    events = decoded(update(1, 10), update(15, 20), update(20, 25))
    assert [type(event) for event in events] == [SpotSnapshot, SpotFault]


def test_the_older_feed_starts_with_the_whole_book():
    changes = [["buy", "100.5", "2"], ["sell", "101", "3"]]
    older = {"type": "l2_updates", "symbol": "BTCUSD"}
    first = json.dumps(older | {"changes": changes, "auction_events": []})
    then = json.dumps(older | {"changes": [["sell", "101", "0"]]})
    assert decoded(first, then) == [
        SpotSnapshot("gemini", [(10_050_000_000, 200_000_000)], [(10_100_000_000, 300_000_000)], 0),
        SpotDelta("gemini", [], [(10_100_000_000, 0)], 0),
    ]
