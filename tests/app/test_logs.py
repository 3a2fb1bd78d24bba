"""The log as a person and as a machine reads it: nouns, fields, ids, and the friendly words."""

import asyncio
import io
import json
import logging

import pytest

from tests.core.desk import Desk, signals
from underround.app.logs import json_lines
from underround.app.run_log import log_trading, logging_run
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
    with logging_run(hears, []):
        for each in said:
            hears[0](each)
        assert lines() == []
        await asyncio.sleep(0)
    found = lines()
    assert [(each["event"], each["signal"], each["kind"]) for each in found] == [
        ("signal", each.id, each.kind.value) for each in said
    ]
    assert found[0]["legs"][0]["venue"] == "polymarket"
    assert hears == []


def test_trades_are_logged_with_theirs(lines):
    log_trading(JournalWanted(TradeMoved("t-1", next(iter(TradeTrigger)), 5, "because")))
    log_trading(TradeRefused("fed/yes_no/1", None, "no room", 7))
    moved, refused = lines()
    assert (moved["event"], moved["trade"], moved["reason"]) == ("trade", "t-1", "because")
    assert (refused["event"], refused["signal"]) == ("refusal", "fed/yes_no/1")
    assert refused["text"] == "not traded: no room"
