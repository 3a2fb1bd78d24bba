"""The CME CF real-time index (BRTI and its sisters) of the constituents' books.

One call a tick of 200 ms: exclusions, consolidated book, size cap, curves, weighted mean. Pure:
books and time come in, a value comes out that says whom it used, whom it refused and why.
"""

from collections.abc import Iterable
from enum import StrEnum
from math import floor

from msgspec import Struct

from underround.core.windows.consolidated_book import ConsolidatedBook
from underround.core.windows.index_curves import (
    PriceVolumeCurve,
    SizeCap,
    WeightedMid,
    price_volume_curve,
    sample_sizes_e8,
    size_cap,
    weighted_mid,
)
from underround.core.windows.index_exclusions import Exclusions, Refusal, exclude
from underround.core.windows.index_parameters import IndexParameters
from underround.core.windows.spot_event import SpotDelta, SpotFault, SpotSnapshot


class IndexQuality(StrEnum):
    """How much of the constituents' list stands behind a value."""

    FULL = "full"  # every constituent
    REDUCED = "reduced"  # at least half of them
    THIN = "thin"  # fewer than half
    NONE = "none"  # no value


class IndexValue(Struct, frozen=True):
    """One calculation: dollars unrounded, the published cents, and everything behind them.

    `index`, `published_cents`, `cap`, `mid` and `curve` are None when the calculation failed;
    `failure` then says why.
    """

    at_ns: int | None
    index: float | None
    published_cents: int | None
    cap: SizeCap | None
    mid: WeightedMid | None
    curve: PriceVolumeCurve | None
    used: tuple[str, ...]
    refused: dict[str, Refusal]
    quality: IndexQuality
    failure: str | None = None


class IndexCalculator:
    """The books of all constituents and the little that the method remembers between ticks."""

    __slots__ = ("_deviating", "parameters", "pool")

    def __init__(self, parameters: IndexParameters) -> None:
        self.parameters = parameters
        self.pool = ConsolidatedBook(parameters.constituents)
        self._deviating: frozenset[str] = frozenset()

    def apply(self, event: SpotSnapshot | SpotDelta | SpotFault) -> None:
        """Take up a book event of an exchange."""
        self.pool.apply(event)

    def calculate(self, now_ns: int | None) -> IndexValue:
        """Return the index at `now_ns`; None leaves out every rule of age and clock.

        Remembers which exchanges are out for their price, so that they return only well inside.
        """
        verdict = exclude(self.pool.books, self.parameters, now_ns, self._deviating)
        self._deviating = verdict.deviating
        self.pool.pool(verdict.used)
        return calculate(self.pool, self.parameters, verdict, now_ns)


def calculate(
    pool: ConsolidatedBook, parameters: IndexParameters, verdict: Exclusions, now_ns: int | None
) -> IndexValue:
    """Return the index of a pool that holds exactly the books of the verdict."""
    if not verdict.used:
        return _failed(verdict, now_ns, "no constituent has a usable book")
    cap = size_cap(sample_sizes_e8(pool, parameters.sample))
    curve = price_volume_curve(pool, cap.cap, parameters)
    if curve is None:
        return _failed(verdict, now_ns, "the consolidated book is shallower than one step")
    mid = weighted_mid(curve, parameters)
    return IndexValue(
        at_ns=now_ns,
        index=mid.index,
        published_cents=floor(mid.index * 100 + 0.5),
        cap=cap,
        mid=mid,
        curve=curve,
        used=verdict.used,
        refused=verdict.refused,
        quality=quality_of(verdict.used, parameters.constituents),
    )


def quality_of(used: Iterable[str], constituents: Iterable[str]) -> IndexQuality:
    """Return how much of the constituents' list is in use."""
    wanted = set(constituents)
    present = len(wanted & set(used))
    if not present:
        return IndexQuality.NONE
    if present == len(wanted):
        return IndexQuality.FULL
    return IndexQuality.REDUCED if 2 * present >= len(wanted) else IndexQuality.THIN


def _failed(verdict: Exclusions, now_ns: int | None, failure: str) -> IndexValue:
    return IndexValue(
        at_ns=now_ns,
        index=None,
        published_cents=None,
        cap=None,
        mid=None,
        curve=None,
        used=(),
        refused=verdict.refused,
        quality=IndexQuality.NONE,
        failure=failure,
    )
