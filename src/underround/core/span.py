"""Questions about one number: for which values YES wins, and what follows for several of them.

Exact arithmetic over values in hundred-millionths (e8). Which number is meant, and that several
questions mean the same one, is somebody else's to prove.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from msgspec import Struct

E8: Final = 10**8
_MOST_DIGITS: Final = 15


class Span(Struct, frozen=True, order=True):
    """The values from `low_e8` to `high_e8`, both included; None is without end."""

    low_e8: int | None
    high_e8: int | None

    @property
    def is_upward(self) -> bool:
        """Whether it is everything from some value on."""
        return self.low_e8 is not None and self.high_e8 is None

    @property
    def is_downward(self) -> bool:
        """Whether it is everything up to some value."""
        return self.low_e8 is None and self.high_e8 is not None

    @property
    def complement(self) -> "Span":
        """The other values; ValueError where they are not one span."""
        if self.is_upward and self.low_e8 is not None:
            return Span(None, self.low_e8 - 1)
        if self.is_downward and self.high_e8 is not None:
            return Span(self.high_e8 + 1, None)
        raise ValueError(f"what is outside of {self} is not one span")

    def holds(self, value_e8: int) -> bool:
        """Tell whether a value lies within."""
        return (self.low_e8 is None or self.low_e8 <= value_e8) and (
            self.high_e8 is None or value_e8 <= self.high_e8
        )


def value_e8(number: Decimal) -> int:
    """Return a number in e8; ValueError where it is finer than that, or beyond all reason."""
    # Asked first: a number of a million digits would take minutes to be made whole.
    if not number.is_finite() or (number and number.adjusted() > _MOST_DIGITS):
        raise ValueError(f"{number} is not a number in range")
    scaled = number * E8
    if scaled != int(scaled):
        raise ValueError(f"{number} is finer than 0.00000001")
    return int(scaled)


def above(floor: Decimal, step_e8: int = 1) -> Span:
    """Return the values greater than `floor`, where values come in steps."""
    return Span(value_e8(floor) + step_e8, None)


def from_on(floor: Decimal) -> Span:
    """Return the values of `floor` and more."""
    return Span(value_e8(floor), None)


def below(cap: Decimal) -> Span:
    """Return the values less than `cap`."""
    return Span(None, value_e8(cap) - 1)


def up_to(cap: Decimal, step_e8: int = 1) -> Span:
    """Return the values of `cap` and less, where values come in steps."""
    return Span(None, value_e8(cap) + step_e8 - 1)


def covers(spans: Sequence[Span]) -> str:
    """Return "" when the spans divide the whole line among them, else what is wrong, in words."""
    ordered = sorted(spans, key=_from)
    if not ordered or ordered[0].low_e8 is not None:
        return "nothing is listed below the lowest strike"
    for before, after in pairwise(ordered):
        if before.high_e8 is None or after.low_e8 is None or after.low_e8 <= before.high_e8:
            return f"two strikes overlap at {_written(after.low_e8)}"
        if after.low_e8 > before.high_e8 + 1:
            return f"a gap from {_written(before.high_e8)} to {_written(after.low_e8)}"
    if ordered[-1].high_e8 is not None:
        return "nothing is listed above the highest strike"
    return ""


def worlds_of(spans: Sequence[Span]) -> tuple[tuple[bool, ...], ...]:
    """Return every way the questions may turn out: one row for each cell between the bounds."""
    starts = {span.low_e8 for span in spans} | {
        None if span.high_e8 is None else span.high_e8 + 1 for span in spans
    }
    bounds = sorted(start for start in starts if start is not None)
    values = [bounds[0] - 1, *bounds] if bounds else [0]
    rows = [tuple(span.holds(value) for span in spans) for value in values]
    return tuple(dict.fromkeys(rows))


def _from(span: Span) -> tuple[bool, int]:
    return (span.low_e8 is not None, span.low_e8 or 0)


def _written(bound_e8: int | None) -> str:
    return "no bound" if bound_e8 is None else f"{Decimal(bound_e8) / E8:f}"
