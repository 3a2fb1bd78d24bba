"""The price-volume curves of the consolidated book: size cap, utilized depth, weighted mean.

Each function is one step of the published method, in whole 1e-8 as far as prices and sizes go,
so that no cumulative size misses a step by a rounding error. No step decides what is pooled.
"""

from bisect import bisect_left
from collections.abc import Sequence
from math import dist, exp, sqrt

from msgspec import Struct

from underround.core.windows.consolidated_book import ConsolidatedBook
from underround.core.windows.index_parameters import (
    CapReading,
    CrossedReading,
    IndexParameters,
    LambdaReading,
    SampleReading,
)
from underround.core.windows.spot_book import SpotLadder
from underround.core.windows.spot_units import ONE_E8, from_e8

_SAMPLE_COUNT = 50
_SAMPLE_PERCENT = 5
_ONE_E9 = 1_000_000_000


class SizeCap(Struct, frozen=True):
    """The dynamic order size cap and what it came from; sizes in coins."""

    count: int
    trimmed_each_end: int
    trimmed_mean: float
    winsorised_mean: float
    winsorised_sd: float
    cap: float


class PriceVolumeCurve(Struct, frozen=True):
    """Marginal prices at the depths s, 2s, … up to the utilized depth.

    `asks_e8[i]` and `bids_e8[i]` belong to the depth (i + 1) s.
    """

    asks_e8: list[int]
    bids_e8: list[int]


def size_cap(sizes_e8: Sequence[int]) -> SizeCap:
    """Return the cap of a non-empty sample: trimmed mean + 5 winsorised standard deviations.

    One hundredth of the sample is cut (trimmed) or pulled in (winsorised) at each end.
    """
    ordered = sorted(sizes_e8)
    count = len(ordered)
    cut = count // 100
    inner = ordered[cut : count - cut]
    trimmed_mean = sum(inner) / len(inner)
    winsorised = [inner[0]] * cut + inner + [inner[-1]] * cut
    winsorised_mean = sum(winsorised) / count
    # The distance to the mean is the root of the sum of squares, without a loop of our own.
    sd = dist(winsorised, [winsorised_mean] * count) / sqrt(count - 1) if count > 1 else 0.0
    trimmed_mean, winsorised_mean, sd = (e8 / ONE_E8 for e8 in (trimmed_mean, winsorised_mean, sd))
    return SizeCap(count, cut, trimmed_mean, winsorised_mean, sd, trimmed_mean + 5 * sd)


def sample_sizes_e8(pool: ConsolidatedBook, reading: SampleReading) -> list[int]:
    """Return the exchanges' own level sizes near the touch that the cap is computed from."""
    return _side_sample(pool, pool.bids, reading) + _side_sample(pool, pool.asks, reading)


def _side_sample(pool: ConsolidatedBook, side: SpotLadder, reading: SampleReading) -> list[int]:
    best_e8 = side.best_e8
    if best_e8 is None:
        return []
    # p >= 0.95 b* or p <= 1.05 a*; as keys (bids p, asks -p) both are key >= the bound
    bound = side.sign * best_e8 * 100 - _SAMPLE_PERCENT * best_e8
    if reading is SampleReading.MIN50:
        near = _all_within(pool, side.sign, -(-bound // 100))
        if len(near) >= _SAMPLE_COUNT:
            return near
        bound = side.keys[0] * 100  # short of 50: outwards beyond 5 %
    sizes: list[int] = []
    for key in reversed(side.keys):
        if key * 100 < bound:
            break
        price_e8 = side.sign * key
        sizes += pool.parts_e8(side.sign, price_e8)
        if len(sizes) >= _SAMPLE_COUNT:
            return sizes[:_SAMPLE_COUNT]
    return sizes


def _all_within(pool: ConsolidatedBook, sign: int, lowest_key: int) -> list[int]:
    """Return the sizes of every pooled exchange's levels from the touch out to a key."""
    sizes: list[int] = []
    for name in pool.pooled:
        book = pool.books[name]
        ladder = book.bids if sign > 0 else book.asks
        beyond = bisect_left(ladder.keys, lowest_key)
        if beyond:
            sizes += [ladder.sizes[sign * key] for key in ladder.keys[beyond:]]
        else:
            sizes += ladder.sizes.values()  # order does not matter to the cap
    return sizes


def price_volume_curve(
    pool: ConsolidatedBook, cap: float, parameters: IndexParameters
) -> PriceVolumeCurve | None:
    """Return the curve out to the utilized depth; None when a side has less than one step.

    The marginal price at depth v is that of the level where the capped cumulative size first
    reaches v. The utilized depth is the last v at which ask / mid - 1 <= D, at least one step;
    a curve that ends first ends it.
    """
    bids, asks = pool.bids, pool.asks
    if parameters.crossed is CrossedReading.MATCHED:
        bids, asks = _matched(bids, asks)
    asks_walk = _Walk(pool, asks, cap, parameters.cap)
    bids_walk = _Walk(pool, bids, cap, parameters.cap)
    step_e8, limit_e9 = parameters.step_e8, parameters.spread_limit_e9
    ask_prices: list[int] = []
    bid_prices: list[int] = []
    depth_e8 = step_e8
    while asks_walk.reach(depth_e8) and bids_walk.reach(depth_e8):
        ask_e8, bid_e8 = asks_walk.price_e8, bids_walk.price_e8
        # ask / mid - 1 = (ask - bid) / (ask + bid), compared in whole numbers
        wide = (ask_e8 - bid_e8) * _ONE_E9 > limit_e9 * (ask_e8 + bid_e8)
        if not wide or not ask_prices:
            ask_prices.append(ask_e8)
            bid_prices.append(bid_e8)
        if wide:
            break
        depth_e8 += step_e8
    return PriceVolumeCurve(ask_prices, bid_prices) if ask_prices else None


class _Walk:
    """A walk outwards on one side, adding up capped sizes."""

    __slots__ = ("cap_e8", "left", "per_level", "pool", "price_e8", "side", "sum_e8")

    def __init__(
        self, pool: ConsolidatedBook, side: SpotLadder, cap: float, reading: CapReading
    ) -> None:
        self.pool = pool
        self.side = side
        self.left = len(side.keys)
        self.cap_e8 = cap * ONE_E8
        self.per_level = reading is CapReading.PER_LEVEL
        self.sum_e8: float = 0  # whole as long as no size was cut
        self.price_e8 = 0

    def reach(self, depth_e8: int) -> bool:
        """Walk until the sum reaches a depth; return False when the levels end before."""
        sum_e8 = self.sum_e8
        if sum_e8 >= depth_e8:
            return True
        keys, sizes, sign, cap_e8 = self.side.keys, self.side.sizes, self.side.sign, self.cap_e8
        left, price_e8 = self.left, self.price_e8
        while sum_e8 < depth_e8 and left:
            left -= 1
            price_e8 = sign * keys[left]
            size_e8 = sizes[price_e8]
            sum_e8 += size_e8 if size_e8 <= cap_e8 else self._capped(price_e8, size_e8)
        self.sum_e8, self.left, self.price_e8 = sum_e8, left, price_e8
        return sum_e8 >= depth_e8

    def _capped(self, price_e8: int, size_e8: int) -> float:
        if not self.per_level:
            return self.cap_e8
        parts = self.pool.parts_e8(self.side.sign, price_e8)
        return min(float(size_e8), sum(min(part, self.cap_e8) for part in parts))


def _matched(bids: SpotLadder, asks: SpotLadder) -> tuple[SpotLadder, SpotLadder]:
    """Return copies of the ladders with crossing sizes netted off from the touch."""
    pair = (SpotLadder.of_bids(), SpotLadder.of_asks())
    for copy, source in zip(pair, (bids, asks), strict=True):
        copy.keys, copy.sizes = source.keys.copy(), source.sizes.copy()
    left, right = pair
    while left.keys and right.keys and left.keys[-1] >= -right.keys[-1]:
        bid_e8, ask_e8 = left.keys[-1], -right.keys[-1]
        size_e8 = min(left.sizes[bid_e8], right.sizes[ask_e8])
        left.set(bid_e8, left.sizes[bid_e8] - size_e8)
        right.set(ask_e8, right.sizes[ask_e8] - size_e8)
    return pair


class WeightedMid(Struct, frozen=True):
    """The exponentially weighted mid in dollars, and the depth (coins) and law behind it."""

    index: float
    utilized_depth: float
    decay: float
    normalisation: float


def weighted_mid(curve: PriceVolumeCurve, parameters: IndexParameters) -> WeightedMid:
    """Return the mid prices of the curve weighted by lambda e^(-lambda v) and normalised."""
    step = from_e8(parameters.step_e8)
    depth = len(curve.asks_e8) * step
    of_depth = parameters.lambda_reading is LambdaReading.OF_DEPTH
    decay = 1 / (0.3 * depth) if of_depth else 1 / 0.37
    total = weight_sum = 0.0
    # Relative to the first depth: the same ratios, and no underflow however steep the decay is.
    for place, (ask_e8, bid_e8) in enumerate(zip(curve.asks_e8, curve.bids_e8, strict=True)):
        weight = exp(-decay * step * place)
        total += weight * (ask_e8 + bid_e8)
        weight_sum += weight
    normalisation = weight_sum * decay * exp(-decay * step)
    return WeightedMid(total / weight_sum / (2 * ONE_E8), depth, decay, normalisation)
