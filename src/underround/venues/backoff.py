"""How long to wait before trying again: exponential ceilings with full jitter.

Draws no random number itself and never sleeps; the caller does both.
See https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ (full jitter).
"""

from collections.abc import Callable


class Backoff:
    """Delays of 0 … min(cap, base × 2^n) seconds, n counting failures since the last reset."""

    __slots__ = ("_randomness", "base_s", "cap_s", "failures")

    def __init__(self, base_s: float, cap_s: float, randomness: Callable[[], float]) -> None:
        if not 0 < base_s <= cap_s:
            raise ValueError(f"backoff from {base_s} s up to {cap_s} s is not a range")
        self.base_s = base_s
        self.cap_s = cap_s
        self.failures = 0
        self._randomness = randomness

    def ceiling_s(self) -> float:
        """Return the longest delay that the next failure may bring, in seconds."""
        # 2^60 already exceeds any cap in use; bounding the exponent keeps the power finite.
        return min(self.cap_s, self.base_s * 2.0 ** min(self.failures, 60))

    def next_s(self) -> float:
        """Count one failure and return the seconds to wait; `randomness` gives 0 … 1."""
        delay_s = self._randomness() * self.ceiling_s()
        self.failures += 1
        return delay_s

    def reset(self) -> None:
        """Forget the failures: the connection has proved itself."""
        self.failures = 0
