"""Channels beside the order books: their own streams, their own troubles, and the venue's list."""

import json

import pytest

from underround.core.event import CommandAnswered
from underround.venues.kalshi.commands import CHANNEL, INDICES, LIVES, TICKERS_PER_COMMAND
from underround.venues.kalshi.session import BookSession


def answer(kind: str, **fields) -> CommandAnswered:
    empty = {"id": None, "stream": None, "channel": None, "instruments": None, "code": None}
    return CommandAnswered(kind=kind, **{**empty, "text": "", **fields})


def read(frames: list[bytes]) -> list[dict]:
    return [json.loads(frame) for frame in frames]


@pytest.fixture
def session() -> BookSession:
    """Books on stream 1, lives of markets on 2, the index on 3, trades on 4."""
    made = BookSession(["A", "B"], channels=[LIVES, INDICES, "trade"], indices=["BRTI"])
    made.opened()
    for number, channel in enumerate((CHANNEL, LIVES, INDICES, "trade"), 1):
        assert made.on_reply(answer("subscribed", id=number, stream=number, channel=channel)) == []
    return made


def test_each_channel_is_asked_for_by_a_command_of_its_own():
    made = BookSession(["A"], channels=[LIVES, INDICES, "trade"], indices=["BRTI", "ETHUSD_RTI"])
    assert [frame["params"] for frame in read(made.opened())] == [
        {"channels": [CHANNEL], "market_tickers": ["A"], "use_yes_price": False},
        {"channels": [LIVES]},
        {"channels": [INDICES], "index_ids": ["BRTI", "ETHUSD_RTI"]},
        {"channels": ["trade"], "market_tickers": ["A"]},
    ]


def test_their_streams_are_kept_apart_from_the_books(session: BookSession):
    assert session.sids == {1: {"A", "B"}}
    assert session.beside == {2: LIVES, 3: INDICES, 4: "trade"}
    assert session.pending == {}


def test_tickers_come_and_go_on_the_channels_that_are_filtered_by_them(session: BookSession):
    added, told = read(session.add(["C"]))
    assert (added["params"]["sid"], told["params"]["sid"]) == (1, 4)
    assert told["params"] == {"sid": 4, "action": "add_markets", "market_tickers": ["C"]}
    assert session.on_reply(answer("ok", id=told["id"], stream=4, instruments=("A", "C"))) == []
    assert session.sids == {1: {"A", "B"}}
    deleted = read(session.delete(["A"]))
    assert [each["params"]["sid"] for each in deleted] == [1, 4]


def test_trades_are_never_asked_for_of_all_markets_there_are():
    made = BookSession([], channels=["trade"])
    assert made.opened() == []
    books, trades = read(made.add(["A"]))
    assert books["params"]["channels"] == [CHANNEL]
    assert trades["params"] == {"channels": ["trade"], "market_tickers": ["A"]}


def test_a_ticker_that_comes_while_its_channel_is_being_opened_is_not_forgotten():
    made = BookSession(["A"], channels=["trade"])
    made.opened()
    _, trades = read(made.add(["B"]))
    assert trades["params"] == {"channels": ["trade"], "market_tickers": ["B"]}
    made.on_reply(answer("subscribed", id=2, stream=2, channel="trade"))
    merged = answer("ok", id=trades["id"], stream=2, instruments=("A", "B"))
    assert made.on_reply(merged) == []
    assert made.beside == {2: "trade"}


def test_many_tickers_are_spread_over_commands_here_too():
    names = [f"T{number}" for number in range(TICKERS_PER_COMMAND + 1)]
    made = BookSession(names, channels=["trade"])
    trades = [
        each["params"] for each in read(made.opened()) if "trade" in each["params"]["channels"]
    ]
    assert [len(each["market_tickers"]) for each in trades] == [TICKERS_PER_COMMAND, 1]


def test_an_unknown_channel_costs_nothing_else():
    made = BookSession(["A"], channels=["nonsense"])
    made.opened()
    assert made.on_reply(answer("error", id=2, code=8, text="Unknown channel name")) == []
    assert made.on_reply(answer("subscribed", id=1, stream=1, channel=CHANNEL)) == []
    assert (made.sids, made.pending) == ({1: {"A"}}, {})


@pytest.mark.parametrize("code", [10, 25, 7])
def test_a_channel_that_ended_is_subscribed_to_again(session: BookSession, code: int):
    (again,) = read(session.on_reply(answer("error", stream=3, code=code)))
    assert again["params"] == {"channels": [INDICES], "index_ids": ["BRTI"]}
    assert session.sids == {1: {"A", "B"}}
    assert 3 not in session.beside
    session.on_reply(answer("subscribed", id=again["id"], stream=9, channel=INDICES))
    assert session.beside[9] == INDICES


def test_a_command_of_a_channel_that_timed_out_is_repeated_as_it_was():
    made = BookSession(["A"], channels=[INDICES], indices=["BRTI"])
    first = read(made.opened())[1]
    (again,) = read(made.on_reply(answer("error", id=2, code=18)))
    assert again == first | {"id": 3}


def test_an_unsubscribed_channel_is_forgotten(session: BookSession):
    assert session.on_reply(answer("unsubscribed", stream=2)) == []
    assert session.beside == {3: INDICES, 4: "trade"}


def listed(session: BookSession, *streams: tuple[str, int]) -> list[dict]:
    (asked,) = read(session.check())
    assert asked == {"id": asked["id"], "cmd": "list_subscriptions"}
    return read(session.on_reply(answer("ok", id=asked["id"], streams=streams)))


STANDING = ((CHANNEL, 1), (LIVES, 2), (INDICES, 3), ("trade", 4))


def test_a_list_that_agrees_calls_for_nothing(session: BookSession):
    assert listed(session, *STANDING) == []
    assert session.pending == {}


def test_what_the_venue_dropped_is_subscribed_to_again(session: BookSession):
    frames = listed(session, *STANDING[2:])
    assert [frame["params"] for frame in frames] == [
        {"channels": [CHANNEL], "market_tickers": ["A", "B"], "use_yes_price": False},
        {"channels": [LIVES]},
    ]
    assert (session.sids, session.beside) == ({}, {3: INDICES, 4: "trade"})


def test_what_the_venue_keeps_without_our_knowledge_is_ended(session: BookSession):
    (ended,) = listed(session, *STANDING, (CHANNEL, 8))
    assert (ended["cmd"], ended["params"]) == ("unsubscribe", {"sids": [8]})


def test_a_subscription_under_way_is_not_a_strange_one(session: BookSession):
    session.on_reply(answer("error", stream=3, code=10))
    assert listed(session, *STANDING[:2], STANDING[3], (INDICES, 9)) == []


def test_a_stream_that_came_after_the_question_is_not_missing(session: BookSession):
    (asked,) = read(session.check())
    session.on_reply(answer("subscribed", stream=9, channel=CHANNEL))
    assert session.on_reply(answer("ok", id=asked["id"], streams=STANDING)) == []


def test_a_list_that_nobody_asked_for_is_nothing(session: BookSession):
    assert session.on_reply(answer("ok", streams=())) == []
    assert session.sids == {1: {"A", "B"}}
