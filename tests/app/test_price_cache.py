"""The guide's price cache: its methods, shapes and log lines, in memory and in a real server."""

import asyncio
import logging
import re
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.app.price_cache import PriceCache
from underround.core.errors import UnusableError


@pytest.fixture(params=["memory", "redis"])
def cache_url(request):
    return "memory://" if request.param == "memory" else request.getfixturevalue("redis_url")


@pytest.fixture
async def cache(cache_url):
    cache = PriceCache(redis_url=cache_url)
    await cache.connect()
    yield cache
    await cache.close()


async def test_a_price_comes_back_as_three_floats(cache):
    before = time.time()
    await cache.update_price(123, "polymarket", 0.65, 0.35)
    price_yes, price_no, timestamp = await cache.get_price(123, "polymarket")
    assert (price_yes, price_no) == (0.65, 0.35)
    assert before <= timestamp <= time.time()
    assert {type(price_yes), type(price_no), type(timestamp)} == {float}
    assert await cache.get_price(123, "kalshi") is None
    assert await cache.get_price(124, "polymarket") is None


async def test_the_timestamp_given_is_the_timestamp_returned(cache):
    for timestamp in (1_770_000_000.123, 1_770_000_000, 1.5, time.time()):
        await cache.update_price("m", "kalshi", 0, 1, timestamp)
        assert await cache.get_price("m", "kalshi") == (0.0, 1.0, float(timestamp))
    await cache.update_price("m", "kalshi", 0, 1, datetime(2026, 2, 3, tzinfo=UTC))
    assert (await cache.get_price("m", "kalshi"))[2] == 1_770_076_800.0


async def test_an_id_is_the_same_as_number_and_as_text(cache):
    await cache.update_price(7, "kalshi", 0.1, 0.95)
    assert (await cache.get_price("7", "kalshi"))[:2] == (0.1, 0.95)


async def test_a_price_with_one_side_is_none(cache):
    await cache.update_price(7, "kalshi", 0.1, None)
    await cache.update_price(7, "polymarket", 0.5, 0.5)
    assert await cache.get_price(7, "kalshi") is None
    assert (await cache.get_stats())["kalshi_cached"] == 1
    (signal,) = await cache.get_arbitrage_signals()
    assert (signal["buy_yes"], signal["buy_no"]) == ("kalshi", "polymarket")


async def test_the_statistics_count_markets_by_platform(cache):
    empty = {"total_cached": 0, "polymarket_cached": 0, "kalshi_cached": 0}
    assert await cache.get_stats() == {"status": "connected", **empty}
    for market_id in range(3):
        await cache.update_price(market_id, "polymarket", 0.5, 0.5)
    await cache.update_price(0, "kalshi", 0.5, 0.5)
    await cache.update_price(0, "kalshi", 0.6, 0.4)
    assert await cache.get_stats() == {
        "status": "connected",
        "total_cached": 4,
        "polymarket_cached": 3,
        "kalshi_cached": 1,
    }
    await cache.clear_all()
    assert await cache.get_stats() == {"status": "connected", **empty}
    assert await cache.get_price(0, "kalshi") is None
    await cache.close()
    assert await cache.get_stats() == {"status": "disconnected", **empty}


async def test_an_underround_queues_a_signal_that_is_taken_once(cache, caplog):
    caplog.set_level(logging.INFO, "underround")
    await cache.update_price(42, "polymarket", 0.40, 0.61)
    await cache.update_price(42, "kalshi", 0.45, 0.5499)
    (signal,) = await cache.get_arbitrage_signals()
    assert type(signal.pop("timestamp")) is float
    assert signal == {
        "market_id": 42,
        "buy_yes": "polymarket",
        "buy_no": "kalshi",
        "price_yes": 0.40,
        "price_no": 0.5499,
        "cost": 0.9499,
        "spread": 0.0501,
        "indicative": True,
    }
    assert await cache.get_arbitrage_signals() == []
    lines = [record.getMessage() for record in caplog.records if "ARBITRAGE" in record.message]
    assert lines == ["🚨 ARBITRAGE: Market 42 | Spread: 5.01%"]


@pytest.mark.parametrize(
    ("polymarket", "kalshi", "found"),
    [
        ((0.40, 0.61), (0.45, 0.57), []),  # 0.97 is not below 0.97
        ((0.40, 0.61), (0.45, 0.5699), [("polymarket", "kalshi")]),
        ((0.45, 0.56), (0.40, 0.61), [("kalshi", "polymarket")]),
        ((0.14, 0.90), (0.90, 0.83), []),  # 0.14 + 0.83 as floats is below 0.97
        ((0.3, 0.3), (0.3, 0.3), [("kalshi", "polymarket"), ("polymarket", "kalshi")]),
    ],
)
async def test_either_direction_counts_to_the_last_digit(cache, polymarket, kalshi, found):
    await cache.update_price("m", "polymarket", *polymarket)
    await cache.update_price("m", "kalshi", *kalshi)
    signals = await cache.get_arbitrage_signals()
    assert [(signal["buy_yes"], signal["buy_no"]) for signal in signals] == found


async def test_a_price_of_a_minute_ago_makes_no_signal(cache):
    now = time.time()
    await cache.update_price("old", "polymarket", 0.4, 0.6, now - 61)
    await cache.update_price("old", "kalshi", 0.4, 0.5)
    await cache.update_price("late", "polymarket", 0.4, 0.6)
    await cache.update_price("late", "kalshi", 0.4, 0.5, now - 61)
    assert await cache.get_arbitrage_signals() == []
    await cache.update_price("young", "polymarket", 0.4, 0.6, now - 50)
    await cache.update_price("young", "kalshi", 0.4, 0.5)
    assert [signal["market_id"] for signal in await cache.get_arbitrage_signals()] == ["young"]


async def test_a_removed_price_is_gone_and_makes_no_signal(cache):
    await cache.update_price("m", "polymarket", 0.4, 0.6)
    await cache.remove_price("m", "polymarket")
    await cache.remove_price("m", "polymarket")
    assert await cache.get_price("m", "polymarket") is None
    await cache.update_price("m", "kalshi", 0.4, 0.5)
    assert await cache.get_arbitrage_signals() == []
    assert (await cache.get_stats())["total_cached"] == 1


async def test_markets_are_not_mixed(cache):
    await cache.update_price(1, "polymarket", 0.4, 0.6)
    await cache.update_price(2, "kalshi", 0.4, 0.5)
    assert await cache.get_arbitrage_signals() == []


NAN = float("nan")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((1, "manifold", 0.5, 0.5), "platform 'manifold' is not one of 'polymarket', 'kalshi'"),
        ((1, None, 0.5, 0.5), "platform None is not one of 'polymarket', 'kalshi'"),
        ((1, "kalshi", 1.01, 0.5), "price_yes 1.01 is not a price between 0 and 1 dollar"),
        ((1, "kalshi", 0.5, -0.01), "price_no -0.01 is not a price between 0 and 1 dollar"),
        ((1, "kalshi", NAN, 0.5), "price_yes nan is not a price between 0 and 1 dollar"),
        ((1, "kalshi", 0.5, float("inf")), "price_no inf is not a price between 0 and 1 dollar"),
        ((1, "kalshi", "0.5", 0.5), "price_yes '0.5' is not a price between 0 and 1 dollar"),
        ((1, "kalshi", True, 0.5), "price_yes True is not a price between 0 and 1 dollar"),
        ((1, "kalshi", 0.5, 0.5, NAN), "timestamp nan is not a time in epoch seconds"),
        ((1, "kalshi", 0.5, 0.5, -1), "timestamp -1 is not a time in epoch seconds"),
        ((1, "kalshi", 0.5, 0.5, "now"), "timestamp 'now' is not a time in epoch seconds"),
        (("", "kalshi", 0.5, 0.5), "market id '' is not a number or a text that is not empty"),
        ((None, "kalshi", 0.5, 0.5), "market id None is not a number or a text that is not empty"),
    ],
)
async def test_what_cannot_be_is_refused_in_one_line(cache, arguments, said):
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        await cache.update_price(*arguments)
    assert (await cache.get_stats())["total_cached"] == 0


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_every_price_of_a_venue_comes_back_as_it_was(yes_e4, no_e4):
    async def round_trip():
        cache = PriceCache("memory://")
        await cache.connect()
        await cache.update_price("m", "kalshi", yes_e4 / 10_000, no_e4 / 10_000)
        return await cache.get_price("m", "kalshi")

    assert asyncio.run(round_trip())[:2] == (yes_e4 / 10_000, no_e4 / 10_000)


async def test_before_connecting_the_way_is_told():
    cache = PriceCache("memory://")
    with pytest.raises(ConnectionError, match=r"await connect\(\) first"):
        await cache.update_price(1, "kalshi", 0.5, 0.5)
    with pytest.raises(UnusableError, match="is not one of memory://"):
        PriceCache("localhost:6379")
