"""The variance that jumps add to a settlement mean, as a mixture over how many come and when.

A jump of sd s at weight w moves the mean by sd w·s; given all weights the mean is normal, so its
law is a mixture over the sum of squared weights. Source: Merton (1976), the count mixed over a
Poisson law; the sum over jumps inside the window by Panjer's recursion (1981).
"""

from functools import lru_cache
from math import exp

from underround.core.windows.distributions import poisson_weights
from underround.core.windows.exposure import Piece

_BINS_PER_UNIT = 32
_NEGLIGIBLE = 1e-10


@lru_cache(maxsize=512)
def jump_mixture(pieces: tuple[Piece, ...], rate: float) -> list[tuple[float, float]]:
    """Return (probability, sum of squared weights of the jumps) over all that may happen.

    `rate` is jumps a second. Jumps before the window have weight 1 and are counted exactly; the
    squared weights inside are put on a grid that keeps their mean.
    """
    whole_s = sum(duration for duration, weight in pieces if weight == 1.0)
    inside = [(duration, weight * weight) for duration, weight in pieces if weight < 1.0]
    grid = _panjer(inside, rate)
    mixture = []
    for count, count_weight in enumerate(poisson_weights(rate * whole_s)):
        for place, grid_weight in enumerate(grid):
            weight = count_weight * grid_weight
            if weight > _NEGLIGIBLE * 1e-3:
                mixture.append((weight, count + place / _BINS_PER_UNIT))
    total = sum(weight for weight, _ in mixture)
    return [(weight / total, squares) for weight, squares in mixture]


def _panjer(pieces: list[tuple[float, float]], rate: float) -> list[float]:
    """Return the law of a compound Poisson sum of squared weights on the grid."""
    duration_s = sum(duration for duration, _ in pieces)
    mean_count = rate * duration_s
    if mean_count == 0:
        return [1.0]
    severity = [0.0] * (_BINS_PER_UNIT + 1)
    for duration, squared in pieces:
        place = squared * _BINS_PER_UNIT
        low = int(place)
        severity[low] += duration / duration_s * (low + 1 - place)
        severity[low + 1] += duration / duration_s * (place - low)
    law = [exp(-mean_count * (1 - severity[0]))]
    total = law[0]
    while total < 1 - _NEGLIGIBLE:
        place = len(law)
        reach = min(place, _BINS_PER_UNIT)
        summed = sum(y * severity[y] * law[place - y] for y in range(1, reach + 1))
        law.append(mean_count / place * summed)
        total += law[-1]
        if place > 100 * _BINS_PER_UNIT * (1 + mean_count):
            break  # rounding keeps the sum from one; what is left is negligible
    return law
