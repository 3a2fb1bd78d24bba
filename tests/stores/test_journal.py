"""The trade journal: what is appended is read back, torn tails go, and one process alone trades."""

import shutil
import sqlite3
import subprocess
import sys

import pytest

from tests.core.trading_checks import shown
from tests.core.trading_world import TradingWorld
from underround.core.errors import UnderroundError, UnusableError
from underround.core.trading.journal_record import HaltSet
from underround.core.trading.portfolio import Portfolio
from underround.stores.executor_lock import LEASE_NS, executor_lock
from underround.stores.journal import TradeJournal, decoded, encoded, restore


@pytest.fixture
def history():
    world = TradingWorld(4)
    world.run()
    return world


@pytest.fixture
def journal(tmp_path):
    made = TradeJournal(tmp_path / "trades.db")
    yield made
    made.close()


def test_a_journal_makes_the_live_state_again(journal, history):
    for start in range(0, len(history.disk), 7):
        journal.append(history.disk[start : start + 7], synced=start % 2 == 0)
    assert list(journal.read()) == history.disk
    assert shown(journal.portfolio()) == shown(history.desk.portfolio)
    assert decoded(encoded(history.disk)) == history.disk


def test_a_torn_tail_leaves_a_prefix_of_whole_appends(tmp_path, history):
    path = tmp_path / "trades.db"
    journal = TradeJournal(path)
    for start in range(0, 30, 3):
        journal.append(history.disk[start : start + 3], synced=True)
    log = tmp_path / "trades.db-wal"
    whole = log.read_bytes()
    for lost in range(1, len(whole), len(whole) // 12):
        copy = tmp_path / f"torn{lost}.db"
        shutil.copy(path, copy)
        copy.with_name(copy.name + "-wal").write_bytes(whole[:-lost])
        torn = TradeJournal(copy)
        read = list(torn.read())
        torn.close()
        assert len(read) % 3 == 0
        assert read == history.disk[: len(read)]
    journal.close()


def test_a_full_disk_writes_nothing_of_a_group(journal, history):
    journal.append(history.disk[:5], synced=True)
    pages = journal.database.execute("PRAGMA page_count").fetchone()[0]
    journal.database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.Error, match="full"):
        journal.append(history.disk * 20, synced=True)
    assert list(journal.read()) == history.disk[:5]
    journal.database.execute("PRAGMA max_page_count = 100000")
    journal.append(history.disk[5:8], synced=True)
    assert list(journal.read()) == history.disk[:8]


def test_a_backup_is_restored_and_nothing_is_overwritten(journal, history, tmp_path):
    journal.append(history.disk, synced=True)
    assert journal.backup(tmp_path / "copy.db") == len(history.disk)
    with pytest.raises(UnusableError, match="exists already"):
        journal.backup(tmp_path / "copy.db")
    assert restore(tmp_path / "copy.db", tmp_path / "new.db") == len(history.disk)
    with pytest.raises(UnusableError, match="move it away"):
        restore(tmp_path / "copy.db", tmp_path / "new.db")
    again = TradeJournal(tmp_path / "new.db")
    assert list(again.read()) == history.disk
    again.close()


def test_another_program_s_database_is_refused(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 1")
    with pytest.raises(UnusableError, match="not a trade journal"):
        TradeJournal(path)
    (tmp_path / "text").write_text("hello " * 500)
    with pytest.raises(UnusableError, match="not a usable trade journal"):
        TradeJournal(tmp_path / "text")


def test_a_record_that_cannot_be_read_is_named(journal):
    journal.append([HaltSet("x", 1)], synced=True)
    journal.database.execute("INSERT INTO records (kind, body) VALUES ('HaltSet', '{')")
    with pytest.raises(UnusableError, match=r"record 2 \(HaltSet\) cannot be read"):
        list(journal.read())


def test_a_halt_survives(journal):
    journal.append([HaltSet("a person", 1)], synced=False)
    assert journal.portfolio().halt == "a person"
    assert Portfolio().halt is None


def test_one_process_alone_trades_and_the_other_is_told_who(journal):
    holding = (
        "import sys; from underround.stores.journal import TradeJournal\n"
        "from underround.stores.executor_lock import executor_lock\n"
        "with executor_lock(TradeJournal(sys.argv[1]), 'main', 0):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", holding, str(journal.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert other.stdout.readline() == b"held\n"
        refused = pytest.raises(UnderroundError, match=rf"process {other.pid} on .*account main")
        with refused, executor_lock(journal, "main", 0):
            pass
        other.kill()
        other.wait()
        with executor_lock(journal, "main", 1) as lock:
            lock.renew(2)
    finally:
        other.kill()
        other.communicate()


def test_a_lease_of_another_machine_is_respected_until_it_ends(journal):
    assert journal.take_lease("process 1 on elsewhere (account a)", 0, LEASE_NS) is None
    refused = pytest.raises(UnderroundError, match="process 1 on elsewhere")
    with refused, executor_lock(journal, "a", LEASE_NS - 1):
        pass
    with executor_lock(journal, "a", LEASE_NS + 1):
        pass
