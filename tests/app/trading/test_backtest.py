"""Backtests: one seed one result, slower is not better, and an interval that admits few trades."""

from pathlib import Path

import pytest

from tests.app.trading_recording import recorded_underrounds
from underround.app.trading.backtest import interval, run_backtest
from underround.app.trading.backtest_chart import profit_chart
from underround.cli.main import run
from underround.core.trading.risk_limits import RiskLimits
from underround.core.trading.settings import TradingSettings
from underround.execution.paper import PaperSettings

SURE = PaperSettings(rejects_e4=0, unanswered_e4=0, settlement_failures_e4=0, rivals_e4=0)
ROOMY = TradingSettings(limits=RiskLimits(max_pair_usd_e6=10**10, max_venue_usd_e6=10**10))


@pytest.fixture(scope="module")
def recording(tmp_path_factory) -> Path:
    return recorded_underrounds(tmp_path_factory.mktemp("backtest") / "run", lasting_ms=300)


def test_what_lasts_longer_than_the_latency_is_hedged_and_the_rest_is_missed(recording):
    rows = run_backtest([recording], [50, 500], ROOMY, SURE, seed=3)
    fast, slow = rows
    assert (fast["trades"], fast["hedged"], fast["stranded"]) == (8, 8, 0)
    assert fast["profit_usd"] == pytest.approx(fast["quoted_usd"], rel=0.02)
    assert (slow["trades"], slow["hedged"], slow["no_fill"]) == (8, 0, 8)
    assert slow["profit_usd"] == 0.0
    assert (fast["still_there"], slow["still_there"]) == (1.0, 0.0)


def test_one_seed_is_one_result(recording):
    hard = PaperSettings(rejects_e4=3_000, settlement_failures_e4=3_000)
    first = run_backtest([recording], [50], ROOMY, hard, seed=3)
    assert run_backtest([recording], [50], ROOMY, hard, seed=3) == first
    assert run_backtest([recording], [50], ROOMY, hard, seed=4) != first


def test_few_trades_have_no_interval_and_many_have_one_around_their_mean():
    assert interval([], 1) == {"mean": None, "low": None, "high": None}
    assert interval([10**6] * 4, 1) == {"mean": 1.0, "low": None, "high": None}
    made = interval([0, 10**6] * 50, 1)
    assert made["mean"] == 0.5
    assert 0.35 < made["low"] < 0.5 < made["high"] < 0.65


def test_the_command_writes_rows_and_a_chart(recording, tmp_path, capsys):
    chart = tmp_path / "profit.svg"
    assert run(["backtest", str(recording), "--latency", "50ms,1s", "--chart", str(chart)]) == 0
    assert "    50 ms" in capsys.readouterr().out
    assert chart.read_text().count("<rect") == 5
    assert profit_chart([]).startswith("<svg")


@pytest.mark.parametrize("latency", ["fast", "50", "50ms,", "-1ms"])
def test_a_wrong_latency_is_one_line(latency, recording, capsys):
    assert run(["backtest", str(recording), f"--latency={latency}"]) == 3
    assert "is not like 50ms or 1s" in capsys.readouterr().err


def test_no_recording_is_one_line(capsys):
    assert run(["backtest"]) == 3
    assert capsys.readouterr().err.startswith("error: name at least one recording")
