"""A simulated Bitcoin index: five ticks a second, a print and its averages every second.

Seeded, stepped from outside, and stamped by whoever steps it; it knows no market and no wire.
Prices are whole cents (`_e2`), so that a settlement rounds as the venue's does.
"""

import random
from collections import deque
from typing import Final, NamedTuple

PER_PRINT: Final = 5
"""Ticks to a print: the fast feed has five a second, the slow one and the averages one."""
WINDOW: Final = 60
_SIGMA_E2: Final = 180.0


class Average(NamedTuple):
    """The mean (dollars) of `size` prints between two times, epoch ms."""

    value: float
    size: int
    start_ms: int
    end_ms: int


class Print(NamedTuple):
    """One value (dollars); `closing` is the average that builds in the minute before a close."""

    name: str
    value: float
    at_ms: int
    trailing: Average
    closing: Average | None = None


class Index:
    """A seeded price path with the averages that the venues make of it.

    `tick_ms` is how much of the venue's time passes between two ticks.
    """

    def __init__(
        self, name: str, seed: int, *, start_e2: int = 8_500_000, tick_ms: float = 200.0
    ) -> None:
        self.name = name
        self.value_e2 = start_e2
        self.ticks = 0
        self.settlement_e2: int | None = None
        """The mean of the 60 prints before the last close, the close's own left out."""
        self._random = random.Random(f"{seed} {name}")
        self._exact_e2 = float(start_e2)
        self._window_ms = round(WINDOW * PER_PRINT * tick_ms)
        self._prints: deque[int] = deque(maxlen=WINDOW)
        self._closing: list[int] = []
        self._close_ms: int | None = None

    def tick(self) -> None:
        """Let a fifth of a second pass."""
        self.ticks += 1
        self._exact_e2 += self._random.gauss(0.0, _SIGMA_E2)
        self.value_e2 = round(self._exact_e2)

    @property
    def is_print(self) -> bool:
        """Whether the last tick is also the second's print."""
        return self.ticks % PER_PRINT == 0

    @property
    def value(self) -> float:
        """The value in dollars."""
        return self.value_e2 / 100

    def aim(self, close_ms: int) -> None:
        """Build the settlement of a window that closes at a time (epoch ms)."""
        self._close_ms = close_ms
        self._closing = []

    def glance(self, at_ms: int) -> Print:
        """Return the current value as a tick that counts for no average."""
        return Print(self.name, self.value, at_ms, self._trailing(at_ms))

    def print(self, at_ms: int) -> Print:
        """Return the current value as a print stamped with a time, and count it."""
        trailing = self._trailing(at_ms)
        closing = self._count_for_close(at_ms)
        self._prints.append(self.value_e2)
        return Print(self.name, self.value, at_ms, trailing, closing)

    def mean_e2(self, prints: int = WINDOW) -> int:
        """Return the mean of the last prints, halves up; the value where there is none."""
        last = list(self._prints)[-prints:]
        return (2 * sum(last) + len(last)) // (2 * len(last)) if last else self.value_e2

    def _trailing(self, at_ms: int) -> Average:
        count = len(self._prints)
        mean = sum(self._prints) / count / 100 if count else self.value
        return Average(mean, count, at_ms - self._window_ms, at_ms)

    def _count_for_close(self, at_ms: int) -> Average | None:
        """Count a print of the last minute, the close's own included as the venue's feed does."""
        close_ms = self._close_ms
        if close_ms is None or at_ms <= close_ms - self._window_ms:
            return None
        self._closing.append(self.value_e2)
        if at_ms >= close_ms:
            self.settlement_e2, self._close_ms = self.mean_e2(), None
        mean = sum(self._closing) / len(self._closing) / 100
        return Average(mean, len(self._closing), close_ms - self._window_ms, at_ms)
