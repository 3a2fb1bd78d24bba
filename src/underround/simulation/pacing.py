"""Plays a stepped flow in real time, faster or slower by a factor.

Keeps the gaps: when the process was held up, the schedule shifts instead of catching up, so that
what the flow spaced apart is never pressed together by more than a few milliseconds.
"""

import asyncio
from typing import Final

from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.simulation.clock import steady_ns
from underround.simulation.flow import Flow

_MOST_LAG_NS: Final = 10 * NS_PER_MS


async def play(flow: Flow, speed: float, stop: asyncio.Event) -> None:
    """Step the flow as its times come due until `stop` is set."""
    origin_ns = steady_ns() - int(flow.now_ns / speed)
    while not stop.is_set():
        due_ns = origin_ns + int(flow.next_at_ns / speed)
        wait_ns = due_ns - steady_ns()
        if wait_ns > 0:
            await asyncio.sleep(wait_ns / NS_PER_SECOND)
            if stop.is_set():
                return
        else:
            await asyncio.sleep(0)
        lag_ns = steady_ns() - due_ns
        if lag_ns > _MOST_LAG_NS:
            origin_ns += lag_ns - _MOST_LAG_NS
        flow.step()
