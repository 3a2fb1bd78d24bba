"""Stores of older versions are brought up to date, once, whole, and by whoever comes first."""

import sqlite3
import threading
from pathlib import Path

import pytest

from underround.core.errors import UnusableError
from underround.core.trading.journal_record import HaltSet
from underround.stores import journal, signal_journal
from underround.stores.journal import TradeJournal
from underround.stores.schema import open_store
from underround.stores.signal_journal import SignalJournal

FIRST = "CREATE TABLE things (name TEXT NOT NULL); CREATE INDEX by_name ON things (name);"
SECOND = "ALTER TABLE things ADD COLUMN at_ns INTEGER NOT NULL DEFAULT 0;"
BROKEN = "ALTER TABLE things ADD COLUMN size INTEGER; ALTER TABLE absent ADD COLUMN x INTEGER;"


def columns(path: Path) -> list[str]:
    database = sqlite3.connect(path)
    try:
        return [row[1] for row in database.execute("PRAGMA table_info(things)")]
    finally:
        database.close()


def opened(path: Path, *schema: str) -> None:
    open_store(path, "box of things", schema).close()


def test_an_older_store_keeps_its_rows_and_gets_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "box.db"
    old = open_store(path, "box of things", (FIRST,))
    old.execute("INSERT INTO things VALUES ('a')")
    old.close()
    for _ in range(2):  # the second time there is nothing to do
        new = open_store(path, "box of things", (FIRST, SECOND))
        assert new.execute("SELECT name, at_ns FROM things").fetchall() == [("a", 0)]
        assert new.execute("PRAGMA user_version").fetchone() == (2,)
        new.close()
    with pytest.raises(UnusableError, match="box of things version 2 is newer than this program"):
        opened(path, FIRST)


def test_a_step_that_fails_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "box.db"
    opened(path, FIRST)
    with pytest.raises(UnusableError, match="not a usable box of things: no such table: absent"):
        opened(path, FIRST, BROKEN)
    assert columns(path) == ["name"]
    opened(path, FIRST, SECOND)
    assert columns(path) == ["name", "at_ns"]


@pytest.mark.parametrize("round_", range(5))
def test_whoever_comes_second_finds_the_work_done(tmp_path: Path, round_: int) -> None:
    path, faults, gate = tmp_path / "box.db", [], threading.Barrier(6)

    def come() -> None:
        gate.wait()
        try:
            opened(path, FIRST, SECOND)
        except Exception as fault:  # noqa: BLE001 - shown below
            faults.append(fault)

    threads = [threading.Thread(target=come) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert columns(path) == ["name", "at_ns"]


def test_a_file_of_another_kind_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as theirs:
        theirs.execute("CREATE TABLE music (title TEXT)")
    theirs.close()
    before = path.read_bytes()
    for kind in (TradeJournal, SignalJournal):
        with pytest.raises(UnusableError, match="another program's or store's file"):
            kind(path)
    assert path.read_bytes()[100:] == before[100:]  # but for the header's mark of the log
    ours = TradeJournal(tmp_path / "t.db")
    ours.close()
    with pytest.raises(UnusableError, match="not a journal, but another"):
        SignalJournal(tmp_path / "t.db")


def test_both_journals_of_today_will_open_with_the_next_version(tmp_path, monkeypatch) -> None:
    trades, signals = TradeJournal(tmp_path / "t.db"), SignalJournal(tmp_path / "s.db")
    trades.append([HaltSet("a", 1)], synced=True)
    signals.append("run/1", "rain", "opened", 5, b"{}")
    trades.close()
    signals.close()
    more = ("CREATE TABLE more (one INTEGER);",)
    monkeypatch.setattr(journal, "SCHEMA", journal.SCHEMA + more)
    monkeypatch.setattr(signal_journal, "SCHEMA", signal_journal.SCHEMA + more)
    trades, signals = TradeJournal(tmp_path / "t.db"), SignalJournal(tmp_path / "s.db")
    assert list(trades.read()) == [HaltSet("a", 1)]
    assert [each.id for each in signals.every()] == ["run/1"]
    for store in (trades, signals):
        assert store.database.execute("PRAGMA user_version").fetchone() == (2,)
        store.close()
