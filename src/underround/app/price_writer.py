"""From live books to the guide's price cache: which market is written under which names.

Writes what changed since the last time, latest value only, at its own pace.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

from underround.app.live_books import LiveBooks
from underround.app.price_cache import PriceCache
from underround.core.book import Book
from underround.core.book_state import BookState
from underround.core.instrument import Instrument, Outcome, Venue
from underround.core.units import NS_PER_SECOND, PRICE_ONE_E4

WRITE_EVERY_S: Final = 0.02
REFRESH_EVERY_S: Final = 20.0


class PriceWriter:
    """One venue's prices into a cache, under every name a market goes by."""

    def __init__(self, cache: PriceCache, venue: Venue) -> None:
        self._cache = cache
        self._venue = venue
        self._names: dict[str, dict[str, bool]] = {}
        self.written = 0

    def name(self, instrument: Instrument, names: Iterable[str], inverse: Iterable[str]) -> None:
        """Write this market's prices under `names`, and with YES and NO exchanged in `inverse`."""
        known = self._names.setdefault(instrument.id, {})
        known.update(dict.fromkeys(names, False))
        known.update(dict.fromkeys(inverse, True))

    async def stream(self, books: LiveBooks) -> None:
        """Write what changes, and everything LIVE each 20 s, until cancelled or the feeds end."""
        ended = asyncio.ensure_future(books.ended())
        next_refresh_ns = 0
        try:
            while not ended.done():
                now_ns = books.clock_ns()
                changed = dict.fromkeys(books.take_changed())
                if now_ns >= next_refresh_ns:
                    next_refresh_ns = now_ns + int(REFRESH_EVERY_S * NS_PER_SECOND)
                    changed.update(dict.fromkeys(books.engine.books.values()))
                for book in changed:
                    await self._write(books, book)
                await asyncio.wait((ended,), timeout=WRITE_EVERY_S)
            ended.result()
        finally:
            ended.cancel()

    def stats(self, books: LiveBooks | None) -> dict[str, Any]:
        """Return what the guide's health check reads."""
        return {
            "connected": books is not None and books.is_connected,
            "messages_processed": 0 if books is None else books.frames,
            "subscribed_markets": len(self._names),
            "prices_written": self.written,
            "reconnects": 0
            if books is None
            else sum(max(0, feed.counters.connects - 1) for feed in books.feeds),
        }

    async def _write(self, books: LiveBooks, book: Book) -> None:
        instrument = book.instrument
        if instrument.outcome is Outcome.NO:
            yes = books.engine.books.get(instrument.complement_id or "")
            if yes is not None:
                await self._write(books, yes)
            return
        yes_e4, no_book = book.asks.price_e4, None
        if instrument.complement_id is None:
            bid_e4 = book.bids.price_e4
            no_e4 = None if bid_e4 is None else PRICE_ONE_E4 - bid_e4
        else:
            no_book = books.engine.books.get(instrument.complement_id)
            no_e4 = None if no_book is None else no_book.asks.price_e4
        if not all(each is None or each.state is BookState.LIVE for each in (book, no_book)):
            return
        for name, is_inverse in self._names.get(instrument.id, {}).items():
            first_e4, second_e4 = (no_e4, yes_e4) if is_inverse else (yes_e4, no_e4)
            await self._cache.update_price(
                name, self._venue.value, _dollars(first_e4), _dollars(second_e4)
            )
            self.written += 1


def _dollars(price_e4: int | None) -> float | None:
    return None if price_e4 is None else price_e4 / PRICE_ONE_E4
