"""The demo with trading: everything ends accounted for, and a replay trades the same again."""

from pathlib import Path

from tests.core.trading_checks import shown
from underround.app.recordings.replay import Replay
from underround.app.simulated.demo import run_demo
from underround.stores.journal import TradeJournal


async def test_the_demo_trades_on_paper_and_its_replay_trades_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    result = await run_demo(6.0, 99, folder, "memory://", shows=False, trades="paper")
    trades = result["trades"]
    assert trades["total"] >= 1
    assert (trades["stranded"], trades["unreconciled"], trades["open"]) == (0, 0, 0)
    assert trades["hedged"] + trades["no_fill"] + trades["unwound"] == trades["total"]
    assert 0 <= trades["booked_share"] <= 1
    replay = Replay()
    replay.run(folder)
    assert result["journal"] == f"{folder}.trades.db"
    journal = TradeJournal(Path(result["journal"]))
    assert replay.trading is not None
    assert shown(replay.trading.portfolio) == shown(journal.portfolio())
    journal.close()


async def test_the_demo_s_orders_reach_the_simulated_venues(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    result = await run_demo(6.0, 99, folder, "memory://", shows=False, trades="venues")
    trades = result["trades"]
    assert trades["total"] >= 1
    assert (trades["stranded"], trades["unreconciled"], trades["open"]) == (0, 0, 0)
