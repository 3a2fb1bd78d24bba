"""The books of all constituents, and their sum over those that are pooled.

The sum is kept level by level as events arrive, so that calculating the index walks only the
levels near the touch. It may not decide who is pooled: the exclusions do.
"""

from collections.abc import Iterable

from underround.core.windows.spot_book import SpotBook, SpotLadder
from underround.core.windows.spot_event import Level, SpotDelta, SpotFault, SpotSnapshot


class ConsolidatedBook:
    """Books by exchange name, and the two ladders of summed sizes of the pooled ones."""

    __slots__ = ("asks", "bids", "books", "pooled")

    def __init__(self, exchanges: Iterable[str] = ()) -> None:
        self.books: dict[str, SpotBook] = {name: SpotBook(name) for name in exchanges}
        self.pooled: frozenset[str] = frozenset()
        self.bids = SpotLadder.of_bids()
        self.asks = SpotLadder.of_asks()

    def apply(self, event: SpotSnapshot | SpotDelta | SpotFault) -> None:
        """Apply an event to its exchange's book, and to the sum if that exchange is pooled."""
        book = self.books.get(event.exchange)
        if book is None:
            book = self.books[event.exchange] = SpotBook(event.exchange)
        if event.exchange not in self.pooled:
            book.apply(event)
            return
        if not book.note(event) or isinstance(event, SpotFault):
            return
        bids, asks = event.bids, event.asks
        if isinstance(event, SpotSnapshot):
            bids, asks = book.bids.changes_to(bids), book.asks.changes_to(asks)
        _set_both(book.bids, self.bids, bids)
        _set_both(book.asks, self.asks, asks)

    def pool(self, exchanges: Iterable[str]) -> None:
        """Make the sum run over these exchanges; costs nothing while they stay the same."""
        wanted = frozenset(exchanges)
        if wanted == self.pooled:
            return
        leaving, joining = self.pooled - wanted, wanted - self.pooled
        if len(leaving) + len(joining) > 2:
            parts = [self.books[name] for name in wanted]
            self.bids.become_sum([part.bids for part in parts])
            self.asks.become_sum([part.asks for part in parts])
        else:
            for names, sign in ((leaving, -1), (joining, 1)):
                for name in names:
                    _add(self.bids, self.books[name].bids, sign)
                    _add(self.asks, self.books[name].asks, sign)
        self.pooled = wanted

    def parts_e8(self, side_sign: int, price_e8: int) -> list[int]:
        """Return the pooled exchanges' own sizes at one price (side_sign 1 bids, -1 asks)."""
        parts = []
        for name, book in self.books.items():
            if name in self.pooled:
                size_e8 = (book.bids if side_sign > 0 else book.asks).sizes.get(price_e8)
                if size_e8:
                    parts.append(size_e8)
        return parts


def _set_both(own: SpotLadder, total: SpotLadder, levels: Iterable[Level]) -> None:
    """Set levels on one exchange's ladder and carry the differences over to the sum."""
    for price_e8, size_e8 in levels:
        before_e8 = own.set(price_e8, size_e8)
        if size_e8 != before_e8:
            total.set(price_e8, total.sizes.get(price_e8, 0) + size_e8 - before_e8)


def _add(total: SpotLadder, own: SpotLadder, sign: int) -> None:
    for price_e8, size_e8 in own.sizes.items():
        total.set(price_e8, total.sizes.get(price_e8, 0) + sign * size_e8)
