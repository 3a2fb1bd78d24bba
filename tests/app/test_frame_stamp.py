"""The time in a frame, by both venues' own words."""

import pytest

from underround.app.frame_stamp import change_stamp_ms, stamp_ms

DELTA = b'{"type":"orderbook_delta","sid":2,"msg":{"side":"yes","ts_ms":1795320979075}}'
SENT = b'{"type":"orderbook_delta","sending_ts_ms":1795320979076,"msg":{"ts_ms":1795320979075}}'
CHANGE = b'{"event_type": "price_change", "timestamp": "1795320979075", "price_changes": []}'
ANSWER = b'{"id":1,"type":"subscribed","channel":"orderbook_delta","sending_ts_ms":1795320979075}'
BOOK = b'[{"event_type":"book","timestamp":"1795320979075","bids":[]}]'


@pytest.mark.parametrize(
    ("frame", "at_ms"),
    [
        (DELTA, 1_795_320_979_075),
        (SENT, 1_795_320_979_076),
        (CHANGE, 1_795_320_979_075),
        (b"{}", None),
        (b'{"ts_ms":12}', None),
    ],
)
def test_a_stamp_is_milliseconds_since_1970_or_none(frame, at_ms):
    assert stamp_ms(frame) == at_ms
    assert change_stamp_ms(frame) == at_ms


def test_a_whole_book_is_stamped_with_its_last_change_and_says_nothing_of_the_way():
    assert stamp_ms(BOOK) == 1_795_320_979_075
    assert change_stamp_ms(BOOK) is None
    assert change_stamp_ms(ANSWER) is None
