"""A day at two venues as a run that faces can look at: real pipeline and stores, no sockets."""

import time
from contextlib import asynccontextmanager

from tests.app.market_day import ANY_EDGE, Day
from underround.app.frame_watch import FrameWatch
from underround.app.page.run_sight import sight_of
from underround.app.recordings.digest import SignalDigest
from underround.app.universe import Universe
from underround.app.wiring import Running
from underround.core.instrument import Venue
from underround.stores.memory import MemoryPrices, MemorySignals


def run_of(day: Day, recorder=None) -> Running:
    instruments = {one.id: one for one in day.corpus.instruments}
    return Running(
        universe=Universe(instruments, tuple(day.corpus.pairs), ()),
        engine=day.pipeline.engine,
        pipeline=day.pipeline,
        digest=SignalDigest(),
        prices=MemoryPrices(time.monotonic),
        signals=MemorySignals(),
        recorder=recorder,
        feeds=[],
        clock_ns=lambda: day.now_ns,
        frames=FrameWatch(day.pipeline),
    )


@asynccontextmanager
async def sighted(seed: int = 1, settings=ANY_EDGE, frames: int = 400, recorder=None):
    """Give a day whose books are open, and the sight of it."""
    day = Day(seed, recorder, settings, frames)
    async with sight_of(run_of(day, recorder), "run") as sight:
        for venue in Venue:
            day.open(venue)
        yield day, sight
