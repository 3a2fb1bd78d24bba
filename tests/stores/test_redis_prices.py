"""What others see of the prices in Redis: the keys, what they hold, and for how long."""

import json

from underround.stores.opening import open_stores
from underround.stores.prices import Price, decode_price, encode_price, parse_price_key, price_key

AT_NS = 1_770_000_000_123_456_789


async def test_the_keys_and_values_are_the_documented_ones(redis_url, redis_client):
    async with open_stores(redis_url) as (prices, _):
        prices.mark("KXBTC-1", "kalshi", 6_500, None, AT_NS)
        prices.mark("0xabc", "polymarket", 1, 9_999, 0, refreshed=False)
        await prices.flush()
        assert sorted(redis_client.keys("price:*")) == [
            "price:{0xabc}:polymarket",
            "price:{KXBTC-1}:kalshi",
        ]
        entry = redis_client.get("price:{KXBTC-1}:kalshi")
        assert entry == '{"yes_e4":6500,"no_e4":null,"timestamp":1770000000.123456789}'
        for key in redis_client.keys("price:*"):
            assert 0 < redis_client.ttl(key) <= 60
    assert redis_client.keys("price:*") == ["price:{0xabc}:polymarket"]  # nobody keeps the other


async def test_many_marks_of_one_price_are_few_writes(redis_url, redis_client):
    async with open_stores(redis_url) as (prices, _):
        redis_client.config_resetstat()
        for yes_e4 in range(10_000):
            prices.mark("A", "kalshi", yes_e4, None, AT_NS)
        await prices.flush()
        assert redis_client.info("commandstats")["cmdstat_set"]["calls"] == 1
        assert json.loads(redis_client.get("price:{A}:kalshi"))["yes_e4"] == 9_999


async def test_only_our_keys_are_read_and_cleared(redis_url, redis_client):
    foreign = {"price:A:kalshi": "1", "price:{A": "2", "other": "3", "price:{A}kalshi": "4"}
    redis_client.mset(foreign)
    redis_client.set("price:{bad}:kalshi", "not a price")
    redis_client.set("price:{worse}:kalshi", '{"yes_e4":1,"no_e4":1,"timestamp":1e999999999}')
    async with open_stores(redis_url) as (prices, _):
        prices.mark("A", "kalshi", 1, 2, AT_NS)
        assert await prices.all() == {("A", "kalshi"): Price(1, 2, AT_NS)}
        assert await prices.get("bad", "kalshi") is None
        await prices.clear()
    assert sorted(redis_client.keys()) == sorted(foreign)


async def test_what_another_program_wrote_is_read(redis_url, redis_client):
    redis_client.set("price:{A}:kalshi", '{"no_e4": 4, "yes_e4": 3, "timestamp": 1.5, "new": 1}')
    async with open_stores(redis_url) as (prices, _):
        assert await prices.get("A", "kalshi") == Price(3, 4, 1_500_000_000)


def test_keys_and_entries_come_back():
    for key in (("A", "kalshi"), ("a}:b{", "polymarket"), ("", "kalshi")):
        assert parse_price_key(price_key(*key)) == key
    for price in (Price(None, None, 0), Price(0, 10_000, 2**62)):
        entry = encode_price(price.yes_e4, price.no_e4, price.at_ns)
        assert decode_price(entry.encode()) == price
