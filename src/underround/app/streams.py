"""The streaming guide's streams: one venue's live best prices into a price cache.

`connect`, `subscribe_markets`, `stream`, `get_stats`, `close`, as the guide documents them. Prices
are what a taker pays for YES and for NO; only books that can be trusted are written. Detection
with fees, depth and pairs is `underround run`; this is the guide's simpler way.
"""

import asyncio
import logging
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from underround.app.clock import monotonic_ns, wall_ns
from underround.app.config import KalshiConfig, PolymarketConfig
from underround.app.live_books import LiveBooks
from underround.app.pair_file import PairEntry
from underround.app.pipeline import Plan
from underround.app.price_cache import PriceCache
from underround.app.price_writer import PriceWriter
from underround.core.instrument import Venue
from underround.core.pair import Polarity
from underround.core.units import NS_PER_MS
from underround.venues.errors import VenueFaultError
from underround.venues.kalshi import catalog as kalshi_catalog
from underround.venues.kalshi.session import BookSession
from underround.venues.kalshi.signing import WEBSOCKET_PATH, Signer, load_signer
from underround.venues.polymarket import catalog as polymarket_catalog
from underround.venues.polymarket.session import TOKENS_PER_CONNECTION, MarketSession
from underround.venues.rate_limit import TokenBucket
from underround.venues.rest import RestClient

_log = logging.getLogger(__name__)

CONNECT_WITHIN_S: Final = 10.0


class PolymarketStream:
    """Live Polymarket prices; `api_key` is accepted for the guide's sake, reading needs none."""

    def __init__(
        self,
        cache: PriceCache,
        api_key: str | None = None,
        *,
        addresses: PolymarketConfig | None = None,
        pairs: Iterable[PairEntry] = (),
    ) -> None:
        del api_key  # market data is public
        self._addresses = addresses or PolymarketConfig()
        self._writer = PriceWriter(cache, Venue.POLYMARKET)
        self._pairs = {entry.polymarket: entry for entry in pairs}
        self._gamma = _rest(Venue.POLYMARKET, self._addresses.gamma, 25.0)
        self._clob = _rest(Venue.POLYMARKET, self._addresses.clob, 40.0)
        self._books: LiveBooks | None = None
        self._sessions: dict[str, MarketSession] = {}

    async def connect(self) -> None:
        """Connect to the market channel; ConnectionError, in one line, when that fails."""
        if self._books is not None:
            return
        books = LiveBooks(
            Venue.POLYMARKET, lambda tokens: polymarket_catalog.fetch_books(self._clob, tokens)
        )
        self._books = books
        books.start(books.ticking())
        await self._open(books)

    async def subscribe_markets(self, market_ids: Iterable[Any]) -> None:
        """Subscribe to markets named by Gamma id, condition id, token id or slug.

        What the venue does not know is skipped with a warning. ConnectionError before `connect()`.
        """
        books = _opened(self._books, "Polymarket")
        fresh = 0
        for reference in _references(market_ids):
            try:
                yes, no = await polymarket_catalog.resolve(self._gamma, reference)
            except VenueFaultError as fault:
                _log.warning("⚠️ market %s skipped: %s", reference, fault)
                continue
            names = {reference, yes.market_id}
            for key in (reference, yes.market_id, yes.id, no.id):
                if key in self._pairs:
                    names.add(self._pairs[key].id)
            self._writer.name(yes, names, ())
            if yes.id not in books.engine.books:
                books.add([yes, no])
                await self._subscribe(books, [yes.id, no.id])
                fresh += 1
        _log.info("📡 Subscribed to %d new markets", fresh)

    async def stream(self) -> None:
        """Write prices to the cache as they change; runs until cancelled or closed."""
        await self._writer.stream(_opened(self._books, "Polymarket"))

    async def get_stats(self) -> dict[str, Any]:
        """Return `connected`, `messages_processed`, `subscribed_markets` and more."""
        return self._writer.stats(self._books)

    async def close(self) -> None:
        """Close the connections."""
        if self._books is not None:
            await self._books.close()
        await self._gamma.close()
        await self._clob.close()

    async def _open(self, books: LiveBooks) -> str:
        session = MarketSession()
        name = f"polymarket-{len(self._sessions) + 1}"
        self._sessions[name] = session
        books.open_feed(name, self._addresses.ws, session)
        await _stands(books, name, "Polymarket")
        return name

    async def _subscribe(self, books: LiveBooks, tokens: list[str]) -> None:
        name, session = list(self._sessions.items())[-1]
        if len(session.tokens) + len(tokens) > TOKENS_PER_CONNECTION:
            name = await self._open(books)
            session = self._sessions[name]
        frames = session.add(tokens)
        books.pipeline.plan(Plan(name, Venue.POLYMARKET, session.tokens))
        for frame in frames:
            books.hands.feeds[name].send(frame)


class KalshiStream:
    """Live Kalshi prices over the socket with an API key, by polling without one."""

    def __init__(
        self,
        cache: PriceCache,
        api_key: str | None = None,
        private_key_path: str | Path | None = None,
        *,
        addresses: KalshiConfig | None = None,
        pairs: Iterable[PairEntry] = (),
        poll_s: float = 2.0,
    ) -> None:
        self._addresses = addresses or KalshiConfig()
        key_id = api_key or self._addresses.key_id
        key_path = private_key_path or self._addresses.private_key_path
        self._signer: Signer | None = None
        if key_id is not None and key_path is not None:
            self._signer = load_signer(key_id, Path(key_path))
        self._poll_s = poll_s
        self._writer = PriceWriter(cache, Venue.KALSHI)
        self._pairs = {entry.kalshi: entry for entry in pairs}
        self._rest = _rest(Venue.KALSHI, self._addresses.rest, kalshi_catalog.PUBLIC_REQUESTS_PER_S)
        self._session = BookSession()
        self._books: LiveBooks | None = None

    async def connect(self) -> None:
        """Connect to the WebSocket, or without a key to REST; ConnectionError when that fails."""
        if self._books is not None:
            return
        books = LiveBooks(
            Venue.KALSHI, lambda tickers: kalshi_catalog.fetch_books(self._rest, tickers)
        )
        self._books = books
        books.start(books.ticking())
        if self._signer is None:
            _log.warning("⚠️ no Kalshi API key: polling order books every %g s", self._poll_s)
            books.pipeline.plan(Plan("kalshi-rest", Venue.KALSHI, (), is_slow=True))
            books.pipeline.opened("kalshi-rest", books.clock_ns())
            books.start(self._polling(books))
            return
        signer = self._signer
        books.hands.sessions["kalshi-1"] = self._session
        books.open_feed(
            "kalshi-1",
            self._addresses.ws,
            self._session,
            lambda: signer.headers("GET", WEBSOCKET_PATH, wall_ns() // NS_PER_MS),
        )
        await _stands(books, "kalshi-1", "Kalshi")

    async def subscribe_markets(self, market_ids: Iterable[Any]) -> None:
        """Subscribe to markets by ticker; what the venue does not know is skipped with a warning.

        ConnectionError before `connect()`.
        """
        books = _opened(self._books, "Kalshi")
        wanted = tuple(dict.fromkeys(_references(market_ids)))
        tickers = tuple(ticker for ticker in wanted if ticker not in books.engine.books)
        if not tickers:
            return
        chosen = kalshi_catalog.MarketFilter(tickers=tickers)
        listing = await kalshi_catalog.fetch_markets(self._rest, chosen)
        for instrument in listing.instruments:
            pair = self._pairs.get(instrument.id)
            is_inverse = pair is not None and pair.polarity is Polarity.INVERSE
            names = {instrument.id} | ({pair.id} if pair is not None else set())
            self._writer.name(instrument, names, {pair.id} if pair and is_inverse else ())
        found = [instrument.id for instrument in listing.instruments]
        for ticker in tickers:
            if ticker not in found:
                _log.warning("⚠️ market %s skipped: Kalshi has no open market of that name", ticker)
        books.add(list(listing.instruments))
        frames = self._session.add(found)
        name = "kalshi-rest" if self._signer is None else "kalshi-1"
        is_slow = self._signer is None
        books.pipeline.plan(Plan(name, Venue.KALSHI, self._session.tickers, is_slow=is_slow))
        if self._signer is not None:
            for frame in frames:
                books.hands.feeds[name].send(frame)
        _log.info("📡 Subscribed to %d new markets", len(found))

    async def stream(self) -> None:
        """Write prices to the cache as they change; runs until cancelled or closed."""
        await self._writer.stream(_opened(self._books, "Kalshi"))

    async def get_stats(self) -> dict[str, Any]:
        """Return `connected`, `messages_processed`, `subscribed_markets` and more."""
        return self._writer.stats(self._books)

    async def close(self) -> None:
        """Close the connection."""
        if self._books is not None:
            await self._books.close()
        await self._rest.close()

    async def _polling(self, books: LiveBooks) -> None:
        while True:
            try:
                if self._session.tickers:
                    async for body in kalshi_catalog.fetch_books(self._rest, self._session.tickers):
                        books.pipeline.polled("kalshi-rest", body)
            except VenueFaultError as fault:
                books.pipeline.note("polling failed", str(fault))
            await asyncio.sleep(self._poll_s)


def _rest(venue: Venue, root: str, per_s: float) -> RestClient:
    return RestClient(
        venue,
        root,
        TokenBucket(per_s, 2 * per_s),
        monotonic_ns=monotonic_ns,
        randomness=random.random,
    )


def _references(market_ids: Iterable[Any]) -> list[str]:
    """Write ids as text, leaving out the guide's literal `...`."""
    references = []
    for market_id in market_ids:
        if market_id is ... or market_id == "...":
            _log.warning("⚠️ `...` stands for your own market ids; skipped")
        else:
            references.append(str(market_id))
    return references


def _opened(books: LiveBooks | None, venue: str) -> LiveBooks:
    if books is None:
        raise ConnectionError(f"not connected to {venue}: call `await stream.connect()` first")
    return books


async def _stands(books: LiveBooks, name: str, venue: str) -> None:
    """Wait until a connection stands; close everything and raise ConnectionError if it does not."""
    feed = books.hands.feeds[name]
    loop = asyncio.get_running_loop()
    until = loop.time() + CONNECT_WITHIN_S
    while not feed.connected and feed.fatal is None and loop.time() < until:
        await asyncio.sleep(0.01)
        if feed.last_error is not None and feed.counters.attempts >= 2:
            break
    if feed.connected:
        return
    reason = feed.fatal or feed.last_error or "Timeout"
    _log.error("❌ %s WebSocket connection failed: %s", venue, reason)
    await books.close()
    raise ConnectionError(f"{venue} WebSocket connection failed: {reason}")
