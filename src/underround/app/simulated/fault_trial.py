"""Market data faults, one after the other: a run on simulated venues, a fault, and what it cost.

Each fault gets venues and a run of its own, with short limits so that silence is noticed in
seconds. Whether a signal was false is read from the venues' ledger, and whether a book was wrong
from their own books.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from underround.app.clock import steady_clock
from underround.app.connections import Options
from underround.app.opportunity_log import OpportunityLog
from underround.app.pairs.file import load_pairs
from underround.app.simulated.fault_watch import FaultWatch
from underround.app.simulated.venues_process import simulated_config
from underround.app.wiring import Running, running
from underround.core.errors import UnderroundError, UnusableError
from underround.core.settings import Settings
from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.simulation.score import score
from underround.simulation.venues import SimulatedVenues
from underround.venues.ports import FeedLimits

PAIRS: Final = 8
LIMIT_S: Final = 1.0
"""How long a book may be wrong; under the settings below every doubt is settled sooner."""
SETTINGS: Final = Settings(
    stale_after_ns=NS_PER_SECOND,
    verify_patience_ns=300 * NS_PER_MS,
    first_book_ns=700 * NS_PER_MS,
    suspect_patience_ns=300 * NS_PER_MS,
    claim_patience_ns=300 * NS_PER_MS,
    agree_every_ns=500 * NS_PER_MS,
    standing_quiet_ns=300 * NS_PER_MS,
)
LIMITS: Final = FeedLimits(
    connect_s=2.0,
    ping_every_s=0.4,
    pong_within_s=0.4,
    first_data_s=1.5,
    tick_s=0.1,
    backoff_base_s=0.1,
    backoff_cap_s=0.5,
    stable_s=1.0,
)
_WARM_UP_S: Final = 0.8
_CALM_S: Final = 0.6
_PATIENCE_S: Final = 6.0


class Case(Struct, frozen=True):
    """One trial: the faults that are ordered at its beginning, as plain fields."""

    name: str
    orders: tuple[dict[str, Any], ...]


def _case(name: str, *orders: dict[str, Any]) -> Case:
    return Case(name, tuple({"name": name} | order for order in orders or ({},)))


_PAIR: Final = "fed-jan-hold"
_OTHER: Final = "cpi-dec-03"

CASES: Final = (
    _case("freeze_with_pong", {"target": "polymarket", "for_s": 20.0}),
    _case("freeze_kalshi", {"name": "freeze_with_pong", "target": "kalshi", "for_s": 20.0}),
    _case("asset_freeze", {"target": _PAIR, "for_s": 3.0}),
    _case("half_open", {"for_s": 20.0}),
    _case("gap", {"target": "polymarket", "for_s": 2.0}),
    _case("sequence_gap", {"name": "gap", "target": "kalshi", "for_s": 2.0}),
    _case("duplicates", {"for_s": 2.0}),
    _case("reorder", {"for_s": 2.0}),
    _case("late_snapshot", {"for_s": 1.5, "amount": 0.5}),
    _case("missing_snapshot", {"for_s": 1.5}),
    _case("oversize"),
    _case("bad_bytes", {"for_s": 2.0}),
    _case("html_instead_of_json", {"for_s": 2.0}),
    _case("slow_consumer"),
    _case("channel_error"),
    _case("maintenance", {"for_s": 2.0}),
    _case("rate_limit_429", {"for_s": 2.0}, {"name": "disconnect"}),
    _case("auth_skew", {"for_s": 4.0}),
    _case("crossed_book", {"for_s": 2.0}),
    _case("ghost_book", {"for_s": 3.0}),
    _case("stale_rest", {"for_s": 2.5}, {"name": "gap", "target": "polymarket", "for_s": 1.0}),
    _case("tick_change", {"target": "polymarket"}),
    _case("grid_change", {"target": "kalshi"}),
    _case("storm", {"target": _PAIR, "for_s": 2.0}, {"target": _OTHER, "for_s": 2.0}),
    _case("disconnect"),
    _case("pong_lag", {"for_s": 3.0, "amount": 2.0}),
    _case("command_error", {"for_s": 1.0}, {"name": "disconnect", "target": "kalshi"}),
    _case("market_pause", {"target": _PAIR, "for_s": 2.0}),
    _case("fee_change", {"target": "kalshi", "for_s": 2.0, "amount": 4.0}),
)


def chosen(names: Iterable[str]) -> tuple[Case, ...]:
    """Return the cases of these names, all without any; UnusableError for an unknown name."""
    wanted = list(names)
    known = {case.name: case for case in CASES}
    for name in wanted:
        if name not in known:
            raise UnusableError(f"no fault {name!r} to try; there are {', '.join(sorted(known))}")
    return tuple(known[name] for name in wanted) or CASES


async def try_fault(case: Case, seed: int) -> dict[str, Any]:
    """Run one case and return its row: what the fault cost, and how fast it was seen and healed.

    `stale_tradable_s` counts seconds in which a book that had been wrong for longer than LIMIT_S
    could have carried a signal; `detect_s` is None when there was nothing to notice, `recover_s`
    goes from there to the moment when every book was LIVE and right again. A run that the fault
    ends has no equal books.
    """
    try:
        return await _tried(case, seed)
    except (UnderroundError, ExceptionGroup) as error:
        inside = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
        reason = f"the run ended: {inside}"
        return _written(case, 0.0) | {"reaction": reason, "why": [reason]}


async def _tried(case: Case, seed: int) -> dict[str, Any]:
    clock_ns = steady_clock()
    async with (
        _folder() as folder,
        SimulatedVenues(seed, pairs=PAIRS, calm=True) as venues,
    ):
        config = simulated_config(venues.addresses, "memory://", folder / "signals.db")
        entries, _ = load_pairs(Path(config.pairs))
        log = OpportunityLog()
        options = Options(recording=None, settings=SETTINGS, limits=LIMITS)
        async with running(config, entries, options, clock_ns) as run:
            run.pipeline.on_signal.append(log.add)
            watch = FaultWatch(run, venues.pairs, LIMIT_S)
            await _live(watch, run)
            venues.start()
            await _for(watch, _WARM_UP_S)
            watch.mark()
            began_ns = clock_ns()
            lasts_s = max(venues.faults.read(order).order.for_s or 0.0 for order in case.orders)
            await _healed(watch, run, began_ns, lasts_s)
            ended_ns = clock_ns()
            opportunities = [dict(row) for row in log.rows.values()]
            intervals = [interval.as_dict() for interval in venues.ledger.intervals]
            venues.faults.end_all()
            venues.quiesce()
            await _settled(watch, run)
            found = score(opportunities, intervals, ended_ns)
            return _row(case, watch, began_ns, lasts_s) | {
                "false_signals": found["false"],
                "signals": found["found"],
                "why": [
                    *watch.differing(),
                    *(f"{name[-12:]} was tradable" for name in watch.stale_books),
                    *(str(row) for row in found["false_opportunities"]),
                ],
            }


@asynccontextmanager
async def _folder() -> AsyncIterator[Path]:
    """Give a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="underround-faults-") as name:
        yield Path(name)


async def run_trials(cases: Iterable[Case], seed: int, report: Any = None) -> dict[str, Any]:
    """Try every case, one after the other; `report` is told each row as it comes."""
    clock_ns = steady_clock()
    began_ns = clock_ns()
    rows = []
    for case in cases:
        row = await try_fault(case, seed)
        rows.append(row)
        if report is not None:
            report(row)
    return {
        "seed": seed,
        "limit_s": LIMIT_S,
        "seconds": round((clock_ns() - began_ns) / NS_PER_SECOND, 1),
        "missed": [row["fault"] for row in rows if not meets_targets(row)],
        "faults": rows,
    }


def meets_targets(row: dict[str, Any]) -> bool:
    """Say whether books ended equal and nothing wrong was ever traded on or signalled."""
    return bool(row["books_equal"]) and not row["stale_tradable_s"] and not row["false_signals"]


def _row(case: Case, watch: FaultWatch, began_ns: int, lasts_s: float) -> dict[str, Any]:
    detected_ns = watch.reacted_ns
    detect_s = recover_s = None
    if detected_ns is not None:
        detect_s = round((detected_ns - began_ns) / NS_PER_SECOND, 3)
        recover_s = round(max((watch.amiss_ns or 0) - detected_ns, 0) / NS_PER_SECOND, 3)
    return _written(case, lasts_s) | {
        "books_equal": watch.books_equal,
        "stale_tradable_s": round(watch.stale_tradable_s, 3),
        "detect_s": detect_s,
        "recover_s": recover_s,
        "reaction": watch.reaction,
    }


def _written(case: Case, lasts_s: float) -> dict[str, Any]:
    """Return a row of which nothing is known yet."""
    return {
        "fault": case.name,
        "books_equal": False,
        "stale_tradable_s": 0.0,
        "false_signals": 0,
        "detect_s": None,
        "recover_s": None,
        "lasts_s": lasts_s,
        "signals": 0,
        "reaction": "",
        "why": [],
    }


async def _live(watch: FaultWatch, run: Running) -> None:
    """Wait until every book is LIVE and equal."""
    await _until(watch, run, lambda: watch.books_equal, _PATIENCE_S)


async def _healed(watch: FaultWatch, run: Running, began_ns: int, lasts_s: float) -> None:
    """Wait until the fault is over or healed, and every book has been right for a while."""
    noticed_ns = began_ns + round(min(lasts_s, 4.0) * NS_PER_SECOND)

    def is_calm() -> bool:
        now_ns = run.clock_ns()
        calm_since_ns = max(watch.amiss_ns or 0, noticed_ns)
        return now_ns - calm_since_ns > _CALM_S * NS_PER_SECOND

    await _until(watch, run, is_calm, min(lasts_s, 4.0) + _PATIENCE_S)


async def _settled(watch: FaultWatch, run: Running) -> None:
    await _until(watch, run, lambda: watch.books_equal, _PATIENCE_S / 2)


async def _for(watch: FaultWatch, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    await watch.sample_until(lambda: loop.time() >= until)


async def _until(watch: FaultWatch, run: Running, done: Any, patience_s: float) -> None:
    until_ns = run.clock_ns() + round(patience_s * NS_PER_SECOND)
    await watch.sample_until(lambda: bool(done()) or run.clock_ns() >= until_ns)
