"""A connection as the engine sees it: when it last spoke, and which books it feeds.

Holds no socket; the engine alone writes here.
"""

from collections import deque
from itertools import chain
from typing import Final

from underround.core.book import Book
from underround.core.event import LevelChange, LevelsSet
from underround.core.instrument import Venue
from underround.core.sequence import Sequence

REMEMBERED: Final = 64
"""Messages with absolute sizes that a link remembers; more would crowd the processor's cache."""


class Link:
    """One connection's proof of life, streams and books.

    `recent` holds its last messages with absolute sizes in the order of the venue's times, up to
    `latest_ms`; those that came out of that order are in `disordered`. What a book was last told,
    and whether a late message is older than what followed it, is read from there when it matters:
    keeping it for every level would cost every message more than all the rest.
    `book_streams` are those of its numbered streams that carry books.
    """

    __slots__ = (
        "book_streams",
        "books",
        "disordered",
        "is_open",
        "is_slow",
        "last_data_ns",
        "latest_ms",
        "name",
        "opened_ns",
        "probed_ns",
        "recent",
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
        self.recent: deque[LevelsSet] = deque(maxlen=REMEMBERED)
        self.latest_ms = 0
        self.disordered: deque[LevelsSet] = deque(maxlen=REMEMBERED)
        self.books: dict[str, Book] = {}
        self.streams: dict[int, Sequence] = {}
        self.book_streams: set[int] = set()

    def forget(self) -> None:
        """Begin afresh: the connection is a new one."""
        self.latest_ms = 0
        self.recent.clear()
        self.disordered.clear()
        self.streams.clear()
        self.book_streams.clear()
        self.books.clear()

    def forget_book(self, instrument: str) -> None:
        """Feed a book no more."""
        self.books.pop(instrument, None)

    def last_change(self, instrument: str, after_ms: int) -> LevelChange | None:
        """Return the newest remembered change of an instrument later than `after_ms`."""
        for message in reversed(self.recent):
            if message.time_ms > after_ms:
                for change in reversed(message.changes):
                    if change[0] == instrument:
                        return change
        return None

    def changes_after(self, instrument: str, time_ms: int) -> list[LevelsSet] | None:
        """Return an instrument's changes later than `time_ms`, oldest first; None: forgotten."""
        if not self._remembers(time_ms):
            return None
        later = []
        for message in chain(self.recent, self.disordered):
            if message.time_ms > time_ms:
                own = [change for change in message.changes if change[0] == instrument]
                if own:
                    later.append(LevelsSet(own, message.time_ms))
        later.sort(key=lambda message: message.time_ms)
        return later

    def is_overtaken(
        self, instrument: str, is_bid: bool, price_e4: int, time_ms: int
    ) -> bool | None:
        """Tell whether a level was changed by a message later than `time_ms`; None: forgotten."""
        if not self._remembers(time_ms):
            return None
        level = (instrument, is_bid, price_e4)
        return any(
            change[:3] == level
            for message in chain(self.recent, self.disordered)
            if message.time_ms > time_ms
            for change in message.changes
        )

    def _remembers(self, time_ms: int) -> bool:
        """Tell whether every message later than `time_ms` is remembered."""
        return len(self.recent) < REMEMBERED or time_ms >= self.recent[0].time_ms
