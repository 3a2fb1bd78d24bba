"""Books into the guide's cache: only trusted prices, under every name, without anything moving."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from underround.app.live_books import LiveBooks
from underround.app.price_cache import PriceCache
from underround.app.price_writer import PriceWriter
from underround.app.recordings.plan import Plan
from underround.core.event import Batch, BookReplaced, LevelAdded, MarketClosed
from underround.core.instrument import FeeTerms, Instrument, Outcome, Venue
from underround.core.venue_event import TradingHalted, VenueStatusChanged
from underround.core.venue_status import VenueState
from underround.venues.ports import DEFAULT_LIMITS

CENT = ((0, 10_000, 100),)
SIZE = 1_000_000


def instrument(name: str, venue: Venue, **changes) -> Instrument:
    facts = {"market_id": name, "outcome": Outcome.YES, "title": name, "ranges": CENT}
    fees = FeeTerms(kind="quadratic", rate_e4=700)
    return Instrument(**{"venue": venue, "id": name, "fees": fees, **facts, **changes})


KALSHI = instrument("KX", Venue.KALSHI)
YES = instrument("1", Venue.POLYMARKET, market_id="m", complement_id="2")
NO = instrument("2", Venue.POLYMARKET, market_id="m", complement_id="1", outcome=Outcome.NO)


class World:
    """Books without a venue, a cache in memory, and the writer between them at work."""

    def __init__(self, *instruments: Instrument) -> None:
        venue = instruments[0].venue
        self.cache = PriceCache("memory://")
        self.books = LiveBooks(venue, lambda names: _nothing(), DEFAULT_LIMITS)
        self.writer = PriceWriter(self.cache, venue)
        self.books.add(list(instruments))
        names = tuple(each.id for each in instruments)
        self.books.pipeline.plan(Plan("c", venue, names))
        self.books.pipeline.opened("c", self.books.clock_ns())

    def tell(self, *events) -> None:
        self.books.pipeline.process(Batch("c", self.books.clock_ns(), list(events)))

    async def shows(self, name: str, prices: tuple[float, float] | None) -> None:
        while True:
            found = await self.cache.get_price(name, self.books.venue.value)
            if (found and found[:2]) == prices:
                return
            await asyncio.sleep(0.002)


async def _nothing() -> AsyncIterator[bytes]:
    for body in ():
        yield body


@asynccontextmanager
async def world(*instruments: Instrument) -> AsyncIterator[World]:
    made = World(*instruments)
    await made.cache.connect()
    task = asyncio.create_task(made.writer.stream(made.books))
    try:
        yield made
    finally:
        await made.books.close()
        assert await task is None
        await made.cache.close()


def whole(name: str, bids: list, asks: list, **changes) -> BookReplaced:
    levels = [[(price_e4, SIZE) for price_e4 in side] for side in (bids, asks)]
    return BookReplaced(name, *levels, **changes)


def bid(price_e4: int, sequence: int | None = None) -> LevelAdded:
    return LevelAdded(1, sequence, "KX", is_bid=True, price_e4=price_e4, change_e6=SIZE, group=1)


def ask(price_e4: int, change_e6: int) -> LevelAdded:
    return LevelAdded(1, None, "KX", is_bid=False, price_e4=price_e4, change_e6=change_e6, group=1)


async def test_a_kalshi_market_is_one_book_seen_from_both_sides():
    async with world(KALSHI) as at:
        at.writer.name(KALSHI, ["KX", "pair"], ["inverse"])
        at.tell(whole("KX", [4_000, 3_000], [4_200, 4_300]))
        await at.shows("KX", (0.42, 0.6))
        await at.shows("pair", (0.42, 0.6))
        await at.shows("inverse", (0.6, 0.42))


async def test_a_polymarket_market_needs_both_its_books():
    async with world(YES, NO) as at:
        at.writer.name(YES, ["m"])
        at.tell(whole("1", [4_000], [4_200], time_ms=1))
        at.writer.name(YES, ["again"])
        await asyncio.sleep(0.05)
        assert await at.cache.get_price("m", "polymarket") is None
        at.tell(whole("2", [5_800], [6_100], time_ms=1))
        await at.shows("m", (0.42, 0.61))
        await at.shows("again", (0.42, 0.61))


async def test_a_name_given_later_is_written_without_waiting_for_a_change():
    async with world(KALSHI) as at:
        at.writer.name(KALSHI, ["KX"])
        at.tell(whole("KX", [4_000], [4_200]))
        await at.shows("KX", (0.42, 0.6))
        at.writer.name(KALSHI, ["later"])
        await at.shows("later", (0.42, 0.6))


async def test_a_book_that_loses_trust_loses_its_price_until_it_has_it_again():
    async with world(KALSHI) as at:
        at.writer.name(KALSHI, ["KX"])
        at.tell(whole("KX", [4_000], [4_200], stream=1, sequence=1))
        await at.shows("KX", (0.42, 0.6))
        at.tell(bid(4_100, sequence=3))  # number 2 is missing
        await at.shows("KX", None)
        at.tell(whole("KX", [4_000], [4_200], stream=1, sequence=4))  # the same prices
        await at.shows("KX", (0.42, 0.6))
        assert (await at.cache.get_stats())["kalshi_cached"] == 1


async def test_a_crossed_book_is_not_shown_and_takes_nothing_away():
    async with world(KALSHI) as at:
        at.writer.name(KALSHI, ["KX"])
        at.tell(whole("KX", [4_000], [4_200]))
        await at.shows("KX", (0.42, 0.6))
        at.tell(bid(4_300))
        at.writer.name(KALSHI, ["later"])
        await asyncio.sleep(0.05)
        assert (await at.cache.get_price("KX", "kalshi"))[:2] == (0.42, 0.6)
        assert await at.cache.get_price("later", "kalshi") is None
        at.tell(ask(4_200, -SIZE))
        at.tell(ask(4_500, SIZE))
        await at.shows("KX", (0.45, 0.57))


@pytest.mark.parametrize("way", ["told", "time"])
async def test_a_market_that_has_ended_has_no_price(way):
    market = KALSHI if way == "told" else instrument("KX", Venue.KALSHI, close_at_ns=1)
    async with world(market) as at:
        at.writer.name(market, ["KX"])
        at.tell(whole("KX", [4_000], [4_200]))
        if way == "told":
            await at.shows("KX", (0.42, 0.6))
        at.tell(MarketClosed("KX", "determined"))
        await asyncio.sleep(0.05)
        await at.shows("KX", None)


async def test_a_market_that_halts_loses_its_price_until_it_trades_again():
    async with world(KALSHI) as at:
        at.writer.name(KALSHI, ["KX"])
        at.tell(whole("KX", [4_000], [4_200]))
        await at.shows("KX", (0.42, 0.6))
        at.tell(TradingHalted("KX", is_halted=True, reason="review"))
        await at.shows("KX", None)
        at.tell(TradingHalted("KX", is_halted=False, reason=""))
        await at.shows("KX", (0.42, 0.6))
        for state, prices in ((VenueState.PAUSED, None), (VenueState.NORMAL, (0.42, 0.6))):
            at_ns = at.books.clock_ns()
            at.books.pipeline.process(VenueStatusChanged(Venue.KALSHI, state, "", at_ns))
            await at.shows("KX", prices)


async def test_an_empty_side_is_no_price_but_an_entry():
    async with world(KALSHI) as at:
        at.writer.name(KALSHI, ["KX"])
        at.tell(whole("KX", [4_000], []))
        while (await at.cache.get_stats())["kalshi_cached"] == 0:  # noqa: ASYNC110 - sets no event
            await asyncio.sleep(0.002)
        assert await at.cache.get_price("KX", "kalshi") is None


async def test_the_end_of_the_cache_ends_the_stream_in_one_line():
    at = World(KALSHI)
    await at.cache.connect()
    task = asyncio.create_task(at.writer.stream(at.books))
    at.writer.name(KALSHI, ["KX"])
    await at.cache.close()
    at.tell(whole("KX", [4_000], [4_200]))
    with pytest.raises(ConnectionError, match="the price cache is not connected"):
        await task
    await at.books.close()
