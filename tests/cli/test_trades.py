"""What the trade journal says, on the command line; and the switch that stops trading."""

import csv
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.core.trading_world import TradingWorld
from underround.cli.main import run
from underround.core.trading.journal_record import IntentWritten
from underround.core.trading.order_event import OrderSent
from underround.core.trading.trade_record import OrderStage, Role
from underround.stores.audit_entry import entry_of
from underround.stores.executor_lock import executor_lock
from underround.stores.journal import TradeJournal


@pytest.fixture
def place(tmp_path: Path, monkeypatch) -> Path:
    """Return a journal with a history, and a configuration that names it."""
    world = TradingWorld(3, crashes=False)
    world.run()
    path = tmp_path / "trades.db"
    journal = TradeJournal(path)
    journal.append(world.disk, synced=False)
    journal.close()
    monkeypatch.setenv("UNDERROUND__TRADING__JOURNAL", str(path))
    monkeypatch.setenv("UNDERROUND__TRADING__KILL_FILE", str(tmp_path / "kill"))
    monkeypatch.setenv("UNDERROUND__STORAGE__AUDIT", str(tmp_path / "audit.log"))
    return path


def read_rows(path: Path) -> list[dict]:
    return list(csv.DictReader(path.read_text().splitlines()))


def told(words: list[str], capsys) -> dict:
    assert run([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_trades_positions_and_profit_agree(place, capsys, tmp_path):
    trades = told(["trades", "--limit", "1000", "--csv", str(tmp_path / "t.csv")], capsys)["trades"]
    assert len(trades) == len(read_rows(tmp_path / "t.csv"))
    for row in trades:
        parts = ("booked", "missed", "unwind", "basis", "slippage")
        assert row["quoted_usd_e6"] == sum(row[f"{name}_usd_e6"] for name in parts)
    made = told(["pnl"], capsys)["all"]
    counted = [row for row in trades if row["state"] not in ("rejected", "signal")]
    assert made["trades"] == len(counted)
    assert made["booked_usd_e6"] == sum(row["booked_usd_e6"] for row in counted)
    rows = told(["positions"], capsys)["positions"]
    held = TradeJournal(place).portfolio().positions_e6
    assert len(rows) == sum(size != 0 for size in held.values())
    assert run(["trades"]) == run(["pnl"]) == run(["positions"]) == 0


def test_a_position_fits_the_terminal_and_is_whole_in_a_pipe(place, capsys, monkeypatch):
    row = {
        "venue": "polymarket",
        "outcome": "no",
        "pairs": ["fed-holds-in-march"],
        "instrument": "7" * 77,
        "contracts": "12.5",
        "uncovered": "0",
        "settled": False,
    }
    monkeypatch.setattr("underround.cli.trades.position_rows", lambda _: [row])
    assert run(["positions"]) == 0
    assert capsys.readouterr().out.splitlines()[1].endswith(" " + "7" * 77)
    monkeypatch.setattr("underround.app.output.terminal_width", lambda: 80)
    assert run(["positions"]) == 0
    heads, shown = capsys.readouterr().out.splitlines()
    assert heads.split() == ["venue", "outcome", "pair", "contracts", "uncovered", "instrument"]
    assert len(shown) <= 80
    assert shown.split()[:5] == ["polymarket", "NO", "fed-holds-in-march", "12.5", "0"]
    assert "7…7" in shown.split()[5]


def test_one_trade_is_told_from_its_plan_to_its_end(place, capsys):
    portfolio = TradeJournal(place).portfolio()
    for name, trade in portfolio.trades.items():
        story = told(["trades", "show", name], capsys)
        assert story["trade"]["state"] == story["steps"][-1]["state"] == trade.state.value
        assert story["held_e6"] == list(trade.holdings_e6)
        words = "\n".join(step["what"] for step in story["steps"])
        assert [order for order in trade.orders if f"{order}: " not in words] == []
    assert run(["trades", "show", name]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{name}  {trade.plan.pair}")
    assert " + alone " in said.splitlines()[-1]
    assert run(["trades", "show", "nobody"]) == 1
    assert "`underround trades` lists their ids" in capsys.readouterr().err


def test_the_tax_list_has_every_fill(place, capsys, tmp_path):
    assert run(["trades", "--tax", str(tmp_path / "tax.csv")]) == 0
    rows = read_rows(tmp_path / "tax.csv")
    portfolio = TradeJournal(place).portfolio()
    fills = [f for t in portfolio.trades.values() for o in t.orders.values() for f in o.fills]
    assert len(rows) == len(fills) > 0
    cash = sum(float(row["cash_usd"]) for row in rows)
    assert cash == pytest.approx(sum(portfolio.cash_usd_e6.values()) / 1e6, abs=1e-4)


def test_a_backup_and_its_restoration(place, capsys, tmp_path):
    copy = tmp_path / "copy.db"
    assert run(["trades", "--backup", str(copy)]) == 0
    new = tmp_path / "new.db"
    assert run(["trades", "--restore-from", str(copy), "--journal", str(new)]) == 0
    before, after = TradeJournal(place), TradeJournal(new)
    assert list(before.read()) == list(after.read())


def test_a_kill_is_kept_and_a_resume_ends_it(place, capsys):
    assert run(["kill", "too strange"]) == 0
    assert TradeJournal(place).portfolio().halt is not None
    assert place.with_name("kill").read_text() == "too strange\n"
    assert run(["resume"]) == 0
    assert TradeJournal(place).portfolio().halt is None
    assert not place.with_name("kill").exists()
    assert capsys.readouterr().out.splitlines()[1].startswith("cleared: ")
    noted = [entry_of(line).body for line in place.with_name("audit.log").read_bytes().splitlines()]
    assert [each["name"] for each in noted] == ["kill", "resume"]
    assert noted[0]["arguments"]["reason"] == "too strange"
    assert all("@" in each["by"] for each in noted)


def test_without_a_journal_a_resume_says_what_it_took_away(place, capsys):
    place.unlink()
    assert run(["kill"]) == run(["resume"]) == run(["resume"]) == 0
    _, first, second = capsys.readouterr().out.splitlines()
    assert (first, second) == (f"{place.with_name('kill')} removed", "nothing was halted")


def test_while_an_executor_trades_the_switch_is_a_file(place, capsys):
    journal = TradeJournal(place)
    with executor_lock(journal, "main", 0):
        assert run(["kill"]) == 0
        said = capsys.readouterr().out
        assert said.endswith(f"who trades with {place} now stops within a second\n")
        assert run(["resume"]) == 0
    assert place.with_name("kill.resume").exists()


def test_without_a_journal_there_is_one_clear_line(capsys, tmp_path):
    for name in ("trades", "positions", "pnl"):
        assert run([name, "--journal", str(tmp_path / "none.db")]) == 3
        (said,) = capsys.readouterr().err.splitlines()
        assert "no trade journal yet" in said
        assert "`demo --trade` is named in its summary, for --journal" in said


def test_paper_s_account_is_what_the_journal_says(place, capsys):
    assert run(["reconcile"]) == 0
    assert "both accounts are what the journal says" in capsys.readouterr().out


def test_live_is_refused_without_an_account_s_name(capsys, monkeypatch):
    assert run(["run", "--live"]) == 3
    assert 'trading.account is still "paper"' in capsys.readouterr().err
    monkeypatch.setenv("UNDERROUND__TRADING__ACCOUNT", "mine")
    assert run(["run", "--live", "--account", "yours"]) == 1
    shown = capsys.readouterr().err
    assert "max_order_usd = 25" in shown
    assert "not confirmed: the account is 'mine'" in shown
    assert run(["run", "--live", "--paper"]) == 3


def unanswered(place) -> str:
    """Add an order that was sent and not answered to a journal; return its id."""
    journal = TradeJournal(place)
    trade = next(t for t in journal.portfolio().trades.values() if t.orders)
    known = next(iter(trade.orders.values())).intent
    intent = replace(known, id="lost", dies_at_ns=1)
    journal.append([IntentWritten(intent, Role.ENTRY, 1), OrderSent("lost", None, 1)], synced=False)
    journal.close()
    return "lost"


def test_a_person_decides_an_order_that_nobody_can_tell_of(place, capsys):
    order = unanswered(place)
    assert run(["trades", "decide", order, "--absent", "--reason", "a drill"]) == 1
    assert "its position has not moved" in capsys.readouterr().err
    size, price = TradeJournal(place).portfolio().order(order).intent.size_e6 // 10**6, "0.01"
    words = ["--filled", f"{size}@{price}", "--reason", "seen on the page", "--by", "ann"]
    assert run(["trades", "decide", order, *words, "--unasked"]) == 0
    assert f"lost: decided {size} filled by ann" in capsys.readouterr().out
    assert TradeJournal(place).portfolio().order(order).stage is OrderStage.DONE
    assert run(["trades", "decide", order, "--absent", "--reason", "no"]) == 1
    assert "its fate is known" in capsys.readouterr().err
    (noted,) = [entry_of(line) for line in place.with_name("audit.log").read_bytes().splitlines()]
    assert (noted.body["name"], noted.body["arguments"]["by"]) == ("decide", "ann")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "either --absent or --filled"),
        (["--absent", "--filled", "1@0.5"], "either --absent or --filled"),
        (["--filled", "many@0.5"], "write 12@0.45"),
        (["--filled", "0@0.5"], "use --absent"),
    ],
)
def test_a_decision_that_says_nothing_is_refused(place, capsys, words, said):
    assert run(["trades", "decide", "x", "--reason", "r", *words]) == 1
    assert said in capsys.readouterr().err
