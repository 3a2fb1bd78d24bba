"""Books read over REST: compared with what the sockets say, or taken in their place.

An image proves, contradicts or heals a book; when to ask for one is decided by `Trust`.
"""

from underround.core.book import Book
from underround.core.book_state import BookState
from underround.core.counts import Counts
from underround.core.event import BookReplaced, BooksFetched
from underround.core.instrument import Venue
from underround.core.market_events import MarketEvents
from underround.core.trust import VERIFY, Trust, same_top

_COMPARABLE = frozenset({BookState.LIVE, BookState.STALE, BookState.SUSPECT})


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
        if event.purpose == VERIFY and book.state in _COMPARABLE:
            if book.updated_ns > event.asked_at_ns:
                return True  # it spoke for itself meanwhile
            if same_top(book, image):
                self._trust.prove(book, now_ns)
                return True
            if image.time_ms is not None and image.time_ms < book.time_ms:
                self._counts.late += 1
                return False  # an old image says nothing, for or against
            self._trust.contradict(book, now_ns)
            if is_streamed:
                self._trust.heal((book,), now_ns)
        elif book.state is BookState.LIVE:
            return False  # healed meanwhile
        elif event.asked_at_ns < book.since_ns and not is_streamed:
            self._trust.heal((book,), now_ns)  # asked before it went wrong: ask again
            return False
        if is_streamed or not self._merge(book, image, now_ns):
            return False
        book.proven_ns = now_ns
        return True

    def _merge(self, book: Book, image: BookReplaced, now_ns: int) -> bool:
        """Take an image over, keeping what the socket has said since it was made.

        Sizes are absolute, so the changes later than the image lead from it to the truth. False
        when they are forgotten, or when the image is older than the whole book we have.
        """
        time_ms, link = image.time_ms, book.link
        if time_ms is None or not book.has_snapshot or time_ms >= book.time_ms:
            return self._market.replace(book, image, link, now_ns)
        later = None if link is None else link.changes_after(book.instrument.id, time_ms)
        if time_ms < book.snapshot_ms or later is None:
            self._counts.late += 1
            return False
        self._market.fill(book, image)
        for _, is_bid, price_e4, size_e6, _, _ in later:
            side = book.bids if is_bid else book.asks
            if (rank := side.ranks[price_e4]) >= 0:
                side.set(rank, size_e6)
        self._market.replaced(book, link, now_ns)
        return True


def _is_streamed(book: Book) -> bool:
    """Tell whether a numbered stream feeds a book: no image without a number fits into it."""
    return book.instrument.venue is Venue.KALSHI and not (
        book.link is not None and book.link.is_slow
    )
