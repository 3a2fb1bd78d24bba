"""`underround signals`: what the journal holds, shown and consumed."""

import json

import msgspec
import pytest
from redis import Redis

from underround.cli.main import run
from underround.core.instrument import Outcome, Venue
from underround.core.opportunity import Leg, Signal, SignalKind
from underround.stores.signal_journal import SignalJournal


def signal(number: int) -> Signal:
    return Signal(
        kind=SignalKind.OPENED,
        id=f"fed/yes_no/{number}",
        pair="fed",
        direction="yes_no",
        at_ns=1_795_000_000_000_000_000 + number,
        tick_at_ns=1_795_000_000_000_000_000,
        edge_top_e6=21_000,
        edge_e6=18_000,
        size_e6=120_000_000,
        cost_usd_e6=117_840_000,
        fee_usd_e6=1_500_000,
        edge_usd_e6=2_160_000,
        legs=(
            Leg(Venue.POLYMARKET, "1", Outcome.YES, 4_100, 4_200),
            Leg(Venue.KALSHI, "KXFED", Outcome.NO, 5_500, 5_600),
        ),
    )


@pytest.fixture
def journal(tmp_path):
    journal = SignalJournal(tmp_path / "signals.db")
    for number in range(1, 4):
        body = msgspec.json.encode(signal(number))
        journal.append(f"run/{number}", "fed", "opened", number, body)
    yield journal
    journal.close()


def test_the_latest_are_shown_for_a_person(journal, capsys):
    assert run(["signals", "--journal", str(journal.path), "--limit", "1"]) == 0
    head, line = capsys.readouterr().out.splitlines()
    assert head == f"{journal.path}: 3 signals"
    assert line.startswith("     3  ")
    assert "OPENED  fed" in line
    assert "YES polymarket 0.41 + NO kalshi 0.55  edge 2.10 ¢ at the top" in line
    assert "1.80 ¢ × 120 = $2.16 after $1.50 fees" in line


def test_json_is_one_object(journal, capsys):
    assert run(["signals", "--journal", str(journal.path), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in shown["signals"]] == ["run/1", "run/2", "run/3"]
    assert shown["signals"][0]["signal"]["pair"] == "fed"


def test_a_group_consumes_each_signal_once(journal, capsys):
    command = ["signals", "consume", "--group", "g", "--journal", str(journal.path), "--once"]
    assert run([*command, "--limit", "2"]) == 0
    assert run(command) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["id"] for line in lines] == ["fed/yes_no/1", "fed/yes_no/2", "fed/yes_no/3"]
    named = [(line["seq"], line["signal_id"]) for line in lines]
    assert named == [(1, "run/1"), (2, "run/2"), (3, "run/3")]


def test_what_another_consumer_was_given_is_named_at_the_end(journal, capsys, caplog):
    other = JournalConsumer(journal, "g", "other", time.time_ns)
    assert len(asyncio.run(other.take(2))) == 2
    assert run(["signals", "consume", "--group", "g", "--journal", str(journal.path), "--once"]) == 0
    assert capsys.readouterr().out == ""
    assert "3 signals are with consumers that have not acknowledged them" in caplog.text


def test_a_missing_journal_is_one_line(tmp_path, capsys):
    assert run(["signals", "--journal", str(tmp_path / "none.db")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_refused_redis_is_one_line(capsys):
    command = ["signals", "consume", "--group", "g", "--prices", "redis://127.0.0.1:1", "--once"]
    assert run(command) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: Redis connection failed:")
    assert error.count("\n") == 1


def test_the_stream_is_consumed_where_prices_are_shared_through_redis(redis_url, capsys):
    with Redis.from_url(redis_url) as client:
        fields = {"id": "run/1", "body": msgspec.json.encode(signal(1))}
        client.xadd("signals:{underround}:stream", fields, id="1-0")
    command = ["signals", "consume", "--group", "g", "--prices", redis_url, "--once"]
    assert run(command) == 0
    taken = json.loads(capsys.readouterr().out)
    assert (taken["id"], taken["seq"], taken["signal_id"]) == ("fed/yes_no/1", 1, "run/1")
    assert run(command) == 0
    assert capsys.readouterr().out == ""
