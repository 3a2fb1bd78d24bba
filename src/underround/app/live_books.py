"""Live books of one venue without pairs or signals: what the guide's streams stand on.

The same engine, codecs and feeds as `run`, grown while it runs; nothing is recorded.
"""

import asyncio
import random
from collections.abc import Callable, Iterator

from underround.app.clock import steady_clock
from underround.app.codecs import CODECS
from underround.app.hands import FetchBodies, VenueHands
from underround.app.pipeline import Pipeline, Plan
from underround.core.book import Book
from underround.core.book_state import BookState
from underround.core.engine import Engine
from underround.core.event import InstrumentsListed
from underround.core.instrument import Instrument, Venue
from underround.core.settings import Settings
from underround.venues.feed import Feed
from underround.venues.ports import Session

TICK_S = 0.1


class LiveBooks:
    """One venue's books, kept by as many connections as its tokens need."""

    def __init__(self, venue: Venue, fetch: FetchBodies) -> None:
        self.venue = venue
        self.clock_ns: Callable[[], int] = steady_clock()
        self.engine = Engine(Settings(), (), ())
        self.hands = VenueHands(self.clock_ns)
        self.hands.bodies = {venue: fetch}
        self.pipeline = Pipeline(self.engine, CODECS, self.hands, None, self.clock_ns)
        self.hands.receiver = self.pipeline
        self.feeds: list[Feed] = []
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def frames(self) -> int:
        """How many frames came in all."""
        return self.pipeline.frames[self.venue]

    @property
    def is_connected(self) -> bool:
        """Whether any connection stands."""
        return any(link.is_open for link in self.engine.links.values())

    def add(self, instruments: list[Instrument]) -> None:
        """Learn instruments before their connection is asked for them."""
        self.engine.process(InstrumentsListed(instruments, self.clock_ns()))

    def open_feed(
        self,
        name: str,
        url: str,
        session: Session,
        headers: Callable[[], dict[str, str]] | None = None,
    ) -> Feed:
        """Start a connection; it lives until `close`."""
        self.pipeline.plan(Plan(name, self.venue, ()))
        feed = Feed(
            name,
            url,
            session,
            self.pipeline,
            headers=headers,
            clock_ns=self.clock_ns,
            randomness=random.random,
        )
        self.hands.feeds[name] = feed
        self.feeds.append(feed)
        self.start(feed.run())
        return feed

    def start(self, work: object) -> None:
        """Run a coroutine until `close`."""
        assert asyncio.iscoroutine(work)
        self._tasks.append(asyncio.get_running_loop().create_task(work))

    async def ticking(self) -> None:
        """Tell the engine the time, for ever."""
        while True:
            await asyncio.sleep(TICK_S)
            self.pipeline.timer("tick")

    def take_changed(self) -> Iterator[Book]:
        """Yield the LIVE books whose best prices changed since the last call."""
        for book in self.engine.take_marked():
            if book.state is BookState.LIVE:
                yield book

    async def ended(self) -> None:
        """Wait for the first thing that ends; raise what it raised."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def close(self) -> None:
        """Close the connections and end everything started here."""
        await asyncio.gather(*(feed.stop() for feed in self.feeds))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.hands.close()
