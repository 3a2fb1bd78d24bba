"""Distribution functions for the fair value: normal, Student-t, Poisson.

Plain floats from the standard library's error and gamma functions; no state, no randomness.
"""

from math import erfc, exp, lgamma, log, pi, sqrt
from typing import Final

_ROOT_TWO: Final = sqrt(2.0)
_ROOT_TWO_PI: Final = sqrt(2.0 * pi)
_TINY: Final = 1e-300
_FRACTION_STEPS: Final = 300


def normal_cdf(z: float) -> float:
    """Return P(Z <= z) of the standard normal law, accurate in both tails."""
    return 0.5 * erfc(-z / _ROOT_TWO)


def normal_density(z: float) -> float:
    """Return the standard normal density."""
    return exp(-0.5 * z * z) / _ROOT_TWO_PI


def student_cdf(t: float, degrees: float) -> float:
    """Return P(T <= t) of Student's law with `degrees` > 0 of freedom.

    Source: the regularised incomplete beta function (Abramowitz and Stegun 26.7.1, 26.5.8).
    """
    square = t * t
    whole = degrees + square
    # Both shares, each to full precision: near t = 0 one less the other would lose the digits.
    tail = 0.5 * _incomplete_beta(degrees / 2, 0.5, degrees / whole, square / whole)
    return 1.0 - tail if t > 0 else tail


def student_density(t: float, degrees: float) -> float:
    """Return the density of Student's law with `degrees` > 0 of freedom."""
    half = (degrees + 1) / 2
    scale = lgamma(half) - lgamma(degrees / 2) - 0.5 * log(degrees * pi)
    return exp(scale - half * log(1 + t * t / degrees))


def poisson_weights(mean: float, negligible: float = 1e-12) -> list[float]:
    """Return P(N = 0), P(N = 1), … until what is left is negligible."""
    weights = [exp(-mean)]
    total = weights[0]
    while total < 1 - negligible and (len(weights) <= mean or weights[-1] > _TINY):
        weights.append(weights[-1] * mean / len(weights))
        total += weights[-1]
    return weights


def _incomplete_beta(a: float, b: float, x: float, y: float) -> float:
    """Return I_x(a, b), with y = 1 - x, by its continued fraction where that converges fast."""
    if x <= 0 or y <= 0:
        return 0.0 if x <= 0 else 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(y))
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(a, b, x) / a
    return 1 - front * _beta_fraction(b, a, y) / b


def _beta_fraction(a: float, b: float, x: float) -> float:
    """Evaluate the continued fraction of the incomplete beta function (Lentz's method)."""
    c = 1.0
    d = 1.0 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d
    for step in range(1, _FRACTION_STEPS):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        for term in (even, odd):
            d = 1.0 / _away_from_zero(1 + term * d)
            c = _away_from_zero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return value


def _away_from_zero(x: float) -> float:
    return x if abs(x) > _TINY else _TINY
