"""What the tests of the streams share: waiting, the truth of a book, streams that end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from tests.stores.gate import Gate
from underround.app.config import KalshiConfig, PolymarketConfig
from underround.app.price_cache import PriceCache
from underround.simulation.market import KalshiMarket, PolymarketMarket

POLYMARKET, KALSHI = "polymarket", "kalshi"


async def until(true: Callable[[], Any]) -> None:
    """Look again and again until something is true; an awaitable is awaited."""
    while True:
        found = true()
        if await found if asyncio.iscoroutine(found) else found:
            return
        await asyncio.sleep(0.005)


def offered(market: PolymarketMarket | KalshiMarket) -> tuple[float, float]:
    """Return what YES and NO truly cost, in dollars; both sides must be there."""
    bid_e4, ask_e4 = market.book.top()
    return ask_e4 / 10_000, (10_000 - bid_e4) / 10_000


async def asks(cache: PriceCache, name: str, venue: str) -> tuple[float, float] | None:
    """Return the cached prices of YES and NO."""
    price = await cache.get_price(name, venue)
    return None if price is None else price[:2]


async def shows(
    cache: PriceCache, name: str, venue: str, prices: tuple[float, float] | None
) -> None:
    """Wait until the cache shows these prices."""

    async def is_so() -> bool:
        return await asks(cache, name, venue) == prices

    await until(is_so)


@asynccontextmanager
async def streaming(stream: Any) -> AsyncIterator[asyncio.Task[None]]:
    """Connect a stream and run it as the guide does; close it at the end."""
    await stream.connect()
    task = asyncio.create_task(stream.stream())
    try:
        yield task
    finally:
        await stream.close()
        await asyncio.wait([task])


@asynccontextmanager
async def open_cache(url: str = "memory://") -> AsyncIterator[PriceCache]:
    cache = PriceCache(url)
    await cache.connect()
    try:
        yield cache
    finally:
        await cache.close()


def polymarket(venues: Any, **changes: str) -> PolymarketConfig:
    return PolymarketConfig(**venues.addresses[POLYMARKET] | changes)


def kalshi(venues: Any, *, keyed: bool = True, **changes: str) -> KalshiConfig:
    where = venues.addresses[KALSHI] | changes
    wanted = where if keyed else {name: where[name] for name in ("rest", "ws")}
    return KalshiConfig(**wanted)


def through(gate: Gate, url: str) -> str:
    """Return an address that leads through the gate."""
    return urlsplit(url)._replace(netloc=urlsplit(gate.url).netloc).geturl()


def said(caplog: Any) -> list[str]:
    """Return the lines of the log that a person sees."""
    return [record.getMessage() for record in caplog.records if record.name.startswith("under")]
