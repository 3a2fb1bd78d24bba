"""The true index of the simulated exchanges, by the simulation's own reading of the method.

Plain and slow on purpose: everything anew from the exchanges' true books, step by step as the
published method has it. It may take nothing from the product's index, which it is there to check.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from math import exp, sqrt

from underround.simulation.exchanges.spot_book import ONE_E8, Level, SimulatedBook

_SPREAD = 0.005
_NEAR = 0.05
_OFF_BY = 0.05
_SAMPLE = 50


def true_index(books: Iterable[SimulatedBook]) -> float | None:
    """Return the index in USD, None when no book may enter it."""
    sides = [(book.levels(-1), book.levels(1)) for book in books]
    sides = _without_strays([each for each in sides if each[0] and each[1]])
    if not sides:
        return None
    bids, asks = _pooled(side[0] for side in sides), _pooled(side[1] for side in sides)
    best_bid, best_ask = max(bids), min(asks)
    sizes = _near_sizes([side[0] for side in sides], lambda p: p >= best_bid * (1 - _NEAR), -1)
    sizes += _near_sizes([side[1] for side in sides], lambda p: p <= best_ask * (1 + _NEAR), 1)
    cap = _cap(sizes)
    ask_curve = _curve([(p, min(asks[p], cap)) for p in sorted(asks)])
    bid_curve = _curve([(p, min(bids[p], cap)) for p in sorted(bids, reverse=True)])
    depths = [
        depth
        for depth in range(1, min(len(ask_curve), len(bid_curve)) + 1)
        if _half_spread(bid_curve[depth - 1], ask_curve[depth - 1]) <= _SPREAD
    ]
    utilized = 0
    for depth in depths:  # up to the first depth that is too wide
        if depth != utilized + 1:
            break
        utilized = depth
    utilized = max(utilized, 1)
    decay = 1 / (0.3 * utilized)
    weights = [exp(-decay * depth) for depth in range(1, utilized + 1)]
    mids = [(bid_curve[d] + ask_curve[d]) / 2 for d in range(utilized)]
    return sum(w * m for w, m in zip(weights, mids, strict=True)) / sum(weights) / ONE_E8


def cents_half_up(price: float) -> int:
    """Return a published value in whole cents."""
    return int(price * 100 + 0.5)


def _without_strays(
    sides: list[tuple[list[Level], list[Level]]],
) -> list[tuple[list[Level], list[Level]]]:
    mids = sorted((bids[0][0] + asks[0][0]) / 2 for bids, asks in sides)
    if not mids:
        return []
    middle = len(mids) // 2
    median = mids[middle] if len(mids) % 2 else (mids[middle - 1] + mids[middle]) / 2
    return [
        (bids, asks)
        for bids, asks in sides
        if abs((bids[0][0] + asks[0][0]) / 2 - median) <= _OFF_BY * median
    ]


def _pooled(sides: Iterable[list[Level]]) -> dict[int, float]:
    pooled: Counter[int] = Counter()
    for side in sides:
        for price_e8, size_e8 in side:
            pooled[price_e8] += size_e8
    return dict(pooled)


def _near_sizes(sides: list[list[Level]], is_near: Callable[[int], bool], sign: int) -> list[int]:
    """Return the sizes of the fifty levels nearest to the touch, each exchange's by itself."""
    levels = sorted(
        (sign * price, size) for side in sides for price, size in side if is_near(price)
    )
    levels.sort(key=lambda level: level[0])
    return [size for _, size in levels[:_SAMPLE]]


def _cap(sizes: list[int]) -> float:
    ordered = sorted(sizes)
    cut = len(ordered) // 100
    inner = ordered[cut : len(ordered) - cut]
    clipped = [min(max(size, inner[0]), inner[-1]) for size in ordered]
    mean = sum(clipped) / len(clipped)
    variance = sum((size - mean) ** 2 for size in clipped) / max(len(clipped) - 1, 1)
    return sum(inner) / len(inner) + 5 * sqrt(variance)


def _curve(levels: list[tuple[int, float]]) -> list[int]:
    """Return the marginal price at each whole coin of depth."""
    prices: list[int] = []
    total = 0.0
    for price, size in levels:
        total += size
        while (len(prices) + 1) * ONE_E8 <= total:
            prices.append(price)
    return prices


def _half_spread(bid: int, ask: int) -> float:
    middle = (bid + ask) / 2
    return ask / middle - 1
