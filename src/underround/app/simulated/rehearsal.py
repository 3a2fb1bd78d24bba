"""The whole on a simulated clock: venues, wire and program in one process, faster than time.

One seed has one history: the venues' machines, the product's sockets, codecs, engine and watches
run on a loop whose time jumps, over connections of memory. A rehearsal differs from a demo in its
ways to the venues alone.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from starlette.types import ASGIApp

from underround.app.config import Config
from underround.app.connections import Options, Ways
from underround.app.opportunity_log import OpportunityLog
from underround.app.pairs.file import load_pairs
from underround.app.simulated.demo import Seen, all_live, scored
from underround.app.simulated.memory_ways import MemoryWays, Speaker
from underround.app.simulated.venues_process import simulated_config
from underround.app.simulated.virtual_time import VirtualLoop, run_virtually
from underround.app.wiring import Running, running
from underround.simulation.kalshi.auth import Credentials
from underround.simulation.kalshi.limits import Metered
from underround.simulation.kalshi.rest import PREFIX
from underround.simulation.kalshi.socket import PATH as KALSHI_PATH
from underround.simulation.machines import Machines
from underround.simulation.pairs_file import write_pairs
from underround.simulation.polymarket.socket import PATH as POLYMARKET_PATH
from underround.simulation.structures.structure import PAIRS_ALONE, Kind

GAMMA, CLOB, KALSHI_REST, POLYMARKET_WS, KALSHI_WS = range(1, 6)
"""Ports by which the ways tell the venues' services apart; nothing listens on them."""
_HOST: Final = "127.0.0.1"


class Stage(Struct):
    """A rehearsal under way: the venues' machines and the run that watches them."""

    machines: Machines
    run: Running
    log: OpportunityLog
    loop: VirtualLoop


def rehearse(
    seed: int,
    seconds: float,
    kinds: Collection[Kind] = PAIRS_ALONE,
    recording: Path | None = None,
) -> dict[str, Any]:
    """Run so many simulated seconds of a seed's history and return what a demo's summary holds."""
    return run_virtually(lambda loop: _rehearse(loop, seed, seconds, kinds, recording))


async def _rehearse(
    loop: VirtualLoop, seed: int, seconds: float, kinds: Collection[Kind], recording: Path | None
) -> dict[str, Any]:
    async with stage(loop, seed, kinds, recording) as played:
        await all_live(played.run, asyncio.Event())
        played.machines.start()
        await asyncio.sleep(seconds)
        seen = Seen.of(played.run, played.log, loop.now_ns())
        ledger = played.machines.report()
    return scored(played.run, seen, ledger, kinds)


@asynccontextmanager
async def stage(
    loop: VirtualLoop,
    seed: int,
    kinds: Collection[Kind] = PAIRS_ALONE,
    recording: Path | None = None,
) -> AsyncIterator[Stage]:
    """Set up venues and a run on the loop; the flow has not begun, time passes by awaiting."""
    with tempfile.TemporaryDirectory(prefix="underround-rehearsal-") as directory:
        folder = Path(directory)
        machines = Machines(seed, loop.now_ns, loop.now_ns, kinds=kinds)
        credentials = Credentials(folder)
        machines.connect(credentials)
        services: dict[int, ASGIApp] = {
            GAMMA: machines.catalog.gamma,
            CLOB: machines.catalog.clob,
            KALSHI_REST: Metered(machines.trade_api.app, credentials, loop.now_ns),
        }
        sockets: dict[int, Speaker] = {POLYMARKET_WS: machines.channel, KALSHI_WS: machines.socket}
        memory = MemoryWays(seed, sockets, services)
        ways = Ways(
            opener=memory.open,
            transport=memory.http,
            monotonic_ns=loop.now_ns,
            wall_ns=loop.now_ns,
            randomness=lambda: 0.5,
        )
        pairs = write_pairs(folder / "pairs.toml", machines.pairs + machines.structures.pairs)
        config = _config(folder, credentials, pairs)
        entries, _ = load_pairs(pairs)
        options = Options(recording=recording, ways=ways)
        log = OpportunityLog()
        try:
            async with running(config, entries, options, loop.now_ns) as run:
                run.pipeline.on_signal.append(log.add)
                yield Stage(machines, run, log, loop)
        finally:
            await memory.close()
            await machines.disconnect()


def _config(folder: Path, credentials: Credentials, pairs: Path) -> Config:
    def at(scheme: str, port: int, path: str = "") -> str:
        return f"{scheme}://{_HOST}:{port}{path}"

    addresses = {
        "polymarket": {
            "gamma": at("http", GAMMA),
            "clob": at("http", CLOB),
            "ws": at("ws", POLYMARKET_WS, POLYMARKET_PATH),
        },
        "kalshi": {
            "rest": at("http", KALSHI_REST, PREFIX),
            "ws": at("ws", KALSHI_WS, KALSHI_PATH),
            "key_id": credentials.ed25519_key_id,
            "private_key_path": str(credentials.ed25519_private_key_path),
        },
        "pairs_toml": str(pairs),
    }
    return simulated_config(addresses, "memory://", folder / "signals.db")
