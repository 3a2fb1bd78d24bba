"""The account that a paper venue keeps: fills by order, positions and cash. Its own bookkeeping.

After a restart it is made from the journal: paper has no other memory, and what was not journaled
never happened. What has settled is paid out; of orders long over only their money is kept.
"""

from typing import Final

from underround.core.instrument import Outcome, Venue
from underround.core.trading.order_event import Filled, FillStatus, Settled
from underround.core.trading.portfolio import Portfolio
from underround.core.units import (
    NS_PER_SECOND,
    PRICE_ONE_E4,
    notional_down_usd_e6,
    notional_up_usd_e6,
)

ORDERS_KEPT_NS: Final = 86_400 * NS_PER_SECOND
"""So long after its market settled somebody may still ask what became of an order."""
UNFILLED_KEPT: Final = 10_000


class PaperAccount:
    """One venue's fills, and what follows from them."""

    def __init__(self, venue: Venue, balance_usd_e6: int, portfolio: Portfolio) -> None:
        self.orders: dict[str, dict[str, Filled]] = {}
        self.balance_usd_e6 = balance_usd_e6
        """What can be spent."""
        self._venue = venue
        self._portfolio = portfolio
        self._held_e6: dict[tuple[str, Outcome], int] = {}
        self._paid_ns: dict[str, int] = {}
        for trade in portfolio.trades.values():
            for name, order in trade.orders.items():
                if order.intent.venue is venue and order.fills:
                    self.take(name, list(order.fills.values()))
        self.settle(0)

    def take(self, order: str, fills: list[Filled]) -> None:
        """Enter an order's fills; a known one gets its new status."""
        own = self.orders.setdefault(order, {})
        for fill in fills:
            before = own.get(fill.trade)
            if before is not None:
                self._count(before, -1)
            own[fill.trade] = fill
            self._count(fill, +1)

    def settle(self, now_ns: int) -> None:
        """Pay out what the journal says has settled since the last time; forget what is long over.

        Both outcomes of one market, held together, pay a dollar.
        """
        for (venue, instrument), event in self._portfolio.settled.items():
            if venue is self._venue and instrument not in self._paid_ns:
                self._paid_ns[instrument] = event.at_ns
                self._pay(event)
        before_ns = now_ns - ORDERS_KEPT_NS
        over = {name for name, paid_ns in self._paid_ns.items() if paid_ns < before_ns}
        gone = [
            name
            for name, own in self.orders.items()
            if own and all(fill.instrument in over for fill in own.values())
        ]
        unfilled = [name for name, own in self.orders.items() if not own]
        for name in (*gone, *unfilled[:-UNFILLED_KEPT]):
            del self.orders[name]
        for instrument in over:
            if (self._venue, instrument) not in self._portfolio.settled:
                del self._paid_ns[instrument]

    def positions_e6(self) -> dict[str, int]:
        """Return what is held by instrument; Kalshi's NO counts as minus."""
        held: dict[str, int] = {}
        for (instrument, outcome), size_e6 in self._held_e6.items():
            minus = self._venue is Venue.KALSHI and outcome is Outcome.NO
            held[instrument] = held.get(instrument, 0) + (-size_e6 if minus else size_e6)
        return held

    def delivered_e6(self, instrument: str) -> int:
        """Return the shares of a token that have settled and may be sold."""
        return sum(
            fill.size_e6 if fill.is_buy else -fill.size_e6
            for fill in self._standing()
            if fill.instrument == instrument
            and (fill.status is FillStatus.CONFIRMED or not fill.is_buy)
        )

    def fills_since(self, since_ns: int) -> tuple[Filled, ...]:
        """Return the fills of a time and later."""
        return tuple(
            fill for own in self.orders.values() for fill in own.values() if fill.at_ns >= since_ns
        )

    def _pay(self, event: Settled) -> None:
        for outcome in Outcome:
            size_e6 = self._held_e6.pop((event.instrument, outcome), 0)
            is_other = self._venue is Venue.KALSHI and outcome is Outcome.NO
            value_e4 = PRICE_ONE_E4 - event.value_e4 if is_other else event.value_e4
            self.balance_usd_e6 += notional_down_usd_e6(value_e4, size_e6)

    def _count(self, fill: Filled, sign: int) -> None:
        if fill.status is FillStatus.FAILED or fill.instrument in self._paid_ns:
            return
        if fill.is_buy:
            cash_e6 = -notional_up_usd_e6(fill.price_e4, fill.size_e6)
        else:
            cash_e6 = notional_down_usd_e6(fill.price_e4, fill.size_e6)
        self.balance_usd_e6 += sign * (cash_e6 - fill.fee_usd_e6)
        key = (fill.instrument, fill.outcome)
        size_e6 = fill.size_e6 if fill.is_buy else -fill.size_e6
        held_e6 = self._held_e6.pop(key, 0) + sign * size_e6
        if held_e6:
            self._held_e6[key] = held_e6

    def _standing(self) -> list[Filled]:
        return [
            fill
            for own in self.orders.values()
            for fill in own.values()
            if fill.status is not FillStatus.FAILED
        ]
