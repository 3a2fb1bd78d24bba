"""Quotes on simulated windows: a market maker whose view is a little off.

Prices are ten-thousandths of a dollar on the YES scale. Its error wanders, so that now and then an
outcome is really cheap. It sends nothing.
"""

import random
from math import erf, sqrt
from typing import Final

from underround.core.instrument import PriceGrid
from underround.simulation.book import ASK, BID, Book, Change, Side

_DEPTH: Final = 4
_LEAST_SPREAD_E4: Final = 100
_KEPT_SHARE: Final = 0.9
_ERROR_SD: Final = 0.02


def chance_above(price: float, strike: float, sigma: float, seconds: float) -> float:
    """Return the normal chance of ending above a strike, sigma in USD per root second."""
    spread = max(sigma * sqrt(max(seconds, 0.0)), 0.05)
    return 0.5 * (1 + erf((price - strike) / spread / sqrt(2)))


class Maker:
    """The quotes of one market."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._error = rng.gauss(0, _ERROR_SD)

    def quote(self, book: Book, grid: PriceGrid, chance: float) -> list[Change]:
        """Return the changes that move the book's quotes around a probability."""
        rng = self._rng
        drift = rng.gauss(0, _ERROR_SD * sqrt(1 - _KEPT_SHARE**2))
        self._error = _KEPT_SHARE * self._error + drift
        middle_e4 = min(max(chance + self._error, 0.02), 0.98) * 10_000
        half_e4 = _LEAST_SPREAD_E4 / 2 + rng.random() * 100
        slots = sorted(
            range(len(grid)), key=lambda slot: abs(grid.prices_e4[slot] - (middle_e4 - half_e4))
        )
        bid = min(max(slots[0], _DEPTH), len(grid) - _DEPTH - 2)
        ask = bid + 1
        while ask < len(grid) - _DEPTH and grid.prices_e4[ask] < middle_e4 + half_e4:
            ask += 1
        wanted: dict[tuple[Side, int], int] = {}
        for step in range(_DEPTH):
            wanted[BID, grid.prices_e4[bid - step]] = self._size()
            wanted[ASK, grid.prices_e4[ask + step]] = self._size()
        return _changes(book, wanted)

    def _size(self) -> int:
        return self._rng.randint(20, 400) * 1_000_000


def withdrawal(book: Book) -> list[Change]:
    """Return the changes that take every order away."""
    return _changes(book, {})


def _changes(book: Book, wanted: dict[tuple[Side, int], int]) -> list[Change]:
    """Return what turns a book into the wanted levels, removals first."""
    sides: tuple[tuple[Side, dict[int, int]], ...] = ((BID, book.bids), (ASK, book.asks))
    gone: list[Change] = [
        (side, price_e4, 0)
        for side, levels in sides
        for price_e4 in levels
        if (side, price_e4) not in wanted
    ]
    return gone + [
        (side, price_e4, size_e6)
        for (side, price_e4), size_e6 in wanted.items()
        if book.side(side).get(price_e4) != size_e6
    ]
