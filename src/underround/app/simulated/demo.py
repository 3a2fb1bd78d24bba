"""The main job on simulated venues: a process of venues, a run like any other, and its score.

The run differs from a live one in addresses only.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Literal

import httpx
from msgspec import Struct
from msgspec.structs import replace

from underround.app.clock import steady_clock
from underround.app.config import Config
from underround.app.connections import Options
from underround.app.opportunity_log import OpportunityLog
from underround.app.page.face import Face, face_options
from underround.app.pairs.file import load_pairs
from underround.app.run_log import logging_run
from underround.app.run_status import live_books, show_page, show_signal, show_status, summary
from underround.app.sections.web import WebConfig
from underround.app.simulated.venues_process import simulated_config, simulated_venues
from underround.app.stopping import stop_on_signals, wait
from underround.app.telemetry.beside import names_of
from underround.app.trading.demo import trading_demo_config
from underround.app.trading.end import finish_trading
from underround.app.trading.live import live_brokers
from underround.app.trading.setup import paper_brokers
from underround.app.wiring import Running, running
from underround.core.book_state import BookState
from underround.core.errors import UnderroundError
from underround.core.pair import Pair
from underround.core.structure import instruments_of
from underround.simulation.structures.score import score_kinds
from underround.simulation.structures.structure import PAIRS_ALONE, Kind

LIVE_WITHIN_S = 10.0
AT_HOME = WebConfig()


async def run_demo(
    seconds: float | None,
    seed: int,
    recording: Path,
    prices: str,
    shows: bool,
    trades: Literal["paper", "venues"] | None = None,
    kinds: Collection[Kind] = PAIRS_ALONE,
    face: Face | None = None,
    web: WebConfig = AT_HOME,
    logs_run: bool = False,
) -> dict[str, Any]:
    """Run the demo and return its score by kind; `seconds` None runs until Ctrl+C."""
    stop = stop_on_signals()
    clock_ns = steady_clock()
    async with simulated_venues(seed, kinds=kinds) as addresses:
        config = simulated_config(addresses, prices, Path(f"{recording}.signals.db"))
        if trades:
            config = trading_demo_config(config, recording, seed)
        entries, _ = load_pairs(Path(config.pairs))
        log = OpportunityLog()
        async with (
            httpx.AsyncClient(base_url=addresses["control"], trust_env=False) as control,
            running(
                config, entries, _options(config, recording, clock_ns, trades), clock_ns
            ) as run,
            AsyncExitStack() as stack,
        ):
            if face is not None:
                options = face_options(replace(config, web=web), "demo")
                show_page(await stack.enter_async_context(face(run, options)), shows)
            run.pipeline.on_signal.append(log.add)
            if logs_run:
                hears = run.pipeline.on_signal, run.pipeline.on_trading
                stack.enter_context(logging_run(*hears, names_of(run)))
            if shows:
                run.pipeline.on_signal.append(show_signal)
            await all_live(run, stop)
            await _asked(control.post("/start"))
            status = asyncio.create_task(show_status(run)) if shows else None
            await wait(stop, seconds)
            if status is not None:
                status.cancel()
            ended_ns = clock_ns()
            seen = Seen.of(run, log, ended_ns)
            traded = (
                None if run.trading is None else await finish_trading(run, clock_ns, stop.hurried)
            )
            ledger = (await _asked(control.get("/ledger"))).json()
        result = scored(run, seen, ledger, kinds)
        if traded is not None:
            result |= {"trades": traded, "journal": str(config.trading.journal)}
        return result


class Seen(Struct):
    """What only a run under way can tell: stopping it closes books and opportunities."""

    ended_ns: int
    books_live: int
    prices: str
    opportunities: list[dict[str, Any]]

    @staticmethod
    def of(run: Running, log: OpportunityLog, ended_ns: int) -> "Seen":
        """Look at a run now."""
        rows = [dict(row) for row in log.rows.values()]
        return Seen(ended_ns, live_books(run), run.prices.status().state, rows)


def scored(
    run: Running, seen: Seen, ledger: dict[str, Any], kinds: Collection[Kind]
) -> dict[str, Any]:
    """Return the summary of a run that has ended, scored against the venues' ledger."""
    return summary(run) | {
        "seed": ledger["seed"],
        "books_live": seen.books_live,
        "prices": seen.prices,
        "traps": sum(ledger["traps"].values()),
        "traps_by_kind": ledger["traps"],
        "opportunities": score_kinds(seen.opportunities, ledger, seen.ended_ns, kinds),
    }


def _options(
    config: Config,
    recording: Path,
    clock_ns: Callable[[], int],
    trades: Literal["paper", "venues"] | None,
) -> Options:
    """Return what the demo does: `venues` sends orders to the simulated venues' own order entry."""
    if trades is None:
        return Options(recording=recording)
    makes = (paper_brokers if trades == "paper" else live_brokers)(config, clock_ns)
    return Options(recording=recording, make_brokers=makes)


async def _asked(answer: Awaitable[httpx.Response]) -> httpx.Response:
    try:
        return await answer
    except (httpx.HTTPError, AttributeError) as error:  # the latter: anyio's, of a dead socket
        raise UnderroundError(
            f"the simulated venues have ended, nothing is left to compare with: {error}"
        ) from None


async def all_live(run: Running, stop: asyncio.Event) -> None:
    """Wait until every compared book is LIVE, so that the history starts with all watching."""
    loop = asyncio.get_running_loop()
    until = loop.time() + LIVE_WITHIN_S
    wanted = {name for pair in run.universe.pairs for name in pair_books(pair)}
    while loop.time() < until and not stop.is_set():
        is_loaded = run.structures is None or run.structures.loaded.is_set()
        wanted |= {
            name for each in run.engine.desk.structures.values() for name in instruments_of(each)
        }
        if is_loaded and all(run.engine.books[name].state is BookState.LIVE for name in wanted):
            return
        await asyncio.sleep(0.02)


def pair_books(pair: Pair) -> tuple[str, str, str]:
    """Name the three books that a pair rests on."""
    return pair.polymarket_yes, pair.polymarket_no, pair.kalshi
