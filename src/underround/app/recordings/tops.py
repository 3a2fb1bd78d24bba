"""Best prices line by line: what a recording's own lines say, whatever one may think of them.

Applies every level as given: no sequence, group, staleness or trust; only a snapshot replaces a
book. For comparing with other programs, not for trading.
"""

import csv
from collections.abc import Iterable, Iterator
from typing import IO

from underround.app.codecs import CODECS
from underround.core.book import Book
from underround.core.event import BookReplaced, LevelAdded, LevelsSet, MarketEvent
from underround.core.instrument import (
    CENTI_CENT,
    FeeTerms,
    Instrument,
    Outcome,
    Venue,
)

HEADER = (
    "line",
    "venue",
    "instrument",
    "yes_bid_e4",
    "yes_bid_size_e6",
    "yes_ask_e4",
    "yes_ask_size_e6",
)
Top = tuple[int | None, int | None, int | None, int | None]
NO_TOP: Top = (None, None, None, None)


class Tops:
    """The books that the lines of one recording make, and the best prices last told of each."""

    def __init__(self) -> None:
        self.books: dict[tuple[Venue, str], Book] = {}
        self._told: dict[tuple[Venue, str], Top] = {}

    def apply(self, venue: Venue, frame: bytes) -> Iterator[tuple[Venue, str, Top]]:
        """Apply one frame; yield each instrument whose best prices or sizes it changed."""
        events: list[MarketEvent] = []
        CODECS[venue][0](frame, events)
        touched: dict[str, None] = {}
        for event in events:
            touched.update(dict.fromkeys(self._apply(venue, event)))
        for name in touched:
            top = self.books[venue, name].top()
            if top != self._told.get((venue, name), NO_TOP):
                self._told[venue, name] = top
                yield venue, name, top

    def _apply(self, venue: Venue, event: MarketEvent) -> Iterable[str]:
        if isinstance(event, BookReplaced):
            book = self.books.get((venue, event.instrument))
            if book is None:
                book = self.books[venue, event.instrument] = Book(unlisted(venue, event.instrument))
            book.bids.fill(event.bids)
            book.asks.fill(event.asks)
            return (event.instrument,)
        if isinstance(event, LevelAdded):
            book = self.books.get((venue, event.instrument))
            if book is None:
                return ()
            side = book.bids if event.is_bid else book.asks
            rank = side.ranks[event.price_e4]
            if rank < 0:
                return ()
            side.set(rank, max(0, side.levels[rank] + event.change_e6))
            return (event.instrument,)
        if isinstance(event, LevelsSet):
            return self._set(venue, event)
        return ()

    def _set(self, venue: Venue, event: LevelsSet) -> list[str]:
        names = []
        for name, is_bid, price_e4, size_e6, _, _ in event.changes:
            book = self.books.get((venue, name))
            if book is None:
                continue
            side = book.bids if is_bid else book.asks
            rank = side.ranks[price_e4]
            if rank >= 0:
                side.set(rank, size_e6)
                names.append(name)
        return names


class TopsWriter:
    """Writes the rows as CSV."""

    def __init__(self, out: IO[str]) -> None:
        self._writer = csv.writer(out, lineterminator="\n")
        self._writer.writerow(HEADER)
        self.rows = 0

    def row(self, line: int, venue: Venue, instrument: str, top: Top) -> None:
        """Write one row; an absent price or size is empty."""
        cells = ("" if value is None else value for value in top)
        self._writer.writerow((line, venue.value, instrument, *cells))
        self.rows += 1


def unlisted(venue: Venue, name: str) -> Instrument:
    """Describe an instrument of which nothing is known: the finest grid, no fees."""
    return Instrument(
        venue=venue,
        id=name,
        market_id=name,
        outcome=Outcome.YES,
        title=name,
        ranges=CENTI_CENT.ranges,
        fees=FeeTerms("quadratic", 0),
    )
