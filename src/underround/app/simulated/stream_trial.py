"""A trial of the guide's streams: run them for some seconds, and judge what the guide promises.

Measures and judges; prints nothing. What it writes into the cache are true prices, and it takes
nobody's signals away.
"""

import asyncio
from typing import Any, Final

from underround.app.clock import monotonic_ns
from underround.app.price_cache import PriceCache
from underround.app.scheduler import RealtimeStreams
from underround.app.wording import percentile
from underround.core.units import NS_PER_MS

TOTAL_LIMIT_MS: Final = 100.0  # from a message to the cache, as the guide has it
UPDATE_LIMIT_MS: Final = 5.0  # an update of the cache, the arbitrage check included
_UPDATES: Final = 50
_OWN_MARKET: Final = "underround-stream-trial"


async def try_streams(seconds: float, limit: int, redis_url: str | None) -> dict[str, Any]:
    """Stream the `limit` most traded markets for so long; return figures and `problems` in words.

    Times are in milliseconds. VenueError or ConnectionError when a connection cannot be had.
    """
    cache = PriceCache() if redis_url is None else PriceCache(redis_url)
    streams = RealtimeStreams(cache)
    try:
        await streams.start(limit)
        assert streams.poly_stream is not None
        await asyncio.sleep(seconds)
        stats, cached = await streams.poly_stream.get_stats(), await cache.get_stats()
        update_ms = await _update_ms(cache)
        kalshi = None if streams.kalshi_stream is None else await streams.kalshi_stream.get_stats()
    finally:
        await streams.close()
    figures = {
        "seconds": seconds,
        "polymarket": stats,
        "kalshi": kalshi,
        "cache": cached,
        "update_ms": update_ms,
        "signals": cache.signals_raised,
    }
    return figures | {"problems": _problems(figures)}


async def _update_ms(cache: PriceCache) -> dict[str, float]:
    """Time single updates of a market of our own, which is deleted afterwards."""
    took_ns = []
    for _ in range(_UPDATES):
        started_ns = monotonic_ns()
        await cache.update_price(_OWN_MARKET, "polymarket", 0.5, 0.5)
        took_ns.append(monotonic_ns() - started_ns)
    await cache.remove_price(_OWN_MARKET, "polymarket")
    took_ns.sort()
    return {
        name: (percentile(took_ns, share) or 0) / NS_PER_MS
        for name, share in (("p50", 0.50), ("p99", 0.99))
    }


def _problems(figures: dict[str, Any]) -> list[str]:
    """Say what is not as the guide promises, and what to look at."""
    stats, problems = figures["polymarket"], []
    if not stats["connected"]:
        problems.append("the Polymarket WebSocket is not connected; see the lines above")
    if not stats["messages_processed"]:
        problems.append("no message came; do the subscribed markets still trade?")
    elif not figures["cache"]["polymarket_cached"]:
        problems.append("no price is in the cache; see the lines above")
    if figures["cache"]["status"] != "connected":
        problems.append("the price cache is not connected; is Redis still running?")
    lag_ms, update_ms = stats["lag_ms"]["p50"], figures["update_ms"]["p50"]
    if lag_ms is not None and lag_ms > TOTAL_LIMIT_MS:
        problems.append(f"half of the prices need over {TOTAL_LIMIT_MS:g} ms to the cache")
    if update_ms > UPDATE_LIMIT_MS:
        problems.append(f"half of the updates need over {UPDATE_LIMIT_MS:g} ms; is Redis near?")
    return problems
