"""Live trading from the command line against the simulated venues, over real sockets."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.app.venue_thread import environment, venues_in_a_thread
from underround.app.clock import wall_ns
from underround.cli.main import run
from underround.core.instrument import Venue
from underround.core.trading.order_event import PositionAdopted
from underround.core.trading.trade import TradeTrigger
from underround.simulation.book import ASK, BID
from underround.simulation.venues import SimulatedVenues
from underround.stores.executor_lock import executor_lock
from underround.stores.journal import TradeJournal

ONE = 10**6
LIVE = ["run", "--live", "--account", "mine", "--json"]


def with_an_underround(venues: SimulatedVenues) -> None:
    """Give the first pair books whose YES and NO cost 95 cents together."""
    pair = venues.pairs[0]
    pair.polymarket.tick_e4 = 100
    pair.polymarket.book.clear()
    pair.kalshi.book.clear()
    deep = 1_000 * ONE
    venues.exchange.change_polymarket(pair, [(BID, 4_400, deep), (ASK, 4_500, deep)])
    venues.exchange.change_kalshi(pair, [(BID, 5_000, deep), (ASK, 5_100, deep)])


@pytest.fixture
def venues(tmp_path: Path, monkeypatch):
    with venues_in_a_thread(with_an_underround, pairs=2, calm=True) as made:
        variables = environment(made, "redis://localhost:1") | {
            "UNDERROUND__TRADING__ACCOUNT": "mine",
            "UNDERROUND__TRADING__JOURNAL": str(tmp_path / "trades.db"),
            "UNDERROUND__TRADING__KILL_FILE": str(tmp_path / "kill"),
            "UNDERROUND__STORAGE__JOURNAL": str(tmp_path / "signals.db"),
            "UNDERROUND__STORAGE__AUDIT": str(tmp_path / "audit.log"),
            "UNDERROUND__STORAGE__RECORDINGS": str(tmp_path / "recordings"),
            "UNDERROUND__STORAGE__CATALOG": str(tmp_path / "catalog.sqlite"),
        }
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield made


@contextmanager
def stopped_after_a_trade(path: Path):
    """Stop the run of the block, as systemd would, when its first trade is settled."""
    is_over = threading.Event()

    def watch() -> None:
        where = f"file:{path}?mode=ro"
        while not is_over.wait(0.1):
            try:
                with closing(sqlite3.connect(where, uri=True)) as database:
                    rows = database.execute("SELECT body FROM records WHERE kind = 'TradeMoved'")
                    moves = [body.decode() for (body,) in rows]
            except sqlite3.OperationalError:  # not there yet
                continue
            if any(TradeTrigger.CONFIRMED.value in move for move in moves):
                os.kill(os.getpid(), signal.SIGTERM)
                return

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def told(words: list[str], capsys, code: int = 0) -> dict:
    assert run(words) == code, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def refused(words: list[str], capsys) -> tuple[int, str]:
    code = run(words)
    shown = capsys.readouterr()
    assert shown.out == ""
    return code, shown.err.splitlines()[-1]


def test_an_underround_is_taken_and_both_accounts_agree(venues, capsys, tmp_path):
    with stopped_after_a_trade(tmp_path / "trades.db"):
        made = told([*LIVE, "--seconds", "120"], capsys)["trades"]
    assert (made["stranded"], made["unreconciled"], made["open"]) == (0, 0, 0)
    assert made["hedged"] >= 1
    assert made["total"] == made["hedged"] + made["no_fill"] + made["unwound"]
    rows = told(["positions", "--json"], capsys)["positions"]
    assert {row["venue"] for row in rows} == {"kalshi", "polymarket"}
    assert told(["reconcile", "--live", "--json"], capsys) == {"differences": []}
    (member,) = (m for m in venues.trading.kalshi.entry.members.values() if m.orders)
    assert {order.facts["wanted"].group for order in member.orders.values()} == {"group-1"}
    assert member.groups == {}


def test_an_executor_trades_what_another_process_signals(venues, capsys, tmp_path):
    words = [sys.executable, "-m", "underround.cli.main", "run", "--no-record", "--json"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as finder:
        try:
            while not (tmp_path / "signals.db").exists():
                assert finder.poll() is None
                time.sleep(0.05)
            with stopped_after_a_trade(tmp_path / "trades.db"):
                made = told(["executor", *LIVE, "--seconds", "120"], capsys)["trades"]
        finally:
            finder.terminate()
    assert (made["stranded"], made["unreconciled"], made["open"]) == (0, 0, 0)
    assert made["hedged"] >= 1
    assert made["total"] == made["hedged"] + made["no_fill"] + made["unwound"]


def test_nothing_is_traded_until_a_difference_is_explained(venues, capsys, tmp_path):
    journal = TradeJournal(tmp_path / "trades.db")
    ticker = venues.pairs[1].kalshi.ticker
    journal.append([PositionAdopted(Venue.KALSHI, ticker, 5 * ONE, 1)], synced=False)
    journal.close()
    made = told([*LIVE, "--seconds", "3"], capsys)["trades"]
    assert (made["total"], made["unreconciled"]) == (0, 1)
    (found,) = told(["reconcile", "--live", "--json"], capsys, 1)["differences"]
    assert found["difference"] == f"{ticker}: the venue holds 0, the journal 5"
    assert told(["reconcile", "--live", "--adopt", "--json"], capsys) == {"differences": []}
    assert told(["reconcile", "--live", "--json"], capsys) == {"differences": []}


def test_a_blocked_place_is_refused(venues, capsys):
    venues.trading.polymarket.is_blocked = True
    code, said = refused([*LIVE, "--seconds", "1"], capsys)
    assert code == 4
    assert "this cannot and must not be worked around" in said


def test_a_second_executor_names_the_first_and_ends(venues, capsys, tmp_path):
    journal = TradeJournal(tmp_path / "trades.db")
    with executor_lock(journal, "mine", wall_ns()):
        for words in (LIVE, ["executor", *LIVE]):
            code, said = refused([*words, "--seconds", "1"], capsys)
            assert code == 1
            assert f"process {os.getpid()} on " in said
            assert "(account mine) trades with this journal already" in said
    journal.close()


def test_a_wallet_that_is_not_the_key_s_is_refused(venues, capsys, monkeypatch):
    monkeypatch.setenv("UNDERROUND__VENUES__POLYMARKET__ADDRESS", "0x" + "ab" * 20)
    code, said = refused([*LIVE, "--seconds", "1"], capsys)
    assert code == 3
    assert "the key at private_key_path is that of 0x" in said


@contextmanager
def clock_off_by(seconds: float):
    """Serve a status whose date is so many seconds off; yield its address."""

    class Status(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def date_time_string(self, timestamp=None):
            return formatdate(wall_ns() / 1e9 + seconds, usegmt=True)

        def log_message(self, *_words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Status)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("seconds", [-3, 3])
def test_a_clock_that_is_off_is_refused(venues, capsys, monkeypatch, seconds):
    with clock_off_by(seconds) as address:
        monkeypatch.setenv("UNDERROUND__VENUES__KALSHI__REST", address)
        code, said = refused([*LIVE, "--seconds", "1"], capsys)
    assert code == 1
    assert "this machine's clock is off by 2." in said or "off by 3." in said
