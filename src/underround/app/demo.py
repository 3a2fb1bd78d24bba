"""The main job on simulated venues: a process of venues, a run like any other, and its score.

The run differs from a live one in addresses only.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

from underround.app.clock import steady_clock
from underround.app.config import (
    Config,
    KalshiConfig,
    PolymarketConfig,
    StorageConfig,
    UniverseConfig,
    VenuesConfig,
)
from underround.app.connections import Options
from underround.app.pair_file import load_pairs
from underround.app.watching import (
    OpportunityLog,
    live_books,
    show_signal,
    show_status,
    stop_on_signals,
    summary,
    wait,
)
from underround.app.wiring import Running, running
from underround.core.book_state import BookState
from underround.core.errors import UnderroundError
from underround.core.pair import Pair
from underround.simulation.score import score

READY_WITHIN_S = 30.0
LIVE_WITHIN_S = 10.0


@asynccontextmanager
async def simulated_venues(seed: int) -> AsyncIterator[dict[str, Any]]:
    """Start the venues' process, give its addresses, and end it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "underround.simulation",
        "--seed",
        str(seed),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl+C is ours to handle: the ledger is asked for first
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            line = await process.stdout.readline()
        if not line:
            raise UnderroundError("the simulated venues did not start; see the lines above")
        yield msgspec.json.decode(line)
    except TimeoutError:
        raise UnderroundError("the simulated venues were not ready in time") from None
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def demo_config(addresses: dict[str, Any], prices: str, recording: Path) -> Config:
    """Return a configuration that points at the simulated venues."""
    polymarket, kalshi = addresses["polymarket"], addresses["kalshi"]
    return Config(
        venues=VenuesConfig(
            polymarket=PolymarketConfig(**polymarket),
            kalshi=KalshiConfig(
                rest=kalshi["rest"],
                ws=kalshi["ws"],
                key_id=kalshi["key_id"],
                private_key_path=kalshi["private_key_path"],
            ),
        ),
        storage=StorageConfig(prices=prices, journal=f"{recording}.signals.db"),
        universe=UniverseConfig(polymarket_top=100, kalshi_top=100),
        pairs=addresses["pairs_toml"],
    )


async def run_demo(
    seconds: float | None, seed: int, recording: Path, prices: str, shows: bool
) -> dict[str, Any]:
    """Run the demo and return its score; `seconds` None runs until Ctrl+C."""
    stop = stop_on_signals()
    clock_ns = steady_clock()
    async with simulated_venues(seed) as addresses:
        config = demo_config(addresses, prices, recording)
        entries, _ = load_pairs(Path(config.pairs))
        log = OpportunityLog()
        async with (
            httpx.AsyncClient(base_url=addresses["control"], trust_env=False) as control,
            running(config, entries, Options(recording=recording), clock_ns) as run,
        ):
            run.pipeline.on_signal.append(log.add)
            if shows:
                run.pipeline.on_signal.append(show_signal)
            await _all_live(run, stop)
            await _asked(control.post("/start"))
            status = asyncio.create_task(show_status(run)) if shows else None
            await wait(stop, seconds)
            if status is not None:
                status.cancel()
            ended_ns, live = clock_ns(), live_books(run)
            shared = run.prices.status().state
            opportunities = [dict(row) for row in log.rows.values()]
            ledger = (await _asked(control.get("/ledger"))).json()
        found = score(opportunities, ledger["intervals"], ended_ns)
        return summary(run) | {
            "seed": seed,
            "books_live": live,
            "prices": shared,
            "traps": sum(ledger["traps"].values()),
            "traps_by_kind": ledger["traps"],
            "opportunities": found,
        }


async def _asked(answer: Awaitable[httpx.Response]) -> httpx.Response:
    try:
        return await answer
    except httpx.HTTPError as error:
        raise UnderroundError(
            f"the simulated venues have ended, nothing is left to compare with: {error}"
        ) from None


async def _all_live(run: Running, stop: asyncio.Event) -> None:
    """Wait until every paired book is LIVE, so that the history starts with everybody watching."""
    loop = asyncio.get_running_loop()
    until = loop.time() + LIVE_WITHIN_S
    wanted = {name for pair in run.universe.pairs for name in pair_books(pair)}
    while loop.time() < until and not stop.is_set():
        if all(run.engine.books[name].state is BookState.LIVE for name in wanted):
            return
        await asyncio.sleep(0.02)


def pair_books(pair: Pair) -> tuple[str, str, str]:
    """Name the three books that a pair rests on."""
    return pair.polymarket_yes, pair.polymarket_no, pair.kalshi
