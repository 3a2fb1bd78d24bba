"""The log as a person and as a machine reads it: nouns, fields, ids, and the friendly words."""

import asyncio
import io
import json
import logging

import pytest

from tests.core.desk import Desk, signals
from underround.app.logs import json_lines, log_to_stderr
from underround.app.run_log import log_trading, logging_run
from underround.app.telemetry.names import TraceNames, trace_of
from underround.core.instrument import Venue
from underround.core.trading.effect import JournalWanted, TradeRefused
from underround.core.trading.journal_record import TradeMoved
from underround.core.trading.trade import TradeTrigger


@pytest.fixture
def lines():
    """Give what is logged as JSON, decoded."""
    stream = io.StringIO()
    out = logging.StreamHandler(stream)
    out.setFormatter(json_lines())
    logger = logging.getLogger("underround")
    logger.addHandler(out)
    level = logger.level
    logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(out)
    logger.setLevel(level)


def test_a_friendly_line_becomes_a_noun_with_its_words(lines):
    logging.getLogger("underround").warning("Redis lost: %s; going on", "gone ✅")
    [line] = lines()
    assert line.pop("at").endswith("Z")
    text = "Redis lost: gone ✅; going on"
    assert line == {"level": "warning", "event": "test_logs", "text": text}


def test_a_fault_keeps_its_traceback_in_one_line(lines):
    try:
        raise ValueError("no such thing")
    except ValueError:
        logging.getLogger("underround.app.x").exception("failed\nbadly")
    [line] = lines()
    assert line["text"] == "failed\nbadly"
    assert line["exception"].endswith("ValueError: no such thing")


async def test_signals_are_logged_with_their_ids_on_a_later_turn(lines):
    desk = Desk()
    desk.opening([(4_000, 10)], [(9_000, 10)], ([(5_500, 10)], []))
    desk.wait(200)
    desk.polymarket("yes-token", [], [(4_100, 10)])
    said = signals(desk.heard)
    hears: list = []
    with logging_run(hears, [], TraceNames("r1", None), traced=True):
        for each in said:
            hears[0](each)
        assert lines() == []
        await asyncio.sleep(0)
    found = lines()
    assert [(each["event"], each["signal"], each["kind"]) for each in found] == [
        ("signal", each.id, each.kind.value) for each in said
    ]
    assert found[0]["legs"][0]["venue"] == "polymarket"
    ids = trace_of(f"r1/{said[0].id}").fields()
    assert {name: found[0][name] for name in ids} == ids
    assert hears == []


def test_trades_are_logged_with_theirs(lines):
    names = TraceNames("r1", None)
    log_trading(JournalWanted(TradeMoved("t-1", next(iter(TradeTrigger)), 5, "because")), names)
    log_trading(TradeRefused("r1/fed/yes_no/1", None, "no room", 7), names)
    moved, refused = lines()
    assert (moved["event"], moved["trade"], moved["reason"]) == ("trade", "t-1", "because")
    assert (refused["event"], refused["signal"]) == ("refusal", "fed/yes_no/1")
    assert refused["text"] == "not traded: no room"


def test_a_friendly_line_is_one_line_and_commands_no_terminal(monkeypatch):
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    stream = io.StringIO()
    log_to_stderr(stream=stream)
    logging.getLogger("underround").warning("✅ %s", "a title\nERROR\tall is lost\x1b[2J\u202e")
    [line] = stream.getvalue().splitlines()
    assert line.endswith("WARNING ✅ a title ERROR all is lost [2J")


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (float("nan"), None),
        (float("inf"), None),
        ("\ud800", "\ud800"),
        ({1, 2}, [1, 2]),
        (Venue.KALSHI, "kalshi"),
        (2**70, 2**70),
    ],
)
def test_a_json_line_is_json_whatever_it_is_about(lines, value, wanted):
    logging.getLogger("underround").warning("seen\nnow", extra={"seen": value})
    [line] = lines()
    assert (line["seen"], line["text"]) == (wanted, "seen\nnow")
