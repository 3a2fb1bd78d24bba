"""Shares best prices: from the engine's books to the price store, under market and pair ids.

Runs beside detection at its own pace: it takes what changed since the last time, latest value
only. A book that is not LIVE has no price, nor has one whose market does not trade now.
"""

from collections.abc import Iterable
from typing import Final

from underround.core.book import Book
from underround.core.book_state import BookState
from underround.core.engine import Engine
from underround.core.instrument import Outcome, Venue
from underround.core.pair import Pair
from underround.core.units import NS_PER_MS, PRICE_ONE_E4
from underround.stores.prices import Prices

LOOK_EVERY_NS: Final = 100 * NS_PER_MS


class PriceBoard:
    """Writes each LIVE market's price of YES and of NO (what a taker pays) to a store."""

    def __init__(self, engine: Engine, pairs: Iterable[Pair], prices: Prices) -> None:
        self._engine = engine
        self._prices = prices
        self._names: dict[str, list[str]] = {}
        self._shown: set[str] = set()
        self._next_look_ns = 0
        for pair in pairs:
            self.watch(pair)

    def watch(self, pair: Pair) -> None:
        """Write a pair's prices under its id too."""
        self._names.setdefault(pair.kalshi, []).append(pair.id)
        self._names.setdefault(pair.polymarket_yes, []).append(pair.id)

    def flush(self, at_ns: int) -> None:
        """Write what changed since the last call; the store keeps it alive until it is dropped."""
        for book in self._engine.take_marked():
            self._write(book, at_ns)
        if at_ns >= self._next_look_ns:
            self._next_look_ns = at_ns + LOOK_EVERY_NS
            self._look(at_ns)

    def judged(self, instrument: str, at_ns: int) -> None:
        """Show or withdraw a price after its book was judged anew."""
        book = self._engine.books.get(instrument)
        if book is not None:
            self._write(book, at_ns)

    def _look(self, at_ns: int) -> None:
        """Show and withdraw what no book tells: halts, closing times, states of venues."""
        for book in self._engine.books.values():
            if book.instrument.outcome is Outcome.NO:
                continue
            if self._offers(book, at_ns)[2] is not (book.instrument.id in self._shown):
                self._write(book, at_ns)

    def _write(self, book: Book, at_ns: int) -> None:
        instrument = book.instrument
        if instrument.outcome is Outcome.NO:
            yes = self._engine.books.get(instrument.complement_id or "")
            if yes is not None:
                self._write(yes, at_ns)
            return
        yes_e4, no_e4, is_live = self._offers(book, at_ns)
        ids = [instrument.market_id, *self._names.get(instrument.id, ())]
        if is_live:
            self._shown.add(instrument.id)
            for name in ids:
                self._prices.mark(name, instrument.venue, yes_e4, no_e4, at_ns)
        elif instrument.id in self._shown:
            self._shown.discard(instrument.id)
            for name in ids:
                self._prices.drop(name, instrument.venue)

    def _offers(self, book: Book, at_ns: int) -> tuple[int | None, int | None, bool]:
        """Return what YES and NO cost a taker, and whether both can be had: LIVE and trading."""
        is_live = book.state is BookState.LIVE and not self._engine.trust.stopped(book, at_ns)
        if book.instrument.venue is Venue.KALSHI:
            bid_e4 = book.bids.price_e4
            no_e4 = None if bid_e4 is None else PRICE_ONE_E4 - bid_e4
            return book.asks.price_e4, no_e4, is_live
        complement = self._engine.books.get(book.instrument.complement_id or "")
        if complement is None:
            return book.asks.price_e4, None, is_live
        return (
            book.asks.price_e4,
            complement.asks.price_e4,
            is_live and complement.state is BookState.LIVE,
        )
