"""A day at two venues told to a collector; and the stories of a world of random trades."""

from contextlib import asynccontextmanager
from types import SimpleNamespace

from tests.app.heard_world import HeardWorld
from tests.app.market_day import Day
from tests.app.sighted_day import run_of
from underround.app.sections.telemetry import TelemetryConfig
from underround.app.telemetry.beside import exporters_for, names_of, telemetry
from underround.app.telemetry.names import TraceNames
from underround.app.telemetry.stories import Stories, Story


def told_world(seed: int) -> tuple[HeardWorld, Stories, list[Story]]:
    """Play a world of trades to its end; return it, who listens, and what was told so far."""
    world = HeardWorld(seed)
    run = SimpleNamespace(
        pipeline=world.hears, clock_ns=lambda: world.now_ns, trading=world.trading
    )
    told: list[Story] = []
    stories = Stories(run, TraceNames(world.desk.run, world.desk.portfolio), told.append)
    world.run()
    return world, stories, told


@asynccontextmanager
async def told_day(environ: dict[str, str], seed: int = 1, **settings):
    """Give a day whose run is told to a collector, its sight and its names."""
    day = Day(seed, frames=400)
    run = run_of(day)
    exporters = exporters_for(TelemetryConfig(enabled=True, **settings), environ)
    assert exporters is not None
    names = names_of(run)
    async with telemetry(run, "run", exporters, names) as sight:
        yield day, sight, names
