"""The guide's Kalshi stream: over the WebSocket with a key, by polling without one.

Knows Kalshi's catalog, session and signature; books and writing are left to others.
"""

import logging
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from underround.app.config import KalshiConfig
from underround.app.connections import (
    KEYED_REQUESTS_PER_S,
    MISSED_POLLS,
    POLL_S,
    kalshi_headers,
    signed,
)
from underround.app.live_books import LiveBooks
from underround.app.pairs.file import PairEntry
from underround.app.polling import Poller
from underround.app.price_cache import PriceCache
from underround.app.price_writer import PriceWriter
from underround.app.recordings.plan import Plan
from underround.app.streams.opening import (
    CONNECT_WITHIN_S,
    LOOKUP,
    WEBSOCKET,
    VenueConnectionError,
    configuration,
    failed,
    opened,
    pairs_in,
    references,
    rest_client,
    stands,
)
from underround.core.errors import UnusableError
from underround.core.instrument import Instrument, Venue
from underround.core.pair import Polarity
from underround.core.settings import Settings
from underround.core.units import NS_PER_SECOND
from underround.venues.errors import VenueFaultError
from underround.venues.kalshi import catalog
from underround.venues.kalshi.session import BookSession
from underround.venues.kalshi.signing import Signer, load_signer
from underround.venues.ports import FeedLimits
from underround.venues.rest import RestClient

_log = logging.getLogger(__name__)

SOCKET, POLLED = "kalshi-1", "kalshi-rest"


class KalshiStream:
    """Live Kalshi prices over the socket with an API key, by polling without one."""

    def __init__(
        self,
        cache: PriceCache,
        api_key: str | None = None,
        private_key_path: str | Path | None = None,
        *,
        addresses: KalshiConfig | None = None,
        pairs: Iterable[PairEntry] | None = None,
        poll_s: float = POLL_S,
        connect_within_s: float = CONNECT_WITHIN_S,
    ) -> None:
        self._cache = cache
        self._addresses = addresses or configuration().venues.kalshi
        self._signer = _signer(api_key, private_key_path, self._addresses)
        self._pairs: dict[str, list[PairEntry]] = {}
        for entry in pairs_in(configuration()) if pairs is None else pairs:
            self._pairs.setdefault(entry.kalshi, []).append(entry)
        self._poll_s = poll_s
        self._limits = FeedLimits(connect_s=connect_within_s)
        self._writer = PriceWriter(cache, Venue.KALSHI)
        self._session = BookSession()
        self._poller: Poller | None = None
        self._books: LiveBooks | None = None
        self._rest: RestClient | None = None

    async def connect(self) -> None:
        """Connect to the WebSocket, or without a key to REST; ConnectionError when that fails."""
        if self._books is not None and not self._books.is_closed:
            return
        signer = self._signer
        per_s = catalog.PUBLIC_REQUESTS_PER_S if signer is None else KEYED_REQUESTS_PER_S
        sign = None if signer is None else signed(signer)
        self._rest = rest_client(Venue.KALSHI, self._addresses.rest, per_s, sign)
        self._writer = PriceWriter(self._cache, Venue.KALSHI)
        self._session, self._poller = BookSession(), None
        fetch = partial(catalog.fetch_books, self._rest)
        self._books = LiveBooks(Venue.KALSHI, fetch, self._limits, self._settings())
        try:
            if signer is None:
                await self._poll(self._books, self._rest)
            else:
                await self._listen(self._books, signer)
        except VenueFaultError as fault:
            await self.close()
            raise self._failed(fault) from None

    async def subscribe_markets(self, market_ids: Iterable[Any]) -> None:
        """Subscribe to markets by ticker; what the venue does not know is skipped with a warning.

        ConnectionError before `connect()` and when the venue cannot be asked.
        """
        books = opened(self._books, Venue.KALSHI)
        assert self._rest is not None
        wanted = references(market_ids)
        try:
            asked = [ticker for ticker in wanted if ticker not in books.engine.books]
            listing = await catalog.fetch_unpriced(self._rest, asked) if asked else None
        except VenueFaultError as fault:
            raise failed(Venue.KALSHI, LOOKUP, self._addresses.rest, fault) from None
        listed = () if listing is None else listing.instruments
        fresh = [each for each in listed if each.id not in books.engine.books]
        books.add(fresh)
        self._name(fresh)
        for ticker in wanted:
            if ticker not in books.engine.books:
                _log.warning("⚠️ market %s skipped: Kalshi has no open market of that name", ticker)
        frames = self._session.add([instrument.id for instrument in fresh])
        if self._poller is not None:
            self._poller.plan = _polling(self._session)
            books.pipeline.plan(self._poller.plan)
        else:
            books.pipeline.plan(Plan(SOCKET, Venue.KALSHI, self._session.tickers))
            for frame in frames:
                books.hands.feeds[SOCKET].send(frame)
        _log.info("📡 Subscribed to %d new markets", len(fresh))

    async def stream(self) -> None:
        """Write prices to the cache as they change; runs until cancelled or closed.

        ConnectionError when the venue refuses for good.
        """
        refused = await self._writer.stream(opened(self._books, Venue.KALSHI))
        if refused is not None:
            raise self._failed(refused)

    async def get_stats(self) -> dict[str, Any]:
        """Return `connected`, `messages_processed`, `subscribed_markets` and more."""
        return self._writer.stats(self._books)

    async def close(self) -> None:
        """Close the connections; closing twice is harmless."""
        if self._books is not None:
            await self._books.close()
        if self._rest is not None:
            await self._rest.close()

    async def _listen(self, books: LiveBooks, signer: Signer) -> None:
        books.hands.sessions[SOCKET] = self._session
        headers = kalshi_headers(signer)
        await stands(books.open_feed(SOCKET, self._addresses.ws, self._session, headers))

    async def _poll(self, books: LiveBooks, rest: RestClient) -> None:
        _log.warning("⚠️ no Kalshi API key: its order books are polled every %g s", self._poll_s)
        plan = _polling(self._session)
        books.pipeline.plan(plan)
        fetch = partial(catalog.fetch_books, rest)
        self._poller = Poller(plan, fetch, books.pipeline, self._poll_s, books.clock_ns)
        await catalog.fetch_status(rest)
        self._poller.answered()
        books.start(self._poller.run())

    def _settings(self) -> Settings:
        """Let polled books be as old as polling makes them."""
        usual = Settings()
        patience_ns = round(MISSED_POLLS * self._poll_s * NS_PER_SECOND)
        if self._signer is not None or patience_ns < usual.stale_after_ns:
            return usual
        return Settings(stale_after_ns=patience_ns)

    def _name(self, instruments: Iterable[Instrument]) -> None:
        """Have prices written under the ticker and the pairs' ids, exchanged for inverse pairs."""
        for instrument in instruments:
            pairs = self._pairs.get(instrument.id, ())
            inverse = {pair.id for pair in pairs if pair.polarity is Polarity.INVERSE}
            names = {instrument.id, *(pair.id for pair in pairs)} - inverse
            self._writer.name(instrument, names, inverse)

    def _failed(self, fault: VenueFaultError) -> VenueConnectionError:
        if self._signer is None:
            return failed(Venue.KALSHI, "REST connection", self._addresses.rest, fault)
        return failed(Venue.KALSHI, WEBSOCKET, self._addresses.ws, fault)


def _signer(key: str | None, path: str | Path | None, addresses: KalshiConfig) -> Signer | None:
    """Load the key that was given, else the configured one; UnusableError for half of one."""
    key, path = key or addresses.key_id, path or addresses.private_key_path
    if key is None or path is None:
        if key is None and path is None:
            return None
        missing = "private_key_path" if path is None else "api_key"
        raise UnusableError(f"a Kalshi key needs both: {missing} is missing")
    return load_signer(key, Path(path).expanduser())


def _polling(session: BookSession) -> Plan:
    return Plan(POLLED, Venue.KALSHI, session.tickers, is_slow=True)
