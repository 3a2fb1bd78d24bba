"""The guide's scheduler against simulated venues: streams started, signals checked, all ended."""

import asyncio
import logging

import pytest
from starlette.applications import Starlette

from tests.app.streams.watched import offered, said, shows, until
from tests.app.venue_thread import environment, venues_in_a_thread
from underround import scheduler
from underround.core.errors import UnusableError
from underround.simulation.venues import SimulatedVenues


@pytest.fixture(autouse=True)
def _own_configuration(monkeypatch, tmp_path, caplog):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.INFO, "underround")


@pytest.fixture
async def venues(monkeypatch, redis_url):
    async with SimulatedVenues(7, pairs=4) as venues:
        for name, setting in environment(venues, redis_url).items():
            monkeypatch.setenv(name, setting)
        yield venues
        await scheduler.close_realtime_streams()


def by_volume(venues) -> list[str]:
    markets = [pair.polymarket for pair in venues.pairs]
    ranked = sorted(markets, key=lambda market: market.volume_24h, reverse=True)
    return [market.condition_id for market in ranked]


def test_the_top_markets_come_by_volume_also_inside_a_running_loop(monkeypatch):
    async def inside() -> list[str]:
        return scheduler.get_top_markets_by_volume(limit=2)

    with venues_in_a_thread(pairs=4) as venues:
        monkeypatch.setenv(
            "UNDERROUND__VENUES__POLYMARKET__GAMMA", venues.addresses["polymarket"]["gamma"]
        )
        assert scheduler.get_top_markets_by_volume() == by_volume(venues)
        assert asyncio.run(inside()) == by_volume(venues)[:2]
    with pytest.raises(UnusableError, match="limit 0 is no number of markets: 1 or more"):
        scheduler.get_top_markets_by_volume(0)


async def test_the_top_markets_and_both_sides_of_the_pairs_are_streamed(venues, caplog):
    streams = await scheduler.init_realtime_streams(limit=2)
    assert await scheduler.init_realtime_streams() is streams  # they run already
    for name in by_volume(venues)[:2]:
        market = next(p.polymarket for p in venues.pairs if p.polymarket.condition_id == name)
        await shows(streams.price_cache, name, "polymarket", offered(market))
    for pair in venues.pairs:
        yes, no = offered(pair.kalshi)
        kalshi = (no, yes) if pair.inverse else (yes, no)
        await shows(streams.price_cache, pair.id, "polymarket", offered(pair.polymarket))
        await shows(streams.price_cache, pair.id, "kalshi", kalshi)
    lines = [line for line in said(caplog) if line[0] in "✅📡"]
    assert lines == [
        "✅ Redis price cache connected",
        "✅ Connected to Polymarket WebSocket",
        "📡 Subscribed to 4 new markets",
        "✅ Connected to Kalshi WebSocket",
        "📡 Subscribed to 4 new markets",
    ]


async def test_signals_are_taken_once_named_and_returned(venues, caplog):
    streams = await scheduler.init_realtime_streams(limit=1)
    await streams.price_cache.update_price("m", "polymarket", 0.4, 0.6)
    await streams.price_cache.update_price("m", "kalshi", 0.4, 0.5)
    mine = [s for s in await scheduler.check_arbitrage_signals() if s["market_id"] == "m"]
    assert [signal["spread"] for signal in mine] == [0.1]
    assert f"🚨 Arbitrage: {mine[0]}" in said(caplog)
    assert [s for s in await scheduler.check_arbitrage_signals() if s["market_id"] == "m"] == []


async def test_before_the_start_and_after_the_end_the_way_is_told(venues):
    for _ in range(2):
        with pytest.raises(ConnectionError, match=r"call `await init_realtime_streams\(\)` first"):
            await scheduler.check_arbitrage_signals()
        await scheduler.init_realtime_streams(limit=1)
        await scheduler.close_realtime_streams()
        await scheduler.close_realtime_streams()


async def test_a_start_that_fails_leaves_nothing_behind(venues, monkeypatch):
    ws = "UNDERROUND__VENUES__KALSHI__WS"
    there = venues.addresses["kalshi"]["ws"]
    monkeypatch.setenv(ws, there + "/nowhere")
    with pytest.raises(ConnectionError, match="Kalshi WebSocket connection failed: "):
        await scheduler.init_realtime_streams(limit=1)
    monkeypatch.setenv(ws, there)
    streams = await scheduler.init_realtime_streams(limit=1)
    assert (await streams.kalshi_stream.get_stats())["connected"] is True


async def test_an_application_s_lifespan_streams_and_hands_on_signals(venues, caplog):
    handed, finished = [], asyncio.Event()

    async def trade(signal: dict) -> None:
        handed.append(signal)
        if len(handed) == 1:
            raise RuntimeError("of the application")
        finished.set()

    app = Starlette(lifespan=scheduler.lifespan_with(trade, limit=1, check_every_s=0.01))
    async with app.router.lifespan_context(app) as state:
        assert (await state["poly_stream"].get_stats())["connected"] is True
        for market in ("first", "second"):
            await state["price_cache"].update_price(market, "polymarket", 0.4, 0.6)
            await state["price_cache"].update_price(market, "kalshi", 0.4, 0.5)
        await finished.wait()
        await until(lambda: {"first", "second"} <= {signal["market_id"] for signal in handed})
    assert "the signal handler failed; going on" in said(caplog)
    assert (await state["poly_stream"].get_stats())["connected"] is False


async def test_a_plain_function_takes_signals_too_and_none_is_needed(venues):
    handed = []
    for lifespan in (
        scheduler.lifespan_with(handed.append, limit=1, check_every_s=0.01),
        scheduler.lifespan,
    ):
        app = Starlette(lifespan=lifespan)
        async with app.router.lifespan_context(app) as state:
            await state["price_cache"].update_price("m", "polymarket", 0.4, 0.6)
            await state["price_cache"].update_price("m", "kalshi", 0.4, 0.5)
            await until(lambda: handed)
    assert handed[0]["market_id"] == "m"
