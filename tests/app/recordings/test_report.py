"""The report of a recording: its figures, self-contained, everything escaped."""

import re

from msgspec.structs import replace

from tests.app.explain.rain import written
from tests.app.trading_recording import recorded_underrounds
from underround.app.bitcoin.calibration import Decision
from underround.app.bitcoin.calibration_report import scores_of
from underround.app.recordings.recorded_session import recorded_session
from underround.app.recordings.report import recording_page
from underround.app.trading.backtest import PaperReplay
from underround.core.trading.risk_limits import RiskLimits
from underround.core.trading.settings import TradingSettings
from underround.core.units import format_usd
from underround.execution.paper import PaperSettings

EVIL = "<script>alert(1)</script>"


def cells(page: str, first: str) -> list[str]:
    """Return a table's row by its first cell."""
    [row] = re.findall(rf"<tr><td [^>]*>{re.escape(first)}</td>(.*?)</tr>", page)[:1]
    return re.findall(r"<td [^>]*>(.*?)</td>", row)


def test_a_recording_is_added_up_in_one_replay(tmp_path):
    session = recorded_session(written(tmp_path / "rain"))
    assert session.lives.all.count == 1
    assert session.signals == 3
    assert {each.opened for each in session.connections.values()} == {1}
    assert session.lost == 0
    assert set(session.states) == {"kalshi", "polymarket"}
    assert (session.trades, session.profit, session.scores) == ([], {}, {})


def test_the_page_shows_what_opened_and_how_it_ended(tmp_path):
    page = recording_page(recorded_session(written(tmp_path / "rain")))
    assert cells(page, "rain")[0] == "1"
    assert cells(page, "rain")[-1] == "trade 1"
    assert cells(page, "cross_venue") == cells(page, "all")
    for heading in ("By hour, UTC", "How long they lasted", "Latency", "States of books"):
        assert f">{heading}</h" in page
    assert "Profit and loss" not in page
    assert "Calibration" not in page


def test_profit_and_calibration_are_shown_where_there_are_any(tmp_path):
    names = ("quoted", "booked", "missed", "unwind", "basis", "slippage", "fee")
    sums = {"trades": 2} | {f"{name}_usd_e6": 1_500_000 for name in names}
    decisions = [
        Decision(close_at_ns=9, opened_at_ns=0, at_ns=n, p_model=0.8, outcome=True)
        for n in range(3)
    ]
    session = replace(
        recorded_session(written(tmp_path / "rain")),
        profit={"all": sums, "days": {"2026-02-02": sums}},
        scores=scores_of(decisions),
    )
    page = recording_page(session)
    assert cells(page, "2026-02-02")[:2] == ["2", "$1.50"]
    assert cells(page, "closed form")[:2] == ["3", "0.0400"]


def test_it_holds_no_address_no_script_and_nothing_unescaped(tmp_path):
    session = replace(
        recorded_session(written(tmp_path / "rain")), name=EVIL, damage=[EVIL], lost=3
    )
    page = recording_page(session)
    assert "<script" not in page
    assert "http" not in page
    assert page.count("&lt;script&gt;") == 2
    assert cells(page, "inputs that the recording lost") == ["3"]


def test_what_was_traded_is_accounted_for(tmp_path):
    recording = recorded_underrounds(tmp_path / "run", lasting_ms=300)
    limits = RiskLimits(max_pair_usd_e6=10**10, max_venue_usd_e6=10**10)
    sure = PaperSettings(rejects_e4=0, unanswered_e4=0, settlement_failures_e4=0, rivals_e4=0)
    session = recorded_session(recording, PaperReplay(TradingSettings(limits=limits), sure, 1))
    sums = session.profit["all"]
    assert sums["trades"] == 8
    parts = ("booked", "missed", "unwind", "basis", "slippage")
    assert sums["quoted_usd_e6"] == sum(sums[f"{name}_usd_e6"] for name in parts)
    page = recording_page(session)
    profit = page.split("<h2>Profit and loss</h2>")[1]
    assert cells(profit, "all")[:2] == ["8", format_usd(sums["quoted_usd_e6"])]
    assert profit.count("presumed</td>") == 8
