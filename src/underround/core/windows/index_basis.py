"""How far a proxy of the index lies from the official value, learnt from prints of equal stamp.

Exponentially weighted, so that it follows a constituent that joins or leaves. Estimates only.
"""

from math import exp2, sqrt
from typing import Final

HALF_LIFE_PRINTS: Final = 60.0
LEAST_PRINTS: Final = 10


class ProxyBasis:
    """Mean and standard deviation of proxy less official, in USD."""

    __slots__ = ("_keep", "_mean", "_square", "_weight", "count", "last")

    def __init__(self, half_life_prints: float = HALF_LIFE_PRINTS) -> None:
        self._keep = exp2(-1 / half_life_prints)
        self._mean = 0.0
        self._square = 0.0
        self._weight = 0.0
        self.count = 0
        self.last: float | None = None

    def take(self, difference: float) -> None:
        """Take proxy less official at one stamp."""
        keep = self._keep
        self._mean = keep * self._mean + (1 - keep) * difference
        self._square = keep * self._square + (1 - keep) * difference * difference
        self._weight = keep * self._weight + (1 - keep)
        self.count += 1
        self.last = difference

    @property
    def bias(self) -> float | None:
        """The mean difference; None before there were enough prints to tell."""
        return self._mean / self._weight if self.count >= LEAST_PRINTS else None

    @property
    def error(self) -> float | None:
        """How far the proxy less its bias may be off: the sd, or the last difference if larger."""
        bias, sd = self.bias, self.sd
        if bias is None or sd is None or self.last is None:
            return None
        return max(sd, abs(self.last - bias))

    @property
    def sd(self) -> float | None:
        """The differences' standard deviation about their mean; None before there were enough."""
        if self.count < LEAST_PRINTS:
            return None
        mean = self._mean / self._weight
        return sqrt(max(self._square / self._weight - mean * mean, 0.0))
