"""Books read over REST: compared with what the sockets say, or taken in their place.

An image proves, contradicts or heals a book; when to ask for one is decided by `Trust`.
"""

from collections.abc import Iterable

from underround.core.book import Book
from underround.core.book_state import BookState, BookTrigger
from underround.core.counts import Counts
from underround.core.event import BookReplaced, BooksFetched, LevelsSet
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
        self._renewed_for: dict[Book, int | None] = {}

    def forget(self, book: Book) -> None:
        """Have nothing more to do with a book that is gone."""
        self._renewed_for.pop(book, None)

    def take(self, book: Book, image: BookReplaced, event: BooksFetched) -> bool:
        """Take one image; tell whether what waits for its book is to be looked at again."""
        now_ns = event.received_at_ns
        is_streamed = _is_streamed(book)
        is_same = _COMPARED_BY.get(event.purpose)
        if is_same is not None and book.state in _COMPARABLE:
            if book.updated_ns > event.asked_at_ns:  # it spoke for itself meanwhile
                return event.purpose != AGREE or self._compare_moving(book, image, now_ns)
            if is_same(book, image):
                return self._agree(book, image, now_ns)
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

    def _agree(self, book: Book, image: BookReplaced, now_ns: int) -> bool:
        """Take equal levels as proof, unless the venue knows of a later change than we do.

        Then a message is missing, and an old book may be shown under a new time: the socket is
        asked once for each such time.
        """
        time_ms = image.time_ms
        is_ahead = time_ms is not None and time_ms > book.time_ms and _is_told(book)
        if is_ahead and self._renewed_for.get(book) != time_ms:
            self._renewed_for[book] = time_ms
            self._trust.judge(book, BookTrigger.GAP, "REST knows a later change", now_ns)
            self._trust.resubscribe(book, "REST knows a later change", now_ns)
            return False
        self._trust.prove(book, now_ns)
        return True

    def _compare_moving(self, book: Book, image: BookReplaced, now_ns: int) -> bool:
        """Compare a book that moved since it was asked for: the image with all later changes.

        Where those are forgotten, or the image is ahead of the socket, nothing can be said.
        """
        link, time_ms = book.link, image.time_ms
        if link is None or time_ms is None or not book.snapshot_ms <= time_ms <= book.time_ms:
            return True
        later = link.changes_after(book.instrument.id, time_ms)
        if later is None:
            return True
        if _levels_after(image, later) == (dict(book.bids.depth()), dict(book.asks.depth())):
            self._trust.prove(book, now_ns)
            return True
        self._trust.contradict(book, now_ns)
        self._trust.resubscribe(book, "differs from REST", now_ns)
        return False

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


def _levels_after(
    image: BookReplaced, later: Iterable[LevelsSet]
) -> tuple[dict[int, int], dict[int, int]]:
    """Return the (bids, asks) by price that an image and later changes make."""
    sides = dict(image.bids), dict(image.asks)
    for message in later:
        for _, is_bid, price_e4, size_e6, _, _ in message.changes:
            sides[0 if is_bid else 1][price_e4] = size_e6
    bids, asks = ({price: size for price, size in side.items() if size} for side in sides)
    return bids, asks


def _is_told(book: Book) -> bool:
    """Tell whether a socket feeds a book now."""
    link = book.link
    return link is not None and link.is_open and not link.is_slow


def _is_streamed(book: Book) -> bool:
    """Tell whether a numbered stream feeds a book: no image without a number fits into it."""
    return book.instrument.venue is Venue.KALSHI and not (
        book.link is not None and book.link.is_slow
    )
