"""The end of a run that trades: nothing new, what is under way comes to its end, all is counted.

Without it a run that is stopped between its two legs would leave one uncovered until its next
start. Waits only so long: what then is still open the journal takes up again.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from underround.app.trading.counts import HEDGED, counted
from underround.app.trading.setup import Trading
from underround.app.wiring import Running
from underround.core.trading.order import QueryAccount

FINISH_WITHIN_S: Final = 20.0
READ_WITHIN_S: Final = 5.0
LOOK_EVERY_S: Final = 0.05


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
