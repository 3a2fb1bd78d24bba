"""Integer units of price, size and money: parse, format, and round in a named direction.

Prices are ten-thousandths of a dollar (`price_e4`, 0…10000), sizes millionths of a contract
(`size_e6`), money millionths of a dollar (`usd_e6`). This module may not hold any state that
changes and never goes through a float where money is concerned.
"""

from decimal import Decimal, InvalidOperation
from typing import Final

PRICE_ONE_E4: Final = 10_000
SIZE_ONE_E6: Final = 1_000_000
USD_ONE_E6: Final = 1_000_000
SIZE_LIMIT_E6: Final = 10**15  # a billion contracts: anything above is a corrupt frame
SIZE_BITS: Final = SIZE_LIMIT_E6.bit_length()  # `size >> SIZE_BITS` is 0 for a possible size
NS_PER_MS: Final = 1_000_000
NS_PER_SECOND: Final = 1_000_000_000


def _price_spellings() -> dict[str, int]:
    """List every way the venues write a price of 0…1 dollar with up to four decimals."""
    table = {"0": 0, "1": PRICE_ONE_E4}
    for price_e4 in range(PRICE_ONE_E4 + 1):
        whole, fraction = divmod(price_e4, PRICE_ONE_E4)
        digits = f"{fraction:04d}"
        for length in range(max(len(digits.rstrip("0")), 1), 5):
            table[f"{whole}.{digits[:length]}"] = price_e4
            if whole == 0 and price_e4:
                table[f".{digits[:length]}"] = price_e4
    return table


PRICES_E4: Final[dict[str, int]] = _price_spellings()
"""Price text to `price_e4`: one look-up, exact, and a KeyError for anything not a price."""


def parse_price_e4(text: str) -> int:
    """Return a price in dollars ("0.56") as ten-thousandths; ValueError unless 0…1 and exact."""
    known = PRICES_E4.get(text)
    if known is not None:
        return known
    scaled = _finite(text, "price") * PRICE_ONE_E4
    price_e4 = int(scaled)
    if scaled != price_e4 or not 0 <= price_e4 <= PRICE_ONE_E4:
        raise ValueError(f"price {text!r} is not 0…1 dollar in steps of $0.0001")
    return price_e4


def parse_size_e6(text: str) -> int:
    """Return a non-negative contract count ("12.5") as millionths; ValueError otherwise."""
    size_e6 = parse_signed_e6(text, "size")
    if not 0 <= size_e6 <= SIZE_LIMIT_E6:
        raise ValueError(f"size {text!r} is negative or above {SIZE_LIMIT_E6 // SIZE_ONE_E6}")
    return size_e6


def parse_usd_e6(text: str) -> int:
    """Return dollars ("1.05", may be negative) as millionths; ValueError unless exact."""
    return parse_signed_e6(text, "dollar amount")


def parse_signed_e6(text: str, what: str) -> int:
    """Return a signed decimal as millionths; ValueError when not finite or finer than 1e-6."""
    scaled = _finite(text, what) * SIZE_ONE_E6
    value = int(scaled)
    if scaled != value:
        raise ValueError(f"{what} {text!r} is finer than one millionth")
    return value


def size_e6_from_float(size: float) -> int:
    """Return a count decoded as float as millionths, rounded to nearest.

    Exact for every size with six decimals below nine billion contracts (53 bits of mantissa).
    Raises ValueError for NaN, OverflowError for infinity.
    """
    return round(size * SIZE_ONE_E6)


def format_price(price_e4: int) -> str:
    """Write a price in dollars with the fewest decimals, at least two ("0.56", "0.123")."""
    text = f"{price_e4 // PRICE_ONE_E4}.{price_e4 % PRICE_ONE_E4:04d}"
    return text if text[-1] != "0" else text[:-1] if text[-2] != "0" else text[:-2]


def format_size(size_e6: int) -> str:
    """Write a contract count without trailing zeros ("12.5", "300")."""
    sign, size_e6 = ("-", -size_e6) if size_e6 < 0 else ("", size_e6)
    whole, fraction = divmod(size_e6, SIZE_ONE_E6)
    return f"{sign}{whole}.{fraction:06d}".rstrip("0").rstrip(".")


def format_usd(usd_e6: int, decimals: int = 2) -> str:
    """Write money ("$12.34", "-$0.05"), rounded half away from zero to `decimals` (0…6)."""
    sign, usd_e6 = ("-", -usd_e6) if usd_e6 < 0 else ("", usd_e6)
    step = 10 ** (6 - decimals)
    whole, fraction = divmod((usd_e6 + step // 2) // step, 10**decimals)
    return f"{sign}${whole}" + (f".{fraction:0{decimals}d}" if decimals else "")


def divide_up(numerator: int, denominator: int) -> int:
    """Return numerator / denominator rounded towards plus infinity (denominator > 0)."""
    return -(-numerator // denominator)


def notional_up_usd_e6(price_e4: int, size_e6: int) -> int:
    """Return price × size in usd_e6, rounded up: what a buyer must be ready to pay."""
    return divide_up(price_e4 * size_e6, PRICE_ONE_E4)


def notional_down_usd_e6(price_e4: int, size_e6: int) -> int:
    """Return price × size in usd_e6, rounded down: what a seller may count on."""
    return price_e4 * size_e6 // PRICE_ONE_E4


def _finite(text: str, what: str) -> Decimal:
    try:
        value = Decimal(text)
    except (InvalidOperation, TypeError, ValueError):
        raise ValueError(f"{what} {text!r} is not a number") from None
    if not value.is_finite() or (value and not -12 <= value.adjusted() <= 15):
        raise ValueError(f"{what} {text!r} is not a number in range")
    return value
