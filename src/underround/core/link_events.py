"""Connections that open, are to feed more, and close: links, and what that means for their books.

What a connection delivers is the engine's and `MarketEvents`' work.
"""

from collections.abc import Callable, Iterable
from typing import Any

from underround.core.book import NO_SNAPSHOT_MS, Book
from underround.core.book_state import BookTrigger
from underround.core.event import ConnectionClosed, ConnectionOpened, InstrumentsExpected
from underround.core.link import Link
from underround.core.trust import Trust


class LinkEvents:
    """Makes links and ties books to them."""

    def __init__(self, links: dict[str, Link], books: dict[str, Book], trust: Trust) -> None:
        self._links = links
        self._books = books
        self._trust = trust
        self.inputs: dict[type, Callable[[Any], None]] = {
            ConnectionOpened: self._opened,
            InstrumentsExpected: self._expected,
            ConnectionClosed: self._closed,
        }

    def _opened(self, event: ConnectionOpened) -> None:
        link = self._links.get(event.connection)
        if link is None:
            link = self._links[event.connection] = Link(event.connection, event.venue)
        link.is_open, link.is_slow = True, event.is_slow
        link.opened_ns = link.last_data_ns = event.at_ns
        link.forget()
        self._attach(link, event.instruments, event.at_ns)

    def _expected(self, event: InstrumentsExpected) -> None:
        link = self._links.get(event.connection)
        if link is not None and link.is_open:
            fresh = [name for name in event.instruments if name not in link.books]
            self._attach(link, fresh, event.at_ns)

    def _attach(self, link: Link, instruments: Iterable[str], at_ns: int) -> None:
        for instrument in instruments:
            book = self._books.get(instrument)
            if book is not None:
                link.books[instrument] = book
                self._detach(book, "subscribed, no snapshot yet", at_ns)
                book.link, book.stream, book.since_ns = link, None, at_ns
                self._trust.incomplete[book] = None

    def _closed(self, event: ConnectionClosed) -> None:
        link = self._links.get(event.connection)
        if link is None:
            return
        link.is_open = False
        for book in link.books.values():
            if book.link is link:
                self._detach(book, f"disconnected: {event.reason}", event.at_ns)

    def _detach(self, book: Book, reason: str, at_ns: int) -> None:
        self._trust.judge(book, BookTrigger.DISCONNECTED, reason, at_ns)
        book.has_snapshot = False
        book.time_ms = NO_SNAPSHOT_MS
        book.lost_ns = at_ns
