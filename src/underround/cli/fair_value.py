"""`underround fair-value`: the closed form for one window. Prints; computes nothing itself."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated

from cyclopts import CycloptsError, Parameter, Token
from cyclopts.types import NonNegativeFloat, PositiveInt
from cyclopts.validators import Number
from msgspec.structs import asdict as fields_of

from underround.app.output import write_json, write_line
from underround.core.windows.fair_value import FairValue, Model, Situation, Tails, fair_value
from underround.core.windows.settlement import Comparison, SettlementTerms
from underround.core.windows.spot_units import parse_e8


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


def whole(_: type, tokens: Sequence[Token]) -> int:
    """Read a whole number; what has decimals is refused rather than rounded."""
    text = tokens[0].value
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise ValueError(f"{text!r} is no whole number from 0 to {MOST}")
    return int(text)


MOST_DIGITS = 12
MOST = 10**MOST_DIGITS - 1
Money = Annotated[Decimal, Parameter(converter=money)]
Whole = Annotated[int, Parameter(converter=whole)]
Spot = Annotated[float, Parameter(validator=Number(gt=0, lte=MOST))]
Sigma = Annotated[float, Parameter(validator=Number(gte=0, lte=MOST))]


def price(
    *,
    spot: Spot,
    strike: Money,
    sigma: Sigma,
    tau: Whole,
    locked: Whole = 0,
    locked_sum: Money | None = None,
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
        Their sum, USD; without it a locked print has no price.
    json
        Print one JSON object and nothing else.
    """
    if (locked > 0) != (locked_sum is not None):
        raise CycloptsError(msg="--locked N and --locked-sum X belong together: N prints, X in all")
    try:
        situation = Situation(
            spot=spot,
            strike_e8=parse_e8(strike),
            sigma=sigma,
            seconds_to_close=tau,
            locked_count=locked,
            locked_sum_e8=parse_e8(locked_sum or 0),
            terms=SettlementTerms(**asdict(terms)),
        )
        value = fair_value(situation, Model(**asdict(assumptions)))
    except (ValueError, OverflowError) as error:
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
