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
    """Return what the taker fee adds to the cost of one share held, up to the next usd_e6.

    The fee is rate × (p(1 − p))^exponent a share, up to the next usd_e6, and withheld in shares:
    who wants to hold one share buys p / (p − fee) of them. It is the dearer of the two readings of
    the venue's documents, and the one that an underround has to survive.
    """
    product = (price_e4 * (PRICE_ONE_E4 - price_e4)) ** exponent
    fee_e6 = divide_up(rate_e4 * product * USD_ONE_E6, 10 ** (4 + 8 * exponent))
    price_e6 = price_e4 * USD_ONE_E6 // PRICE_ONE_E4
    if fee_e6 >= price_e6:
        return USD_ONE_E6
    return divide_up(fee_e6 * price_e6, price_e6 - fee_e6)
