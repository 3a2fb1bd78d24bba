"""Markets that come and go: pairs that wait are watched when both sides are there."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from tests.app.desk import MARKET, NO_TOKEN, YES_TOKEN, Desk, rest_of
from tests.venues.http_peer import Asked, Reply, http_peer, rest_client
from tests.venues.kalshi.answers import market as kalshi_market
from tests.venues.kalshi.answers import page, series
from underround.app.market_watch import KEPT_NS, MarketWatch
from underround.app.pairs.file import PairEntry
from underround.app.universe import Universe
from underround.core.effect import LookUpMarket
from underround.core.event import InstrumentsForgotten, InstrumentsListed
from underround.core.instrument import Instrument, Venue
from underround.core.pair import Polarity
from underround.core.venue_event import MarketsEnded, PairsListed

CONDITION, YES, NO = "0x" + "ab" * 32, "71" + "3" * 74, "28" + "9" * 74
ENTRY = PairEntry(id="snow", polymarket="will-it-snow", kalshi="KXSNOW-26", polarity=Polarity.SAME)


def gamma_market(**changes) -> dict:
    fields = {
        "id": "5",
        "question": "Will it snow?",
        "slug": "will-it-snow",
        "conditionId": CONDITION,
        "acceptingOrders": True,
        "enableOrderBook": True,
        "outcomes": '["Yes","No"]',
        "clobTokenIds": json.dumps([YES, NO]),
        "orderPriceMinTickSize": 0.01,
        "orderMinSize": 5,
    }
    return fields | changes


class Venues:
    """What both catalogs say; a test changes it."""

    def __init__(self) -> None:
        self.polymarket: list[dict] = []
        self.closed: list[dict] = []
        self.kalshi: list[dict] = []
        self.asked: list[Asked] = []

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        if asked.path == "/markets/keyset":
            is_closed = asked.query.get("closed") == ["true"]
            found = self.closed if is_closed else self.polymarket
            return Reply(json.dumps({"markets": found}).encode())
        if asked.path == "/markets":
            return Reply(page(*self.kalshi))
        if asked.path == "/events":
            return Reply(b'{"events":[],"cursor":""}')
        return Reply(series(ticker="KXSNOW"))


class Carried:
    """Subscriptions that only note what they are to carry."""

    def __init__(self) -> None:
        self.added: list[str] = []
        self.connections = {"polymarket-1": ("1",)}

    def add(self, instruments: list[Instrument]) -> None:
        self.added += [one.id for one in instruments]

    def tokens_of(self, connection: str) -> tuple[str, ...]:
        return self.connections.get(connection, ())


@asynccontextmanager
async def watching(desk: Desk, venues: Venues, *, waiting=(), followed=()):
    universe = Universe({one.id: one for one in desk.instruments}, (), (), tuple(waiting))
    async with http_peer(venues.answer) as peer, rest_client(peer.root) as client:
        carried = Carried()
        watch = MarketWatch(
            universe, followed, rest_of(client), desk.pipeline, carried, desk.clock_ns
        )
        watch.carried = carried
        yield watch


@pytest.fixture
def venues() -> Venues:
    return Venues()


async def test_a_pair_is_watched_when_both_of_its_markets_are_there(venues: Venues):
    desk, pairs = Desk(()), []
    async with watching(desk, venues, waiting=[ENTRY]) as watch:
        watch.on_pair.append(pairs.append)
        await watch._look()
        venues.kalshi = [kalshi_market(ticker="KXSNOW-26", event_ticker="KXSNOW-26")]
        await watch._look()
        assert desk.given(PairsListed) == []
        venues.polymarket = [gamma_market()]
        await watch._look()
        assert watch.carried.added == [YES, NO, "KXSNOW-26"]
    (pair,) = pairs
    assert (pair.id, pair.polymarket_yes, pair.kalshi) == ("snow", YES, "KXSNOW-26")
    assert [event.pairs for event in desk.given(PairsListed)] == [[pair]]
    assert [direction.pair for direction in desk.engine.directions] == [pair, pair]
    assert (watch.universe.pairs, watch.universe.waiting) == ((pair,), ())
    assert watch.universe.instruments.keys() == {YES, NO, "KXSNOW-26"}


async def test_what_is_watched_already_is_not_subscribed_to_twice(venues: Venues):
    desk = Desk((YES_TOKEN, NO_TOKEN))
    venues.kalshi = [kalshi_market(ticker="KXSNOW-26", event_ticker="KXSNOW-26")]
    venues.polymarket = [gamma_market(clobTokenIds=json.dumps([YES, NO]))]
    async with watching(desk, venues, waiting=[ENTRY]) as watch:
        await watch._look()
        await watch._look()
        assert watch.carried.added == [YES, NO, "KXSNOW-26"]
    assert len(desk.given(InstrumentsListed)) == 1


async def test_markets_that_ended_are_told_of_once(venues: Venues):
    desk = Desk()
    venues.closed = [{"conditionId": YES_TOKEN.market_id, "closed": True}]
    venues.kalshi = [kalshi_market(ticker=MARKET.id, status="determined")]
    async with watching(desk, venues) as watch:
        await watch._look()
        await watch._look()
    ended = [(event.venue, list(event.instruments)) for event in desk.given(MarketsEnded)]
    assert ended == [
        (Venue.POLYMARKET, [YES_TOKEN.id, NO_TOKEN.id]),
        (Venue.KALSHI, [MARKET.id]),
    ]
    assert all(book.is_closed for book in desk.engine.books.values())


async def test_an_ended_market_is_forgotten_after_a_while_unless_a_pair_watches_it(venues: Venues):
    desk = Desk()
    venues.kalshi = [kalshi_market(ticker=MARKET.id, status="determined")]
    async with watching(desk, venues) as watch:
        await watch._look()
        desk.now_ns += KEPT_NS - 1
        watch.forget_ended()
        assert desk.given(InstrumentsForgotten) == []
        desk.now_ns += 1
        watch.forget_ended()
        watch.forget_ended()
    assert [list(each.instruments) for each in desk.given(InstrumentsForgotten)] == [[MARKET.id]]
    assert MARKET.id not in desk.engine.books
    assert MARKET.id not in watch.universe.instruments
    assert YES_TOKEN.id in desk.engine.books


async def test_an_ended_market_of_a_pair_stays(venues: Venues):
    desk = Desk(())
    venues.kalshi = [kalshi_market(ticker="KXSNOW-26", event_ticker="KXSNOW-26")]
    venues.polymarket = [gamma_market()]
    async with watching(desk, venues, waiting=[ENTRY]) as watch:
        await watch._look()
        desk.pipeline.tell(MarketsEnded(Venue.KALSHI, ["KXSNOW-26"], "over", desk.now_ns))
        for _ in range(3):
            watch.forget_ended()
            desk.now_ns += KEPT_NS
    assert desk.given(InstrumentsForgotten) == []
    assert desk.engine.books["KXSNOW-26"].is_closed


async def test_a_series_that_is_followed_brings_its_new_markets(venues: Venues):
    desk = Desk(())
    venues.kalshi = [kalshi_market(ticker="KXSNOW-27", event_ticker="KXSNOW-27")]
    async with watching(desk, venues, followed=["KXSNOW"]) as watch:
        await watch._look()
        assert watch.carried.added == ["KXSNOW-27"]


def look_up(venue: Venue, market: str, *instruments: str, name: str = "") -> LookUpMarket:
    return LookUpMarket(venue, market, instruments, name, 1)


@pytest.mark.parametrize(
    ("seen", "is_concerned"),
    [
        (look_up(Venue.POLYMARKET, CONDITION, YES, NO, name="will-it-snow"), True),
        (look_up(Venue.POLYMARKET, CONDITION, YES, NO, name="will-it-rain"), False),
        (look_up(Venue.POLYMARKET, CONDITION, YES, NO), False),
        (look_up(Venue.KALSHI, "KXSNOW-26", "KXSNOW-26"), True),
        (look_up(Venue.KALSHI, "KXHAIL-26", "KXHAIL-26"), True),
        (look_up(Venue.KALSHI, "KXRAIN-26", "KXRAIN-26"), False),
        (look_up(Venue.KALSHI, "KXSNOW-26"), True),
    ],
)
async def test_only_announcements_that_matter_wake_it(venues, seen, is_concerned: bool):
    async with watching(Desk(()), venues, waiting=[ENTRY], followed=["KXHAIL"]) as watch:
        watch.announced(seen)
        assert watch._wake.is_set() is is_concerned


@pytest.mark.parametrize(
    ("connection", "code", "wakes"),
    [
        ("polymarket-1", 1000, True),
        ("polymarket-1", 1013, False),
        ("polymarket-1", None, False),
        ("kalshi-1", 1000, False),
    ],
)
async def test_a_close_for_want_of_markets_wakes_it(venues, connection, code, wakes: bool):
    async with watching(Desk(()), venues) as watch:
        watch.closed(connection, code, "all subscribed assets resolved")
        assert watch._wake.is_set() is wakes


async def test_an_announcement_is_followed_up_until_the_catalog_has_it(venues: Venues):
    desk, found = Desk(()), asyncio.Event()
    async with watching(desk, venues, waiting=[ENTRY]) as watch:
        watch.on_pair.append(lambda pair: found.set())
        work = asyncio.create_task(watch.run())
        venues.kalshi = [kalshi_market(ticker="KXSNOW-26", event_ticker="KXSNOW-26")]
        venues.polymarket = [gamma_market()]
        await asyncio.sleep(0)
        watch.announced(look_up(Venue.KALSHI, "KXSNOW-26", "KXSNOW-26"))
        async with asyncio.timeout(20):
            await found.wait()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    assert desk.engine.directions != []


async def test_a_catalog_that_fails_is_asked_again(venues: Venues):
    desk = Desk(())
    async with http_peer(lambda asked: Reply(status=404)) as peer, rest_client(peer.root) as client:
        universe = Universe({}, (), (), (ENTRY,))
        watch = MarketWatch(universe, (), rest_of(client), desk.pipeline, Carried(), desk.clock_ns)
        work = asyncio.create_task(watch.run())
        await asyncio.sleep(0)
        watch.announced(look_up(Venue.KALSHI, "KXSNOW-26", "KXSNOW-26"))
        async with asyncio.timeout(20):
            while not desk.pipeline.noted:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert not work.done()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    assert desk.pipeline.noted == {"looking for markets failed": 1}
