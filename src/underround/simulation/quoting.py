"""How a book's top is moved: what must go, what stands at the best price, and the depth behind it.

Works out changes only; whose book it is and why it moves is decided elsewhere.
"""

import random
from collections.abc import Mapping
from typing import Final

from underround.core.instrument import PriceGrid
from underround.simulation.book import ASK, BID, Change, Side
from underround.simulation.sizes import MIN_TOP_E6, draw_size

_DEPTH: Final = 5
_MOST_LEVELS: Final = 14


def requoted(
    rng: random.Random,
    grid: PriceGrid,
    bids: Mapping[int, int],
    asks: Mapping[int, int],
    quote: tuple[int, int],
) -> list[Change]:
    """Return the changes that make `quote` (bid, ask in e4) the top of a book, removals first."""
    bid_e4, ask_e4 = quote
    changes: list[Change] = [(BID, p, 0) for p in sorted(bids, reverse=True) if p > bid_e4]
    changes += [(ASK, p, 0) for p in sorted(asks) if p < ask_e4]
    kept_bids = {p: s for p, s in bids.items() if p <= bid_e4}
    kept_asks = {p: s for p, s in asks.items() if p >= ask_e4}
    changes += _deepened(rng, grid, BID, kept_bids, bid_e4)
    changes += _deepened(rng, grid, ASK, kept_asks, ask_e4)
    return changes


def _deepened(
    rng: random.Random, grid: PriceGrid, side: Side, kept: dict[int, int], best_e4: int
) -> list[Change]:
    """Put a level at the best price and some behind it; drop what lies too deep."""
    changes: list[Change] = []
    slot, sign = grid.slots[best_e4], -1 if side == BID else 1
    fine = len(grid) > 500
    for _ in range(_DEPTH):
        if not 0 <= slot < len(grid):
            break
        price_e4 = grid.prices_e4[slot]
        if kept.get(price_e4, 0) < MIN_TOP_E6:
            kept[price_e4] = draw_size(rng, MIN_TOP_E6)
            changes.append((side, price_e4, kept[price_e4]))
        slot += sign * rng.randint(1, 4 if fine else 1)
    deepest = sorted(kept, key=lambda p: abs(p - best_e4))[_MOST_LEVELS:]
    return changes + [(side, price_e4, 0) for price_e4 in deepest]


def snapped(grid: PriceGrid, price_e4: int, sign: int) -> int:
    """Return the nearest price on the grid at or beyond a price, away from the middle."""
    price_e4 = min(max(price_e4, grid.prices_e4[0]), grid.prices_e4[-1])
    while price_e4 not in grid:
        price_e4 += 10 * sign
    return price_e4
