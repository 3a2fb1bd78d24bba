"""The guide's Polymarket stream: as many connections as its tokens need, prices into the cache.

Knows Polymarket's catalog and sessions; books and writing are left to others.
"""

import logging
from collections.abc import Iterable
from functools import partial
from typing import Any

from underround.app.config import PolymarketConfig
from underround.app.live_books import LiveBooks
from underround.app.pairs.file import PairEntry
from underround.app.price_cache import PriceCache
from underround.app.price_writer import PriceWriter
from underround.app.recordings.plan import Plan
from underround.app.streams.market_lookup import MarketLookup
from underround.app.streams.opening import (
    CONNECT_WITHIN_S,
    LOOKUP,
    WEBSOCKET,
    configuration,
    failed,
    opened,
    pairs_in,
    references,
    rest_client,
    stands,
)
from underround.core.instrument import Instrument, Venue
from underround.venues.errors import VenueFaultError
from underround.venues.polymarket import catalog
from underround.venues.polymarket.session import TOKENS_PER_CONNECTION, MarketSession
from underround.venues.ports import FeedLimits
from underround.venues.rest import RestClient

_log = logging.getLogger(__name__)


class PolymarketStream:
    """Live Polymarket prices; `api_key` is accepted for the guide's sake, reading needs none."""

    def __init__(
        self,
        cache: PriceCache,
        api_key: str | None = None,
        *,
        addresses: PolymarketConfig | None = None,
        pairs: Iterable[PairEntry] | None = None,
        connect_within_s: float = CONNECT_WITHIN_S,
    ) -> None:
        del api_key  # market data is public
        self._cache = cache
        self._addresses = addresses or configuration().venues.polymarket
        self._pairs = list(pairs_in(configuration()) if pairs is None else pairs)
        self._limits = FeedLimits(connect_s=connect_within_s)
        self._writer = PriceWriter(cache, Venue.POLYMARKET)
        self._books: LiveBooks | None = None
        self._sessions: dict[str, MarketSession] = {}
        self._rest: tuple[RestClient, ...] = ()

    async def connect(self) -> None:
        """Connect to the market channel; ConnectionError, in one line, when that fails."""
        if self._books is not None and not self._books.is_closed:
            return
        gamma = rest_client(Venue.POLYMARKET, self._addresses.gamma, 25.0)
        clob = rest_client(Venue.POLYMARKET, self._addresses.clob, 40.0)
        self._rest = (gamma, clob)
        self._lookup = MarketLookup(gamma, self._pairs)
        self._writer = PriceWriter(self._cache, Venue.POLYMARKET)
        self._sessions = {}
        self._books = LiveBooks(Venue.POLYMARKET, partial(catalog.fetch_books, clob), self._limits)
        name = self._open(self._books)
        try:
            await stands(self._books.hands.feeds[name])
        except VenueFaultError as fault:
            await self.close()
            raise failed(Venue.POLYMARKET, WEBSOCKET, self._addresses.ws, fault) from None

    async def subscribe_markets(self, market_ids: Iterable[Any]) -> None:
        """Subscribe to markets named by Gamma id, condition id, token id or slug.

        What the venue does not know is skipped with a warning. ConnectionError before `connect()`
        and when the venue cannot be asked.
        """
        books = opened(self._books, Venue.POLYMARKET)
        try:
            found = await self._lookup.find(references(market_ids))
        except VenueFaultError as fault:
            raise failed(Venue.POLYMARKET, LOOKUP, self._addresses.gamma, fault) from None
        fresh: dict[str, tuple[Instrument, Instrument]] = {}
        for market in found:
            names = {market.reference, market.yes.market_id, *market.pairs}
            self._writer.name(market.yes, names)
            if market.yes.id not in books.engine.books:
                fresh[market.yes.id] = (market.yes, market.no)
        self._follow(books, list(fresh.values()))
        _log.info("📡 Subscribed to %d new markets", len(fresh))

    async def stream(self) -> None:
        """Write prices to the cache as they change; runs until cancelled or closed.

        ConnectionError when the venue refuses for good.
        """
        books = opened(self._books, Venue.POLYMARKET)
        refused = await self._writer.stream(books)
        if refused is not None:
            raise failed(Venue.POLYMARKET, WEBSOCKET, self._addresses.ws, refused)

    async def get_stats(self) -> dict[str, Any]:
        """Return `connected`, `messages_processed`, `subscribed_markets` and more."""
        return self._writer.stats(self._books)

    async def close(self) -> None:
        """Close the connections; closing twice is harmless."""
        if self._books is not None:
            await self._books.close()
        for client in self._rest:
            await client.close()

    def _open(self, books: LiveBooks) -> str:
        name = f"polymarket-{len(self._sessions) + 1}"
        session = self._sessions[name] = MarketSession()
        books.open_feed(name, self._addresses.ws, session)
        return name

    def _follow(self, books: LiveBooks, markets: list[tuple[Instrument, Instrument]]) -> None:
        """Subscribe on the newest connection, and on further ones when it is full."""
        books.add([each for market in markets for each in market])
        name = list(self._sessions)[-1]
        while markets:
            session = self._sessions[name]
            room = (TOKENS_PER_CONNECTION - len(session.tokens)) // 2
            here, markets = markets[:room], markets[room:]
            frames = session.add([each.id for market in here for each in market])
            books.pipeline.plan(Plan(name, Venue.POLYMARKET, session.tokens))
            for frame in frames:
                books.hands.feeds[name].send(frame)
            if markets:
                name = self._open(books)
