"""The guide's Polymarket stream against simulated venues: names, prices, statistics, failures."""

import asyncio
import socket

import pytest

from tests.app.streams.watched import (
    POLYMARKET,
    offered,
    open_cache,
    polymarket,
    said,
    shows,
    streaming,
    through,
    until,
)
from tests.stores.gate import Gate
from underround.app.price_cache import PriceCache
from underround.app.streams import PolymarketStream
from underround.core.errors import UnusableError
from underround.simulation.venues import SimulatedVenues

NAMES = {
    "Gamma id": lambda market: market.gamma_id,
    "Gamma id as a number": lambda market: int(market.gamma_id),
    "condition id": lambda market: market.condition_id,
    "slug": lambda market: market.slug,
    "YES token": lambda market: market.tokens[0],
    "NO token": lambda market: market.tokens[1],
}


@pytest.mark.parametrize("kind", NAMES)
async def test_a_market_is_followed_by_any_of_its_names(venues, pairs, kind):
    async with open_cache() as cache:
        stream = PolymarketStream(cache, addresses=polymarket(venues), pairs=pairs)
        async with streaming(stream):
            for pair in venues.pairs:
                name = NAMES[kind](pair.polymarket)
                await stream.subscribe_markets([name])
                for written in (name, pair.polymarket.condition_id, pair.id):
                    await shows(cache, written, POLYMARKET, offered(pair.polymarket))


async def test_what_cannot_be_followed_is_skipped_with_a_warning(venues, caplog):
    async with open_cache() as cache:
        stream = PolymarketStream(cache, addresses=polymarket(venues), pairs=())
        async with streaming(stream):
            known = venues.pairs[0].polymarket
            await stream.subscribe_markets(
                ["999", "no-such-slug", "not a name", ..., "...", known.slug, known.gamma_id]
            )
            await stream.subscribe_markets([known.condition_id, known.slug])
            await shows(cache, known.slug, POLYMARKET, offered(known))
            assert (await stream.get_stats())["subscribed_markets"] == 1
    lines = said(caplog)
    skipped = sorted(line for line in lines if line.startswith("⚠️ "))
    hint = "an event's slug names no single market"
    assert skipped == [
        "⚠️ `...` stands for your own market ids; skipped",
        "⚠️ `...` stands for your own market ids; skipped",
        f"⚠️ market 999 skipped: polymarket: no market '999'; {hint}",
        f"⚠️ market no-such-slug skipped: polymarket: no market 'no-such-slug'; {hint}",
        "⚠️ market not a name skipped: polymarket: 'not a name' is no Gamma id, condition id"
        " (0x…), token id or market slug",
    ]
    assert [line for line in lines if line.startswith("📡")] == [
        "📡 Subscribed to 1 new markets",
        "📡 Subscribed to 0 new markets",
    ]


async def test_the_log_reads_as_the_guide_says(venues, caplog, redis_url):
    async with open_cache(redis_url) as cache:
        stream = PolymarketStream(cache, api_key="your_key", addresses=polymarket(venues), pairs=())
        async with streaming(stream):
            await stream.subscribe_markets([pair.polymarket.slug for pair in venues.pairs])
            assert said(caplog) == [
                "✅ Redis price cache connected",
                "✅ Connected to Polymarket WebSocket",
                "📡 Subscribed to 4 new markets",
            ]


async def test_the_statistics_are_those_of_the_guide(venues):
    async with open_cache() as cache:
        stream = PolymarketStream(cache, addresses=polymarket(venues), pairs=())
        assert await stream.get_stats() == {
            "connected": False,
            "messages_processed": 0,
            "subscribed_markets": 0,
            "prices_written": 0,
            "reconnects": 0,
            "lag_ms": {"p50": None, "p99": None},
        }
        async with streaming(stream):
            assert (await stream.get_stats())["connected"] is True
            market = venues.pairs[0].polymarket
            await stream.subscribe_markets([market.condition_id])
            await shows(cache, market.condition_id, POLYMARKET, offered(market))
            stats = await stream.get_stats()
            assert stats["messages_processed"] == 1
            assert (stats["subscribed_markets"], stats["prices_written"]) == (1, 1)
            assert stats["lag_ms"]["p50"] >= 0
        assert (await stream.get_stats())["connected"] is False


async def test_the_cache_keeps_up_with_the_books(venues, redis_url):
    async with open_cache(redis_url) as cache:
        stream = PolymarketStream(cache, addresses=polymarket(venues), pairs=())
        async with streaming(stream):
            await stream.subscribe_markets([pair.polymarket.slug for pair in venues.pairs])
            venues.start()
            await until(lambda: venues.flow.now_ns > 1_500_000_000)
            venues.quiesce()
            for pair in venues.pairs:
                await shows(cache, pair.polymarket.slug, POLYMARKET, offered(pair.polymarket))
            assert (await stream.get_stats())["messages_processed"] > 4


async def test_a_lost_connection_takes_its_prices_along_and_brings_them_back(venues, caplog):
    market = venues.pairs[0].polymarket
    async with Gate(venues.addresses[POLYMARKET]["ws"]) as gate, open_cache() as cache:
        addresses = polymarket(venues, ws=through(gate, venues.addresses[POLYMARKET]["ws"]))
        stream = PolymarketStream(cache, addresses=addresses, pairs=())
        async with streaming(stream):
            await stream.subscribe_markets([market.slug])
            await shows(cache, market.slug, POLYMARKET, offered(market))
            gate.close()
            await shows(cache, market.slug, POLYMARKET, None)
            assert (await stream.get_stats())["connected"] is False
            gate.open()
            await shows(cache, market.slug, POLYMARKET, offered(market))
            stats = await stream.get_stats()
            assert (stats["connected"], stats["reconnects"]) == (True, 1)
    assert said(caplog).count("✅ Connected to Polymarket WebSocket") == 2


async def test_more_tokens_than_a_connection_takes_open_another(caplog):
    async with SimulatedVenues(7, pairs=102) as venues, open_cache() as cache:
        stream = PolymarketStream(cache, addresses=polymarket(venues), pairs=())
        async with streaming(stream):
            markets = [pair.polymarket for pair in venues.pairs]
            await stream.subscribe_markets([market.condition_id for market in markets[:40]])
            await stream.subscribe_markets([market.condition_id for market in markets])
            for market in markets:
                await shows(cache, market.condition_id, POLYMARKET, offered(market))
    assert [line for line in said(caplog) if line[0] in "✅📡"] == [
        "✅ Price cache in memory ready",
        "✅ Connected to Polymarket WebSocket",
        "📡 Subscribed to 40 new markets",
        "📡 Subscribed to 62 new markets",
        "✅ Connected to Polymarket WebSocket (polymarket-2)",
    ]


async def test_closing_ends_the_stream_and_connecting_begins_anew(venues):
    market = venues.pairs[0].polymarket
    async with open_cache() as cache:
        stream = PolymarketStream(cache, addresses=polymarket(venues), pairs=())
        for _ in range(2):
            async with streaming(stream) as task:
                await stream.connect()  # it is: nothing happens
                await stream.subscribe_markets([market.slug])
                await shows(cache, market.slug, POLYMARKET, offered(market))
            assert task.result() is None
            await stream.close()
            await cache.clear_all()
        with pytest.raises(ConnectionError, match="not connected to Polymarket"):
            await stream.subscribe_markets([market.slug])


async def test_before_connecting_the_way_is_told(venues):
    stream = PolymarketStream(PriceCache("memory://"), addresses=polymarket(venues), pairs=())
    way = r"^not connected to Polymarket: call `await stream.connect\(\)` first$"
    with pytest.raises(ConnectionError, match=way):
        await stream.subscribe_markets(["1"])
    with pytest.raises(ConnectionError, match=way):
        await stream.stream()
    await stream.close()


async def test_a_single_text_is_no_list_of_ids(venues):
    stream = PolymarketStream(PriceCache("memory://"), addresses=polymarket(venues), pairs=())
    await stream.connect()
    with pytest.raises(UnusableError, match=r"subscribe_markets\(\['12345'\]\)"):
        await stream.subscribe_markets("12345")
    await stream.close()


async def test_a_refused_connection_is_one_line_and_can_be_tried_again(venues, caplog):
    async with Gate(venues.addresses[POLYMARKET]["ws"]) as gate, open_cache() as cache:
        with socket.socket() as taken:  # bound and not listening
            taken.bind(("127.0.0.1", 0))
            closed = f"ws://127.0.0.1:{taken.getsockname()[1]}/ws/market"
            stream = PolymarketStream(cache, addresses=polymarket(venues, ws=closed), pairs=())
            line = f"Polymarket WebSocket connection failed: Connection refused ({closed})"
            with pytest.raises(ConnectionError) as caught:
                await stream.connect()
        assert str(caught.value) == line
        assert said(caplog)[-1] == f"❌ {line}"
        assert (await stream.get_stats())["connected"] is False
        addresses = polymarket(venues, ws=through(gate, venues.addresses[POLYMARKET]["ws"]))
        stream = PolymarketStream(cache, addresses=addresses, pairs=())
        gate.close()
        with pytest.raises(ConnectionError, match=r"^Polymarket WebSocket connection failed: "):
            await stream.connect()
        gate.open()
        async with streaming(stream):
            assert (await stream.get_stats())["connected"] is True


async def test_a_venue_that_does_not_answer_is_a_timeout(venues, caplog):
    async with Gate(venues.addresses[POLYMARKET]["ws"]) as gate, open_cache() as cache:
        gate.freeze()
        ws = through(gate, venues.addresses[POLYMARKET]["ws"])
        stream = PolymarketStream(
            cache, addresses=polymarket(venues, ws=ws), pairs=(), connect_within_s=0.05
        )
        with pytest.raises(ConnectionError, match="Timeout"):
            await stream.connect()
    assert said(caplog)[-1] == f"❌ Polymarket WebSocket connection failed: Timeout ({ws})"


async def test_a_catalog_that_cannot_be_asked_is_no_unknown_market(venues, caplog):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        gamma = f"http://127.0.0.1:{taken.getsockname()[1]}"
        stream = PolymarketStream(
            PriceCache("memory://"), addresses=polymarket(venues, gamma=gamma), pairs=()
        )
        await stream.connect()
        with pytest.raises(ConnectionError, match=r"^Polymarket market lookup failed: "):
            await stream.subscribe_markets(["1", "2", "3"])
        await stream.close()
    assert [line for line in said(caplog) if "skipped" in line] == []


async def test_a_refusal_for_good_ends_the_stream_with_its_reason(venues):
    async def refuse(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    far = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, Gate(venues.addresses[POLYMARKET]["ws"]) as gate, open_cache() as cache:
        ws = through(gate, venues.addresses[POLYMARKET]["ws"])
        stream = PolymarketStream(cache, addresses=polymarket(venues, ws=ws), pairs=())
        await stream.connect()
        gate.close()
        gate.open(far)
        with pytest.raises(ConnectionError, match=r"failed: HTTP 403, check the API key"):
            await stream.stream()
        await stream.close()


async def test_addresses_and_pairs_come_from_the_configuration(venues, monkeypatch):
    for key, url in venues.addresses[POLYMARKET].items():
        monkeypatch.setenv(f"UNDERROUND__VENUES__POLYMARKET__{key.upper()}", url)
    monkeypatch.setenv("UNDERROUND__PAIRS", venues.addresses["pairs_toml"])
    async with open_cache() as cache:
        stream = PolymarketStream(cache)
        async with streaming(stream):
            for pair in venues.pairs:
                await stream.subscribe_markets([pair.polymarket.gamma_id])
                await shows(cache, pair.id, POLYMARKET, offered(pair.polymarket))
