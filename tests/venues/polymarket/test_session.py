"""Frames of the market channel, and the plan of its connections."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.venues.polymarket.session import MarketSession, plan_connections


def read(frames: list[bytes]) -> list[dict]:
    return [json.loads(frame) for frame in frames]


def test_the_first_frame_has_a_type_and_the_others_an_operation():
    session = MarketSession(f"{n}" for n in range(250))
    frames = session.opened()
    first, second, third = read(frames)
    assert frames[0].startswith(b'{"type":"market","assets_ids":["0","1",')
    assert {key: first[key] for key in first if key != "assets_ids"} == {
        "type": "market",
        "custom_feature_enabled": True,
    }
    for other in (second, third):
        assert (other["operation"], other["custom_feature_enabled"]) == ("subscribe", True)
        assert "type" not in other
    assert [len(frame["assets_ids"]) for frame in (first, second, third)] == [100, 100, 50]
    assert read(session.opened()) == [first, second, third]


def test_tokens_come_and_go_and_a_reconnect_says_what_is_left():
    session = MarketSession(["1", "2"])
    session.opened()
    assert read(session.add(["2", "3", "3"])) == [
        {"operation": "subscribe", "assets_ids": ["3"], "custom_feature_enabled": True}
    ]
    assert read(session.remove(["1", "9"])) == [{"operation": "unsubscribe", "assets_ids": ["1"]}]
    assert session.remove(["1"]) == session.add(["2"]) == session.renew(["1"]) == []
    assert [frame["operation"] for frame in read(session.renew(["3", "9"]))] == [
        "unsubscribe",
        "subscribe",
    ]
    assert read(session.opened())[0]["assets_ids"] == ["2", "3"]


def test_a_connection_opened_without_tokens_is_greeted_by_the_first_that_comes():
    session = MarketSession()
    assert session.opened() == []
    assert read(session.add(["1"]))[0]["type"] == "market"
    assert read(session.add(["2"]))[0]["operation"] == "subscribe"


@pytest.mark.parametrize("frame", [b"PONG", b"[]", b"[]\n", b"INVALID OPERATION", b""])
def test_what_a_frozen_connection_still_sends_is_no_data(frame: bytes):
    assert not MarketSession().is_data(frame)


def test_the_shortest_event_is_data():
    event = b'{"market":"0x0","price_changes":[],"timestamp":"1","event_type":"price_change"}'
    assert MarketSession().is_data(event)


@given(st.integers(0, 700), st.integers(2, 400))
def test_both_tokens_share_a_connection_and_connections_are_few_and_even(count: int, limit: int):
    markets = [(f"y{n}", f"n{n}") for n in range(count)]
    plan = plan_connections(markets + markets[:3], limit)
    assert [token for tokens in plan for token in tokens] == [t for m in markets for t in m]
    assert all(len(tokens) % 2 == 0 and 0 < len(tokens) <= limit for tokens in plan)
    assert len(plan) == -(-count // (limit // 2))
    sizes = {len(tokens) for tokens in plan}
    assert not sizes or max(sizes) - min(sizes) <= 2


def test_a_limit_below_a_market_is_refused():
    with pytest.raises(ValueError, match="two"):
        plan_connections([("1", "2")], 1)
