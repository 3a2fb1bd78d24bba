"""Distributions of durations, kept within bounds: percentiles and a histogram for people.

Takes numbers and reads no clock.
"""

from collections import deque
from typing import Any, Final

from underround.app.wording import percentile
from underround.core.units import NS_PER_MS

KEPT: Final = 50_000
BINS_MS: Final = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)


class Durations:
    """The last durations of one kind, in nanoseconds, and how many there were in all."""

    __slots__ = ("count", "last_ns", "values_ns")

    def __init__(self) -> None:
        self.count = 0
        self.last_ns: int | None = None
        self.values_ns: deque[int] = deque(maxlen=KEPT)

    def add(self, value_ns: int) -> None:
        """Take one duration; a negative one (two clocks apart) stays as it is."""
        self.count += 1
        self.last_ns = value_ns
        self.values_ns.append(value_ns)

    def percentile_ms(self, share: float) -> float | None:
        """Return the duration below which `share` (0…1) of them lie; None without any."""
        value_ns = percentile(sorted(self.values_ns), share)
        return None if value_ns is None else value_ns / NS_PER_MS

    def summary(self) -> dict[str, Any]:
        """Return count, p50, p90, p99, the largest, and the histogram, in milliseconds."""
        ordered = sorted(self.values_ns)
        figures = {
            name: _ms(percentile(ordered, share))
            for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0))
        }
        return {"count": self.count, **figures, "histogram": histogram(ordered)}


def histogram(ordered_ns: list[int]) -> list[tuple[float | None, int]]:
    """Return (upper bound in ms, count) for every bin that is not empty; the last has no bound."""
    counts = [0] * (len(BINS_MS) + 1)
    place = 0
    for value_ns in ordered_ns:
        while place < len(BINS_MS) and value_ns > BINS_MS[place] * NS_PER_MS:
            place += 1
        counts[place] += 1
    bounds = (*BINS_MS, None)
    return [(bound, count) for bound, count in zip(bounds, counts, strict=True) if count]


def _ms(value_ns: int | None) -> float | None:
    return None if value_ns is None else round(value_ns / NS_PER_MS, 3)
