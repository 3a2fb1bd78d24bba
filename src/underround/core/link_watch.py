"""Connections that stand and are of no use: frozen, or refused every subscription to books.

Judges and asks for a connection to be made anew, once each; which books that concerns is known to
`Trust`.
"""

from typing import Final

from underround.core.book import Book
from underround.core.book_state import BookState
from underround.core.effect import Effect, Reconnect
from underround.core.instrument import Venue
from underround.core.link import Link

_REFUSED_FOR: Final = 2
"""After so many waits for a first book a connection without any subscription is made anew."""
_ASKED_IN_VAIN: Final = 3
"""So often whole books are asked for of a stream that goes on and brings none that counts."""


class LinkWatch:
    """What is known against connections; `first_book_ns` is how long a first book may take."""

    def __init__(self, first_book_ns: int, out: list[Effect]) -> None:
        self._first_book_ns = first_book_ns
        self._out = out
        self._condemned: dict[Link, int] = {}
        self._refused_ns: dict[Link, int] = {}
        self._asked: dict[Book, int] = {}

    def condemn(self, link: Link, reason: str) -> None:
        """Have a connection made anew, once."""
        if self._condemned.get(link) != link.opened_ns:
            self._condemned[link] = link.opened_ns
            self._out.append(Reconnect(link.name, reason))

    def unheard(self, book: Book) -> None:
        """Condemn the connection on which whole books were asked for and none came that counts.

        Any answer is data; a connection that still answers pings and nothing else is frozen. One
        that goes on and heals no book has lost count: a spoilt number far ahead makes all that
        follows look like repetition.
        """
        link = book.link
        if link is None or book.stream is None or book.is_closed:
            return
        if book.state is not BookState.RESYNC:
            return
        if link.last_data_ns < book.since_ns:
            self.condemn(link, "frozen: asked for books and said nothing")
            return
        self._asked[book] = self._asked.get(book, 0) + 1
        if self._asked[book] >= _ASKED_IN_VAIN and not _brings_any(link, book.stream):
            self.condemn(link, "asked for books again and again, and none came that counts")

    def heard(self, book: Book) -> None:
        """Forget what was asked for in vain: the book's state changed, or the book is gone."""
        self._asked.pop(book, None)

    def sweep(self, link: Link, at_ns: int) -> None:
        """Condemn an open connection whose venue has refused every numbered stream for long."""
        if link.venue is not Venue.KALSHI or link.is_slow or link.book_streams or not link.books:
            self._refused_ns.pop(link, None)
            return
        since_ns = max(self._refused_ns.setdefault(link, at_ns), link.opened_ns)
        if at_ns - since_ns > _REFUSED_FOR * self._first_book_ns:
            self.condemn(link, "no subscription to books stands")


def _brings_any(link: Link, stream: int) -> bool:
    """Tell whether any book of a stream is LIVE: then its numbers are counted rightly."""
    return any(
        book.stream == stream and book.state is BookState.LIVE for book in link.books.values()
    )
