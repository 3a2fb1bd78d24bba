"""Commands and their replies, matched by id in whatever order they come."""

import json

import pytest

from tests.recordings import recording
from underround.core.event import CommandAnswered
from underround.venues.kalshi.codec import decode
from underround.venues.kalshi.commands import TICKERS_PER_COMMAND
from underround.venues.kalshi.session import BookSession


def answer(kind: str, **fields) -> CommandAnswered:
    empty = {"id": None, "stream": None, "channel": None, "instruments": None, "code": None}
    return CommandAnswered(kind=kind, **{**empty, "text": "", **fields})


def read(frames: list[bytes]) -> list[dict]:
    return [json.loads(frame) for frame in frames]


def subscribed(session: BookSession, number: int = 1, sid: int = 1) -> None:
    frames = session.on_reply(
        answer("subscribed", id=number, stream=sid, channel="orderbook_delta")
    )
    assert frames == []


def test_the_subscription_says_which_scale_it_wants():
    assert BookSession(["A", "B"]).opened() == [
        b'{"id":1,"cmd":"subscribe","params":{"channels":["orderbook_delta"],'
        b'"market_tickers":["A","B"],"use_yes_price":false}}'
    ]


def test_many_tickers_are_spread_over_commands_and_ids_start_again_on_each_connection():
    session = BookSession(f"T{n}" for n in range(2 * TICKERS_PER_COMMAND + 1))
    for _ in range(2):
        frames = read(session.opened())
        assert [frame["id"] for frame in frames] == [1, 2, 3]
        assert [len(frame["params"]["market_tickers"]) for frame in frames] == [500, 500, 1]
    assert sorted(session.pending) == [1, 2, 3]


def test_merged_subscriptions_are_answered_out_of_order():
    session = BookSession()
    for ticker in "ABC":
        session.add([ticker])
    session.on_reply(answer("subscribed", id=2, stream=7, channel="orderbook_delta"))
    assert session.sids == {7: {"B"}}
    session.on_reply(answer("ok", id=3, stream=7, instruments=("B", "C")))
    session.on_reply(answer("ok", id=1, stream=7, instruments=("A", "B", "C")))
    assert session.sids == {7: {"A", "B", "C"}}
    assert session.pending == {}


def test_add_delete_snapshot_and_unsubscribe_name_the_subscription():
    session = BookSession(["A"])
    session.opened()
    subscribed(session, sid=4)
    frames = session.add(["B", "A", "B"]) + session.delete(["A"]) + session.snapshot(4, ["A"])
    assert read(frames + session.unsubscribe(4)) == [
        {
            "id": 2,
            "cmd": "update_subscription",
            "params": {"sid": 4, "action": "add_markets", "market_tickers": ["B"]},
        },
        {
            "id": 3,
            "cmd": "update_subscription",
            "params": {"sid": 4, "action": "delete_markets", "market_tickers": ["A"]},
        },
        {
            "id": 4,
            "cmd": "update_subscription",
            "params": {"sid": 4, "action": "get_snapshot", "market_tickers": ["A"]},
        },
        {"id": 5, "cmd": "unsubscribe", "params": {"sids": [4]}},
    ]
    session.on_reply(answer("unsubscribed", id=5, stream=4))
    assert session.sids == {}


def test_a_snapshot_of_a_whole_subscription_is_done_book_by_book():
    session = BookSession(["A", "B"])
    session.opened()
    subscribed(session)
    assert read(session.snapshot(1))[0]["params"]["market_tickers"] == ["A", "B"]
    session.on_reply(answer("orderbook_snapshot", id=2, stream=1, instruments=("B",)))
    assert session.pending[2].tickers == ("A",)
    session.on_reply(answer("orderbook_snapshot", id=2, stream=1, instruments=("A",)))
    assert session.pending == {}
    assert session.sids == {1: {"A", "B"}}


def test_what_is_given_up_while_being_subscribed_is_deleted_when_the_answer_comes():
    session = BookSession(["A", "B"])
    session.opened()
    assert session.delete(["A"]) == []
    frames = session.on_reply(answer("subscribed", id=1, stream=1, channel="orderbook_delta"))
    assert [f["params"]["market_tickers"] for f in read(frames)] == [["A"]]
    # An `ok` that still lists it, because it was sent before, is no reason to delete it twice.
    assert session.on_reply(answer("ok", id=9, stream=1, instruments=("A", "B"))) == []
    session.on_reply(answer("ok", id=2, stream=1, instruments=("B",)))
    assert session.sids == {1: {"B"}}


@pytest.mark.parametrize("code", [10, 25])
def test_a_terminal_error_subscribes_again(code: int):
    session = BookSession(["A", "B"])
    session.opened()
    subscribed(session, sid=3)
    for stream in (3, None):  # named, or the only one there is
        session.sids = {3: {"A", "B"}}
        frames = session.on_reply(answer("error", stream=stream, code=code, text="overflow"))
        assert read(frames)[0]["cmd"] == "subscribe"
        assert read(frames)[0]["params"]["market_tickers"] == ["A", "B"]
        assert session.sids == {}
    assert session.errors[-1].code == code


@pytest.mark.parametrize("code", [18, 27])
def test_a_command_that_timed_out_is_repeated_thrice(code: int):
    session = BookSession(["A"])
    frames = read(session.opened())
    asked = 0
    while frames:
        asked += 1
        assert frames[0]["params"]["market_tickers"] == ["A"]
        frames = read(session.on_reply(answer("error", id=frames[0]["id"], code=code)))
    assert asked == 4
    assert session.pending == {}
    assert session.error_count == 4


def test_any_other_error_ends_its_command_and_is_kept_with_it():
    session = BookSession(["A"])
    session.opened()
    assert session.on_reply(answer("error", id=1, code=8, text="Unknown channel name")) == []
    error = session.errors[0]
    assert (error.code, error.message, error.command.tickers) == (8, "Unknown channel name", ("A",))
    assert session.on_reply(answer("error", id=99, code=5)) == []
    assert session.errors[1].command is None


def test_a_stranger_s_answer_is_counted_and_changes_no_command():
    session = BookSession(["A"])
    session.opened()
    session.on_reply(answer("ok", id=77, stream=None))
    assert (session.unmatched, sorted(session.pending)) == (1, [1])


@pytest.mark.shared
def test_a_recorded_session_of_twelve_merged_subscriptions():
    path = recording("kalshi/ws_raw_12markets_add_ok_2026-08-07.jsonl")
    session = BookSession()
    for number in range(12):
        session.add([f"placeholder-{number}"])
    for line in path.read_text().splitlines():
        events = []
        decode(json.dumps(json.loads(line)["frame"]).encode(), events)
        for event in events:
            if isinstance(event, CommandAnswered):
                session.on_reply(event)
    assert [command.action for command in session.pending.values()] == ["delete_markets"] * len(
        session.pending
    )
    assert len(session.sids[1]) == 12
