"""A simulated spot book: sparse levels around a mid that wanders, and what changed in each step.

Seeded; prices and sizes in whole 1e-8. It knows no protocol and no time.
"""

import random
from dataclasses import dataclass, field

ONE_E8 = 100_000_000
_NEARNESS = 0.2
Level = tuple[int, int]
"""(price_e8, size_e8)."""


@dataclass(frozen=True, slots=True)
class BookChange:
    """Changed levels with their new sizes (0: gone), numbered."""

    bids: list[Level]
    asks: list[Level]
    number: int


@dataclass(slots=True)
class SimulatedBook:
    """Levels of one exchange within about 0.9 % of its mid.

    `tick_e8` is the price step, `half_spread_e8` the distance of the touch from the mid.
    `factor` shifts the whole book (a price that is wrong by 6 % has 1.06).
    """

    dice: random.Random
    mid_e8: int
    tick_e8: int = ONE_E8 // 100
    half_spread_e8: int = ONE_E8
    levels_a_side: int = 250
    factor: float = 1.0
    number: int = 1
    bids: dict[int, int] = field(default_factory=dict)
    asks: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fill both sides."""
        self._fill(self.bids, -1, {})
        self._fill(self.asks, 1, {})

    def step(self, mid_e8: int) -> BookChange:
        """Move to a mid, change some sizes near the touch, and return what changed."""
        self.mid_e8 = mid_e8
        changed: tuple[dict[int, int], dict[int, int]] = ({}, {})
        for side, sign, changes in ((self.bids, -1, changed[0]), (self.asks, 1, changed[1])):
            self._retreat(side, sign, changes)
            self._stir(side, sign, changes)
            self._fill(side, sign, changes)
        self.number += 1
        return BookChange(list(changed[0].items()), list(changed[1].items()), self.number)

    def levels(self, sign: int) -> list[Level]:
        """Return a side from the best outwards: -1 bids, 1 asks."""
        side = self.bids if sign < 0 else self.asks
        return sorted(side.items(), key=lambda level: sign * level[0])

    def _touch_e8(self, sign: int) -> int:
        """Return the best price that a side may show now, on the tick."""
        price_e8 = round(self.mid_e8 * self.factor) + sign * self.half_spread_e8
        ticks = -(-price_e8 // self.tick_e8) if sign > 0 else price_e8 // self.tick_e8
        return ticks * self.tick_e8

    def _reach_e8(self) -> int:
        return round(self.mid_e8 * self.factor * 0.009)

    def _retreat(self, side: dict[int, int], sign: int, changes: dict[int, int]) -> None:
        """Take out levels that would cross the touch, or that the mid has left far behind."""
        touch_e8 = self._touch_e8(sign)
        reach_e8 = self._reach_e8()
        for price_e8 in list(side):
            distance_e8 = sign * (price_e8 - touch_e8)
            if not 0 <= distance_e8 <= reach_e8:
                del side[price_e8]
                changes[price_e8] = 0

    def _stir(self, side: dict[int, int], sign: int, changes: dict[int, int]) -> None:
        """Give some levels near the touch a new size, take out one now and then."""
        near = sorted(side, key=lambda price_e8: sign * price_e8)[:20]
        for price_e8 in self.dice.sample(near, min(3, len(near))):
            if self.dice.random() < 0.25:
                del side[price_e8]
                changes[price_e8] = 0
            else:
                side[price_e8] = changes[price_e8] = self._size_e8()

    def _fill(self, side: dict[int, int], sign: int, changes: dict[int, int]) -> None:
        """Add levels until the side is as full as it should be, the touch among them."""
        touch_e8 = self._touch_e8(sign)
        if touch_e8 not in side:
            side[touch_e8] = changes[touch_e8] = self._size_e8()
        ticks = self._reach_e8() // self.tick_e8
        for _ in range(4 * self.levels_a_side):
            if len(side) >= self.levels_a_side:
                break
            # Most of what rests, rests near the touch: an index over all of it then stands still
            # while the price does.
            away = min(int(self.dice.expovariate(1 / (_NEARNESS * ticks))), ticks)
            price_e8 = touch_e8 + sign * away * self.tick_e8
            if price_e8 not in side:
                side[price_e8] = changes[price_e8] = self._size_e8()

    def _size_e8(self) -> int:
        return round(min(0.05 * self.dice.paretovariate(1.6), 4.0) * ONE_E8)


class PricePath:
    """The mid that all exchanges share: a seeded random walk in dollars."""

    __slots__ = ("_dice", "mid", "sigma")

    def __init__(self, seed: int, mid: float = 80_000.0, sigma: float = 4.5) -> None:
        self._dice = random.Random(f"path {seed}")
        self.mid = mid
        self.sigma = sigma

    def advance(self, elapsed_s: float) -> int:
        """Let time pass; return the mid in 1e-8."""
        self.mid = max(self.mid + self._dice.gauss(0.0, self.sigma) * elapsed_s**0.5, 1.0)
        return round(self.mid * ONE_E8)
