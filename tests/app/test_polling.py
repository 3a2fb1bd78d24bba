"""Books by asking again and again: slow ones, open while the venue answers."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from tests.app.market_day import Day
from tests.venues.http_peer import Asked, Reply, http_peer, rest_client
from underround.app.polling import Poller
from underround.app.recordings.plan import Plan
from underround.core.book_state import BookState
from underround.core.instrument import Venue
from underround.venues.kalshi import catalog

CONNECTION = "kalshi-rest"


class Polled:
    """A pipeline whose Kalshi books are polled from a server that a test controls."""

    def __init__(self) -> None:
        self.day = Day(1)
        self.pipeline = self.day.pipeline
        listed = self.day.corpus.instruments
        self.names = tuple(one.id for one in listed if one.venue is Venue.KALSHI)
        self.status = 200
        self.changed = asyncio.Event()
        for name in ("opened", "polled", "closed", "note"):
            setattr(self.pipeline, name, self.heard(getattr(self.pipeline, name)))

    def heard(self, call: Callable) -> Callable:
        def heard_too(*arguments: object) -> None:
            call(*arguments)
            self.changed.set()

        return heard_too

    def answer(self, asked: Asked) -> Reply:
        books = [
            {"ticker": name, "orderbook_fp": {"yes_dollars": [["0.4000", "7.00"]]}}
            for name in asked.query["tickers"]
        ]
        return Reply(json.dumps({"orderbooks": books}).encode(), self.status)

    @asynccontextmanager
    async def polling(self) -> AsyncIterator[Poller]:
        plan = Plan(CONNECTION, Venue.KALSHI, self.names, is_slow=True)
        self.pipeline.plan(plan)
        async with http_peer(self.answer) as peer, rest_client(peer.root) as client:
            fetch = partial(catalog.fetch_books, client)
            poller = Poller(plan, fetch, self.pipeline, 0.001, lambda: self.day.now_ns)
            task = asyncio.create_task(poller.run())
            try:
                yield poller
            finally:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def until(self, met: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not met():
                self.changed.clear()
                await self.changed.wait()

    def states(self) -> set[BookState]:
        return {self.pipeline.engine.books[name].state for name in self.names}


async def test_books_are_live_and_slow_while_the_venue_answers():
    polled = Polled()
    async with polled.polling() as poller:
        await polled.until(lambda: poller.rounds >= 2)
    link = polled.pipeline.engine.links[CONNECTION]
    assert (link.is_slow, link.is_open, polled.states()) == (True, True, {BookState.LIVE})
    book = polled.pipeline.engine.books[polled.names[0]]
    assert book.top() == (4_000, 7_000_000, None, None)
    assert polled.pipeline.frames[Venue.KALSHI] >= 2


async def test_a_failed_round_closes_and_the_next_good_one_opens_again():
    polled = Polled()
    async with polled.polling():
        await polled.until(lambda: polled.states() == {BookState.LIVE})
        polled.status = 404
        await polled.until(lambda: polled.states() == {BookState.RESYNC})
        link = polled.pipeline.engine.links[CONNECTION]
        assert not link.is_open
        polled.status = 200
        await polled.until(lambda: polled.states() == {BookState.LIVE})
        assert link.is_open


async def test_a_venue_that_never_answers_is_named():
    polled = Polled()
    polled.status = 404
    async with polled.polling() as poller:
        await polled.until(lambda: polled.pipeline.noted["polling failed"] >= 2)
    assert (poller.rounds, poller.is_open) == (0, False)
    assert CONNECTION not in polled.pipeline.engine.links
