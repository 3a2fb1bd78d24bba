"""Kalshi's members: cash by shard, one net position a market, fills and their exact fees.

Money in integers throughout, from the venue's published rules; knows no wire and no book. A fee
is rounded by fill with an accumulator for each order.
https://docs.kalshi.com/getting_started/fee_rounding
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from underround.core.units import PRICE_ONE_E4, divide_up
from underround.simulation.book import BID, Side
from underround.simulation.fees import KALSHI_RATE_E4
from underround.simulation.market import SHARDS, KalshiMarket
from underround.simulation.own_orders import OwnOrder

CASH_USD_E6: Final = 10_000_000_000
"""What a new member has on each shard."""
PRECISION_E6: Final = 100
"""Balances of direct members are kept to a hundredth of a cent."""


@dataclass(slots=True, kw_only=True)
class Fill:
    """One fill of one order; the price is on the YES scale."""

    trade_id: str
    order: OwnOrder
    side: Side
    price_e4: int
    size_e6: int
    is_taker: bool
    fee_usd_e6: int
    post_position_e6: int
    at_ns: int


@dataclass(slots=True)
class Holding:
    """A member's position in one market: YES plus, NO minus."""

    position_e6: int = 0
    cost_usd_e6: int = 0
    realized_usd_e6: int = 0
    fees_usd_e6: int = 0
    traded_e6: int = 0


@dataclass(slots=True)
class Group:
    """An order group: at most so many contracts in any 15 s, then all its orders are cancelled."""

    id: str
    limit_e6: int
    is_tripped: bool = False
    matched: list[tuple[int, int]] = field(default_factory=list)


class Member:
    """One account."""

    def __init__(self, key_id: str, cash_usd_e6: int = CASH_USD_E6) -> None:
        self.key_id = key_id
        self.cash_usd_e6 = dict.fromkeys(range(len(SHARDS)), cash_usd_e6)
        self.holdings: defaultdict[KalshiMarket, Holding] = defaultdict(Holding)
        self.orders: dict[str, OwnOrder] = {}
        self.fills: list[Fill] = []
        self.groups: dict[str, Group] = {}
        self.settlements: list[dict[str, object]] = []

    def spendable_usd_e6(self, shard: int) -> int:
        """Return a shard's cash less what its resting orders may cost."""
        reserved = sum(
            opening_cost_usd_e6(order.side, order.price_e4, order.remaining_e6)
            for order in self.orders.values()
            if order.is_resting and _market(order).shard == shard
        )
        return self.cash_usd_e6[shard] - reserved

    def needs_usd_e6(self, market: KalshiMarket, side: Side, limit_e4: int, size_e6: int) -> int:
        """Return what an order may cost at worst; what closes a position costs nothing."""
        position_e6 = self.holdings[market].position_e6 if market in self.holdings else 0
        closable_e6 = max(-position_e6 if side == BID else position_e6, 0)
        opening_e6 = max(size_e6 - closable_e6, 0)
        return opening_cost_usd_e6(side, limit_e4, opening_e6) + model_fee_usd_e6(
            market, limit_e4, opening_e6
        )

    def book(
        self, order: OwnOrder, price_e4: int, size_e6: int, trade: tuple[str, bool, int]
    ) -> Fill:
        """Enter a fill: move cash and position, charge the fee; `trade` is id, is_taker, at_ns."""
        trade_id, is_taker, at_ns = trade
        market = _market(order)
        holding = self.holdings[market]
        revenue = self._move(holding, order.side, price_e4, size_e6)
        model = model_fee_usd_e6(market, price_e4, size_e6) if is_taker else 0
        fee = _charged(order, revenue, model)
        self.cash_usd_e6[market.shard] += revenue - fee
        holding.fees_usd_e6 += fee
        holding.traded_e6 += size_e6
        fill = Fill(
            trade_id=trade_id,
            order=order,
            side=order.side,
            price_e4=price_e4,
            size_e6=size_e6,
            is_taker=is_taker,
            fee_usd_e6=fee,
            post_position_e6=holding.position_e6,
            at_ns=at_ns,
        )
        self.fills.append(fill)
        return fill

    def _move(self, holding: Holding, side: Side, price_e4: int, size_e6: int) -> int:
        """Change a position; return what that brings in cash before fees (usd_e6)."""
        sign = 1 if side == BID else -1
        own_price_e4 = price_e4 if side == BID else PRICE_ONE_E4 - price_e4
        held_e6 = holding.position_e6
        closed_e6 = min(size_e6, max(-held_e6 * sign, 0))
        opened_e6 = size_e6 - closed_e6
        proceeds = closed_e6 * (PRICE_ONE_E4 - own_price_e4) // PRICE_ONE_E4
        if closed_e6:
            released = holding.cost_usd_e6 * closed_e6 // abs(held_e6)
            holding.cost_usd_e6 -= released
            holding.realized_usd_e6 += proceeds - released
        paid = opened_e6 * own_price_e4 // PRICE_ONE_E4
        holding.cost_usd_e6 += paid
        holding.position_e6 += sign * size_e6
        return proceeds - paid

    def settle(self, market: KalshiMarket, at_ns: int) -> Holding | None:
        """Pay a market's result out; return what was held, None when nothing was."""
        holding = self.holdings.pop(market, None)
        if holding is None or not holding.position_e6:
            return None
        won = (holding.position_e6 > 0) == (market.result == "yes")
        revenue = abs(holding.position_e6) if won else 0
        self.cash_usd_e6[market.shard] += revenue
        self.settlements.append(
            {
                "ticker": market.ticker,
                "event_ticker": market.event_ticker,
                "market_result": market.result,
                "position_e6": holding.position_e6,
                "revenue_usd_e6": revenue,
                "at_ns": at_ns,
            }
        )
        return holding


def opening_cost_usd_e6(side: Side, price_e4: int, size_e6: int) -> int:
    """Return what contracts of a side cost on the YES scale, before fees."""
    own_price_e4 = price_e4 if side == BID else PRICE_ONE_E4 - price_e4
    return own_price_e4 * size_e6 // PRICE_ONE_E4


def model_fee_usd_e6(market: KalshiMarket, price_e4: int, size_e6: int) -> int:
    """Return a taker's fee by the formula, up to the next millionth of a dollar."""
    product = price_e4 * (PRICE_ONE_E4 - price_e4) * size_e6
    return divide_up(KALSHI_RATE_E4 * market.fee_multiplier_e4 * product, 10**16)


def _charged(order: OwnOrder, revenue: int, model: int) -> int:
    """Round a fee so that the balance keeps its precision; the order keeps what was too much."""
    change = (revenue - model) // PRECISION_E6 * PRECISION_E6
    rounding = revenue - model - change
    kept: int = order.facts.get("rounding_e6", 0) + rounding
    rebate = min(kept // PRECISION_E6 * PRECISION_E6, model + rounding)
    order.facts["rounding_e6"] = kept - rebate
    return model + rounding - rebate


def _market(order: OwnOrder) -> KalshiMarket:
    assert isinstance(order.market, KalshiMarket)
    return order.market
