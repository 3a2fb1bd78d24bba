"""What is left of a book for paper orders: displayed sizes less what rivals and we took of them.

A resting size is given out once. A level is forgotten only when the book shows less than was
taken, so that a size that came back unseen is not counted on. Reads books, changes none.
"""

from typing import Final

from underround.core.book import Book
from underround.core.instrument import Outcome
from underround.core.trading.quotes import levels_to_take
from underround.core.units import PRICE_ONE_E4

Key = tuple[str, bool, int]
REMEMBERED: Final = 20_000
"""Levels; of more, those taken from first are forgotten, whose sizes are long gone."""


class TakenSizes:
    """Sizes already taken, by market, side and price; both tokens of a market are one book.

    `rivals_e4` is the share (1e-4) of every displayed size that others take before us.
    """

    def __init__(self, rivals_e4: int) -> None:
        self._rivals_e4 = rivals_e4
        self._taken_e6: dict[Key, int] = {}

    def left(
        self, book: Book, outcome: Outcome, limit_e4: int, *, is_buy: bool
    ) -> list[tuple[int, int]]:
        """Return (price_e4 of the outcome, size_e6) still to be had inside a limit, best first."""
        found = []
        for price_e4, shown_e6 in levels_to_take(book, outcome, is_buy=is_buy):
            if price_e4 > limit_e4 if is_buy else price_e4 < limit_e4:
                break
            key = _key(book, outcome, price_e4, is_buy=is_buy)
            taken_e6 = min(self._taken_e6.get(key, 0), shown_e6)
            if taken_e6:
                self._taken_e6[key] = taken_e6
            left_e6 = shown_e6 - shown_e6 * self._rivals_e4 // 10_000 - taken_e6
            left_e6 -= left_e6 % book.instrument.lot_e6
            if left_e6 > 0:
                found.append((price_e4, left_e6))
        return found

    def take(
        self, book: Book, outcome: Outcome, price_e4: int, size_e6: int, *, is_buy: bool
    ) -> None:
        """Note that a size was given out."""
        key = _key(book, outcome, price_e4, is_buy=is_buy)
        self._taken_e6[key] = self._taken_e6.get(key, 0) + size_e6
        if len(self._taken_e6) > REMEMBERED:
            del self._taken_e6[next(iter(self._taken_e6))]


def _key(book: Book, outcome: Outcome, price_e4: int, *, is_buy: bool) -> Key:
    """Name a level so that buying YES at 0.40 and selling NO at 0.60 meet the same size."""
    instrument = book.instrument
    market = min(instrument.id, instrument.complement_id or instrument.id)
    is_yes = outcome is Outcome.YES
    return market, is_buy == is_yes, price_e4 if is_yes else PRICE_ONE_E4 - price_e4
