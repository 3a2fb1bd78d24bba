"""Carries out what the engine wants of the venues: books over REST, snapshots, reconnects, timers.

Everything is started here and awaited nowhere near the hot path; what fails is noted and left to
the engine, which asks again.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final, Protocol

from msgspec.structs import replace

from underround.app.side_tasks import SideTasks
from underround.app.structures.basket_worker import sizes_of
from underround.core.basket_event import BasketSolved, SolveBasket
from underround.core.effect import (
    FetchBooks,
    LookUpMarket,
    RepriceEvent,
    RequestSnapshots,
    Resubscribe,
    Unsubscribe,
)
from underround.core.event import CommandAnswered
from underround.core.instrument import Venue
from underround.venues.errors import VenueFaultError
from underround.venues.feed import Feed
from underround.venues.kalshi.session import BookSession

FetchBodies = Callable[[Sequence[str]], AsyncIterator[bytes]]
CONCURRENT_FETCHES: Final = 8
BOOKS_PER_REQUEST: Final = {Venue.POLYMARKET: 500, Venue.KALSHI: 100}


class Receiver(Protocol):
    """Where the answers go: the pipeline."""

    def fetched(self, wanted: FetchBooks, body: bytes) -> None:
        """Take books that were asked for."""
        ...

    def timer(self, name: str) -> None:
        """Learn that the time has come."""
        ...

    def tell(self, told: BasketSolved) -> None:
        """Take the answer to a basket's program."""
        ...

    def note(self, kind: str, detail: str) -> None:
        """Learn of something unexpected."""
        ...


class Subscribing(Protocol):
    """Whoever knows which connection carries what."""

    def renew(self, wanted: Resubscribe) -> None:
        """Give instruments up and ask for them again."""
        ...

    def give_up(self, wanted: Unsubscribe) -> None:
        """Give up instruments that trade no more."""
        ...


class VenueHands:
    """The running side of `Hands`: one event loop's tasks, feeds and timers."""

    def __init__(self, clock_ns: Callable[[], int]) -> None:
        self.receiver: Receiver | None = None
        self.feeds: dict[str, Feed] = {}
        self.sessions: dict[str, BookSession] = {}
        self.bodies: dict[Venue, FetchBodies] = {}
        self.subscriptions: Subscribing | None = None
        self.on_look_up: list[Callable[[LookUpMarket], None]] = []
        self.on_reprice: list[Callable[[RepriceEvent], None]] = []
        self._clock_ns = clock_ns
        self._tasks = SideTasks(self._failed)
        self._fetching = asyncio.Semaphore(CONCURRENT_FETCHES)

    def fetch_books(self, wanted: FetchBooks) -> None:
        """Start reading books over REST; several requests may be under way."""
        if wanted.venue in self.bodies:
            self._tasks.start(self._fetch(wanted))

    def request_snapshots(self, wanted: RequestSnapshots) -> None:
        """Send the commands that ask for whole books inside a stream."""
        session, feed = self.sessions.get(wanted.connection), self.feeds.get(wanted.connection)
        if session is not None and feed is not None:
            self._send(feed, session.snapshot(wanted.stream, wanted.instruments))

    def answered(self, connection: str, answer: CommandAnswered) -> None:
        """Give an answer to the session, and send what it makes necessary."""
        session, feed = self.sessions.get(connection), self.feeds.get(connection)
        if session is None or feed is None:
            return
        self._send(feed, session.on_reply(answer))

    def reconnect(self, connection: str, reason: str) -> None:
        """Drop a connection; its feed makes it anew."""
        feed = self.feeds.get(connection)
        if feed is not None:
            feed.reconnect(reason)

    def resubscribe(self, wanted: Resubscribe) -> None:
        """Have instruments given up and asked for anew; without subscriptions, connect anew."""
        if self.subscriptions is not None:
            self.subscriptions.renew(wanted)
        else:
            self.reconnect(wanted.connection, wanted.reason)

    def unsubscribe(self, wanted: Unsubscribe) -> None:
        """Have instruments given up that trade no more."""
        if self.subscriptions is not None:
            self.subscriptions.give_up(wanted)

    def look_up(self, wanted: LookUpMarket) -> None:
        """Tell those who wait for markets of a new one."""
        for tell in self.on_look_up:
            tell(wanted)

    def reprice(self, wanted: RepriceEvent) -> None:
        """Tell those who keep fees of a change."""
        for tell in self.on_reprice:
            tell(wanted)

    def solve_basket(self, wanted: SolveBasket) -> None:
        """Start a basket's linear program in a thread; its answer comes as an event."""
        self._tasks.start(self._solve(wanted))

    def wake_at(self, at_ns: int) -> None:
        """Set a timer; a time already past fires at once."""
        delay_s = max(0, at_ns - self._clock_ns()) / 1e9
        asyncio.get_running_loop().call_later(delay_s, self._wake)

    async def close(self) -> None:
        """End what is still under way."""
        await self._tasks.close()

    def _wake(self) -> None:
        if self.receiver is not None:
            self.receiver.timer("wake")

    def _failed(self, fault: BaseException) -> None:
        """Name a fault of ours that ended a task, or nobody would ever hear of it."""
        if self.receiver is not None:
            self.receiver.note("side work failed", f"{type(fault).__name__}: {fault}")

    async def _fetch(self, wanted: FetchBooks) -> None:
        assert self.receiver is not None, "hands are wired before anything is asked of them"
        chunk = BOOKS_PER_REQUEST[wanted.venue]
        for start in range(0, len(wanted.instruments), chunk):
            part = replace(wanted, instruments=wanted.instruments[start : start + chunk])
            try:
                async with self._fetching:
                    bodies = [body async for body in self.bodies[part.venue](part.instruments)]
            except VenueFaultError as fault:
                self.receiver.note("books over REST failed", str(fault))
                continue
            for body in bodies:
                self.receiver.fetched(part, body)

    async def _solve(self, wanted: SolveBasket) -> None:
        assert self.receiver is not None, "hands are wired before anything is asked of them"
        sizes_e6 = await asyncio.to_thread(sizes_of, wanted)
        answer = BasketSolved(wanted.subject, sizes_e6, wanted.asked_at_ns, self._clock_ns())
        self.receiver.tell(answer)

    @staticmethod
    def _send(feed: Feed, frames: list[bytes]) -> None:
        for frame in frames:
            feed.send(frame)
