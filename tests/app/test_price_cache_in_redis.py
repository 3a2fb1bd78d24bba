"""The guide's price cache in a real server: where it is, what others see, and when it is away."""

import asyncio
import inspect
import logging
import socket
import subprocess
import sys

import pytest

from tests.stores.gate import Gate
from underround.app.price_cache import PriceCache
from underround.core.errors import ConfigError


def test_the_default_is_the_local_server():
    default = inspect.signature(PriceCache).parameters["redis_url"].default
    assert default == "redis://localhost:6379"


async def test_only_the_default_is_moved_by_the_configuration(redis_url, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("UNDERROUND__STORAGE__REDIS_URL", redis_url)
    cache = PriceCache()
    await cache.connect()
    await cache.close()
    with socket.socket() as taken:  # bound and not listening
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionError):
            await PriceCache(f"redis://127.0.0.1:{taken.getsockname()[1]}").connect()
    monkeypatch.setenv("UNDERROUND__STORAGE__REDIS_URL", "localhost")
    with pytest.raises(ConfigError, match="UNDERROUND__STORAGE__REDIS_URL must be memory://"):
        PriceCache()
    assert await PriceCache("memory://").connect() is None  # asks no configuration


async def test_the_prices_are_where_the_guide_looks_for_them(redis_url, redis_client, caplog):
    caplog.set_level(logging.INFO, "underround")
    cache = PriceCache(redis_url)
    await cache.connect()
    assert [record.getMessage() for record in caplog.records] == ["✅ Redis price cache connected"]
    await cache.update_price(123, "polymarket", 0.65, 0.35)
    await cache.update_price("KX-1", "kalshi", 0.65, 0.35)
    keys = ["price:{123}:polymarket", "price:{KX-1}:kalshi"]
    assert sorted(redis_client.keys("price:*")) == keys
    assert all(0 < redis_client.ttl(key) <= 60 for key in keys)
    await cache.close()
    assert sorted(redis_client.keys("price:*")) == keys  # they expire; closing deletes nothing


async def test_two_programs_share_one_cache(redis_url):
    polymarket, kalshi, taker = caches = [PriceCache(redis_url) for _ in range(3)]
    for cache in caches:
        await cache.connect()
    await polymarket.update_price(9, "polymarket", 0.4, 0.6)
    await kalshi.update_price(9, "kalshi", 0.4, 0.5)
    assert [signal["market_id"] for signal in await taker.get_arbitrage_signals()] == [9]
    assert await kalshi.get_arbitrage_signals() == []
    assert (await taker.get_price(9, "kalshi"))[:2] == (0.4, 0.5)
    for cache in caches:
        await cache.close()


async def test_signals_of_others_that_are_no_objects_are_skipped(redis_url, redis_client):
    redis_client.rpush("signals:{underround}", '{"id":"a"}', "[1]", b"\xff", '{"id":"b"}')
    cache = PriceCache(redis_url)
    await cache.connect()
    assert await cache.get_arbitrage_signals() == [{"id": "a"}, {"id": "b"}]
    await cache.close()


async def test_a_refused_connection_is_logged_and_raised_in_one_line(caplog):
    with socket.socket() as taken:  # bound and not listening
        taken.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{taken.getsockname()[1]}"
        cache = PriceCache(redis_url=url)
        with pytest.raises(ConnectionError, match=r"^Redis connection failed: Connection refused"):
            await cache.connect()
    (record,) = caplog.records
    assert record.getMessage().startswith(f"❌ Redis connection failed: Connection refused ({url})")
    assert (await cache.get_stats())["status"] == "disconnected"
    await cache.close()


async def test_while_the_server_is_away_nothing_fails_but_clearing(redis_url):
    async with Gate(redis_url) as gate:
        cache = PriceCache(gate.url)
        await cache.connect()
        await cache.update_price(1, "kalshi", 0.4, 0.5)
        gate.close()
        await cache.update_price(1, "polymarket", 0.4, 0.5)
        stats = await cache.get_stats()
        assert (stats["status"], stats["total_cached"]) == ("disconnected", 0)
        assert (await cache.get_price(1, "polymarket"))[:2] == (0.4, 0.5)
        assert await cache.get_price(1, "kalshi") is None
        assert await cache.get_arbitrage_signals() == []
        with pytest.raises(ConnectionError):
            await cache.clear_all()
        gate.open()
        while (await cache.get_stats())["total_cached"] < 2:  # noqa: ASYNC110 - it is outside
            await asyncio.sleep(0.005)
        await cache.close()


def test_a_program_that_never_closes_ends_all_the_same(redis_url):
    program = f"""if True:
        import asyncio
        from underround.app.price_cache import PriceCache
        async def main():
            cache = PriceCache({redis_url!r})
            await cache.connect()
            await cache.update_price(1, "kalshi", 0.5, 0.5)
        asyncio.run(main())
    """
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stderr) == (0, "")


async def test_the_prices_of_500_markets_take_a_small_part_of_a_small_plan(redis_url, redis_client):
    cache = PriceCache(redis_url)
    await cache.connect()
    names = [f"0x{number:064x}" for number in range(500)]
    await cache.update_price(names[0], "kalshi", 0.42, 0.59)
    before = redis_client.info("memory")["used_memory"]
    await asyncio.gather(
        *(cache.update_price(name, "polymarket", 0.42, 0.59) for name in names),
        *(cache.update_price(name, "kalshi", 0.42, 0.59) for name in names),
    )
    assert redis_client.dbsize() == 1_000
    assert redis_client.info("memory")["used_memory"] - before < 1_000_000
    await cache.close()
