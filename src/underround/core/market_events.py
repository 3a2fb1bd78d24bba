"""The rarer market events: snapshots, grids, stream ends, and everything that does not fit.

The engine's hot loop handles level changes itself and hands the rest here. Decides what an event
does to books; what that means for their trust is left to `Trust`.
"""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from underround.core.book import Book, Side
from underround.core.book_state import BookState, BookTrigger
from underround.core.counts import Counts
from underround.core.event import (
    BookReplaced,
    CommandAnswered,
    FrameRejected,
    GridChanged,
    LevelsSet,
    SequenceTaken,
    StreamEnded,
    StreamOpened,
    TradePrinted,
)
from underround.core.instrument import CENTI_CENT, Instrument
from underround.core.link import Link
from underround.core.sequence import Continuity, Sequence
from underround.core.trust import VERIFY, Trust


class MarketEvents:
    """Applies rare market events to books."""

    def __init__(
        self,
        books: dict[str, Book],
        counts: Counts,
        trust: Trust,
        touch: Callable[[Book], None],
    ) -> None:
        self._books = books
        self._counts = counts
        self._trust = trust
        self._touch = touch
        self.last_trades_e4: dict[str, int] = {}
        self.routes: dict[type, Callable[[Any, Link, int], None]] = {
            BookReplaced: self._book_replaced,
            SequenceTaken: self._sequence_taken,
            StreamOpened: self._stream_opened,
            StreamEnded: self._stream_ended,
            CommandAnswered: self._command_answered,
            GridChanged: self._grid_changed,
            TradePrinted: self._trade_printed,
            FrameRejected: self._frame_rejected,
        }

    def forget(self, book: Book) -> None:
        """Have nothing more to do with a book that is gone."""
        self.last_trades_e4.pop(book.instrument.id, None)

    def apply(self, event: Any, link: Link, now_ns: int) -> None:
        """Apply one event that came over `link`."""
        self.routes[type(event)](event, link, now_ns)

    def continues(self, link: Link, stream: int, number: int | None, now_ns: int) -> bool:
        """Check a message's place in its stream; False when it must be ignored (a duplicate)."""
        if number is None:
            return True
        sequence = link.streams.get(stream)
        if sequence is None:
            sequence = link.streams[stream] = Sequence()
        continuity = sequence.take(number)
        if continuity is Continuity.DUPLICATE:
            self._counts.duplicates += 1
            return False
        if continuity is Continuity.GAP:
            self._counts.gaps += 1
            self._trust.note("gap", f"{link.name} stream {stream} before number {number}")
            self._lose_stream(link, stream, "gap in its stream", now_ns)
        return True

    def is_late(
        self, link: Link, book: Book, is_bid: bool, price_e4: int, time_ms: int, now_ns: int
    ) -> bool:
        """Tell whether an absolute size is older than what the level already shows."""
        if not book.has_snapshot:
            self._counts.ignored += 1
            book.updated_ns = now_ns
            return True
        self._counts.late += 1
        if time_ms < book.snapshot_ms:
            return True
        verdict = link.is_overtaken(book.instrument.id, is_bid, price_e4, time_ms)
        if verdict is None:  # too late to know: leave it out, and see whether the book still fits
            self._trust.ask(book.instrument.venue, (book,), VERIFY, now_ns)
        return verdict is not False

    def off_grid(self, book: Book, is_bid: bool, price_e4: int, now_ns: int) -> tuple[Side, int]:
        """Refine the grid for a price that is not on it: the catalog's grid is not the venue's.

        A price of zero or one is on no grid: it stays off, and the book is missing a change.
        """
        self._counts.off_grid += 1
        self._trust.note("price off the grid", f"{book.instrument.id} at {price_e4 / 10_000}")
        side = book.bids if is_bid else book.asks
        if price_e4 in CENTI_CENT:
            book.regrid(_refined(book))
            self._trust.judge(book, BookTrigger.CONTRADICTED, "price off the grid", now_ns)
        else:
            self._lose((book,), f"a level at {price_e4 / 10_000:g} dollars", now_ns)
        return side, side.ranks[price_e4]

    def negative(self, book: Book, now_ns: int) -> int:
        """Handle a level below zero or beyond reason; return the size to show instead."""
        self._counts.negative += 1
        self._trust.note("level below zero", book.instrument.id)
        self._lose((book,), "a level fell below zero", now_ns)
        return 0

    def replace(self, book: Book, event: BookReplaced, link: Link | None, now_ns: int) -> bool:
        """Take a whole book over; False when it is older than what is known and so ignored.

        What was said before a first book came, and is later than it, is made up for.
        """
        time_ms, later = event.time_ms, None
        if time_ms is not None:
            if book.has_snapshot and time_ms < book.time_ms:
                self._counts.late += 1
                return False
            if not book.has_snapshot and link is not None:
                later = link.changes_after(book.instrument.id, time_ms)
        self.lay_out(book, event, later or ())
        self.replaced(book, link, now_ns)
        return True

    def lay_out(self, book: Book, event: BookReplaced, later: Iterable[LevelsSet]) -> None:
        """Make the levels those of a whole book and of what was said later, oldest first.

        A book that does not fit its own grid is laid out on the finest.
        """
        if event.ranges is not None and event.ranges != book.instrument.ranges:
            book.regrid(_with_ranges(book, event.ranges))
        off_grid = book.bids.fill(event.bids) + book.asks.fill(event.asks)
        if off_grid:
            self._counts.off_grid += off_grid
            self._trust.note("price off the grid", f"{book.instrument.id} in a snapshot")
            book.regrid(_refined(book))
            book.bids.fill(event.bids)
            book.asks.fill(event.asks)
        book.time_ms = book.snapshot_ms = event.time_ms or 0
        if event.last_trade_e4 is not None:
            self.last_trades_e4[event.instrument] = event.last_trade_e4
        for message in later:
            book.time_ms = message.time_ms
            for _, is_bid, price_e4, size_e6, _, _ in message.changes:
                side = book.bids if is_bid else book.asks
                if (rank := side.ranks[price_e4]) >= 0:
                    side.set(rank, size_e6)

    def replaced(self, book: Book, link: Link | None, now_ns: int) -> None:
        """Note that a book is whole, and who feeds it."""
        self._counts.snapshots += 1
        book.has_snapshot = True
        book.updated_ns = now_ns
        if link is not None:
            book.link = link
            link.books[book.instrument.id] = book
        self._trust.judge(book, BookTrigger.SNAPSHOT, "", now_ns)
        self._touch(book)

    def _book_replaced(self, event: BookReplaced, link: Link, now_ns: int) -> None:
        if event.stream is not None and not self.continues(
            link, event.stream, event.sequence, now_ns
        ):
            return
        book = self._books.get(event.instrument)
        if book is None:
            self._counts.unknown += 1
            return
        if event.stream is not None:
            book.stream = event.stream
            link.book_streams.add(event.stream)
            book.group = event.group
            book.group_at_ns = 0
        self.replace(book, event, link, now_ns)

    def _sequence_taken(self, event: SequenceTaken, link: Link, now_ns: int) -> None:
        self.continues(link, event.stream, event.sequence, now_ns)

    def _stream_opened(self, event: StreamOpened, link: Link, now_ns: int) -> None:
        link.streams[event.stream] = Sequence()
        link.book_streams.add(event.stream)

    def _stream_ended(self, event: StreamEnded, link: Link, now_ns: int) -> None:
        self._trust.note("stream ended", f"{link.name} stream {event.stream}: {event.reason}")
        link.streams.pop(event.stream, None)
        link.book_streams.discard(event.stream)
        for book in link.books.values():
            if book.stream == event.stream:
                self._trust.judge(book, BookTrigger.GAP, f"stream ended: {event.reason}", now_ns)
                book.stream = None

    def _command_answered(self, event: CommandAnswered, link: Link, now_ns: int) -> None:
        self._trust.hand_on(link, event)

    def _grid_changed(self, event: GridChanged, link: Link, now_ns: int) -> None:
        book = self._books.get(event.instrument)
        if book is None:
            self._counts.unknown += 1
            return
        if event.ranges == book.instrument.ranges:
            return
        book.regrid(_with_ranges(book, event.ranges))
        self.grid_changed(book, now_ns)

    def grid_changed(self, book: Book, now_ns: int) -> None:
        """Distrust a book whose levels were laid out anew until a whole one comes."""
        book.lost_ns = now_ns
        self._trust.judge(book, BookTrigger.GRID_CHANGED, "price grid changed", now_ns)
        self._trust.heal((book,), now_ns)
        self._touch(book)

    def _trade_printed(self, event: TradePrinted, link: Link, now_ns: int) -> None:
        self._counts.trades += 1
        self.last_trades_e4[event.instrument] = event.price_e4
        book = self._books.get(event.instrument)
        if book is not None and book.instrument.complement_id is not None:
            # The venue shows a market's last trade on both of its tokens, at the one price.
            self.last_trades_e4[book.instrument.complement_id] = event.price_e4

    def _frame_rejected(self, event: FrameRejected, link: Link, now_ns: int) -> None:
        self._counts.rejected += 1
        self._trust.note(event.kind, event.sample)
        names = link.books if event.instruments is None else event.instruments
        books = [self._books[name] for name in tuple(names) if name in self._books]
        self._lose(books, event.kind, now_ns)

    def _lose(self, books: Iterable[Book], reason: str, now_ns: int) -> None:
        """Note that books miss a change: ask for whole ones, none asked for before will do."""
        ill = []
        for book in books:
            book.lost_ns = now_ns
            if book.has_snapshot:
                if book.state is not BookState.RESYNC or book.stream is None:
                    ill.append(book)  # a stream is asked once: its answer comes after the loss
                self._trust.judge(book, BookTrigger.GAP, reason, now_ns)
        self._trust.heal(ill, now_ns)

    def _lose_stream(self, link: Link, stream: int, reason: str, now_ns: int) -> None:
        """Distrust every book of a stream, and ask for the first books it may have missed too.

        A stream without books (of markets' lives, say) costs none their trust.
        """
        if link.book_streams and stream not in link.book_streams:
            return
        books = [book for book in link.books.values() if book.stream in (None, stream)]
        for book in books:
            self._trust.judge(book, BookTrigger.GAP, reason, now_ns)
        self._trust.heal(books, now_ns)


def _refined(book: Book) -> Instrument:
    return _with_ranges(book, CENTI_CENT.ranges)


def _with_ranges(book: Book, ranges: tuple[tuple[int, int, int], ...]) -> Instrument:
    return replace(book.instrument, ranges=ranges)
