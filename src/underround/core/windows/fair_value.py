"""The fair value of a market on a settlement mean: probability of YES, delta, standard error.

The index moves with independent increments of `sigma` USD per square root of a second, with
Student-t tails or jumps if asked for; a proxy's own error is added. Estimates, so floats; only a
window whose prints are all known is decided exactly.
"""

from enum import StrEnum
from math import hypot, inf, sqrt

from msgspec import Struct
from msgspec.structs import replace

from underround.core.windows.distributions import (
    normal_cdf,
    normal_density,
    student_cdf,
    student_density,
)
from underround.core.windows.exposure import exposure, variance_seconds
from underround.core.windows.jumps import jump_mixture
from underround.core.windows.settlement import (
    FIFTEEN_MINUTES,
    SettlementTerms,
    boundary_e8,
    resolves_yes,
    settlement_value_e8,
)
from underround.core.windows.spot_units import from_e8


class Tails(StrEnum):
    """The law of the settlement mean around its expectation."""

    NORMAL = "normal"
    STUDENT = "student"


class Model(Struct, frozen=True, kw_only=True):
    """What is assumed of the index and of the price it is read from.

    `degrees` (> 2) of freedom belong to Student tails, scaled to the same variance. Jumps come at
    `jump_rate` a second with sd `jump_sd` USD. Where the price is a proxy, `proxy_bias` is proxy
    minus index and `proxy_sd` its error, both USD. `sigma_error` is the relative standard error of
    sigma, `spot_error` that of the price in USD: they make the standard error of the result.
    """

    tails: Tails = Tails.NORMAL
    degrees: float = 5.0
    jump_rate: float = 0.0
    jump_sd: float = 0.0
    proxy_bias: float = 0.0
    proxy_sd: float = 0.0
    sigma_error: float = 0.0
    spot_error: float = 0.0


class Situation(Struct, frozen=True, kw_only=True):
    """A window as it stands: price and sigma in USD, whole seconds, the prints received.

    Inside the window `spot` is the last print, or a proxy of it.
    """

    spot: float
    strike_e8: int
    sigma: float
    seconds_to_close: int
    locked_count: int = 0
    locked_sum_e8: int = 0
    terms: SettlementTerms = FIFTEEN_MINUTES


class FairValue(Struct, frozen=True):
    """P(YES), the settlement mean's expectation and sd (USD), dP/dspot (per USD), and P's error."""

    p_yes: float
    mean: float
    sd: float
    delta: float
    standard_error: float


DEFAULT_MODEL = Model()


def fair_value(situation: Situation, model: Model = DEFAULT_MODEL) -> FairValue:
    """Return the fair value; ValueError for a window that cannot be as described.

    Source of the moments: Kemna and Vorst (1990) for the mean of discrete prints, with the exact
    sums of `exposure`; jumps after Merton (1976).
    """
    _check(situation, model)
    value = _evaluate(situation, model)
    if not value.sd or not (model.sigma_error or model.spot_error):
        return value
    low, high = (
        _evaluate(replace(situation, sigma=situation.sigma * max(1 + error, 0.0)), model).p_yes
        for error in (-model.sigma_error, model.sigma_error)
    )
    error = hypot((high - low) / 2, value.delta * model.spot_error)
    return replace(value, standard_error=error)


def _evaluate(situation: Situation, model: Model) -> FairValue:
    terms = situation.terms
    pieces = exposure(situation.seconds_to_close, situation.locked_count, terms.prints)
    remaining = terms.prints - situation.locked_count
    share = remaining / terms.prints
    spot = situation.spot - model.proxy_bias
    mean = (from_e8(situation.locked_sum_e8) + remaining * spot) / terms.prints
    diffusion = situation.sigma**2 * variance_seconds(pieces) + (share * model.proxy_sd) ** 2
    mixture = jump_mixture(tuple(pieces), model.jump_rate) if model.jump_sd else [(1.0, 0.0)]
    jump_variance = model.jump_sd**2
    total = diffusion + jump_variance * sum(weight * squares for weight, squares in mixture)
    if not remaining:
        value_e8 = settlement_value_e8(situation.locked_sum_e8, terms)
        decided = resolves_yes(value_e8, situation.strike_e8, terms)
        return FairValue(float(decided), mean, 0.0, 0.0, 0.0)
    distance = mean - from_e8(boundary_e8(situation.strike_e8, terms))
    probability = slope = 0.0
    for weight, squares in mixture:
        sd = sqrt(diffusion + jump_variance * squares)
        cdf, density = _law(distance, sd, model)
        probability += weight * cdf
        slope += weight * density
    return FairValue(probability, mean, sqrt(total), slope * share, 0.0)


def _law(distance: float, sd: float, model: Model) -> tuple[float, float]:
    """Return P(error >= -distance) and its derivative, for an error of mean 0 and this sd."""
    if sd == 0:
        return float(distance >= 0), 0.0
    z = distance / sd
    if model.tails is Tails.NORMAL:
        return normal_cdf(z), normal_density(z) / sd
    scale = sqrt(model.degrees / (model.degrees - 2))
    return (
        student_cdf(z * scale, model.degrees),
        student_density(z * scale, model.degrees) * scale / sd,
    )


def _check(situation: Situation, model: Model) -> None:
    if not 0 < situation.spot < inf:
        raise ValueError(f"spot {situation.spot} is not above 0 and finite")
    if not 0 <= situation.sigma < inf:
        raise ValueError(f"sigma {situation.sigma} is below 0 or not finite")
    if model.tails is Tails.STUDENT and model.degrees <= 2:
        raise ValueError(f"{model.degrees} degrees of freedom have no variance; use more than 2")
    if min(model.jump_rate, model.jump_sd, model.proxy_sd, model.sigma_error) < 0:
        raise ValueError("rates, deviations and errors are not below 0")
