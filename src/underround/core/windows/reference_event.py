"""Inputs of the reference price's part of the engine: spot books, official values, windows.

Plain values; whoever prices windows takes them. Nothing here knows a wire or does anything.
"""

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct

from underround.core.windows.settlement import SettlementTerms
from underround.core.windows.spot_event import Asset, SpotDelta, SpotFault, SpotSnapshot
from underround.core.windows.window import Window

BookEvent: TypeAlias = SpotSnapshot | SpotDelta | SpotFault
"""What changes a spot book or its standing."""


class SpotReceived(Struct, gc=False):
    """What one read of one spot exchange's connection, or its loss, says of its book."""

    asset: Asset
    at_ns: int
    events: Sequence[BookEvent]


class OfficialValue(Struct, gc=False):
    """The index as its administrator publishes it; `is_fast` values come within the second.

    `stamped_at_ns` is the administrator's time of the calculation, `at_ns` that of our receipt.
    """

    asset: Asset
    stamped_at_ns: int
    value_e8: int
    at_ns: int
    is_fast: bool = False


class WindowListed(Struct):
    """A window to price, or a known one with facts that came later (its strike)."""

    window: Window
    at_ns: int


class StrikeTold(Struct, gc=False):
    """A venue told a window's strike in its stream, and its terms where it states them.

    The rounding in them is only the usual one: what the catalog said of it counts.
    """

    window: str
    strike_e8: int
    at_ns: int
    terms: SettlementTerms | None = None


class WindowResolved(Struct):
    """The venue's own word on a window: which way it paid, and on what value, where it says so."""

    window: str
    is_yes: bool
    value_e8: int | None
    at_ns: int


ReferenceEvent: TypeAlias = (
    SpotReceived | OfficialValue | WindowListed | StrikeTold | WindowResolved
)
