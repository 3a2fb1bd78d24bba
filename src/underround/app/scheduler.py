"""The streaming guide's scheduler: streams that live as long as a program, and their signals.

`lifespan` puts it all into a FastAPI or Starlette application. There is one set of streams in a
process; everything is configured outside. It takes signals and hands them on; it never trades.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Final

from underround.app.price_cache import PriceCache
from underround.app.streams import KalshiStream, PolymarketStream
from underround.app.streams.opening import configuration, pairs_in, rest_client
from underround.core.errors import UnusableError
from underround.core.instrument import Outcome, Venue
from underround.venues.polymarket import catalog

_log = logging.getLogger(__name__)

TOP_MARKETS: Final = 100
CHECK_EVERY_S: Final = 5.0
GAMMA_REQUESTS_PER_S: Final = 25.0

OnSignal = Callable[[dict[str, Any]], Awaitable[None] | None]
"""What takes a signal: a function, or a coroutine function."""


class RealtimeStreams:
    """The running streams: `price_cache`, `poly_stream`, and `kalshi_stream` where pairs are."""

    def __init__(self, price_cache: PriceCache) -> None:
        self.price_cache = price_cache
        self.poly_stream: PolymarketStream | None = None
        self.kalshi_stream: KalshiStream | None = None
        self._stack = AsyncExitStack()

    async def start(self, limit: int) -> None:
        """Connect, subscribe and stream; everything is closed again when a part of it fails."""
        try:
            await self.price_cache.connect()
            self._stack.push_async_callback(self.price_cache.close)
            pairs = pairs_in(configuration())
            wanted = [*await top_markets(limit), *(pair.polymarket for pair in pairs)]
            self.poly_stream = PolymarketStream(self.price_cache, pairs=pairs)
            await self._run(self.poly_stream, wanted)
            if pairs:
                self.kalshi_stream = KalshiStream(self.price_cache, pairs=pairs)
                await self._run(self.kalshi_stream, [pair.kalshi for pair in pairs])
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close the streams, then the cache; closing twice is harmless."""
        await self._stack.aclose()

    async def _run(self, stream: PolymarketStream | KalshiStream, markets: list[str]) -> None:
        self._stack.push_async_callback(stream.close)
        await stream.connect()
        await stream.subscribe_markets(markets)
        task = asyncio.create_task(stream.stream())
        self._stack.push_async_callback(_end, stream, task)


async def _end(stream: PolymarketStream | KalshiStream, task: asyncio.Task[None]) -> None:
    """Close a stream and wait for its task, whose failure the log has told already."""
    await stream.close()
    await asyncio.gather(task, return_exceptions=True)


_running: RealtimeStreams | None = None


async def init_realtime_streams(limit: int = TOP_MARKETS) -> RealtimeStreams:
    """Stream Polymarket's `limit` most traded markets, and both sides of every configured pair.

    Streams that run already are left as they are. ConnectionError or VenueError in one line when
    Redis or a venue cannot be reached, ConfigError for a setting that cannot be used.
    """
    global _running
    if _running is None:
        streams = RealtimeStreams(PriceCache())
        await streams.start(limit)
        _running = streams
    return _running


async def close_realtime_streams() -> None:
    """End what `init_realtime_streams` started, if it runs."""
    global _running
    streams, _running = _running, None
    if streams is not None:
        await streams.close()


async def check_arbitrage_signals() -> list[dict[str, Any]]:
    """Take the signals that wait, name each in the log, and return them.

    ConnectionError before `init_realtime_streams()`.
    """
    if _running is None:
        raise ConnectionError("no streams run: call `await init_realtime_streams()` first")
    signals = await _running.price_cache.get_arbitrage_signals()
    for signal in signals:
        _log.info("🚨 Arbitrage: %s", signal)
    return signals


def get_top_markets_by_volume(limit: int = TOP_MARKETS) -> list[str]:
    """Return the condition ids of Polymarket's `limit` most traded markets of the last 24 hours.

    For code that cannot await: it asks in a thread of its own, so that it works inside a running
    event loop, too, which stands still meanwhile. VenueError in one line when the venue cannot be
    asked; UnusableError for a limit below 1.
    """
    if limit < 1:
        raise UnusableError(f"limit {limit} is no number of markets: 1 or more")
    with ThreadPoolExecutor(1, thread_name_prefix="top-markets") as thread:
        return thread.submit(asyncio.run, top_markets(limit)).result()


async def top_markets(limit: int) -> list[str]:
    """Return the condition ids of the most traded markets, the greatest volume first."""
    root = configuration().venues.polymarket.gamma
    async with rest_client(Venue.POLYMARKET, root, GAMMA_REQUESTS_PER_S) as gamma:
        listing = await catalog.fetch_top(gamma, limit)
    return [each.market_id for each in listing.instruments if each.outcome is Outcome.YES]


def lifespan_with(
    on_signal: OnSignal | None = None,
    *,
    limit: int = TOP_MARKETS,
    check_every_s: float = CHECK_EVERY_S,
) -> Callable[[object], AbstractAsyncContextManager[dict[str, Any]]]:
    """Return a lifespan that streams while the application runs, and hands signals to `on_signal`.

    What `on_signal` raises is logged and ends nothing.
    """

    @asynccontextmanager
    async def lifespan(app: object) -> AsyncIterator[dict[str, Any]]:
        del app
        try:
            streams = await init_realtime_streams(limit)
            task = asyncio.create_task(_checking(on_signal, check_every_s))
            try:
                yield {"price_cache": streams.price_cache, "poly_stream": streams.poly_stream}
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        finally:
            await close_realtime_streams()

    return lifespan


lifespan = lifespan_with()
"""For `FastAPI(lifespan=lifespan)` or `Starlette(lifespan=lifespan)`: signals go to the log."""


async def _checking(on_signal: OnSignal | None, every_s: float) -> None:
    while True:
        for signal in await check_arbitrage_signals():
            try:
                answer = on_signal(signal) if on_signal is not None else None
                if answer is not None:
                    await answer
            except Exception:  # noqa: BLE001 - it is the application's, and anything
                _log.exception("the signal handler failed; going on")
        await asyncio.sleep(every_s)
