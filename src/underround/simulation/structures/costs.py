"""What one contract of a claim costs now, fee included, when the fewest allowed are bought.

The ledger's own arithmetic on true books; nothing is taken from the product's tables.
"""

from collections.abc import Sequence
from typing import Final

from underround.core.units import PRICE_ONE_E4, SIZE_ONE_E6, divide_up
from underround.simulation.fees import kalshi_taker_fee_usd_e6, polymarket_taker_fee_usd_e6
from underround.simulation.market import KalshiMarket, Market, PolymarketMarket
from underround.simulation.structures.structure import Member

LEAST_E6: Final = 5 * SIZE_ONE_E6
"""So many contracts of every leg at least: Polymarket's minimum, and equal shares on all legs."""

Costs = tuple[int | None, ...]
"""usd_e6 a contract, two a member: YES, then NO; None for what cannot be bought in size."""


def fee_e6(market: Market, price_e4: int) -> int:
    """Return the taker's fee of one contract, usd_e6, rounded up."""
    if isinstance(market, PolymarketMarket):
        return polymarket_taker_fee_usd_e6(price_e4, market.fee_rate_e4, market.fee_exponent)
    return kalshi_taker_fee_usd_e6(price_e4, market.fee_multiplier_e4)


def asks_of(market: Market, outcome: str) -> list[tuple[int, int]]:
    """Return what sells an outcome, (price_e4, size_e6) on its own scale, the cheapest first."""
    if outcome == "yes":
        return sorted(market.book.asks.items())
    return sorted((PRICE_ONE_E4 - price, size) for price, size in market.book.bids.items())


def cost_e6(
    market: Market, asks: Sequence[tuple[int, int]], least_e6: int = LEAST_E6
) -> int | None:
    """Return the mean cost of a contract over the fewest allowed, None when there are too few."""
    missing_e6, total = least_e6, 0
    for price_e4, size_e6 in asks:
        taken_e6 = min(size_e6, missing_e6)
        total += taken_e6 * (price_e4 * 100 + fee_e6(market, price_e4))
        missing_e6 -= taken_e6
        if not missing_e6:
            return divide_up(total, least_e6)
    return None


def costs_of(members: Sequence[Member]) -> Costs:
    """Return what every claim of the members costs now; markets that do not trade cost None."""
    found: list[int | None] = []
    for member in members:
        found += side_costs(member.market)
    return tuple(found)


def side_costs(market: Market) -> list[int | None]:
    """Return what YES and NO of one market cost now."""
    if not is_open(market):
        return [None, None]
    return [cost_e6(market, asks_of(market, outcome)) for outcome in ("yes", "no")]


def is_open(market: Market) -> bool:
    """Say whether orders trade in a market now."""
    return market.is_open if isinstance(market, KalshiMarket) else market.accepting
