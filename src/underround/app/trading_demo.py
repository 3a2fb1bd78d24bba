"""Trading in the demo: rails raised for play money, and an end at which all is accounted for."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from underround.app.config import Config
from underround.app.trade_counts import HEDGED, counted
from underround.app.trading import Trading
from underround.app.trading_config import PaperConfig, RiskConfig, TradingConfig
from underround.app.wiring import Running
from underround.core.order import QueryAccount

FINISH_WITHIN_S: Final = 20.0
READ_WITHIN_S: Final = 5.0
LOOK_EVERY_S: Final = 0.05


def trading_demo_config(config: Config, recording: Path, seed: int) -> Config:
    """Return the demo's configuration with paper trading: a journal beside the recording."""
    return replace(
        config,
        risk=RiskConfig(
            max_pair_usd="2000",
            max_venue_usd="5000",
            max_day_usd="20000",
            max_unsettled_usd="20000",
            max_daily_loss_usd="500",
            max_naked_contracts=1_000,
            max_orders_per_minute=1_000,
            before_close_s=5,
        ),
        trading=TradingConfig(
            journal=f"{recording}.trades.db", kill_file=f"{recording}.kill", account="demo"
        ),
        paper=PaperConfig(latency_ms=(5, 10, 15, 25, 40), seed=seed + 1),
    )


async def finish_trading(run: Running, clock_ns: Callable[[], int]) -> dict[str, Any]:
    """Open nothing new, let every trade come to its end, compare accounts, and count."""
    trading = run.trading
    assert trading is not None, "the run trades"
    run.pipeline.command("pause", {"from": "trading"})
    await _until(lambda: not _is_busy(trading), FINISH_WITHIN_S)
    unreconciled = await differences(trading, clock_ns)
    return counted(trading.desk.portfolio, unreconciled) | {
        "refused": dict(trading.desk.refusals.counts),
        "halt": trading.desk.portfolio.halt,
    }


async def differences(trading: Trading, clock_ns: Callable[[], int]) -> int:
    """Read every account once more; return at how many venues it is not what the journal says."""
    desk = trading.desk
    asked_ns = clock_ns()
    for venue in desk.accounts.venues:
        trading.shell.take(QueryAccount(venue, 0, asked_ns))

    def are_read() -> bool:
        reads = [desk.accounts.reads.get(venue) for venue in desk.accounts.venues]
        return all(read is not None and read.asked_at_ns >= asked_ns for read in reads)

    await _until(are_read, READ_WITHIN_S)
    return len(desk.accounts.doubts)


def _is_busy(trading: Trading) -> bool:
    return any(
        not trade.is_over and not (trade.state in HEDGED and trade.is_quiet and trade.is_final)
        for trade in trading.desk.portfolio.active.values()
    )


async def _until(is_so: Callable[[], bool], patience_s: float) -> None:
    """Wait until something is so, at most for a while."""
    for _ in range(round(patience_s / LOOK_EVERY_S)):
        if is_so():
            return
        await asyncio.sleep(LOOK_EVERY_S)
