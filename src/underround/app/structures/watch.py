"""Keeps the structures of a run up to date, beside everything else: no start waits for it.

Tells the engine of structures and has markets subscribed to that they need; what a structure
proves is judged elsewhere.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final

from underround.app.connections import Rest
from underround.app.fees.reading import FeeReading
from underround.app.pipeline import Pipeline
from underround.app.structures.catalog import find_structures
from underround.app.structures.file import StructureEntry
from underround.app.subscriptions import Subscriptions
from underround.core.event import InstrumentsListed
from underround.core.instrument import Instrument
from underround.core.pair import Pair
from underround.core.venue_event import StructuresListed
from underround.venues.errors import VenueFaultError

_log = logging.getLogger("underround")

EVERY_S: Final = 600.0


class StructureWatch:
    """The structures of a run; `loaded` is set once they were looked for."""

    def __init__(
        self,
        rest: Rest,
        pipeline: Pipeline,
        subscriptions: Subscriptions,
        pairs: Sequence[Pair],
        entries: Sequence[StructureEntry],
        event_limit: int,
        reading: FeeReading,
        clock_ns: Callable[[], int],
    ) -> None:
        self.loaded = asyncio.Event()
        self._pairs = list(pairs)
        self._entries = entries
        self._rest = rest
        self._pipeline = pipeline
        self._subscriptions = subscriptions
        self._limit = event_limit
        self._reading = reading
        self._clock_ns = clock_ns
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Load, and look again every ten minutes and after every new pair, for ever."""
        while True:
            self._wake.clear()
            try:
                await self._load()
            except VenueFaultError as fault:
                self._pipeline.note("looking for structures failed", str(fault))
            self.loaded.set()
            try:
                async with asyncio.timeout(EVERY_S):
                    await self._wake.wait()
            except TimeoutError:
                pass

    def paired(self, pair: Pair) -> None:
        """Learn of a pair that was found while running."""
        self._pairs.append(pair)
        self._wake.set()

    async def _load(self) -> None:
        engine = self._pipeline.engine
        watched: dict[str, Instrument] = {
            book.instrument.id: book.instrument
            for book in engine.books.values()
            if not book.is_closed
        }
        found = await find_structures(
            self._rest, watched, self._pairs, self._entries, self._limit, self._reading
        )
        for problem in found.problems:
            self._pipeline.note("a structure is left out", problem)
        new = [each for each in found.structures if each.id not in engine.desk.structures]
        fresh = [one for one in found.fresh if one.id not in engine.books]
        if fresh:
            self._pipeline.tell(InstrumentsListed(fresh, self._clock_ns()))
            self._subscriptions.add(fresh)
        if new:
            self._pipeline.tell(StructuresListed(new, self._clock_ns()))
            refused = len(engine.desk.refused)
            _log.info("watching %d structures of several markets", len(new))
            if refused:
                _log.info("%d ways are refused: `underround structures` says why", refused)
