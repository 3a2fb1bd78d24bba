"""From live books to the guide's price cache: which market is written under which names.

Writes what changed since the last time, latest value only, at its own pace. A book that cannot be
trusted has no price: its entries are deleted.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Any, Final

from underround.app.live_books import LiveBooks
from underround.app.price_cache import PriceCache
from underround.app.wording import percentile
from underround.core.book import Book
from underround.core.book_state import BookState
from underround.core.instrument import Instrument, Outcome, Venue
from underround.core.units import NS_PER_MS, NS_PER_SECOND, PRICE_ONE_E4
from underround.venues.errors import VenueFaultError

WRITE_EVERY_S: Final = 0.02
LOOK_EVERY_S: Final = 0.1
REFRESH_EVERY_S: Final = 20.0
_REMEMBERED: Final = 1_000


class PriceWriter:
    """One venue's prices into a cache, under every name a market goes by."""

    def __init__(self, cache: PriceCache, venue: Venue) -> None:
        self._cache = cache
        self._venue = venue
        self._names: dict[str, dict[str, bool]] = {}
        self._named_anew: dict[str, None] = {}
        self._shown: dict[str, set[str]] = {}
        self._lags_ns: deque[int] = deque(maxlen=_REMEMBERED)
        self._looked_ns = 0
        self.written = 0

    def name(
        self, instrument: Instrument, names: Iterable[str], inverse: Iterable[str] = ()
    ) -> None:
        """Write this market's prices under `names`, and with YES and NO exchanged in `inverse`."""
        known = self._names.setdefault(instrument.id, {})
        known.update(dict.fromkeys(names, False))
        known.update(dict.fromkeys(inverse, True))
        self._named_anew[instrument.id] = None

    async def stream(self, books: LiveBooks) -> VenueFaultError | None:
        """Write what changes, and everything LIVE each 20 s, until cancelled or the feeds end.

        Returns the venue's refusal when that was the end, None after `close`.
        """
        ended = asyncio.ensure_future(books.ended())
        next_refresh_ns = next_look_ns = 0
        try:
            while not ended.done():
                now_ns = books.clock_ns()
                changed = books.take_changed()
                if now_ns >= next_refresh_ns:
                    next_refresh_ns = now_ns + int(REFRESH_EVERY_S * NS_PER_SECOND)
                    changed += books.engine.books.values()
                changed += [books.engine.books[name] for name in self._named_anew]
                self._named_anew.clear()
                if now_ns >= next_look_ns:
                    next_look_ns = now_ns + int(LOOK_EVERY_S * NS_PER_SECOND)
                    changed += self._turned(books)
                markets = dict.fromkeys(_yes_book(books, book) for book in changed)
                # Together, so that Redis is written to in batches.
                await asyncio.gather(*(self._write(books, book) for book in markets))
                self._looked_ns = now_ns
                await asyncio.wait((ended,), timeout=WRITE_EVERY_S)
            return ended.result()
        finally:
            ended.cancel()

    def stats(self, books: LiveBooks | None) -> dict[str, Any]:
        """Return what the guide's health check reads, and `lag_ms`: received to cached."""
        feeds = [] if books is None else books.feeds
        lags_ns = sorted(self._lags_ns)
        return {
            "connected": books is not None and books.is_connected,
            "messages_processed": 0 if books is None else books.frames,
            "subscribed_markets": len(self._names),
            "prices_written": self.written,
            "reconnects": sum(max(0, feed.counters.connects - 1) for feed in feeds),
            "lag_ms": {
                "p50": _milliseconds(percentile(lags_ns, 0.50)),
                "p99": _milliseconds(percentile(lags_ns, 0.99)),
            },
        }

    def _turned(self, books: LiveBooks) -> list[Book]:
        """Return the books whose price is to come or to go though nothing in them changed.

        Halts, closing times and a venue's states come without a change of any book.
        """
        named = (books.engine.books[name] for name in self._names)
        return [
            book
            for book in named
            if (_offers(books, book) is None) == bool(self._shown.get(book.instrument.id))
        ]

    async def _write(self, books: LiveBooks, book: Book) -> None:
        shown = self._shown.setdefault(book.instrument.id, set())
        offers = _offers(books, book)
        if offers is None:
            gone = list(shown)
            shown.clear()
            for name in gone:
                await self._cache.remove_price(name, self._venue.value)
            return
        if book.is_crossed:  # in the midst of a change, which soon goes on
            return
        updated_ns, yes_no = book.updated_ns, tuple(map(_dollars, offers))
        names = list(self._names.get(book.instrument.id, {}).items())
        for name, is_inverse in names:
            shown.add(name)
            first, second = reversed(yes_no) if is_inverse else yes_no
            await self._cache.update_price(name, self._venue.value, first, second)
            self.written += 1
        if names and updated_ns >= self._looked_ns:
            self._lags_ns.append(books.clock_ns() - updated_ns)


def _yes_book(books: LiveBooks, book: Book) -> Book:
    """Return the book that stands for a market: that of its YES."""
    if book.instrument.outcome is Outcome.NO:
        return books.engine.books.get(book.instrument.complement_id or "", book)
    return book


def _offers(books: LiveBooks, book: Book) -> tuple[int | None, int | None] | None:
    """Return what YES and NO cost a taker (price_e4, None where nothing is offered).

    None when the market does not trade now or a book behind its prices is not LIVE.
    """
    instrument = book.instrument
    if book.state is not BookState.LIVE or books.engine.trust.stopped(book, books.clock_ns()):
        return None
    if instrument.complement_id is None:
        bid_e4 = book.bids.price_e4
        return book.asks.price_e4, None if bid_e4 is None else PRICE_ONE_E4 - bid_e4
    no_book = books.engine.books.get(instrument.complement_id)
    if no_book is None or no_book.state is not BookState.LIVE:
        return None
    return book.asks.price_e4, no_book.asks.price_e4


def _dollars(price_e4: int | None) -> float | None:
    return None if price_e4 is None else price_e4 / PRICE_ONE_E4


def _milliseconds(elapsed_ns: int | None) -> float | None:
    return None if elapsed_ns is None else elapsed_ns / NS_PER_MS
