"""Work started beside whoever asked for it: kept until it ends, its faults told, ended together.

The loop itself holds tasks weakly: one that nobody keeps may vanish half-way, and its fault with
it. What a fault means is for the owner to decide.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class SideTasks:
    """One owner's tasks; `on_fault` hears of what ended one that was not cancelled."""

    def __init__(self, on_fault: Callable[[BaseException], None]) -> None:
        self._on_fault = on_fault
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Start work on the running loop."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def close(self) -> None:
        """Cancel what is under way and wait until it has ended."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        fault = None if task.cancelled() else task.exception()
        if fault is not None:
            self._on_fault(fault)
