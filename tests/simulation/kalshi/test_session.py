"""A Kalshi session's commands: replies by id, one seq a sid, merging, errors."""

import json
from typing import Any

import pytest

from tests.simulation.world import World
from underround.simulation.kalshi.session import Session
from underround.simulation.universe import draw_pairs

NOW_MS = 1_786_085_188_978


@pytest.fixture
def session() -> Session:
    markets = {pair.kalshi.ticker: pair.kalshi for pair in World(7).pairs}
    return Session(markets, lambda: NOW_MS)


@pytest.fixture
def tickers() -> list[str]:
    import random

    return [pair.kalshi.ticker for pair in draw_pairs(random.Random(7), 24)]


def say(session: Session, identity: int, cmd: str, **params: Any) -> list[dict[str, Any]]:
    command: dict[str, Any] = {"id": identity, "cmd": cmd}
    if params:
        command["params"] = params
    return [json.loads(text) for text in session.answer(json.dumps(command))]


def subscribe(session: Session, identity: int, *tickers: str, **more: Any) -> list[dict[str, Any]]:
    return say(
        session,
        identity,
        "subscribe",
        channels=["orderbook_delta"],
        market_tickers=list(tickers),
        **more,
    )


def test_subscribing_answers_with_a_sid_and_then_snapshots(session, tickers) -> None:
    first, *snapshots = subscribe(session, 5, *tickers[:3], use_yes_price=True)
    assert first == {
        "id": 5,
        "type": "subscribed",
        "sending_ts_ms": NOW_MS,
        "msg": {"channel": "orderbook_delta", "sid": 1},
    }
    assert [s["seq"] for s in snapshots] == [1, 2, 3]
    assert [s["msg"]["market_ticker"] for s in snapshots] == tickers[:3]
    assert {s["sid"] for s in snapshots} == {1}
    assert {s["sending_ts_ms"] for s in snapshots} == {NOW_MS}


def test_a_second_subscription_merges_and_ok_takes_a_seq(session, tickers) -> None:
    subscribe(session, 1, tickers[0])
    ok, snapshot = subscribe(session, 2, tickers[1])
    assert ok == {
        "id": 2,
        "type": "ok",
        "sid": 1,
        "seq": 2,
        "sending_ts_ms": NOW_MS,
        "msg": {"market_tickers": sorted(tickers[:2])},
    }
    assert (snapshot["type"], snapshot["seq"]) == ("orderbook_snapshot", 3)
    assert "id" not in snapshot


def test_updates_add_delete_and_give_snapshots(session, tickers) -> None:
    subscribe(session, 1, tickers[0])
    ok, snapshot = say(
        session, 2, "update_subscription", sid=1, action="add_markets", market_tickers=tickers[:2]
    )
    assert (ok["seq"], snapshot["seq"]) == (2, 3)
    assert snapshot["msg"]["market_ticker"] == tickers[1]
    (again,) = say(
        session, 3, "update_subscription", sids=[1], action="get_snapshot", market_ticker=tickers[0]
    )
    assert (again["id"], again["type"], again["seq"]) == (3, "orderbook_snapshot", 4)
    (less,) = say(
        session,
        4,
        "update_subscription",
        sid=1,
        action="delete_markets",
        market_tickers=[tickers[0]],
    )
    assert (less["seq"], less["msg"]["market_tickers"]) == (5, [tickers[1]])


def test_unsubscribing_takes_a_seq_and_forgets_the_sid(session, tickers) -> None:
    subscribe(session, 1, tickers[0])
    assert say(session, 2, "unsubscribe", sids=[1]) == [
        {"id": 2, "type": "unsubscribed", "sid": 1, "seq": 2, "sending_ts_ms": NOW_MS}
    ]
    assert say(session, 3, "list_subscriptions") == [
        {"id": 3, "type": "ok", "sending_ts_ms": NOW_MS, "msg": []}
    ]
    first, *_ = subscribe(session, 4, tickers[0])
    assert first["msg"]["sid"] == 2


def test_each_channel_is_answered_alone(session, tickers) -> None:
    answers = say(
        session,
        1,
        "subscribe",
        channels=["orderbook_delta", "nonsense", "trade"],
        market_tickers=tickers[:1],
    )
    assert [(a["type"], a.get("sid"), a["msg"].get("sid")) for a in answers] == [
        ("subscribed", None, 1),
        ("orderbook_snapshot", 1, None),
        ("error", None, None),
        ("subscribed", None, 2),
    ]
    assert answers[2]["msg"] == {"code": 8, "msg": "Unknown channel name"}
    assert {a["id"] for a in answers if "id" in a} == {1}
    assert say(session, 2, "list_subscriptions")[0]["msg"] == [
        {"channel": "orderbook_delta", "sid": 1},
        {"channel": "trade", "sid": 2},
    ]


def test_an_unknown_ticker_looks_like_an_empty_book(session) -> None:
    _, snapshot = subscribe(session, 1, "KXNOSUCH-26-A")
    assert set(snapshot["msg"]) == {"market_ticker", "market_id", "clock"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", 1),
        ("[1]", 1),
        ('{"id":1,"cmd":"dance"}', 5),
        ('{"id":1,"cmd":"subscribe"}', 2),
        ('{"id":1,"cmd":"subscribe","params":{}}', 3),
        ('{"id":1,"cmd":"subscribe","params":{"channels":["orderbook_delta"]}}', 14),
        (
            '{"id":1,"cmd":"subscribe","params":{"channels":["orderbook_delta"],'
            '"market_ticker":"A","market_tickers":["B"]}}',
            11,
        ),
        ('{"id":1,"cmd":"unsubscribe","params":{}}', 4),
        ('{"id":1,"cmd":"unsubscribe","params":{"sids":[]}}', 4),
        ('{"id":1,"cmd":"unsubscribe","params":{"sids":[9]}}', 7),
        ('{"id":1,"cmd":"update_subscription","params":{"action":"add_markets"}}', 12),
        ('{"id":1,"cmd":"update_subscription","params":{"sids":[1,2]}}', 12),
        ('{"id":1,"cmd":"update_subscription","params":{"sid":9}}', 7),
    ],
)
def test_errors_by_code(session, text, code) -> None:
    (answer,) = (json.loads(text) for text in session.answer(text))
    assert (answer["type"], answer["msg"]["code"]) == ("error", code)


def test_updates_are_refused_by_code(session, tickers) -> None:
    subscribe(session, 1, tickers[0])
    refused = [
        say(session, 2, "update_subscription", sid=1),
        say(session, 3, "update_subscription", sid=1, action="dance"),
        say(session, 4, "update_subscription", sid=1, action="add_markets"),
    ]
    assert [(a["id"], a["msg"]["code"]) for (a,) in refused] == [(2, 15), (3, 13), (4, 14)]
