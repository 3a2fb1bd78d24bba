"""Two windows of one asset that end together on two venues, and what buying both sides is worth.

Their oracles differ, so a complete set across them may pay 0, 1 or 2: the pair is priced with that
risk and is never riskless. Both strikes must be known. Pure.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from math import hypot, sqrt
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from underround.core.instrument import Outcome, Venue
from underround.core.windows.distributions import normal_cdf, normal_density
from underround.core.windows.fair_value import FairValue
from underround.core.windows.oracle_distance import lasting_shifts
from underround.core.windows.pricing_settings import PricingSettings
from underround.core.windows.settlement import boundary_e8
from underround.core.windows.spot_units import from_e8
from underround.core.windows.window import Oracle, Window

_STEPS: Final = 200
_REACH: Final = 7.0


class WindowPair(Struct, frozen=True):
    """A Kalshi window and a Polymarket window on one asset with one close."""

    kalshi: Window
    polymarket: Window

    @property
    def id(self) -> str:
        """The names of both."""
        return f"{self.kalshi.id}~{self.polymarket.id}"


class PairValue(Struct, frozen=True):
    """What a complete set across the pair pays: by probability, and what the strikes do to it.

    `set_of` names the outcome bought on Polymarket; the other is bought on Kalshi. `loss` is the
    highest probability of neither under any reading of what is not known.
    """

    set_of: Outcome
    p_polymarket: float
    p_kalshi: float
    p_neither: float
    p_both: float
    loss: float

    @property
    def expected(self) -> float:
        """The expected payment of one set, USD."""
        return self.p_polymarket + self.p_kalshi


def pair_windows(windows: Iterable[Window]) -> list[WindowPair]:
    """Return the pairs of open windows: same asset, same close, nearest strike.

    A window whose strike is not known is paired with none: what it asks is not known.
    """
    known = [window for window in windows if window.strike_e8 is not None]
    pairs = []
    for polymarket in known:
        if polymarket.venue is not Venue.POLYMARKET:
            continue
        matching = [
            kalshi
            for kalshi in known
            if kalshi.venue is Venue.KALSHI
            and kalshi.asset is polymarket.asset
            and kalshi.close_at_ns == polymarket.close_at_ns
        ]
        for series in sorted({kalshi.series for kalshi in matching}):
            in_series = [kalshi for kalshi in matching if kalshi.series == series]
            pairs.append(WindowPair(min(in_series, key=partial(_apart, polymarket)), polymarket))
    return pairs


def pair_values(
    pair: WindowPair,
    fair: FairValue,
    sigma: float,
    settings: PricingSettings,
    offset: float | None = None,
) -> Iterator[PairValue]:
    """Yield what both complete sets are worth, given the Kalshi window's fair value.

    The index's settlement mean is normal with `fair`'s moments; the other oracle's is that plus
    an error of its own, and plus what is left of its `offset` at the open. Whether that lasts
    nobody knows, nor how large the error is, and an error pays twice as gladly as nothing: so each
    set is worth what it is worth under the least favourable reading, and loses by the worst.
    """
    polymarket, prints = pair.polymarket, pair.kalshi.terms.prints
    exact = replace(settings, chainlink_sd_bp=0.0, binance_sd_bp=0.0)
    sds = {oracle_sd(polymarket, fair.mean, sigma, prints, each) for each in (settings, exact)}
    readings = [
        tuple(_sets(pair, fair, shift, apart_sd))
        for shift in lasting_shifts(pair.kalshi, polymarket, offset)
        for apart_sd in sorted(sds)
    ]
    for same_set in zip(*readings, strict=True):
        least = min(same_set, key=lambda value: value.expected)
        yield replace(least, loss=max(value.p_neither for value in same_set))


def _sets(pair: WindowPair, fair: FairValue, shift: float, apart_sd: float) -> Iterator[PairValue]:
    """Yield both sets with the oracle `shift` above the index, off by `apart_sd`; both USD."""
    kalshi, polymarket = pair.kalshi, pair.polymarket
    assert kalshi.strike_e8 is not None
    assert polymarket.strike_e8 is not None
    sd = max(fair.sd, 1e-9)
    low = from_e8(boundary_e8(kalshi.strike_e8, kalshi.terms)) - fair.mean
    other = from_e8(boundary_e8(polymarket.strike_e8, polymarket.terms)) - fair.mean - shift
    p_up = normal_cdf(-other / hypot(sd, apart_sd))
    p_yes = normal_cdf(-low / sd)
    both_high = _both_above(low, other, sd, apart_sd)
    # Up with NO: neither pays where the other oracle ends below and the index above.
    neither = max(p_yes - both_high, 0.0)
    yield PairValue(Outcome.YES, p_up, 1 - p_yes, neither, max(p_up - both_high, 0.0), neither)
    # Down with YES: the other way round.
    neither = max(p_up - both_high, 0.0)
    yield PairValue(Outcome.NO, 1 - p_up, p_yes, neither, max(p_yes - both_high, 0.0), neither)


def oracle_sd(
    window: Window, price: float, sigma: float, prints: int, settings: PricingSettings
) -> float:
    """Return how far a window's oracle may end from the index's settlement mean, USD.

    Another index of the same mean has its own error; an instant's price strays from the mean of
    the last `prints` seconds by sigma²·prints/3 besides, and one taken later by sigma² a second.
    """
    if window.oracle.is_binance:
        stray = sigma * sqrt(prints / 3 + window.oracle.late_s)
        return hypot(price * settings.binance_sd_bp / 10_000, stray)
    if window.oracle is Oracle.CHAINLINK:
        return price * settings.chainlink_sd_bp / 10_000
    return 0.0


def _both_above(low: float, other: float, sd: float, apart_sd: float) -> float:
    """Return P(x >= low and x + e >= other) for x of sd and e of apart_sd, both around 0."""
    if apart_sd == 0:
        return normal_cdf(-max(low, other) / sd)
    start, kink, blur = low / sd, other / sd, apart_sd / sd
    # Beyond the blur around the other strike its condition holds for sure, or not at all.
    certain = max(start, kink + _REACH * blur)
    total = normal_cdf(-certain)
    first = max(start, kink - _REACH * blur, -_REACH)
    width = (min(certain, _REACH) - first) / _STEPS
    if width <= 0:
        return total
    area = 0.0
    for place in range(_STEPS + 1):  # Simpson's rule
        z = first + place * width
        weight = 1 if place in (0, _STEPS) else 4 if place % 2 else 2
        area += weight * normal_density(z) * normal_cdf((z - kink) / blur)
    return total + area * width / 3


def _apart(polymarket: Window, kalshi: Window) -> tuple[int, str]:
    """Rank Kalshi's windows by how near their strike is."""
    return abs((kalshi.strike_e8 or 0) - (polymarket.strike_e8 or 0)), kalshi.id
