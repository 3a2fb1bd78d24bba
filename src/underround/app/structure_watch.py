"""Which structures a run watches: asks both catalogs for the events of what it follows.

Runs beside everything else, so that a start does not wait for it; markets of an event that nobody
followed before are subscribed to as well. What a structure proves is judged elsewhere.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from underround.app.connections import Rest
from underround.app.pipeline import Pipeline
from underround.app.structure_making import make_structures
from underround.app.subscriptions import Subscriptions
from underround.core.event import InstrumentsListed
from underround.core.instrument import Instrument, Venue
from underround.core.pair import Pair
from underround.core.structure import Structure, instruments_of
from underround.core.venue_event import StructuresListed
from underround.venues.errors import VenueFaultError
from underround.venues.event import ListedEvent
from underround.venues.kalshi import catalog as kalshi_catalog
from underround.venues.kalshi.catalog import MarketFilter
from underround.venues.polymarket import catalog as polymarket_catalog

_log = logging.getLogger("underround")

EVERY_S: Final = 600.0


class StructureWatch:
    """The structures of a run; `event_limit` is the most markets an event may have, 0 for none."""

    def __init__(
        self,
        rest: Rest,
        pipeline: Pipeline,
        subscriptions: Subscriptions,
        pairs: Sequence[Pair],
        event_limit: int,
        clock_ns: Callable[[], int],
    ) -> None:
        self.pairs = list(pairs)
        self.approved: list[Structure] = []
        """What a person approved, told with the first that is found."""
        self.loaded = asyncio.Event()
        self._rest = rest
        self._pipeline = pipeline
        self._subscriptions = subscriptions
        self._limit = event_limit
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
        self.pairs.append(pair)
        self._wake.set()

    async def _load(self) -> None:
        events: list[ListedEvent] = []
        if self._limit:
            found = await asyncio.gather(self._on_polymarket(), self._on_kalshi())
            events = [each for venue in found for each in venue if len(each.markets) <= self._limit]
            await self._take_up(events)
        structures = make_structures(events, self._watched(), self.pairs)
        structures += [
            each
            for each in self.approved
            if all(name in self._pipeline.engine.books for name in instruments_of(each))
        ]
        known = self._pipeline.engine.desk.structures
        fresh = [each for each in structures if each.id not in known]
        if fresh:
            self._pipeline.tell(StructuresListed(fresh, self._clock_ns()))
            _log.info("watching %d structures of several markets", len(fresh))
        for name, reason in self._pipeline.engine.desk.refused.items():
            _log.debug("refused: %s: %s", name, reason)

    async def _on_polymarket(self) -> list[ListedEvent]:
        ids = self._event_ids(Venue.POLYMARKET)
        listed = await polymarket_catalog.fetch_events(self._rest.gamma, ids) if ids else []
        return [each for each in listed if len(each.markets) > 1]

    async def _on_kalshi(self) -> list[ListedEvent]:
        ids = self._event_ids(Venue.KALSHI)
        listed = await kalshi_catalog.fetch_events(self._rest.kalshi, ids) if ids else []
        return [each for each in listed if len(each.markets) > 1]

    def _event_ids(self, venue: Venue) -> list[str]:
        watched = self._watched().values()
        ids = [one.event_id for one in watched if one.venue is venue and one.event_id]
        return list(dict.fromkeys(ids))

    async def _take_up(self, events: Iterable[ListedEvent]) -> None:
        """List and subscribe to the open markets of these events that are not watched yet."""
        known = {one.market_id for one in self._watched().values()}
        missing: dict[Venue, list[str]] = {venue: [] for venue in Venue}
        for event in events:
            missing[event.venue] += [
                each.market_id
                for each in event.markets
                if each.is_open and each.market_id not in known
            ]
        fresh: list[Instrument] = []
        if missing[Venue.POLYMARKET]:
            listing = await polymarket_catalog.fetch_by_condition(
                self._rest.gamma, missing[Venue.POLYMARKET]
            )
            fresh += listing.instruments
        if missing[Venue.KALSHI]:
            tickers = tuple(missing[Venue.KALSHI])
            listing = await kalshi_catalog.fetch_markets(
                self._rest.kalshi, MarketFilter(tickers=tickers)
            )
            fresh += listing.instruments
        if fresh:
            self._pipeline.tell(InstrumentsListed(fresh, self._clock_ns()))
            self._subscriptions.add(fresh)

    def _watched(self) -> dict[str, Instrument]:
        books = self._pipeline.engine.books.values()
        return {book.instrument.id: book.instrument for book in books if not book.is_closed}
