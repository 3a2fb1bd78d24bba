"""The fair value by matching a lognormal law's moments: the usual approximation, as a check.

Differs from the normal law of `fair_value` by some 0.03 cents at these horizons. Only
before the window. It may not import the product.
"""

from math import exp, log, sqrt
from statistics import NormalDist


def lognormal_probability(
    spot: float, boundary: float, sigma: float, seconds_to_close: int, prints: int
) -> float:
    """Return P(mean >= boundary) with the first two moments of the mean of a geometric path.

    `sigma` in USD per square root of a second. Source: Turnbull and Wakeman (1991), Levy (1992).
    """
    times = [seconds_to_close - place for place in range(prints, 0, -1)]
    relative = (sigma / spot) ** 2
    second = sum(exp(relative * min(one, other)) for one in times for other in times) / prints**2
    variance = log(second)
    return NormalDist().cdf((log(spot / boundary) - variance / 2) / sqrt(variance))
