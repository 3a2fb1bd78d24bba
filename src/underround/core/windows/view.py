"""What a strategy is shown: the index, the windows, their fair values and executable quotes.

Frozen values taken from the engine at one moment. A strategy is a pure function from a view to
ideas: it reads no clock, file or network, and remembers nothing, so that a replay has the same
ideas.
"""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from msgspec import Struct

from underround.core.instrument import Outcome
from underround.core.units import USD_ONE_E6
from underround.core.windows.fair_value import FairValue
from underround.core.windows.index import IndexQuality
from underround.core.windows.spot_event import Asset
from underround.core.windows.window import Window


class Offer(Struct, frozen=True):
    """What one contract of an outcome costs a taker now: price, all-in cost with the fee, size.

    `is_slow`: from a book that is asked for now and then, so it may be seconds old.
    """

    instrument: str
    price_e4: int
    cost_e6: int
    size_e6: int
    is_slow: bool = False

    @property
    def cost(self) -> float:
        """The all-in cost in USD."""
        return self.cost_e6 / USD_ONE_E6


class WindowView(Struct, frozen=True):
    """One open window. `fair` is None where it cannot be said (`blocked` says why).

    `yes` and `no` are None where the book offers nothing or cannot be trusted. `oracle_offset` is
    how far the venue's oracle lay above the index at the open, USD, where that is known.
    """

    window: Window
    seconds_to_close: int
    fair: FairValue | None
    yes: Offer | None
    no: Offer | None
    blocked: str = ""
    oracle_offset: float | None = None

    @property
    def obstacle(self) -> str:
        """Why nothing can be wanted of it now, "" where it can."""
        return self.blocked or ("no quote" if self.yes is None and self.no is None else "")

    def offer(self, outcome: Outcome) -> Offer | None:
        """Return what an outcome costs."""
        return self.yes if outcome is Outcome.YES else self.no

    def probability(self, outcome: Outcome) -> float | None:
        """Return the fair probability that an outcome pays."""
        if self.fair is None:
            return None
        return self.fair.p_yes if outcome is Outcome.YES else 1 - self.fair.p_yes


class View(Struct, frozen=True):
    """One asset at one moment; prices and sigma in USD, sigma per square root of a second.

    `index` is the proxy as calculated, `official` the administrator's last value.
    """

    asset: Asset
    at_ns: int
    index: float | None
    official: float | None
    quality: IndexQuality
    used: tuple[str, ...]
    sigma: float | None
    windows: tuple[WindowView, ...]


class Idea(Struct, frozen=True, kw_only=True):
    """Buy an outcome of a window: expected `edge` (USD a contract after fees) and `confidence`.

    `confidence` is the probability that the edge is above 0, 0…1. An idea that no longer `opens`
    keeps what it opened before from closing, and opens nothing itself.
    """

    window: str
    outcome: Outcome
    edge: float
    confidence: float
    reason: str = ""
    opens: bool = True


Strategy: TypeAlias = Callable[[View], Iterable[Idea]]
