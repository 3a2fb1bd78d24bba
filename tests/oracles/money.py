"""What buying costs, worked out again without a line of the product: sizes in whole hundredths.

Everything is an exact Fraction of a dollar or a whole number of hundredths of a contract. It may
not import the product: it exists to disagree with it.
"""

from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

CENTICENT = Fraction(1, 10_000)


class Offer(NamedTuple):
    """One instrument for sale at one venue: (price, hundredths) levels, the cheapest first."""

    venue: str
    rate: Fraction
    levels: tuple[tuple[Fraction, int], ...]


def fee(venue, rate, price, hundredths):
    """Return the worst fee of one taker fill, dollars."""
    if hundredths == 0:
        return Fraction(0)
    model = rate * Fraction(hundredths, 100) * price * (1 - price)
    if venue == "polymarket":
        steps = ceil(model * 100_000)
        return Fraction(max(steps, 1) if rate else steps, 100_000)
    trade_fee = Fraction(ceil(model * 1_000_000), 1_000_000)
    notional = price * Fraction(hundredths, 100)
    return ceil((notional + trade_fee) / CENTICENT) * CENTICENT - notional


def cost(offer, hundredths):
    """Return what buying that many hundredths costs with fees, None beyond the depth."""
    total = Fraction(0)
    for price, depth in offer.levels:
        taken = min(depth, hundredths)
        total += price * Fraction(taken, 100) + fee(offer.venue, offer.rate, price, taken)
        hundredths -= taken
        if hundredths == 0:
            return total
    return None if hundredths else total


def marginal(offer, price):
    """Return what one more contract at a price costs, fee unrounded."""
    return price + offer.rate * price * (1 - price)


def best_sets(offers, payoff, least=1, most=None):
    """Try every size: return the greatest profit of buying that many of each, and the size."""
    best, best_size = Fraction(0), 0
    size = least
    while most is None or size <= most:
        costs = [cost(offer, size) for offer in offers]
        if None in costs:
            break
        profit = payoff * Fraction(size, 100) - sum(costs)
        if profit > best:
            best, best_size = profit, size
        size += 1
    return best, best_size


def to_usd_e6(dollars):
    """Return dollars in whole millionths, rounded down."""
    return floor(dollars * 1_000_000)
