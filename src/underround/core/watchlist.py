"""What an engine watches: its instruments' books and the pairs among them, growing while it runs.

Makes books and directions; applies no prices.
"""

from collections.abc import Callable, Iterable

from underround.core.arbitrage.cross_venue import Direction, directions
from underround.core.book import Book
from underround.core.contract_terms import PairTerms
from underround.core.event import InstrumentsListed
from underround.core.instrument import Instrument
from underround.core.market_events import MarketEvents
from underround.core.pair import Pair
from underround.core.venue_event import PairsListed


class Watchlist:
    """Books by instrument and directions by pair; `touch` tells that a book must be looked at."""

    def __init__(
        self,
        books: dict[str, Book],
        threshold_e6: int,
        market: MarketEvents,
        touch: Callable[[Book], None],
        note: Callable[[str, str], None],
    ) -> None:
        self.directions: list[Direction] = []
        self._books = books
        self._threshold_e6 = threshold_e6
        self._market = market
        self._touch = touch
        self._note = note
        self._pairs: set[str] = set()
        self.terms: dict[str, PairTerms] = {}

    def watch(self, instruments: Iterable[Instrument]) -> None:
        """Make the books of instruments that have none."""
        for instrument in instruments:
            if instrument.id not in self._books:
                self._books[instrument.id] = Book(instrument)

    def pair(self, pairs: Iterable[Pair]) -> list[Direction]:
        """Watch pairs that are not watched yet; KeyError when an instrument is unknown."""
        added = []
        for pair in pairs:
            if pair.id not in self._pairs:
                added += directions(pair, self._books, self._threshold_e6)
                self._pairs.add(pair.id)
                if pair.terms is not None:
                    self.terms[pair.id] = pair.terms
        self.directions += added
        return added

    def instruments_listed(self, event: InstrumentsListed) -> None:
        """Take new instruments up, and changed facts of known ones over."""
        for instrument in event.instruments:
            book = self._books.get(instrument.id)
            if book is None:
                self._books[instrument.id] = Book(instrument)
            elif book.instrument != instrument:
                is_same_grid = book.instrument.ranges == instrument.ranges
                book.regrid(instrument)
                if is_same_grid:
                    self._touch(book)
                else:
                    self._market.grid_changed(book, event.at_ns)

    def pairs_listed(self, event: PairsListed) -> None:
        """Take new pairs up; what stands between their books is looked at, at once.

        A pair of which an instrument was never listed is left out and named.
        """
        whole = []
        for pair in event.pairs:
            names = (pair.polymarket_yes, pair.polymarket_no, pair.kalshi)
            if all(name in self._books for name in names):
                whole.append(pair)
            else:
                self._note("a pair of unknown instruments", pair.id)
        for direction in self.pair(whole):
            for side in direction.sides:
                self._touch(side.book)
