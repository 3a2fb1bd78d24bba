"""Plays a stepped flow in real time, faster or slower by a factor.

Keeps the gaps: when the process was held up, the schedule shifts instead of catching up, so that
what the flow spaced apart is never pressed together by more than a few milliseconds.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.simulation.clock import steady_ns

MOST_LAG_NS: Final = 10 * NS_PER_MS


class Stepped(Protocol):
    """Something that happens step by step on a simulated time of its own."""

    now_ns: int

    @property
    def next_at_ns(self) -> int:
        """Simulated time of the next step."""

    def step(self) -> None:
        """Take the next step."""


async def play(
    flow: Stepped,
    speed: float,
    stop: asyncio.Event,
    clock_ns: Callable[[], int] = steady_ns,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Step the flow as its times come due until `stop` is set."""
    origin_ns = clock_ns() - int(flow.now_ns / speed)
    while not stop.is_set():
        due_ns = origin_ns + int(flow.next_at_ns / speed)
        await sleep(max(due_ns - clock_ns(), 0) / NS_PER_SECOND)
        if stop.is_set():
            return
        lag_ns = clock_ns() - due_ns
        if lag_ns > MOST_LAG_NS:
            origin_ns += lag_ns - MOST_LAG_NS
        flow.step()
