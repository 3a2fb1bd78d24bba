"""A connection as the engine sees it: when it last spoke, and which books it feeds.

Holds no socket; the engine alone writes here.
"""

from underround.core.book import Book
from underround.core.instrument import Venue
from underround.core.sequence import Sequence


class Link:
    """One connection's proof of life, streams and books."""

    __slots__ = (
        "books",
        "is_open",
        "is_slow",
        "last_data_ns",
        "name",
        "opened_ns",
        "probed_ns",
        "stream_books",
        "streams",
        "venue",
    )

    def __init__(self, name: str, venue: Venue) -> None:
        self.name = name
        self.venue = venue
        self.is_open = False
        self.is_slow = False
        self.opened_ns = 0
        self.last_data_ns = 0
        self.probed_ns = 0
        self.books: dict[str, Book] = {}
        self.streams: dict[int, Sequence] = {}
        self.stream_books: dict[int, dict[str, Book]] = {}
