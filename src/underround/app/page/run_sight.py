"""What a face sees of a run: the run itself, its stages and its opportunities.

Reads; changes nothing. Everything a page, a terminal, metrics or health checks show comes from
here or from what it holds.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from msgspec import Struct

from underround.app.leg_ladders import leg_ladders
from underround.app.page.opportunity_table import OpportunityTable
from underround.app.page.stages import StageProbe
from underround.app.page.trade_tally import TradeTally
from underround.app.wiring import Running


class FaceCounts(Struct):
    """What a face has done so far: clients now, updates sent, updates that a slow one lost."""

    clients: int = 0
    updates: int = 0
    lost: int = 0


class RunSight(Struct):
    """One run under way as its faces see it; `started_ns` is when they began to look."""

    run: Running
    kind: str
    started_ns: int
    probe: StageProbe
    opportunities: OpportunityTable
    face: FaceCounts
    tally: TradeTally


@asynccontextmanager
async def sight_of(run: Running, kind: str) -> AsyncIterator[RunSight]:
    """Look at a run until the block ends."""
    probe = StageProbe(run.pipeline, run.clock_ns)
    table = OpportunityTable(partial(leg_ladders, run.engine))
    for direction in run.engine.detector.open:
        if direction.opportunity is not None:
            table.adopt(direction.opportunity)
    run.pipeline.on_signal.append(table.add)
    tally = TradeTally(run, probe)
    sampling = asyncio.create_task(probe.run())
    try:
        yield RunSight(run, kind, run.clock_ns(), probe, table, FaceCounts(), tally)
    finally:
        sampling.cancel()
        await asyncio.gather(sampling, return_exceptions=True)
        tally.end()
        probe.end()
        run.pipeline.on_signal.remove(table.add)
