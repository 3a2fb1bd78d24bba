"""Lets go of books whose markets are over, so that an engine may run for months.

Takes them out of everything that holds them; decides nothing about when.
"""

from collections.abc import Iterable

from underround.core.book import Book
from underround.core.link import Link
from underround.core.trust import Trust


def forget(
    instruments: Iterable[str], books: dict[str, Book], links: Iterable[Link], trust: Trust
) -> None:
    """Take these instruments' books out unless somebody watches one; unknown ones are fine."""
    for name in instruments:
        book = books.get(name)
        if book is None or any(side.watchers or side.shares for side in (book.bids, book.asks)):
            continue
        del books[name]
        trust.forget(book)
        for link in links:
            link.forget_book(name)
