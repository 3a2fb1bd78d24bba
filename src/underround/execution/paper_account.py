"""The account that a paper venue keeps: fills by order, positions and cash. Its own bookkeeping.

After a restart it is made from the journal: paper has no other memory, and what was not journaled
never happened.
"""

from underround.core.instrument import Outcome, Venue
from underround.core.trading.order_event import Filled, FillStatus
from underround.core.trading.portfolio import Portfolio
from underround.core.units import notional_down_usd_e6, notional_up_usd_e6


class PaperAccount:
    """One venue's fills, and what follows from them."""

    def __init__(self, venue: Venue, balance_usd_e6: int, portfolio: Portfolio) -> None:
        self.orders: dict[str, dict[str, Filled]] = {}
        self._venue = venue
        self._start_usd_e6 = balance_usd_e6
        for trade in portfolio.trades.values():
            for name, order in trade.orders.items():
                if order.intent.venue is venue and order.fills:
                    self.take(name, list(order.fills.values()))

    def take(self, order: str, fills: list[Filled]) -> None:
        """Enter an order's fills; a known one gets its new status."""
        own = self.orders.setdefault(order, {})
        for fill in fills:
            own[fill.trade] = fill

    @property
    def balance_usd_e6(self) -> int:
        """What can be spent."""
        cash_e6 = self._start_usd_e6
        for fill in self._standing():
            if fill.is_buy:
                cash_e6 -= notional_up_usd_e6(fill.price_e4, fill.size_e6)
            else:
                cash_e6 += notional_down_usd_e6(fill.price_e4, fill.size_e6)
            cash_e6 -= fill.fee_usd_e6
        return cash_e6

    def positions_e6(self) -> dict[str, int]:
        """Return what is held by instrument; Kalshi's NO counts as minus."""
        held: dict[str, int] = {}
        for fill in self._standing():
            minus = self._venue is Venue.KALSHI and fill.outcome is Outcome.NO
            sign = 1 if fill.is_buy != minus else -1
            held[fill.instrument] = held.get(fill.instrument, 0) + sign * fill.size_e6
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

    def _standing(self) -> list[Filled]:
        return [
            fill
            for own in self.orders.values()
            for fill in own.values()
            if fill.status is not FillStatus.FAILED
        ]
