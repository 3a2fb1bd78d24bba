"""Books read over REST: compared with what the sockets say, or taken in their place.

An image proves, contradicts or heals a book; when to ask for one is decided by `Trust`.
"""

from underround.core.book import Book
from underround.core.book_state import BookState
from underround.core.counts import Counts
from underround.core.event import BookReplaced, BooksFetched
from underround.core.instrument import Venue
from underround.core.market_events import MarketEvents
from underround.core.trust import AGREE, VERIFY, Trust, same_book, same_top

_COMPARABLE = frozenset({BookState.LIVE, BookState.STALE, BookState.SUSPECT})
_COMPARED_BY = {VERIFY: same_top, AGREE: same_book}


class RestBooks:
    """Takes images of books that were asked for."""

    def __init__(self, counts: Counts, trust: Trust, market: MarketEvents) -> None:
        self._counts = counts
        self._trust = trust
        self._market = market

    def take(self, book: Book, image: BookReplaced, event: BooksFetched) -> bool:
        """Take one image; tell whether what waits for its book is to be looked at again."""
        now_ns = event.received_at_ns
        is_streamed = _is_streamed(book)
        is_same = _COMPARED_BY.get(event.purpose)
        if is_same is not None and book.state in _COMPARABLE:
            if book.updated_ns > event.asked_at_ns:
                return True  # it spoke for itself meanwhile
            if is_same(book, image):
                self._trust.prove(book, now_ns)
                return True
            if image.time_ms is not None and image.time_ms < book.time_ms:
                self._counts.late += 1
                return False  # an old image says nothing, for or against
            self._trust.contradict(book, now_ns)
            if is_streamed:
                self._trust.heal((book,), now_ns)
            elif image.time_ms == book.time_ms and _is_told(book):
                # Of two books with one time one is wrong, and REST has shown ghosts and old books:
                # the socket's own whole book decides.
                self._trust.resubscribe(book, "differs from REST", now_ns)
                return False
        elif book.state is BookState.LIVE:
            return False  # healed meanwhile
        elif event.asked_at_ns < book.lost_ns and not is_streamed:
            self._trust.heal((book,), now_ns)  # asked before it went wrong: ask again
            return False
        if is_streamed or not self._merge(book, image, event):
            return False
        book.proven_ns = now_ns
        return True

    def _merge(self, book: Book, image: BookReplaced, event: BooksFetched) -> bool:
        """Take an image over, keeping what the socket has said since it was made.

        Sizes are absolute, so the changes later than the image lead from it to the truth. False
        when they are forgotten, or when the image is older than the whole book we have.
        """
        time_ms, link, now_ns = image.time_ms, book.link, event.received_at_ns
        if time_ms is None or link is None or (book.has_snapshot and time_ms >= book.time_ms):
            return self._market.replace(book, image, link, now_ns)
        later = link.changes_after(book.instrument.id, time_ms)
        if later is None and book.updated_ns <= event.asked_at_ns:
            later = []  # whatever is forgotten, it was not about this book
        if later is None or (book.has_snapshot and time_ms < book.snapshot_ms):
            self._counts.late += 1
            return False
        self._market.lay_out(book, image, later)
        self._market.replaced(book, link, now_ns)
        return True


def _is_told(book: Book) -> bool:
    """Tell whether a socket feeds a book now."""
    link = book.link
    return link is not None and link.is_open and not link.is_slow


def _is_streamed(book: Book) -> bool:
    """Tell whether a numbered stream feeds a book: no image without a number fits into it."""
    return book.instrument.venue is Venue.KALSHI and not (
        book.link is not None and book.link.is_slow
    )
