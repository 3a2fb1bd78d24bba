"""Simulated windows on the index: when they open, their strikes, prints, settlement; the truth.

Strikes chain: a window's is the settlement of the one before. All in whole cents, by arithmetic of
its own. It lists nothing, sends nothing and reads no clock.
"""

from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

NS_PER_SECOND: Final = 1_000_000_000
_STEP_CENTS: Final = 5_000
_KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class SeriesPlan:
    """One series: its name, the length of a window, how many prints it averages, its strikes.

    A chained series has one strike, the settlement before, and pays YES on a tie; a ladder has
    several fixed ones and pays NO on a tie.
    """

    ticker: str
    length_s: int
    prints: int
    rungs: int = 0

    @property
    def is_ladder(self) -> bool:
        """Whether its strikes are fixed."""
        return self.rungs > 0


@dataclass(slots=True, eq=False)
class SimulatedWindow:
    """One window of a series; `strikes_cents` is empty until they are known."""

    plan: SeriesPlan
    opens_at_ns: int
    strikes_cents: list[int] = field(default_factory=list)
    prints_cents: dict[int, int] = field(default_factory=dict)
    stage: str = "listed"

    @property
    def closes_at_ns(self) -> int:
        """When it closes."""
        return self.opens_at_ns + self.plan.length_s * NS_PER_SECOND

    def take(self, stamp_ns: int, cents: int) -> None:
        """Take a print if it is one of the last before the close."""
        first_ns = self.closes_at_ns - self.plan.prints * NS_PER_SECOND
        if first_ns <= stamp_ns < self.closes_at_ns:
            self.prints_cents[stamp_ns] = cents

    @property
    def mean_cents(self) -> Fraction | None:
        """The mean of its prints; None while some are missing."""
        if len(self.prints_cents) < self.plan.prints:
            return None
        return Fraction(sum(self.prints_cents.values()), self.plan.prints)

    @property
    def value_cents(self) -> int | None:
        """The settlement rounded half up to the cent."""
        mean = self.mean_cents
        return None if mean is None else int(mean + Fraction(1, 2))

    def pays_yes(self, strike_cents: int) -> bool:
        """Say whether YES at a strike pays; every print must be there."""
        mean, value = self.mean_cents, self.value_cents
        assert mean is not None
        assert value is not None
        return mean > strike_cents if self.plan.is_ladder else value >= strike_cents


class Timetable:
    """The windows of one series, one after the other without end."""

    def __init__(self, plan: SeriesPlan, now_ns: int, index_cents: int) -> None:
        self.plan = plan
        self.windows: deque[SimulatedWindow] = deque(maxlen=_KEPT)
        length_ns = plan.length_s * NS_PER_SECOND
        self._next_opening_ns = now_ns - now_ns % length_ns
        self._last_value_cents = index_cents

    def list_until(self, until_ns: int, index_cents: int) -> list[SimulatedWindow]:
        """List the windows that open up to a time; return the new ones."""
        fresh = []
        while self._next_opening_ns <= until_ns:
            window = SimulatedWindow(self.plan, self._next_opening_ns)
            if self.plan.is_ladder:
                window.strikes_cents = self._ladder(index_cents)
            self._next_opening_ns = window.closes_at_ns
            self.windows.append(window)
            fresh.append(window)
        return fresh

    def take(self, stamp_ns: int, cents: int) -> None:
        """Give a print to whichever windows it belongs to."""
        for window in self.windows:
            window.take(stamp_ns, cents)

    def chain(self, now_ns: int) -> None:
        """Give windows that have opened their strike: what the one before settled at.

        Where the one before has no settlement, the index of the beginning stands for it.
        """
        for window in self.windows:
            if window.value_cents is not None and window.closes_at_ns <= now_ns:
                self._last_value_cents = window.value_cents
            elif not window.strikes_cents and window.opens_at_ns <= now_ns:
                window.strikes_cents = [self._last_value_cents]

    def _ladder(self, index_cents: int) -> list[int]:
        middle = round(index_cents / _STEP_CENTS)
        first = middle - self.plan.rungs // 2
        return [(first + rung) * _STEP_CENTS - 1 for rung in range(self.plan.rungs)]


def ledger_of(window: SimulatedWindow) -> dict[str, Any]:
    """Return the truth about a window as the control port shows it."""
    value = window.value_cents
    return {
        "series": window.plan.ticker,
        "opens_at_ns": window.opens_at_ns,
        "closes_at_ns": window.closes_at_ns,
        "strikes_cents": window.strikes_cents,
        "prints_cents": [window.prints_cents[stamp] for stamp in sorted(window.prints_cents)],
        "value_cents": value,
        "pays_yes": None
        if value is None
        else [window.pays_yes(strike) for strike in window.strikes_cents],
    }
