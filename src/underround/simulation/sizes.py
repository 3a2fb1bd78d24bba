"""Draws order sizes: whole and fractional contracts, two decimals, as both venues take them."""

import random
from typing import Final

from underround.core.units import SIZE_ONE_E6

MIN_TOP_E6: Final = 12 * SIZE_ONE_E6
"""Any level that can become the best shows at least this, so that every edge is takeable."""

_CENT_E6: Final = SIZE_ONE_E6 // 100


def draw_size(rng: random.Random, least_e6: int) -> int:
    """Draw a size_e6 of at least `least_e6`, log-normal, one in four of them fractional."""
    contracts = min(rng.lognormvariate(4.3, 1.1), 20_000.0)
    size_e6 = round(contracts) * SIZE_ONE_E6
    if rng.random() < 0.25:
        size_e6 += rng.randrange(1, 100) * _CENT_E6
    return least_e6 + size_e6 if size_e6 < least_e6 else size_e6
