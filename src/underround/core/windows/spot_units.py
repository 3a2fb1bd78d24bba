"""Integer units of the spot books: 1e-8 dollar and 1e-8 coin, parsed exactly.

Holds no state. What leaves for an estimate (index, fair value) crosses to float in `from_e8`.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

ONE_E8: Final = 100_000_000
_BEYOND_REASON: Final = 1e18
_EXACT_BELOW: Final = 1e7  # below it a double carries eight decimals with a rounding unit to spare


def parse_e8(text: str | float | Decimal) -> int:
    """Return a decimal number as whole 1e-8, finer digits rounded; ValueError unless in range."""
    try:
        value = float(text)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{text!r} is not a number") from None
    if -_EXACT_BELOW < value < _EXACT_BELOW:
        return round(value * ONE_E8)
    # No number that would take minutes to be made whole gets further; neither does NaN.
    if not -_BEYOND_REASON < value < _BEYOND_REASON:
        raise ValueError(f"{text!r} is not a finite number in range")
    return int((Decimal(str(text)) * ONE_E8).to_integral_value(ROUND_HALF_EVEN))


def from_e8(value_e8: float) -> float:
    """Return 1e-8 dollar or coin as dollars or coins: the crossing from exact to estimate."""
    return value_e8 / ONE_E8
