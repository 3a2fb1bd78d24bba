"""`underround fair-value`: the closed form for one window. Prints; computes nothing itself."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated

from cyclopts import CycloptsError, Parameter, Token
from cyclopts.types import NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt
from cyclopts.validators import Number
from msgspec.structs import asdict as fields_of

from underround.app.output import write_json, write_line
from underround.core.fair_value import FairValue, Model, Situation, Tails, fair_value
from underround.core.settlement import Comparison, SettlementTerms
from underround.core.spot_units import parse_e8


@Parameter(name="*")
@dataclass(frozen=True)
class Terms:
    """How the market settles."""

    prints: PositiveInt = 60
    "Prints of a whole window."
    round_digits: Annotated[int, Parameter(validator=Number(gte=0, lte=8))] = 2
    "Decimals to which the settlement value is rounded half up."
    comparison: Comparison = Comparison.GREATER_OR_EQUAL
    "When YES pays: a tie pays YES (greater-or-equal) or NO (greater)."


@Parameter(name="*")
@dataclass(frozen=True)
class Assumptions:
    """What is assumed of the index and of the price it is read from."""

    tails: Tails = Tails.NORMAL
    "Law of the settlement mean."
    degrees: float = 5.0
    "Degrees of freedom of Student tails, above 2."
    jump_rate: NonNegativeFloat = 0.0
    "Jumps a second."
    jump_sd: NonNegativeFloat = 0.0
    "Standard deviation of a jump, USD."
    proxy_bias: float = 0.0
    "Proxy minus index, USD."
    proxy_sd: NonNegativeFloat = 0.0
    "Standard deviation of the proxy's error, USD."
    sigma_error: NonNegativeFloat = 0.0
    "Relative standard error of sigma."
    spot_error: NonNegativeFloat = 0.0
    "Standard error of the price, USD."


def money(_: type, tokens: Sequence[Token]) -> Decimal:
    """Read an amount; cyclopts words the ValueError as a usage error."""
    try:
        amount = Decimal(tokens[0].value)
    except InvalidOperation:
        raise ValueError(f"{tokens[0].value!r} is no amount") from None
    if not amount.is_finite():
        raise ValueError(f"{tokens[0].value!r} is no amount")
    return amount


Money = Annotated[Decimal, Parameter(converter=money)]


def price(
    *,
    spot: PositiveFloat,
    strike: Money,
    sigma: NonNegativeFloat,
    tau: NonNegativeInt,
    locked: NonNegativeInt = 0,
    locked_sum: Money = Decimal(0),
    terms: Terms = Terms(),
    assumptions: Assumptions = Assumptions(),
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
            terms=SettlementTerms(**asdict(terms)),
        )
        value = fair_value(situation, Model(**asdict(assumptions)))
    except ValueError as error:
        raise CycloptsError(msg=str(error)) from None
    if json:
        write_json(fields_of(value))
    else:
        write_line(_line(value))


def _line(value: FairValue) -> str:
    return (
        f"P(YES) {value.p_yes:.4f} ± {value.standard_error:.4f}   settlement mean "
        f"${value.mean:,.2f} ± {value.sd:.2f}   delta {value.delta:.6f} per USD"
    )
