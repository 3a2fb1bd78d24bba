"""A thousand markets on each venue at once: subscribed within the limits, every book LIVE soon.

The venues run in a process of their own. Time is counted from the first connection that stands to
the moment when the last of the 3,000 books is LIVE.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from underround.app.clock import steady_clock
from underround.app.connections import Options
from underround.app.run_status import live_books
from underround.app.simulated.venues_process import simulated_config, simulated_venues
from underround.app.stopping import run_until_done
from underround.app.wiring import Running, running
from underround.core.units import NS_PER_SECOND

MARKETS = 1_000
LIMIT_S = 5.0
PATIENCE_S = 30.0
SETTLED_S = 3.0


async def measure(markets: int = MARKETS) -> dict[str, Any]:
    """Return how long it took until all books were LIVE, at first and after a break."""
    with tempfile.TemporaryDirectory() as folder:
        return await _measured(markets, Path(folder) / "signals.db")


async def _measured(markets: int, journal: Path) -> dict[str, Any]:
    clock_ns = steady_clock()
    async with simulated_venues(7, markets=markets) as addresses:
        config = simulated_config(addresses, "memory://", journal, markets)
        began = time.perf_counter()
        async with running(config, [], Options(recording=None), clock_ns) as run:
            listed_s = time.perf_counter() - began
            live_s = await _seconds_to_live(run, connects=1)
            await asyncio.sleep(SETTLED_S)
            live_later = live_books(run)
            async with httpx.AsyncClient(trust_env=False) as control:
                await control.post(f"{addresses['control']}/faults", json={"name": "disconnect"})
            again_s = await _seconds_to_live(run, connects=2)
            feeds = [feed.counters for feed in run.feeds]
            return {
                "books": len(run.engine.books),
                "connections": len(feeds),
                "listed_s": listed_s,
                "live_s": live_s,
                "live_later": live_later,
                "again_s": again_s,
                "reconnects": sum(counters.connects - 1 for counters in feeds),
                "refused": sum(counters.refused for counters in feeds),
                "noted": dict(run.pipeline.noted),
            }


async def _seconds_to_live(run: Running, connects: int) -> float | None:
    """Return the seconds from the first connection of this round until all books are LIVE.

    A round is over when every feed has connected `connects` times; None when it never is.
    """
    began = time.perf_counter()
    while time.perf_counter() - began < PATIENCE_S:
        is_round = all(feed.counters.connects >= connects for feed in run.feeds)
        if run.feeds and is_round and live_books(run) == len(run.engine.books):
            first_ns = min(link.opened_ns for link in run.engine.links.values())
            return (run.clock_ns() - first_ns) / NS_PER_SECOND
        await asyncio.sleep(0.002)
    return None


def _written(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.2f} s"


def main() -> bool:
    """Print the measurement; tell whether the limit holds."""
    found = run_until_done(measure())
    live_s, again_s = found["live_s"], found["again_s"]
    print(
        f"{MARKETS:,} markets on each venue: {found['books']:,} books over "
        f"{found['connections']} connections, listed in {found['listed_s']:.2f} s, all LIVE "
        f"{_written(live_s)} after the first connection (limit {LIMIT_S:g} s), "
        f"{found['live_later']:,} LIVE {SETTLED_S:g} s later, all LIVE again {_written(again_s)} "
        f"after every connection broke off; {found['reconnects']} reconnects, "
        f"{found['refused']} refusals, noted {found['noted']}"
    )
    is_complete = found["live_later"] == found["books"]
    return all(s is not None and s <= LIMIT_S for s in (live_s, again_s)) and is_complete


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
