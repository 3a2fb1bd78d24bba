"""REST answers with bytes that are no text: the venue's fault in one line, or one market left out.

JSON may hold anything between its quotes; a byte that is no UTF-8 must not end a run.
"""

import pytest

from underround.venues.errors import UnreadableError
from underround.venues.kalshi.endings import decode_ended
from underround.venues.kalshi.fee_changes import decode_event_changes, decode_series_changes
from underround.venues.kalshi.limits import decode_costs, decode_limits
from underround.venues.kalshi.listing import (
    decode_all_series,
    decode_events,
    decode_markets,
    decode_series,
)
from underround.venues.kalshi.status import decode_schedule, decode_status
from underround.venues.polymarket.listing import decode_closed, decode_page

BUCKET = b'{"refill_rate":1,"bucket_capacity":1}'
CHANGE = b'{"id":"1","series_ticker":"\xff","fee_type":"quadratic","fee_multiplier":1}'
WHOLE = [
    (decode_page, b'{"markets":[],"next_cursor":"\xff"}'),
    (decode_closed, b'{"markets":[{"conditionId":"\xff"}]}'),
    (decode_markets, b'{"markets":[],"cursor":"\xff"}'),
    (decode_events, b'{"events":[{"event_ticker":"\xff"}]}'),
    (decode_series, b'{"series":{"ticker":"\xff"}}'),
    (decode_all_series, b'{"series":[{"ticker":"\xff"}]}'),
    (decode_ended, b'{"markets":[{"ticker":"\xff"}]}'),
    (decode_series_changes, b'{"series_fee_change_arr":[' + CHANGE + b"]}"),
    (decode_event_changes, b'{"event_fee_changes":[],"cursor":"\xff"}'),
    (decode_costs, b'{"default_cost":1,"endpoint_costs":[{"method":"\xff","path":"","cost":1}]}'),
    (decode_limits, b'{"usage_tier":"\xff","read":' + BUCKET + b',"write":' + BUCKET + b"}"),
    (decode_status, b'{"exchange_active":true,"trading_active":true,"\xff":1,"a":"\xff"}'),
    (decode_schedule, b'{"schedule":{"standard_hours":[{"start_time":"\xff"}]}}'),
]


@pytest.mark.parametrize(("decode", "body"), WHOLE, ids=lambda each: getattr(each, "__name__", ""))
def test_an_answer_with_bytes_that_are_no_text_is_read_or_refused(decode, body: bytes):
    try:
        decode(body)
    except UnreadableError as fault:
        assert fault.retryable
        assert "\n" not in str(fault)


def test_one_market_with_such_bytes_is_left_out_alone():
    listing, _ = decode_page(b'{"markets":[{"question":"\xff","slug":"a"}]}')
    assert [(each.reference, listing.instruments) for each in listing.skipped] == [("a", ())]
    found, skipped, _ = decode_markets(b'{"markets":[{"title":"\xff","ticker":"A"}],"cursor":""}')
    assert (found, [each.reference for each in skipped]) == ([], ["A"])
