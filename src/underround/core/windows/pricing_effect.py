"""What the pricing desk tells: calculations of the index, comparisons, prices, signals, endings.

Effects like the engine's others: shown, logged and kept by the shell, compared by a replay.
"""

from typing import TypeAlias

from msgspec import Struct

from underround.core.windows.index_desk import Comparison
from underround.core.windows.index_ticker import IndexTick
from underround.core.windows.value_signal import ValueSignal
from underround.core.windows.view import View
from underround.core.windows.window import Window


class IndexTicked(Struct, frozen=True):
    """The index was calculated."""

    tick: IndexTick


class OfficialCompared(Struct, frozen=True):
    """A print of ours and the official one of the same second are both there."""

    compared: Comparison


class WindowsPriced(Struct, frozen=True):
    """All open windows of an asset were valued at one calculation of its index."""

    view: View


class ValueRaised(Struct, frozen=True):
    """A chance opened, changed or closed."""

    signal: ValueSignal


class WindowEnded(Struct, frozen=True):
    """A window was resolved: our settlement beside the venue's word.

    `value_e8` and `said_yes` are None where prints or the strike were missing; `is_official` tells
    whether all our prints were official ones.
    """

    window: Window
    at_ns: int
    value_e8: int | None
    said_yes: bool | None
    is_official: bool
    resolved_yes: bool
    resolved_value_e8: int | None

    @property
    def is_wrong(self) -> bool | None:
        """Whether we said otherwise than the venue; None where we could not say."""
        return None if self.said_yes is None else self.said_yes != self.resolved_yes


PricingEffect: TypeAlias = (
    IndexTicked | OfficialCompared | WindowsPriced | ValueRaised | WindowEnded
)
