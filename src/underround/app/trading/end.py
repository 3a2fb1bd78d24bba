"""The end of a run that trades: nothing new, what is under way comes to its end, all is counted.

Without it a run that is stopped between its two legs would leave one uncovered until its next
start. Waits a moment, and longer only for a leg that stands alone; a second Ctrl+C ends that too.
What then is still open the journal takes up again.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from underround.app.trading.counts import HEDGED, counted
from underround.app.trading.setup import Trading
from underround.app.wiring import Running
from underround.core.trading.accounts import fills_wanted_ns
from underround.core.trading.order import QueryAccount

_log = logging.getLogger("underround")

FINISH_WITHIN_S: Final = 2.5
COVER_WITHIN_S: Final = 20.0
READ_WITHIN_S: Final = 1.5
LOOK_EVERY_S: Final = 0.05


async def finish_trading(
    run: Running, clock_ns: Callable[[], int], hurried: asyncio.Event | None = None
) -> dict[str, Any]:
    """Open nothing new, let every trade come to its end, compare accounts, and count.

    `hurried` is set by whoever wants the end now.
    """
    trading = run.trading
    assert trading is not None, "the run trades"
    is_hurried = (hurried or asyncio.Event()).is_set
    run.pipeline.command("pause", {"from": "trading"})
    await _until(lambda: is_hurried() or not _is_busy(trading), FINISH_WITHIN_S)
    if (alone := _alone(trading)) and not is_hurried():
        _log.warning(
            "a leg of %s stands alone: its way out is waited for, at most %.0f s; a second Ctrl+C"
            " ends at once",
            ", ".join(alone),
            COVER_WITHIN_S,
        )
        await _until(lambda: is_hurried() or not _alone(trading), COVER_WITHIN_S)
    unreconciled = await differences(trading, clock_ns)
    return counted(trading.desk.portfolio, unreconciled, trading.forgotten) | {
        "refused": dict(trading.desk.refusals.counts),
        "halt": trading.desk.portfolio.halt,
    }


async def differences(trading: Trading, clock_ns: Callable[[], int]) -> int:
    """Read every account once more; return at how many venues it is not what the journal says."""
    desk = trading.desk
    asked_ns = clock_ns()
    for venue in desk.accounts.venues:
        since_ns = fills_wanted_ns(desk.portfolio, asked_ns)
        trading.shell.take(QueryAccount(venue, since_ns, asked_ns))

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


def _alone(trading: Trading) -> list[str]:
    """Return the trades that hold more of one leg than of another, and are not given up."""
    active = trading.desk.portfolio.active.values()
    return [trade.plan.id for trade in active if not trade.is_over and not trade.is_balanced]


async def _until(is_so: Callable[[], bool], patience_s: float) -> None:
    """Wait until something is so, at most for a while."""
    for _ in range(round(patience_s / LOOK_EVERY_S)):
        if is_so():
            return
        await asyncio.sleep(LOOK_EVERY_S)
