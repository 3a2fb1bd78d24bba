"""Lets go of books whose markets are over, so that an engine may run for months.

Takes them out of everything that holds them; decides nothing about when.
"""

from collections.abc import Collection, Iterable
from typing import Protocol

from underround.core.book import Book
from underround.core.link import Link


class Room(Protocol):
    """Whatever keeps something by book or instrument."""

    def forget(self, book: Book) -> None:
        """Have nothing more to do with a book that is gone."""


def forget(
    instruments: Iterable[str],
    books: dict[str, Book],
    links: Collection[Link],
    rooms: Iterable[Room],
) -> None:
    """Take these instruments' books out unless somebody watches one; unknown ones are fine."""
    for name in instruments:
        book = books.get(name)
        if book is None or book.is_watched:
            continue
        del books[name]
        for room in rooms:
            room.forget(book)
        for link in links:
            link.forget_book(name)
