"""Order books of windows that come and go: one connection a venue, grown and shrunk as it runs.

Without a Kalshi key its books are polled over REST. Decides nothing about which windows.
"""

import random
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any, Final

from underround.app.bitcoin.timed_sink import TimedSink
from underround.app.hands import VenueHands
from underround.app.pipeline import Pipeline
from underround.app.polling import Poller
from underround.app.recordings.plan import Plan
from underround.core.event import InstrumentsForgotten
from underround.core.instrument import Venue
from underround.stores.recording import RecordingWriter
from underround.venues.feed import Feed
from underround.venues.kalshi.session import BookSession
from underround.venues.polymarket.session import MarketSession
from underround.venues.ports import Session

POLL_S: Final = 2.0
CONNECTIONS: Final = {Venue.KALSHI: "kalshi-windows", Venue.POLYMARKET: "polymarket-windows"}

Work = Coroutine[Any, Any, None]


class WindowBooks:
    """The books' connections. `start` runs what a connection needs, until the run ends."""

    def __init__(
        self,
        pipeline: Pipeline,
        hands: VenueHands,
        recorder: RecordingWriter | None,
        clock_ns: Callable[[], int],
        start: Callable[[Work], object],
    ) -> None:
        self.feeds: dict[Venue, Feed] = {}
        self.timed = TimedSink(pipeline, clock_ns)
        self.poller: Poller | None = None
        self._pipeline = pipeline
        self._hands = hands
        self._recorder = recorder
        self._clock_ns = clock_ns
        self._start = start
        self._names: dict[Venue, dict[str, None]] = {venue: {} for venue in Venue}
        self._kalshi = BookSession()
        self._polymarket = MarketSession(silence_s=None)

    def open_kalshi(self, url: str, headers: Callable[[], Mapping[str, str]] | None) -> None:
        """Begin with Kalshi: a stream with `headers` that sign it, polling without."""
        if headers is None:
            plan = Plan(CONNECTIONS[Venue.KALSHI], Venue.KALSHI, (), is_slow=True)
            self._pipeline.plan(plan)
            fetch = self._hands.bodies[Venue.KALSHI]
            self.poller = Poller(plan, fetch, self._pipeline, POLL_S, self._clock_ns)
            self._start(self.poller.run())
            return
        self._hands.sessions[CONNECTIONS[Venue.KALSHI]] = self._kalshi
        self._open(Venue.KALSHI, url, self._kalshi, headers)

    def open_polymarket(self, url: str) -> None:
        """Begin with Polymarket."""
        self._open(Venue.POLYMARKET, url, self._polymarket, None)

    def add(self, venue: Venue, names: Iterable[str]) -> None:
        """Follow more books; their instruments must be listed already."""
        fresh = [name for name in names if name not in self._names[venue]]
        if not fresh:
            return
        self._names[venue].update(dict.fromkeys(fresh))
        self._plan(venue)
        if venue is Venue.KALSHI:
            self._send(venue, self._kalshi.add(fresh))
        else:
            self._send(venue, self._polymarket.add(fresh))

    def drop(self, venue: Venue, names: Iterable[str]) -> None:
        """Follow books no more, and have the engine forget them."""
        gone = [name for name in names if name in self._names[venue]]
        if not gone:
            return
        for name in gone:
            del self._names[venue][name]
        self._plan(venue)
        if venue is Venue.KALSHI:
            self._send(venue, self._kalshi.delete(gone))
        else:
            self._send(venue, self._polymarket.remove(gone))
        at_ns = self._clock_ns()
        if self._recorder is not None:
            self._recorder.append_command("forgotten", {"instruments": gone}, at_ns)
        self._pipeline.process(InstrumentsForgotten(gone, at_ns))

    def _plan(self, venue: Venue) -> None:
        is_polled = venue is Venue.KALSHI and self.poller is not None
        plan = Plan(CONNECTIONS[venue], venue, tuple(self._names[venue]), is_slow=is_polled)
        self._pipeline.plan(plan)
        if is_polled and self.poller is not None:
            self.poller.plan = plan

    def _send(self, venue: Venue, frames: Iterable[bytes]) -> None:
        feed = self.feeds.get(venue)
        if feed is not None and feed.is_connected:
            for frame in frames:
                feed.send(frame)

    def _open(
        self,
        venue: Venue,
        url: str,
        session: Session,
        headers: Callable[[], Mapping[str, str]] | None,
    ) -> None:
        self._plan(venue)
        feed = Feed(
            CONNECTIONS[venue],
            url,
            session,
            self.timed,
            headers=headers,
            clock_ns=self._clock_ns,
            randomness=random.random,
        )
        self.feeds[venue] = feed
        self._hands.feeds[feed.connection] = feed
        self._start(feed.run())
