"""Both streams into one cache: what the guide's signals come from, in either polarity."""

import asyncio

import pytest

from tests.app.streams.watched import kalshi, open_cache, polymarket, streaming
from underround.app.streams import KalshiStream, PolymarketStream

SIZE_E6 = 50_000_000


def offer(exchange, pair, polymarket_yes_e4: int, kalshi_no_e4: int) -> None:
    """Rest an order to sell YES at Polymarket and one to sell NO at Kalshi, nothing else."""
    for book, change in (
        (pair.polymarket.book, exchange.change_polymarket),
        (pair.kalshi.book, exchange.change_kalshi),
    ):
        levels = [("bid", price_e4, 0) for price_e4 in book.bids]
        change(pair, levels + [("ask", price_e4, 0) for price_e4 in book.asks])
    exchange.change_polymarket(pair, [("ask", polymarket_yes_e4, SIZE_E6)])
    exchange.change_kalshi(pair, [("bid", 10_000 - kalshi_no_e4, SIZE_E6)])


def offer_inverse(exchange, pair, polymarket_yes_e4: int, kalshi_yes_e4: int) -> None:
    """Rest an order to sell YES at either venue, nothing else."""
    offer(exchange, pair, polymarket_yes_e4, 9_900)
    exchange.change_kalshi(pair, [("bid", 100, 0), ("ask", kalshi_yes_e4, SIZE_E6)])


@pytest.mark.parametrize("index", [1, 2], ids=["same", "inverse"])
async def test_an_underround_between_the_streams_becomes_a_signal(venues, pairs, redis_url, index):
    pair = venues.pairs[index]
    rest = offer_inverse if pair.inverse else offer
    rest(venues.exchange, pair, 4_000, 5_900)
    async with open_cache(redis_url) as cache:
        poly = PolymarketStream(cache, addresses=polymarket(venues), pairs=pairs)
        other = KalshiStream(cache, addresses=kalshi(venues), pairs=pairs)
        async with streaming(poly), streaming(other):
            await poly.subscribe_markets([pair.polymarket.slug])
            await other.subscribe_markets([pair.kalshi.ticker])
            while (await cache.get_stats())["total_cached"] < 5:  # noqa: ASYNC110 - sets no event
                await asyncio.sleep(0.005)
            assert await cache.get_arbitrage_signals() == []  # 40 and 59 cents are a dollar less 1
            rest(venues.exchange, pair, 4_000, 5_000)
            while not (found := await cache.get_arbitrage_signals()):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    assert {**found[0], "timestamp": None} == {
        "market_id": pair.id,
        "buy_yes": "polymarket",
        "buy_no": "kalshi",
        "price_yes": 0.4,
        "price_no": 0.5,
        "cost": 0.9,
        "spread": 0.1,
        "timestamp": None,
        "indicative": True,
    }
