"""Runs on the simulated Bitcoin world inside the test's own process, with windows of seconds."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from underround.app.bitcoin.simulated import simulated_config
from underround.app.bitcoin.window_run import Addresses, RunPlan, WindowRun, running_windows
from underround.app.clock import steady_clock
from underround.app.config import BitcoinConfig, Config
from underround.app.sections.venues_and_stores import FeesConfig
from underround.simulation.bitcoin_world.windows import SeriesPlan
from underround.simulation.bitcoin_world.world import BitcoinWorld

SHORT = (SeriesPlan("KXBTC15M", 3, 2), SeriesPlan("KXBTCD", 6, 2, rungs=3))


class Listener:
    """Keeps every effect of a run and can be waited for."""

    def __init__(self, run: WindowRun) -> None:
        self.run = run
        self.told = []
        self._changed = asyncio.Event()
        run.pipeline.on_pricing.append(self._hear)

    def _hear(self, effect) -> None:
        self.told.append(effect)
        self._changed.set()

    def all(self, kind: type) -> list:
        return [effect for effect in self.told if isinstance(effect, kind)]

    async def until(self, is_reached: Callable[[], object], patience_s: float = 40.0) -> None:
        """Wait for a condition; the patience only ends a test that would hang."""
        async with asyncio.timeout(patience_s):
            while not is_reached():
                self._changed.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), 0.2)


@asynccontextmanager
async def bitcoin_run(
    *series: str,
    recording: Path | None = None,
    seed: int = 5,
    keyless: bool = False,
    fees: FeesConfig | None = None,
    **settings,
) -> AsyncIterator[tuple[BitcoinWorld, Listener]]:
    """Start a world and a run on it; `settings` are those of the configuration's section."""
    async with BitcoinWorld(seed, SHORT) as world:
        addresses = world.addresses
        made_of = Config(bitcoin=BitcoinConfig(), fees=fees or FeesConfig())
        config = simulated_config(made_of, addresses)
        bitcoin = replace(config.bitcoin, least_returns=2, **settings)
        kalshi = config.venues.kalshi
        if keyless:
            kalshi = replace(kalshi, key_id=None, private_key_path=None)
        config = replace(config, bitcoin=bitcoin, venues=replace(config.venues, kalshi=kalshi))
        plan = RunPlan(
            series=series,
            recording=recording,
            addresses=Addresses(addresses["exchanges"], addresses["bitstamp_rest"]),
        )
        async with running_windows(config, plan, steady_clock()) as run:
            yield world, Listener(run)
