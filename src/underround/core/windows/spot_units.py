"""Integer units of the spot books: 1e-8 dollar and 1e-8 coin, parsed exactly.

Holds no state. What leaves for an estimate (index, fair value) crosses to float in `from_e8`.
"""

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Final

ONE_E8: Final = 100_000_000
_EXACT_BELOW: Final = 1e7  # below it a double carries eight decimals with a rounding unit to spare


def parse_e8(text: str | float | Decimal) -> int:
    """Return a decimal number as whole 1e-8, finer digits rounded; ValueError unless finite."""
    try:
        value = float(text)
    except (TypeError, ValueError):
        raise ValueError(f"{text!r} is not a number") from None
    if -_EXACT_BELOW < value < _EXACT_BELOW:
        return round(value * ONE_E8)
    try:
        exact = Decimal(str(text))
        return int((exact * ONE_E8).to_integral_value(ROUND_HALF_EVEN))
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError(f"{text!r} is not a finite number in range") from None


def from_e8(value_e8: float) -> float:
    """Return 1e-8 dollar or coin as dollars or coins: the crossing from exact to estimate."""
    return value_e8 / ONE_E8
