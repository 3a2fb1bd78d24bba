"""What an outcome can be bought or sold for in a book now, in prices of that outcome.

A Kalshi book shows YES alone: NO is bought from its bids at one dollar less. Reads books only.
"""

from bisect import bisect_right

from underround.core.book import Book, Side
from underround.core.instrument import Outcome, PriceGrid
from underround.core.units import PRICE_ONE_E4


def side_to_take(book: Book, outcome: Outcome, *, is_buy: bool) -> Side:
    """Return the side of a book that an order for this outcome would take from."""
    takes_asks = is_buy == (outcome is book.instrument.outcome)
    return book.asks if takes_asks else book.bids


def levels_to_take(
    book: Book, outcome: Outcome, *, is_buy: bool, limit: int | None = None
) -> list[tuple[int, int]]:
    """Return (price_e4 of the outcome, size_e6) levels, the best for us first."""
    levels = side_to_take(book, outcome, is_buy=is_buy).depth(limit)
    if outcome is book.instrument.outcome:
        return levels
    return [(PRICE_ONE_E4 - price_e4, size_e6) for price_e4, size_e6 in levels]


def best_price_e4(book: Book, outcome: Outcome, *, is_buy: bool) -> int | None:
    """Return the best price that an order for this outcome would get; None on an empty side."""
    levels = levels_to_take(book, outcome, is_buy=is_buy, limit=1)
    return levels[0][0] if levels else None


def depth_to_e6(book: Book, outcome: Outcome, limit_e4: int, *, is_buy: bool) -> int:
    """Return how many contracts a limit reaches."""
    return sum(
        size_e6
        for price_e4, size_e6 in levels_to_take(book, outcome, is_buy=is_buy)
        if (price_e4 <= limit_e4 if is_buy else price_e4 >= limit_e4)
    )


def on_grid_e4(grid: PriceGrid, price_e4: int, *, is_mirrored: bool, is_buy: bool) -> int:
    """Return the grid price nearest to `price_e4` that is no worse for us than it.

    `is_mirrored`: the price is of the outcome that the grid does not count in.
    """
    own_e4 = PRICE_ONE_E4 - price_e4 if is_mirrored else price_e4
    prices = grid.prices_e4
    rounds_down = is_buy != is_mirrored
    if rounds_down:
        own_e4 = prices[max(bisect_right(prices, own_e4) - 1, 0)]
    else:
        place = min(bisect_right(prices, own_e4 - 1), len(prices) - 1)
        own_e4 = prices[place]
    return PRICE_ONE_E4 - own_e4 if is_mirrored else own_e4
