"""Order books by asking again and again: for a venue without a key, or for comparison.

A polled connection is slow and marked so: its books are only as fresh as the last answer.
"""

import asyncio
from collections.abc import Callable

from underround.app.hands import BOOKS_PER_REQUEST, FetchBodies
from underround.app.pipeline import Pipeline, Plan
from underround.venues.errors import VenueFaultError


class Poller:
    """Reads all books of a plan over REST, every `every_s` seconds, until cancelled."""

    def __init__(
        self,
        plan: Plan,
        fetch: FetchBodies,
        pipeline: Pipeline,
        every_s: float,
        clock_ns: Callable[[], int],
    ) -> None:
        self._plan = plan
        self._fetch = fetch
        self._pipeline = pipeline
        self._every_s = every_s
        self._clock_ns = clock_ns
        self.rounds = 0

    async def run(self) -> None:
        """Poll for ever; a failed round closes the connection in the engine's eyes."""
        name, is_open = self._plan.connection, False
        chunk = BOOKS_PER_REQUEST[self._plan.venue]
        names = self._plan.instruments
        while True:
            try:
                for start in range(0, len(names), chunk):
                    async for body in self._fetch(names[start : start + chunk]):
                        if not is_open:
                            self._pipeline.opened(name, self._clock_ns())
                            is_open = True
                        self._pipeline.polled(name, body)
                self.rounds += 1
            except VenueFaultError as fault:
                if is_open:
                    self._pipeline.closed(name, self._clock_ns(), fault.status, str(fault))
                    is_open = False
                else:
                    self._pipeline.note("polling failed", str(fault))
            await asyncio.sleep(self._every_s)
