"""Wait until what was written behind up to now has arrived.

Counting alone: this module knows neither what is written nor where to.
"""

import asyncio
from collections import deque


class Flushes:
    """Who waits for a first-in, first-out outbox to have been written up to a point."""

    def __init__(self) -> None:
        self._gone = 0
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def wait(self, ahead: int) -> None:
        """Wait until the `ahead` entries that are in the outbox now are gone, or released."""
        if ahead:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append((self._gone + ahead, future))
            await future

    def settle(self, count: int) -> None:
        """Note that the first `count` entries are gone."""
        self._gone += count
        while self._waiting and self._waiting[0][0] <= self._gone:
            _finish(self._waiting.popleft()[1])

    def release(self) -> None:
        """Let nobody wait any longer: the entries will not go soon."""
        while self._waiting:
            _finish(self._waiting.popleft()[1])


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
