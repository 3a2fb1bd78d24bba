"""The alarm on a market whose YES and NO cost less than a dollar together at one venue.

Both tokens show one book from two sides, so this cannot be: a change was missed. It is never an
underround; the books count as suspect until the venue shows them whole.
"""

from collections.abc import Mapping

from underround.core.book import Book
from underround.core.book_state import BookState, BookTrigger
from underround.core.instrument import Outcome
from underround.core.trust import MIRRORED, Trust
from underround.core.units import PRICE_ONE_E4


class MirrorAlarm:
    """Looks at both tokens of every market; what stands from one sweep to the next is wrong."""

    def __init__(self, books: Mapping[str, Book], trust: Trust) -> None:
        self._books = books
        self._trust = trust
        self._markets: list[tuple[Book, Book]] = []
        self._known = 0
        self._seen: dict[Book, tuple[int, int]] = {}

    def forget(self, book: Book) -> None:
        """Have nothing more to do with a book that is gone."""
        self._known = -1
        self._seen.pop(book, None)

    def sweep(self, at_ns: int) -> None:
        """Judge what stood unmoved since the last sweep.

        The two tokens' books may come in two messages, so that one sight of it proves nothing.
        """
        if len(self._books) != self._known:
            self._list_markets()
        seen: dict[Book, tuple[int, int]] = {}
        for yes, no in self._markets:
            one, other = yes.asks, no.asks
            if one.best < 0 or other.best < 0:
                continue
            if one.prices_e4[one.best] + other.prices_e4[other.best] >= PRICE_ONE_E4:
                continue
            if yes.state is not BookState.LIVE or no.state is not BookState.LIVE:
                continue
            moved_ns = yes.updated_ns, no.updated_ns
            if self._seen.get(yes) == moved_ns:
                self._alarm(yes, no, at_ns)
            else:
                seen[yes] = moved_ns
        self._seen = seen

    def _alarm(self, yes: Book, no: Book, at_ns: int) -> None:
        self._trust.note(MIRRORED, yes.instrument.market_id)
        for book in (yes, no):
            self._trust.judge(book, BookTrigger.CONTRADICTED, MIRRORED, at_ns)

    def _list_markets(self) -> None:
        self._known = len(self._books)
        self._markets = [
            (book, self._books[other])
            for book in self._books.values()
            if book.instrument.outcome is Outcome.YES
            and (other := book.instrument.complement_id) is not None
            and other in self._books
        ]
