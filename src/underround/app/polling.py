"""Order books by asking again and again: for a venue without a key, or for comparison.

A polled connection is slow and marked so: its books are only as fresh as the last answer.
"""

import asyncio
from collections.abc import Callable

from underround.app.hands import BOOKS_PER_REQUEST, FetchBodies
from underround.app.pipeline import Pipeline
from underround.app.recordings.plan import Plan
from underround.venues.errors import VenueFaultError


class Poller:
    """Reads all books of a plan over REST, every `every_s` seconds, until cancelled.

    `plan` may be replaced while it runs; the next round asks for the new one's books.
    """

    def __init__(
        self,
        plan: Plan,
        fetch: FetchBodies,
        pipeline: Pipeline,
        every_s: float,
        clock_ns: Callable[[], int],
    ) -> None:
        self.plan = plan  # may be replaced while running, by one of the same name
        self.is_open = False
        self._fetch = fetch
        self._pipeline = pipeline
        self._every_s = every_s
        self._clock_ns = clock_ns
        self.rounds = 0

    def answered(self) -> None:
        """Open the connection in the engine's eyes, if it is not: the venue answers."""
        if not self.is_open:
            self._pipeline.opened(self.plan.connection, self._clock_ns())
            self.is_open = True

    async def run(self) -> None:
        """Poll for ever; a failed round closes the connection in the engine's eyes."""
        name = self.plan.connection
        chunk = BOOKS_PER_REQUEST[self.plan.venue]
        while True:
            names = self.plan.instruments
            try:
                for start in range(0, len(names), chunk):
                    async for body in self._fetch(names[start : start + chunk]):
                        self.answered()
                        self._pipeline.polled(name, body)
                self.rounds += 1
            except VenueFaultError as fault:
                if self.is_open:
                    self._pipeline.closed(name, self._clock_ns(), fault.status, str(fault))
                    self.is_open = False
                else:
                    self._pipeline.note("polling failed", str(fault))
            await asyncio.sleep(self._every_s)
