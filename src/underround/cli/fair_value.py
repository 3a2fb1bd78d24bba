"""`underround fair-value`: the closed form for one window. Prints; computes nothing itself."""

import json as json_text
from decimal import Decimal
from typing import Annotated

from cyclopts import CycloptsError, Parameter
from cyclopts.types import NonNegativeFloat, NonNegativeInt, PositiveFloat

from underround.core.fair_value import Model, Situation, Tails, fair_value
from underround.core.settlement import Comparison, SettlementTerms
from underround.core.spot_units import parse_e8


def price(
    *,
    spot: PositiveFloat,
    strike: Decimal,
    sigma: NonNegativeFloat,
    tau: NonNegativeInt,
    locked: NonNegativeInt = 0,
    locked_sum: Decimal = Decimal(0),
    prints: int = 60,
    comparison: Comparison = Comparison.GREATER_OR_EQUAL,
    round_digits: int = 2,
    tails: Tails = Tails.NORMAL,
    degrees: float = 5.0,
    jump_rate: NonNegativeFloat = 0.0,
    jump_sd: NonNegativeFloat = 0.0,
    proxy_bias: float = 0.0,
    proxy_sd: NonNegativeFloat = 0.0,
    sigma_error: NonNegativeFloat = 0.0,
    spot_error: NonNegativeFloat = 0.0,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Price a market on the mean of the last index prints before its close.

    Parameters
    ----------
    spot
        The index now (inside the window: its last print), USD.
    strike
        The strike, USD; rounded like the settlement value before comparing.
    sigma
        Volatility, USD per square root of a second.
    tau
        Whole seconds to the close.
    locked
        Prints of the window already received.
    locked_sum
        Their sum, USD.
    prints
        Prints of a whole window.
    comparison
        When YES pays: a tie pays YES (greater_or_equal) or NO (greater).
    round_digits
        Decimals to which the settlement value is rounded half up.
    tails
        Law of the settlement mean.
    degrees
        Degrees of freedom of Student tails, above 2.
    jump_rate
        Jumps a second.
    jump_sd
        Standard deviation of a jump, USD.
    proxy_bias
        Proxy minus index, USD.
    proxy_sd
        Standard deviation of the proxy's error, USD.
    sigma_error
        Relative standard error of sigma.
    spot_error
        Standard error of the price, USD.
    json
        Print one JSON object and nothing else.
    """
    try:
        situation = Situation(
            spot=spot,
            strike_e8=parse_e8(strike),
            sigma=sigma,
            seconds_to_close=tau,
            locked_count=locked,
            locked_sum_e8=parse_e8(locked_sum),
            terms=SettlementTerms(prints, round_digits, comparison),
        )
        model = Model(
            tails=tails,
            degrees=degrees,
            jump_rate=jump_rate,
            jump_sd=jump_sd,
            proxy_bias=proxy_bias,
            proxy_sd=proxy_sd,
            sigma_error=sigma_error,
            spot_error=spot_error,
        )
        value = fair_value(situation, model)
    except ValueError as error:
        raise CycloptsError(msg=str(error)) from None
    if json:
        report = {
            "p_yes": value.p_yes,
            "mean": value.mean,
            "sd": value.sd,
            "delta": value.delta,
            "standard_error": value.standard_error,
        }
        print(json_text.dumps(report))
        return
    print(
        f"P(YES) {value.p_yes:.4f} ± {value.standard_error:.4f}   settlement mean "
        f"${value.mean:,.2f} ± {value.sd:.2f}   delta {value.delta:.6f} per USD"
    )
