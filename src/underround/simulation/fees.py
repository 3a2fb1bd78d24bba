"""What a taker pays a contract on each venue, by the ledger's own arithmetic.

Written from the venues' published formulas and in integers throughout; it may not take anything
from the product's fee tables, which it exists to check.
"""

from underround.core.units import PRICE_ONE_E4, USD_ONE_E6, divide_up

KALSHI_RATE_E4 = 700
EDGE_THRESHOLD_E6 = 5_000
"""From this net edge a contract (usd_e6, half a cent) on, an underround counts as one."""


def kalshi_taker_fee_usd_e6(price_e4: int, multiplier_e4: int) -> int:
    """Return the taker fee of one contract: 0.07 × M × p(1 − p), up to the next usd_e6."""
    product = price_e4 * (PRICE_ONE_E4 - price_e4)
    return divide_up(KALSHI_RATE_E4 * multiplier_e4 * product * USD_ONE_E6, 10**16)


def polymarket_taker_fee_usd_e6(price_e4: int, rate_e4: int, exponent: int) -> int:
    """Return the taker fee of one share: rate × (p(1 − p))^exponent, up to the next usd_e6."""
    product = (price_e4 * (PRICE_ONE_E4 - price_e4)) ** exponent
    return divide_up(rate_e4 * product * USD_ONE_E6, 10 ** (4 + 8 * exponent))
