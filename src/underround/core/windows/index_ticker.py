"""The index at its own pace: every 200 ms, and at the top of the second as a print.

Calculates at the boundaries of time that an input has passed, before that input is applied; so a
late timer changes nothing, and a replay gives the same values. Reads no clock.
"""

from typing import Final

from msgspec import Struct

from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.core.windows.index import IndexCalculator, IndexValue
from underround.core.windows.index_parameters import IndexParameters
from underround.core.windows.reference_event import BookEvent
from underround.core.windows.spot_event import Asset

TICK_NS: Final = 200 * NS_PER_MS
_MOST_BEHIND_NS: Final = 60 * NS_PER_SECOND
_EVERY_TICK_WITHIN_NS: Final = NS_PER_SECOND


class IndexTick(Struct, frozen=True):
    """One calculation; a print is one at the top of a second."""

    asset: Asset
    at_ns: int
    value: IndexValue

    @property
    def is_print(self) -> bool:
        """Whether it falls on a whole second."""
        return self.at_ns % NS_PER_SECOND == 0


class IndexTicker:
    """The calculator of one asset's index and the boundary it calculates at next."""

    __slots__ = ("_next_ns", "calculator")

    def __init__(self, parameters: IndexParameters) -> None:
        self.calculator = IndexCalculator(parameters)
        self._next_ns: int | None = None

    @property
    def parameters(self) -> IndexParameters:
        """What the index is calculated by."""
        return self.calculator.parameters

    def apply(self, event: BookEvent) -> None:
        """Take up a book event; the boundaries before it must have been calculated."""
        self.calculator.apply(event)

    def ticks_until(self, now_ns: int) -> list[IndexTick]:
        """Return the calculations due up to `now_ns`, oldest first.

        After a standstill only the prints and the last boundary are made good, over a minute at
        most. The first call only sets the pace.
        """
        last_ns = now_ns - now_ns % TICK_NS
        if self._next_ns is None:
            self._next_ns = last_ns + TICK_NS
            return []
        first_ns, self._next_ns = self._next_ns, max(self._next_ns, last_ns + TICK_NS)
        first_ns = max(first_ns, last_ns - _MOST_BEHIND_NS)
        return [
            self._calculate(at_ns)
            for at_ns in range(first_ns, last_ns + 1, TICK_NS)
            if last_ns - at_ns < _EVERY_TICK_WITHIN_NS or at_ns % NS_PER_SECOND == 0
        ]

    def _calculate(self, at_ns: int) -> IndexTick:
        asset = self.parameters.asset
        return IndexTick(asset, at_ns, self.calculator.calculate(at_ns))
