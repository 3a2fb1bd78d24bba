"""Every price cache does the same: the one in memory, and the one in a real server."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from underround.core.instrument import Venue
from underround.stores.memory import MemoryPrices
from underround.stores.opening import open_stores
from underround.stores.prices import Price, Prices
from underround.stores.redis_link import RedisLink
from underround.stores.redis_prices import RedisPrices

AT_NS = 1_770_000_000_123_456_789


@pytest.fixture(params=["memory", "redis"])
def store_url(request):
    return "memory://" if request.param == "memory" else request.getfixturevalue("redis_url")


@pytest.fixture
async def prices(store_url):
    async with open_stores(store_url) as (prices, _):
        yield prices


@asynccontextmanager
async def short_lived(url: str, ttl_s: float, refresh_s: float):
    """Open a price cache whose entries expire and are refreshed within moments."""
    if url == "memory://":
        yield MemoryPrices(asyncio.get_running_loop().time, ttl_s=ttl_s)
        return
    link = RedisLink(url)
    await link.open()
    prices = RedisPrices(link, ttl_s=ttl_s, refresh_s=refresh_s)
    yield prices
    await prices.close()
    await link.close()


async def gone(prices: Prices, instrument_id: str) -> None:
    while await prices.get(instrument_id, "kalshi") is not None:  # noqa: ASYNC110 - it is outside
        await asyncio.sleep(0.01)


async def test_what_is_marked_is_there_at_once_and_after_it_is_written(prices: Prices):
    prices.mark("0x1:a{b}", Venue.POLYMARKET, 6_500, None, AT_NS)
    assert await prices.get("0x1:a{b}", "polymarket") == Price(6_500, None, AT_NS)
    await prices.flush()
    assert await prices.get("0x1:a{b}", "polymarket") == Price(6_500, None, AT_NS)
    assert await prices.get("0x1:a{b}", "kalshi") is None
    assert await prices.get("0x1", "polymarket") is None


async def test_the_latest_mark_wins(prices: Prices):
    for yes_e4 in range(500):
        prices.mark("A", "kalshi", yes_e4, 10_000 - yes_e4, AT_NS + yes_e4)
    assert await prices.all() == {("A", "kalshi"): Price(499, 9_501, AT_NS + 499)}
    prices.mark("A", "kalshi", 1, None, AT_NS)
    assert await prices.all() == {("A", "kalshi"): Price(1, None, AT_NS)}


async def test_more_than_a_batch_is_written_and_counted_by_venue(prices: Prices):
    for number in range(250):
        prices.mark(f"K-{number}", "kalshi", number, number, AT_NS)
    for number in range(130):
        prices.mark(f"P-{number}", "polymarket", number, number, AT_NS)
    assert await prices.count() == {"kalshi": 250, "polymarket": 130}
    found = await prices.all()
    assert len(found) == 380
    assert found["K-249", "kalshi"] == Price(249, 249, AT_NS)
    await prices.clear()
    assert (await prices.count(), await prices.all()) == ({}, {})
    assert prices.status().pending == 0


async def test_a_drop_deletes_whether_it_was_written_or_not(prices: Prices):
    prices.mark("written", "kalshi", 1, 2, AT_NS)
    await prices.flush()
    prices.mark("fresh", "kalshi", 1, 2, AT_NS)
    for instrument_id in ("written", "fresh", "unknown"):
        prices.drop(instrument_id, "kalshi")
        assert await prices.get(instrument_id, "kalshi") is None
    await prices.flush()
    assert await prices.all() == {}
    prices.mark("written", "kalshi", 3, 4, AT_NS)
    assert await prices.all() == {("written", "kalshi"): Price(3, 4, AT_NS)}


async def test_an_entry_expires_unless_it_is_refreshed(store_url):
    async with short_lived(store_url, ttl_s=0.2, refresh_s=0.02) as prices:
        prices.mark("live", "kalshi", 1, 2, AT_NS)
        prices.mark("once", "kalshi", 1, 2, AT_NS, refreshed=False)
        assert await prices.count() == {"kalshi": 2}
        await gone(prices, "once")
        assert await prices.all() == {("live", "kalshi"): Price(1, 2, AT_NS)}
        prices.drop("live", "kalshi")
        assert await prices.all() == {}


async def test_a_mark_without_refresh_ends_the_refreshing(store_url):
    async with short_lived(store_url, ttl_s=0.1, refresh_s=0.02) as prices:
        prices.mark("A", "kalshi", 1, 2, AT_NS)
        await prices.flush()
        prices.mark("A", "kalshi", 3, 4, AT_NS, refreshed=False)
        assert await prices.get("A", "kalshi") == Price(3, 4, AT_NS)
        await gone(prices, "A")
        assert await prices.all() == {}


async def test_the_status_is_good(prices: Prices):
    prices.mark("A", "kalshi", 1, 2, AT_NS)
    await prices.flush()
    status = prices.status()
    assert (status.state, status.reason, status.pending, status.lost) == ("connected", None, 0, 0)
