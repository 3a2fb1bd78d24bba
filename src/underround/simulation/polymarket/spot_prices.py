"""The Bitcoin prices that Polymarket's two price sockets tell, and their averages.

Numbers only; the sockets write them. The Chainlink price keeps near the index and is not it.
"""

import random
from collections import deque
from typing import Final, NamedTuple

HISTORY: Final = 120
"""Seconds of prices that a new subscriber is given."""
_APART_E2: Final = 90.0


class Point(NamedTuple):
    """A price at a time (epoch ms), in cents and its hundredths of cents (1e-4 dollars)."""

    at_ms: int
    price_e4: int


class SpotPrices:
    """Prices once a second: Chainlink's own, and its averages over 30 and 60 seconds."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(f"{seed} chainlink")
        self._apart_e2 = 0.0
        self.spot: deque[Point] = deque(maxlen=HISTORY)
        self.twaps: dict[int, deque[Point]] = {
            window_s: deque(maxlen=HISTORY) for window_s in (30, 60)
        }

    def add(self, index_e2: int, at_ms: int) -> None:
        """Take the index's value of a second and make the second's prices of it."""
        self._apart_e2 = 0.9 * self._apart_e2 + self._random.gauss(0.0, _APART_E2)
        self.spot.append(Point(at_ms, round((index_e2 + self._apart_e2) * 100)))
        for window_s, points in self.twaps.items():
            last = [point.price_e4 for point in self.spot][-window_s:]
            points.append(Point(at_ms, round(sum(last) / len(last))))
