"""Reference prices of both services: what each message prints, and what each session says."""

import json

import pytest

from underround.core.event import CommandAnswered, FrameRejected
from underround.core.venue_event import IndexPrinted
from underround.venues.polymarket.prices import (
    PolyboltKey,
    PolyboltSession,
    RtdsSession,
    decode,
    masked,
)

TIME_MS = 1_791_180_714_000
KEY = PolyboltKey("key", "secret", "phrase")


def read(message: object) -> list:
    events: list = []
    decode(message if isinstance(message, bytes) else json.dumps(message).encode(), events)
    return events


def rtds(topic: str, payload: object, kind: str = "update") -> dict:
    return {"topic": topic, "type": kind, "timestamp": TIME_MS + 5, "payload": payload}


def point(value: float, exact: str | None = None, **more) -> dict:
    fields = {"timestamp": TIME_MS, "value": value, **more}
    return fields if exact is None else fields | {"full_accuracy_value": exact}


def bolt(channel: str, payload: dict, **envelope) -> dict:
    fields = {"v": 1, "channel": channel, "seq": 3, "ts": TIME_MS + 5}
    return fields | envelope | {"payload": {"symbol": "BTCUSD", **payload}}


EXACT = "85850670000000000000000"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            rtds("crypto_prices", {"symbol": "btcusdt", **point(85850.6, "85850.67")}),
            IndexPrinted("binance", "btcusdt", 8_585_067_000_000, TIME_MS),
        ),
        (
            rtds("crypto_prices", {"symbol": "btcusdt", **point(85850, "85850")}),
            IndexPrinted("binance", "btcusdt", 8_585_000_000_000, TIME_MS),
        ),
        (
            rtds("crypto_prices_chainlink", {"symbol": "btc/usd", **point(85850.6, EXACT)}),
            IndexPrinted("chainlink", "btc/usd", 8_585_067_000_000, TIME_MS),
        ),
        (
            rtds("crypto_prices_twap_thirty", {"symbol": "btc/usd", **point(85850.67)}),
            IndexPrinted("chainlink_twap", "btc/usd", 8_585_067_000_000, TIME_MS, window_s=30),
        ),
        (
            rtds("crypto_prices_twap_sixty", {"symbol": "btc/usd", **point(1, EXACT, window_s=60)}),
            IndexPrinted("chainlink_twap", "btc/usd", 8_585_067_000_000, TIME_MS, window_s=60),
        ),
        (
            bolt("price.crypto", {"source": "pyth", **point(1, "85850.67"), "received_at": 7}),
            IndexPrinted("pyth", "btcusd", 8_585_067_000_000, TIME_MS, relayed_ms=7),
        ),
        (
            bolt(
                "price.crypto.twap",
                {"source": "chainlink", "window_seconds": 60, **point(1, "85850")},
            ),
            IndexPrinted("chainlink_twap", "btcusd", 8_585_000_000_000, TIME_MS, window_s=60),
        ),
    ],
)
def test_prices(message: dict, expected: IndexPrinted):
    assert read(message) == [expected]


def test_a_subscription_begins_with_the_recent_prices():
    history = {"symbol": "btc/usd", "data": [point(1.0), point(2.0) | {"timestamp": TIME_MS + 1}]}
    prints = read(rtds("crypto_prices_twap_sixty", history, "subscribe"))
    assert [(each.value_e8, each.time_ms, each.window_s) for each in prints] == [
        (100_000_000, TIME_MS, 60),
        (200_000_000, TIME_MS + 1, 60),
    ]


def test_what_the_server_dropped_is_said():
    message = bolt("price.crypto", {"source": "pyth", **point(1, "1")}, dropped=3)
    assert read(message)[1] == FrameRejected("polymarket left prices out", "3 of price.crypto")


@pytest.mark.parametrize(
    ("message", "events"),
    [
        (b"PONG", []),
        (b"", []),
        ({"op": "pong"}, []),
        ({"op": "authed", "rid": "1"}, [CommandAnswered("authed", 1, None, None, None, None, "")]),
        (
            {"op": "error", "rid": "2", "channel": "price.crypto", "code": "bad_filter"},
            [CommandAnswered("error", 2, None, "price.crypto", None, None, "bad_filter")],
        ),
    ],
)
def test_answers(message: object, events: list):
    assert read(message) == events


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (b"INVALID", "polymarket price remark"),
        (b"{", "bad polymarket price message"),
        ({}, "unknown polymarket price message"),
        (rtds("comments", {}), "unknown polymarket price message"),
        ({"topic": "crypto_prices"}, "bad polymarket price message"),
        (rtds("crypto_prices", {"symbol": "x", "timestamp": 1}), "bad polymarket price message"),
        (
            rtds("crypto_prices", {"symbol": "x", **point(1, "many")}),
            "bad polymarket price message",
        ),
        (rtds("crypto_prices", {"symbol": "x", **point(1, "NaN")}), "bad polymarket price message"),
    ],
)
def test_bad_messages_are_named(message: object, kind: str):
    (rejected,) = read(message)
    assert (rejected.kind, rejected.instruments) == (kind, ())


def test_rtds_subscribes_to_every_topic_in_its_own_way():
    session = RtdsSession(
        [
            ("crypto_prices", "btcusdt"),
            ("crypto_prices_chainlink", "btc/usd"),
            ("crypto_prices_twap_sixty", None),
        ]
    )
    (frame,) = session.opened()
    assert json.loads(frame) == {
        "action": "subscribe",
        "subscriptions": [
            {"topic": "crypto_prices", "type": "update", "filters": "btcusdt"},
            {"topic": "crypto_prices_chainlink", "type": "*", "filters": '{"symbol":"btc/usd"}'},
            {"topic": "crypto_prices_twap_sixty", "type": "update"},
        ],
    }
    assert not session.is_data(b"PONG")
    assert session.is_data(json.dumps(rtds("crypto_prices", {})).encode())


def answer(kind: str, text: str = "") -> CommandAnswered:
    return CommandAnswered(kind, 1, None, None, None, None, text)


def test_polybolt_shows_its_key_before_it_subscribes():
    session = PolyboltSession(KEY, [("price.crypto.twap", "btcusd"), ("price.crypto", "ethusd")])
    (auth,) = map(json.loads, session.opened())
    assert auth["auth"] == {"apiKey": "key", "secret": "secret", "passphrase": "phrase"}
    assert session.on_reply(answer("subscribed")) == []
    (subscribe,) = map(json.loads, session.on_reply(answer("authed")))
    assert subscribe["subscriptions"] == [
        {"channel": "price.crypto.twap", "filter": {"symbol": "btcusd", "window_seconds": 60}},
        {"channel": "price.crypto", "filter": {"symbol": "ethusd"}},
    ]


def test_polybolt_keeps_what_was_refused_and_ends_for_good_on_a_bad_key():
    session = PolyboltSession(KEY, [])
    assert session.on_reply(answer("error", "bad_filter")) == []
    assert session.refused == ["bad_filter"]
    assert session.fatal_closes == {4001, 4008}
    assert not session.is_data(b'{"op":"pong"}')
    assert session.is_data(json.dumps(bolt("price.crypto", {})).encode())


def test_polybolt_carries_no_more_than_64():
    with pytest.raises(ValueError, match="a connection carries 64"):
        PolyboltSession(KEY, [("price.crypto", f"s{number}") for number in range(65)])


def test_the_key_s_secrets_are_never_printed():
    assert "secret=<secret>" in repr(KEY)
    assert "phrase" not in repr(KEY)


def test_no_key_is_ever_recorded():
    (auth,) = PolyboltSession(KEY, []).opened()
    assert masked(auth) == b'{"op":"auth"}'
    assert masked(b'{"op":"ping"}') == b'{"op":"ping"}'
