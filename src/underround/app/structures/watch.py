"""Keeps the structures of a run up to date, beside everything else: no start waits for it.

Tells the engine of structures and has markets subscribed to that they need; what a structure
proves is judged elsewhere. One whose markets ask something else than at the start, or which no
catalog shows any more, is silenced; so is all that counts on complete lists nobody can read.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final

from underround.app.connections import Rest
from underround.app.fees.reading import FeeReading
from underround.app.pipeline import Pipeline
from underround.app.structures.catalog import Found, find_structures
from underround.app.structures.file import StructureEntry
from underround.app.structures.texts import markets_of
from underround.app.subscriptions import Subscriptions
from underround.core.effect import LookUpMarket
from underround.core.event import InstrumentsListed
from underround.core.instrument import Instrument
from underround.core.pair import Pair
from underround.core.structure_doubts import counts_on_all
from underround.core.units import NS_PER_SECOND
from underround.core.venue_event import StructuresListed, StructuresSuspended
from underround.venues.errors import VenueFaultError

_log = logging.getLogger("underround")

EVERY_S: Final = 300.0
EAGER_EVERY_S: Final = 15.0
EAGER_FOR_NS: Final = 300 * NS_PER_SECOND
"""An outcome that was announced may be missing from the catalog for minutes."""
BELIEVED_FOR_NS: Final = 1_800 * NS_PER_SECOND
"""So long a list counts as complete without being read again."""


class StructureWatch:
    """The structures of a run; `loaded` is set once they were looked for.

    `suspended` are those that are silenced from here, with the reason.
    """

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
        self.suspended: dict[str, str] = {}
        self._pairs = list(pairs)
        self._entries = entries
        self._rest = rest
        self._pipeline = pipeline
        self._subscriptions = subscriptions
        self._limit = event_limit
        self._reading = reading
        self._clock_ns = clock_ns
        self._wake = asyncio.Event()
        self._eager_until_ns = 0
        self._read_ns = clock_ns()
        self._texts: dict[str, str] = {}
        self._reworded: set[str] = set()

    async def run(self) -> None:
        """Load, and look again every few minutes, after every new pair and announced outcome."""
        while True:
            self._wake.clear()
            await self.look()
            self.loaded.set()
            is_eager = self._clock_ns() < self._eager_until_ns
            try:
                async with asyncio.timeout(EAGER_EVERY_S if is_eager else EVERY_S):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def look(self) -> None:
        """Look once; a catalog that cannot be read is noted, and after long it costs trust."""
        try:
            await self._load()
        except VenueFaultError as fault:
            self._pipeline.note("looking for structures failed", str(fault))
            age_ns = self._clock_ns() - self._read_ns
            if age_ns > BELIEVED_FOR_NS:
                why = f"its catalog could not be read for {age_ns // (60 * NS_PER_SECOND)} min"
                known = self._pipeline.engine.desk.structures.values()
                old = {each.id: why for each in known if counts_on_all(each)}
                self._suspend(old | self.suspended)

    def paired(self, pair: Pair) -> None:
        """Learn of a pair that was found while running."""
        self._pairs.append(pair)
        self._wake.set()

    def announced(self, wanted: LookUpMarket) -> None:
        """Learn of a market that a venue announced; the engine has silenced what it concerns."""
        doubts = self._pipeline.engine.desk.doubts
        if doubts.concerns(wanted.event_id, self._pipeline.engine.desk.structures.values()):
            self._eager_until_ns = self._clock_ns() + EAGER_FOR_NS
            self._wake.set()

    async def _load(self) -> None:
        engine, began_ns = self._pipeline.engine, self._clock_ns()
        watched: dict[str, Instrument] = {
            book.instrument.id: book.instrument
            for book in engine.books.values()
            if not book.is_closed
        }
        found = await find_structures(
            self._rest, watched, self._pairs, self._entries, self._limit, self._reading
        )
        self._read_ns = began_ns
        for problem in found.problems:
            self._pipeline.note("a structure is left out", problem)
        self._suspend(self._spoken_against(found))
        desk = engine.desk
        new = [
            each
            for each in found.structures
            if each != desk.structures.get(each.id) or each.id in desk.doubts.changed
        ]
        fresh = [one for one in found.fresh if one.id not in engine.books]
        if fresh:
            self._pipeline.tell(InstrumentsListed(fresh, self._clock_ns()))
            self._subscriptions.add(fresh)
        if new:
            self._pipeline.tell(StructuresListed(new, self._clock_ns(), began_ns))
            _log.info("watching %d structures of several markets", len(new))
            if desk.refused:
                refused = len(desk.refused)
                _log.info("%d ways are refused: `underround structures` says why", refused)

    def _spoken_against(self, found: Found) -> dict[str, str]:
        """Return which structures may not be signalled as the catalogs are now, and why."""
        for market, text in found.texts.items():
            if self._texts.setdefault(market, text) != text:
                self._reworded.add(market)
        engine = self._pipeline.engine
        known = {name: book.instrument for name, book in engine.books.items()}
        known |= {one.id: one for one in found.fresh}
        reasons = {}
        for each in found.structures:
            reworded = sorted(markets_of(each, known) & self._reworded)
            if reworded:
                reasons[each.id] = (
                    f"the words of {reworded[0]} changed since the start; a restart takes it as"
                    " it reads then: look at `underround structures` first"
                )
        listed = {each.id for each in found.structures}
        for name in engine.desk.structures.keys() - listed:
            reasons[name] = "its venues list it no more as it was"
        return reasons

    def _suspend(self, reasons: dict[str, str]) -> None:
        """Tell the engine and the log what differs from before."""
        for name in reasons.keys() - self.suspended.keys():
            _log.warning("⚠️ structure %s suspended, no signals: %s", name, reasons[name])
        for name in self.suspended.keys() - reasons.keys():
            _log.info("structure %s is as it was: signals go on", name)
        if reasons != self.suspended:
            self.suspended = reasons
            self._pipeline.tell(StructuresSuspended(dict(reasons), self._clock_ns()))
