"""What the engine wants, done for real: a REST server, a socket and timers on loopback."""

import asyncio
import json
from functools import partial

import pytest
from websockets.asyncio.server import ServerConnection

from tests.venues.http_peer import Asked, Reply, http_peer, rest_client
from tests.venues.loopback import Ears, a_feed, running, websockets_server
from underround.app.hands import VenueHands
from underround.core.effect import FetchBooks, RequestSnapshots
from underround.core.event import CommandAnswered
from underround.core.instrument import Venue
from underround.venues.kalshi import catalog as kalshi_catalog
from underround.venues.kalshi.session import BookSession
from underround.venues.polymarket import catalog as polymarket_catalog


class Listener:
    """Where the answers go; keeps them and can be waited for."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue = asyncio.Queue()

    def fetched(self, wanted: FetchBooks, body: bytes) -> None:
        self.heard.put_nowait((wanted, body))

    def timer(self, name: str) -> None:
        self.heard.put_nowait(name)

    def note(self, kind: str, detail: str) -> None:
        self.heard.put_nowait((kind, detail))

    async def hears(self, count: int = 1) -> list:
        async with asyncio.timeout(20):
            return [await self.heard.get() for _ in range(count)]


@pytest.fixture
async def hands():
    made = VenueHands(lambda: 1_000)
    made.receiver = Listener()
    yield made
    await made.close()


def wanted(venue: Venue, count: int) -> FetchBooks:
    return FetchBooks(venue, tuple(f"T{number}" for number in range(count)), "verify", 77)


def echo(asked: Asked) -> Reply:
    """Answer with what was asked for."""
    if asked.method == "POST":
        return Reply(json.dumps([each["token_id"] for each in json.loads(asked.body)]).encode())
    return Reply(json.dumps(asked.query["tickers"]).encode())


@pytest.mark.parametrize(
    ("venue", "fetch", "counts"),
    [
        (Venue.POLYMARKET, polymarket_catalog.fetch_books, [500, 101]),
        (Venue.KALSHI, kalshi_catalog.fetch_books, [100, 100, 1]),
    ],
)
async def test_books_are_fetched_in_parts_and_each_part_is_answered(hands, venue, fetch, counts):
    async with http_peer(echo) as peer, rest_client(peer.root) as client:
        hands.bodies[venue] = partial(fetch, client)
        hands.fetch_books(wanted(venue, sum(counts)))
        heard = await hands.receiver.hears(len(counts))
    assert [len(part.instruments) for part, _ in heard] == counts
    for part, body in heard:
        assert tuple(json.loads(body)) == part.instruments
        assert (part.purpose, part.asked_at_ns) == ("verify", 77)


async def test_a_part_that_fails_is_named_and_the_others_go_on(hands):
    async with (
        http_peer(
            lambda asked: Reply(status=404) if b'"T0"' in asked.body else echo(asked)
        ) as peer,
        rest_client(peer.root) as client,
    ):
        hands.bodies[Venue.POLYMARKET] = partial(polymarket_catalog.fetch_books, client)
        hands.fetch_books(wanted(Venue.POLYMARKET, 501))
        (kind, detail), (part, _) = await hands.receiver.hears(2)
    assert kind == "books over REST failed"
    assert "404" in detail
    assert part.instruments == ("T500",)


async def test_a_venue_without_a_rest_side_is_not_asked(hands):
    hands.fetch_books(wanted(Venue.POLYMARKET, 1))
    hands.wake_at(0)
    assert await hands.receiver.hears() == ["wake"]


async def test_what_goes_wrong_in_the_receiver_is_not_lost(hands):
    def broken(wanted: FetchBooks, body: bytes) -> None:
        raise ZeroDivisionError("ours")

    hands.receiver.fetched = broken
    async with http_peer(echo) as peer, rest_client(peer.root) as client:
        hands.bodies[Venue.KALSHI] = partial(kalshi_catalog.fetch_books, client)
        hands.fetch_books(wanted(Venue.KALSHI, 1))
        (heard,) = await hands.receiver.hears()
    assert heard == ("side work failed", "ZeroDivisionError: ours")


async def test_timers_ring_in_their_order(hands):
    hands.wake_at(30_000_000)
    hands.wake_at(500)
    async with asyncio.timeout(20):
        assert await hands.receiver.hears(2) == ["wake", "wake"]


async def test_closing_ends_what_is_under_way(hands):
    asked = asyncio.Event()

    async def never(request: Asked) -> Reply:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with http_peer(never) as peer, rest_client(peer.root) as client:
        hands.bodies[Venue.KALSHI] = partial(kalshi_catalog.fetch_books, client)
        hands.fetch_books(wanted(Venue.KALSHI, 1))
        async with asyncio.timeout(20):
            await asked.wait()
            await hands.close()
    assert hands.receiver.heard.empty()


async def test_commands_go_to_the_connection_they_are_about(hands):
    said: asyncio.Queue = asyncio.Queue()

    async def serve_one(connection: ServerConnection) -> None:
        async for text in connection:
            said.put_nowait(json.loads(text))

    ears, session = Ears(), BookSession(("A", "B"))
    async with (
        websockets_server(serve_one) as url,
        running(feed := a_feed(url, ears, session)),
        asyncio.timeout(20),
    ):
        hands.feeds["kalshi-1"], hands.sessions["kalshi-1"] = feed, session
        subscribed = await said.get()
        hands.answered(
            "kalshi-1",
            CommandAnswered("subscribed", subscribed["id"], 7, "orderbook_delta", None, None, ""),
        )
        hands.request_snapshots(RequestSnapshots("kalshi-1", 7, ("B",)))
        asked = await said.get()
        assert asked["cmd"] == "update_subscription"
        assert asked["params"] == {"sid": 7, "action": "get_snapshot", "market_tickers": ["B"]}
        overflow = CommandAnswered("error", None, 7, None, None, 25, "slow")
        hands.answered("kalshi-1", overflow)
        again = await said.get()
        assert (again["cmd"], again["params"]["market_tickers"]) == ("subscribe", ["A", "B"])
        hands.reconnect("kalshi-1", "to be sure")
        assert (await said.get())["cmd"] == "subscribe"
    assert ears.all("closed")[0] == (None, "to be sure")


async def test_a_connection_nobody_knows_is_let_be(hands):
    hands.request_snapshots(RequestSnapshots("nobody", 7, ("B",)))
    hands.answered("nobody", CommandAnswered("ok", 1, 7, None, None, None, ""))
    hands.reconnect("nobody", "to be sure")
    assert hands.receiver.heard.empty()
