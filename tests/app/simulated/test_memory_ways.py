"""Ways of memory: the product's own feed and REST client on them, refusals and order included."""

import asyncio
import json
from pathlib import Path

from underround.app.simulated.memory_ways import MOST_DELAY_S, MemoryWays
from underround.app.simulated.virtual_time import VirtualLoop, run_virtually
from underround.simulation.kalshi.auth import Credentials
from underround.simulation.machines import Machines
from underround.simulation.polymarket.socket import PATH
from underround.venues.feed import Feed
from underround.venues.polymarket.session import MarketSession
from underround.venues.rate_limit import Pace, TokenBucket
from underround.venues.rest import RestClient


class Sink:
    def __init__(self) -> None:
        self.heard: list[str] = []
        self.frames: list[bytes] = []
        self.ends: list[tuple[int | None, str]] = []

    def opened(self, connection: str, at_ns: int) -> None:
        self.heard.append("opened")

    def batch(self, connection: str, frames: list[bytes], at_ns: int) -> None:
        self.heard.append("batch")
        self.frames += frames

    def sent(self, connection: str, frame: bytes, at_ns: int) -> None:
        self.heard.append("sent")

    def closed(self, connection: str, at_ns: int, code: int | None, reason: str) -> None:
        self.heard.append("closed")
        self.ends.append((code, reason))


def made(loop: VirtualLoop, folder: Path) -> tuple[Machines, MemoryWays]:
    machines = Machines(7, loop.now_ns, loop.now_ns, pairs=1)
    machines.connect(Credentials(folder))
    sockets = {1: machines.channel, 2: machines.socket}
    return machines, MemoryWays(7, sockets, {3: machines.catalog.gamma})


def feed_of(loop: VirtualLoop, ways: MemoryWays, url: str, machines: Machines, sink: Sink) -> Feed:
    return Feed(
        "one",
        url,
        MarketSession(machines.pairs[0].polymarket.tokens, 60.0),
        sink,
        clock_ns=loop.now_ns,
        randomness=lambda: 0.5,
        opener=ways.open,
    )


def test_a_feed_opens_hears_and_is_cut_like_on_a_network(tmp_path: Path) -> None:
    async def work(loop: VirtualLoop) -> Sink:
        machines, ways = made(loop, tmp_path)
        sink = Sink()
        feed = feed_of(loop, ways, f"ws://127.0.0.1:1{PATH}", machines, sink)
        running = asyncio.create_task(feed.run())
        await asyncio.sleep(0.1)
        assert feed.is_connected
        machines.channel.subscribers[0].outlet.connection.transport.abort()
        await asyncio.sleep(5)
        assert feed.is_connected
        await feed.stop()
        await running
        await ways.close()
        await machines.disconnect()
        return sink

    sink = run_virtually(work)
    assert sink.heard[:3] == ["opened", "sent", "batch"]
    books = json.loads(sink.frames[0])
    assert {book["event_type"] for book in books} == {"book"}
    assert sink.heard.count("opened") == 2
    assert sink.ends == [(None, "connection lost"), (None, "stopped")]


def test_a_handshake_is_refused_as_the_venue_refuses_it(tmp_path: Path) -> None:
    async def work(loop: VirtualLoop) -> list[tuple[int | None, str]]:
        machines, ways = made(loop, tmp_path)
        sink = Sink()
        url = "ws://127.0.0.1:2/trade-api/ws/v2"
        feed = feed_of(loop, ways, url, machines, sink)
        running = asyncio.create_task(feed.run())
        await asyncio.sleep(0.1)
        await feed.stop()
        await running
        await machines.disconnect()
        return sink.ends

    ends = run_virtually(work)
    assert ends[0] == (401, "one: handshake refused with HTTP 401")


def test_requests_take_a_delay_each_way(tmp_path: Path) -> None:
    async def work(loop: VirtualLoop) -> tuple[int, float]:
        machines, ways = made(loop, tmp_path)
        pace = Pace(TokenBucket(10.0, 10.0))
        client = RestClient(
            "polymarket",
            "http://127.0.0.1:3",
            pace,
            monotonic_ns=loop.now_ns,
            randomness=lambda: 0.5,
            transport=ways.http,
        )
        began = loop.time()
        async with client:
            page = json.loads(await client.get("/markets/keyset"))
        await machines.disconnect()
        return len(page["markets"]), loop.time() - began

    listed, took_s = run_virtually(work)
    assert listed == 1
    assert 0 < took_s <= 2 * MOST_DELAY_S
