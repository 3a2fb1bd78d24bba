"""Live books of one venue without pairs or signals: what the guide's streams stand on.

The same engine, codecs and feeds as `run`, grown while it runs; nothing is recorded.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from underround.app.clock import steady_clock
from underround.app.codecs import CODECS
from underround.app.hands import FetchBodies, VenueHands
from underround.app.pipeline import Pipeline
from underround.app.recordings.plan import Plan
from underround.core.book import Book
from underround.core.effect import BookJudged
from underround.core.engine import Engine
from underround.core.event import InstrumentsListed
from underround.core.instrument import Instrument, Venue
from underround.core.settings import Settings
from underround.venues.errors import VenueFaultError
from underround.venues.feed import Feed
from underround.venues.ports import FeedLimits, Session

TICK_S: Final = 0.1
DEFAULT_SETTINGS: Final = Settings()


class LiveBooks:
    """One venue's books, kept by as many connections as its tokens need."""

    def __init__(
        self,
        venue: Venue,
        fetch: FetchBodies,
        limits: FeedLimits,
        settings: Settings = DEFAULT_SETTINGS,
    ) -> None:
        self.venue = venue
        self.clock_ns: Callable[[], int] = steady_clock()
        self.engine = Engine(settings, (), ())
        self.hands = VenueHands(self.clock_ns)
        self.hands.bodies = {venue: fetch}
        self.pipeline = Pipeline(self.engine, CODECS, self.hands, None, self.clock_ns)
        self.hands.receiver = self.pipeline
        self.pipeline.on_judged.append(self._note_judged)
        self.feeds: list[Feed] = []
        self.is_closed = False
        self._limits = limits
        self._judged: dict[str, None] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self.start(self._ticking())

    @property
    def frames(self) -> int:
        """How many frames came in all."""
        return self.pipeline.frames[self.venue]

    @property
    def is_connected(self) -> bool:
        """Whether any connection stands."""
        links = self.engine.links.values()
        return not self.is_closed and any(link.is_open for link in links)

    def add(self, instruments: list[Instrument]) -> None:
        """Learn instruments before their connection is asked for them."""
        self.pipeline.process(InstrumentsListed(instruments, self.clock_ns()))

    def open_feed(
        self,
        name: str,
        url: str,
        session: Session,
        headers: Callable[[], Mapping[str, str]] | None = None,
    ) -> Feed:
        """Start a connection; it lives until `close`."""
        self.pipeline.plan(Plan(name, self.venue, ()))
        feed = Feed(
            name,
            url,
            session,
            self.pipeline,
            limits=self._limits,
            headers=headers,
            clock_ns=self.clock_ns,
            randomness=random.random,
        )
        self.hands.feeds[name] = feed
        self.feeds.append(feed)
        self.start(feed.run())
        return feed

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine until `close`."""
        self._tasks.append(asyncio.get_running_loop().create_task(work))

    def take_changed(self) -> list[Book]:
        """Return the books whose best prices or trust changed since the last call."""
        changed = dict.fromkeys(self.engine.take_marked())
        judged, self._judged = self._judged, {}
        changed.update(dict.fromkeys(self.engine.books[name] for name in judged))
        return list(changed)

    async def ended(self) -> VenueFaultError | None:
        """Wait for `close`, or for a connection that is refused for good: return the refusal.

        Raises what a connection raised: that is a fault of ours.
        """
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if not task.cancelled():
                task.result()
        return next((feed.fatal for feed in self.feeds if feed.fatal is not None), None)

    async def close(self) -> None:
        """Close the connections and end everything started here."""
        self.is_closed = True
        await asyncio.gather(*(feed.stop() for feed in self.feeds))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.hands.close()

    def _note_judged(self, judged: BookJudged) -> None:
        self._judged[judged.instrument] = None

    async def _ticking(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self.pipeline.timer("tick")
