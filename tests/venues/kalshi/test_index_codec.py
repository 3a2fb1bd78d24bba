"""The official index as Kalshi relays it: values with stamps, strikes with terms, faults named."""

import json

import pytest

from tests.recordings import recording
from underround.core.event import FrameRejected
from underround.core.windows.reference_event import OfficialValue, StrikeTold
from underround.core.windows.settlement import Comparison, SettlementTerms
from underround.core.windows.spot_event import Asset
from underround.venues.kalshi.index_codec import IndexSession, decode, stated_terms

AT_NS = 1_790_000_000_250_000_000


def read(message) -> list:
    events = []
    frame = message if isinstance(message, bytes) else json.dumps(message).encode()
    decode(frame, AT_NS, events, prints=6)
    return events


def value_message(index="BRTI", value="85850.67", time_ms=1_790_000_000_000):
    inner = json.dumps({"type": "value", "time": time_ms, "id": index, "value": value})
    body = {"index_id": index, "received_at": time_ms + 74, "data": inner}
    average = {"value": "85850.67000000", "window_size": 0}
    message = {"type": "cfbenchmarks_value", "sid": 1, "seq": 1}
    return message | {"msg": body | {"avg_60s_data": average}, "sending_ts_ms": time_ms + 77}


def test_a_value_a_second():
    expected = OfficialValue(Asset.BTC, 1_790_000_000 * 10**9, 8_585_067_000_000, AT_NS)
    assert read(value_message()) == [expected]


def test_a_value_within_the_second():
    time_ms = 1_790_000_000_200
    inner = {"type": "value", "id": "ETHUSD_RTI", "time": time_ms, "value": "4100.12"}
    body = {"index_id": "ETHUSD_RTI", "value_usd": "4100.12000000", "data": json.dumps(inner)}
    body |= {"source_ts_ms": time_ms, "received_at": time_ms + 20}
    expected = OfficialValue(
        Asset.ETH, 1_790_000_000_200_000_000, 410_012_000_000, AT_NS, is_fast=True
    )
    assert read({"type": "cfbenchmarks_value_5hz", "sid": 2, "seq": 4, "msg": body}) == [expected]


def test_a_strike_told_after_the_open_has_its_terms():
    body = {"event_type": "metadata_updated", "market_ticker": "KXBTC15M-X"}
    body |= {"strike_type": "greater_or_equal", "floor_strike": 79800.71}
    body |= {"custom_strike": {"round_digits": "2"}, "yes_sub_title": "Target Price: $79,800.71"}
    terms = SettlementTerms(6, 2, Comparison.GREATER_OR_EQUAL)
    assert read({"type": "market_lifecycle_v2", "sid": 3, "seq": 1, "msg": body}) == [
        StrikeTold("KXBTC15M-X", 7_980_071_000_000, AT_NS, terms)
    ]


@pytest.mark.parametrize(
    ("ticker", "digits"), [("KXETH15M-X", 2), ("KXSOL15M-X", None), ("KXXRP15M-X", None)]
)
def test_cents_are_assumed_only_where_a_cent_is_little(ticker, digits):
    assert stated_terms(ticker, "greater_or_equal", None, 60).round_digits == digits
    assert stated_terms(ticker, "greater_or_equal", "4", 60).round_digits == 4
    assert stated_terms(ticker, "greater", None, 60).round_digits is None
    assert stated_terms(ticker, "between", None, 60) is None


@pytest.mark.parametrize(
    "message",
    [
        {"type": "subscribed", "id": 1, "msg": {"channel": "cfbenchmarks_value", "sid": 1}},
        {"type": "market_lifecycle_v2", "msg": {"event_type": "activated", "market_ticker": "K"}},
        {
            "type": "market_lifecycle_v2",
            "msg": {"event_type": "metadata_updated", "market_ticker": "K"},
        },
        value_message("DOGEUSD_RTI"),
        {"type": "ok"},
    ],
)
def test_other_messages_say_nothing(message):
    assert read(message) == []


@pytest.mark.parametrize(
    "frame",
    [
        b"<html>",
        b'{"type":"cfbenchmarks_value","msg":{"index_id":"BRTI","data":"nothing"}}',
        b'{"type":"cfbenchmarks_value","msg":{"index_id":"BRTI","data":"{\\"time\\":1}"}}',
        json.dumps(value_message(value="NaN")).encode(),
        json.dumps(value_message(value="1e999")).encode(),
        b'{"type":"cfbenchmarks_value_5hz","msg":{"index_id":"BRTI"}}',
        b"[" * 5_000,
    ],
)
def test_what_cannot_be_read_is_named(frame):
    [event] = read(frame)
    assert isinstance(event, FrameRejected)


def test_a_refusal_is_named():
    [event] = read({"id": 1, "type": "error", "msg": {"code": 24, "msg": "Index IDs required"}})
    assert event == FrameRejected("kalshi reports an error", "24 Index IDs required")


@pytest.mark.parametrize("strike", ["0", "-5", "1e12"])
def test_an_absurd_strike_is_named(strike):
    body = {"event_type": "metadata_updated", "market_ticker": "K"}
    body |= {"strike_type": "greater", "floor_strike": float(strike)}
    [event] = read({"type": "market_lifecycle_v2", "msg": body})
    assert event.kind == "absurd strike"


def test_the_session_asks_for_values_and_strikes():
    values, strikes = (json.loads(f) for f in IndexSession([Asset.BTC, Asset.ETH]).opened())
    assert values["params"]["index_ids"] == ["BRTI", "ETHUSD_RTI"]
    assert values["params"]["channels"] == ["cfbenchmarks_value", "cfbenchmarks_value_5hz"]
    assert strikes["params"]["channels"] == ["market_lifecycle_v2"]
    assert (values["id"], strikes["id"]) == (1, 2)


def test_values_alone_prove_that_it_flows():
    session = IndexSession([Asset.BTC])
    assert session.is_data(json.dumps(value_message(), separators=(",", ":")).encode())
    assert not session.is_data(b'{"type":"subscribed","id":1}')


@pytest.mark.shared
def test_recorded_frames_are_read():
    path = recording("btc/kalshi_cfbenchmarks_value_frames.jsonl")
    events = []
    for line in path.read_text().splitlines():
        message = json.loads(line)
        message.setdefault("type", "cfbenchmarks_value")
        events += read(message)
    assert [event.value_e8 for event in events] == [
        8_585_067_000_000,
        8_544_777_000_000,
        6_800_012_000_000,
        6_800_012_000_000,
    ]
