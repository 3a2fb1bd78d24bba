"""Regular comparison with the venue's own books where no numbers prove that nothing was missed.

Decides when to ask; what an answer means is decided by `RestBooks`. A frozen subscription that
still answers its heartbeats is found this way, and every change that a venue left out.
"""

from collections.abc import Iterable

from underround.core.book import Book
from underround.core.book_state import BookState
from underround.core.link import Link
from underround.core.offered import Offered
from underround.core.settings import Settings
from underround.core.trust import AGREE, VERIFY, Trust


class Agreement:
    """When each connection's books were last compared, and which must be watched more closely."""

    def __init__(self, settings: Settings, trust: Trust) -> None:
        self._settings = settings
        self._trust = trust
        self._due_ns: dict[Link, int] = {}

    def sweep(self, links: Iterable[Link], standing: Iterable[Offered], at_ns: int) -> None:
        """Ask for what is due: whole connections now and then, quiet books under a signal often."""
        for link in links:
            if link.is_open and not link.is_slow:
                self._compare(link, at_ns)
        quiet_ns = self._settings.standing_quiet_ns
        numbered_quiet_ns = self._settings.agreed_within_ns // 2
        still_ns = self._settings.frozen_after_ns // 2
        for direction in standing:
            for side in direction.sides:
                book = side.book
                silent_ns = at_ns - max(book.updated_ns, book.proven_ns)
                if silent_ns > (numbered_quiet_ns if is_numbered(book) else quiet_ns):
                    self._trust.ask(book.instrument.venue, (book,), VERIFY, at_ns)
                elif (
                    not is_numbered(book) and at_ns - max(side.moved_ns, book.proven_ns) > still_ns
                ):
                    self._trust.ask(book.instrument.venue, (book,), AGREE, at_ns)

    def _compare(self, link: Link, at_ns: int) -> None:
        every_ns = self._settings.agree_every_ns
        due_ns = max(self._due_ns.get(link, 0), link.opened_ns + every_ns)
        if at_ns < due_ns:
            return
        self._due_ns[link] = at_ns + every_ns
        books = [
            book
            for book in link.books.values()
            if book.link is link and book.state is BookState.LIVE and not is_numbered(book)
        ]
        self._trust.ask(link.venue, books, AGREE, at_ns)


def is_numbered(book: Book) -> bool:
    """Tell whether a numbered stream feeds a book, so that a missing change cannot go unseen."""
    return book.stream is not None
