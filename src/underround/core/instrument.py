"""What can be traded: venues, instruments, their price grids, fee terms and settlement times.

Plain facts without behaviour over time; this module knows no book, no fee arithmetic, no wire.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Final

from msgspec import Struct

from underround.core.units import PRICE_ONE_E4


class Venue(StrEnum):
    """A place that trades."""

    POLYMARKET = "polymarket"
    KALSHI = "kalshi"


class Outcome(StrEnum):
    """One side of a binary question; the two pay 1 dollar together."""

    YES = "yes"
    NO = "no"

    @property
    def complement(self) -> "Outcome":
        """The other side."""
        return Outcome.NO if self is Outcome.YES else Outcome.YES


OFF_GRID: Final = -1


class PriceGrid:
    """The prices an instrument may trade at, numbered from 0 upwards (`slot`).

    `prices_e4[slot]` is the price of a slot; `slots[price_e4]` the slot of a price, or OFF_GRID.
    Grids are interned: equal ranges give the same object, so large tables are shared.
    """

    __slots__ = ("prices_e4", "ranges", "slots")

    def __init__(self, ranges: tuple[tuple[int, int, int], ...]) -> None:
        prices: set[int] = set()
        for start_e4, end_e4, step_e4 in ranges:
            if step_e4 <= 0 or not 0 <= start_e4 < end_e4 <= PRICE_ONE_E4:
                raise ValueError(
                    f"price range {start_e4}…{end_e4} step {step_e4} (1e-4 $) is not a grid"
                )
            prices.update(range(start_e4, end_e4 + 1, step_e4))
        prices -= {0, PRICE_ONE_E4}
        self.ranges = ranges
        self.prices_e4 = sorted(prices)
        self.slots = [OFF_GRID] * (PRICE_ONE_E4 + 1)
        for slot, price_e4 in enumerate(self.prices_e4):
            self.slots[price_e4] = slot

    @staticmethod
    def of(ranges: Iterable[tuple[int, int, int]]) -> "PriceGrid":
        """Return the grid made of (start_e4, end_e4, step_e4) ranges, ends included."""
        return _grid(tuple(ranges))

    @staticmethod
    def uniform(step_e4: int) -> "PriceGrid":
        """Return the grid with one tick everywhere (100 = one cent)."""
        return _grid(((0, PRICE_ONE_E4, step_e4),))

    def __contains__(self, price_e4: int) -> bool:
        return 0 <= price_e4 <= PRICE_ONE_E4 and self.slots[price_e4] != OFF_GRID

    def __len__(self) -> int:
        return len(self.prices_e4)

    def __repr__(self) -> str:
        return f"PriceGrid({self.ranges})"


@lru_cache(maxsize=256)
def _grid(ranges: tuple[tuple[int, int, int], ...]) -> PriceGrid:
    return PriceGrid(ranges)


LINEAR_CENT: Final = PriceGrid.uniform(100)
DECI_CENT: Final = PriceGrid.uniform(10)
CENTI_CENT: Final = PriceGrid.uniform(1)
TAPERED_DECI_CENT: Final = PriceGrid.of(
    ((0, 1_000, 10), (1_000, 9_000, 100), (9_000, PRICE_ONE_E4, 10))
)


class FeeTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """The taker fee's terms of one market: `rate × multiplier × (p(1−p))^exponent` a contract.

    Exact rationals: `rate_e4` in 1e-4 (Kalshi 700 = 0.07), `multiplier_e4` in 1e-4 (10000 = 1).
    `kind` names the venue's fee model, for instance `quadratic` (Kalshi) or `polymarket`.
    `precision_e6` is what a Kalshi account's balance is rounded down to, in usd_e6: $0.0001 for a
    direct member, $0.01 behind a broker.
    """

    kind: str
    rate_e4: int
    multiplier_e4: int = 10_000
    exponent: int = 1
    precision_e6: int = 100


class Instrument(Struct, frozen=True, kw_only=True):
    """One tradable outcome and the facts that pricing it needs.

    Polymarket: one instrument a token, `complement_id` is the market's other token.
    Kalshi: one instrument a market, on the YES scale (its NO side is the same book mirrored),
    `complement_id` is None. `shard` numbers the part of the venue that it trades on, which may be
    paused, and hold money, by itself. `resolves_at_ns` is when the venue expects to pay, which
    decides nothing: it only says for how long money would be locked.
    """

    venue: Venue
    id: str
    market_id: str
    outcome: Outcome
    title: str
    ranges: tuple[tuple[int, int, int], ...]
    fees: FeeTerms
    complement_id: str | None = None
    event_id: str = ""
    series_id: str = ""
    min_size_e6: int = 0
    lot_e6: int = 10_000
    close_at_ns: int | None = None
    neg_risk: bool = False
    volume_24h_e6: int = 0
    shard: int = 0
    resolves_at_ns: int | None = None

    @property
    def grid(self) -> PriceGrid:
        """The price grid (interned)."""
        return _grid(self.ranges)
