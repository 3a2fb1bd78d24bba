"""Profit for the page: booked against quoted over all trades of a run, without adding all up anew.

A trade that is settled is reckoned once; a fill that came late after all makes the whole be
reckoned again. Those that the portfolio has let go of are one sum. Only the curve is cut.
"""

from typing import Any, Final

from underround.app.trading.counts import Tally, booked_usd_e6
from underround.core.trading.portfolio import Portfolio
from underround.core.trading.trade_record import Trade
from underround.core.units import NS_PER_MS

MOST_POINTS: Final = 400

Sums = tuple[int, int, int]
"""Booked, quoted and paid in fees (usd_e6)."""


class Profit:
    """The profit of one portfolio, as it stands whenever it is asked for."""

    def __init__(self, portfolio: Portfolio, forgotten: Tally | None = None) -> None:
        self._portfolio = portfolio
        self._forgotten = Tally() if forgotten is None else forgotten
        self._settled: dict[str, Sums] = {}
        self._late = len(portfolio.late)
        portfolio.on_forgotten.append(self._forget)

    def shown(self) -> dict[str, Any]:
        """Return the sums and the curve, money in usd_e6."""
        portfolio, gone = self._portfolio, self._forgotten
        if len(portfolio.late) != self._late:
            self._late = len(portfolio.late)
            self._settled.clear()
        booked_e6, quoted_e6 = gone.booked_usd_e6, gone.quoted_usd_e6
        fee_e6, points = gone.fee_usd_e6, []
        for trade in portfolio.trades.values():
            booked, quoted, fee = self._sums(trade)
            booked_e6, quoted_e6, fee_e6 = booked_e6 + booked, quoted_e6 + quoted, fee_e6 + fee
            points.append((trade.plan.at_ns // NS_PER_MS, booked_e6, quoted_e6))
        return {
            "booked_usd_e6": booked_e6,
            "quoted_usd_e6": quoted_e6,
            "fee_usd_e6": fee_e6,
            "open_usd_e6": sum(trade.at_risk_usd_e6() for trade in portfolio.active.values()),
            "series": points[-MOST_POINTS:],
        }

    def _forget(self, trade: Trade) -> None:
        self._settled.pop(trade.plan.id, None)

    def _sums(self, trade: Trade) -> Sums:
        """Return what a trade adds: nothing unless it sent an order."""
        known = self._settled.get(trade.plan.id)
        if known is not None:
            return known
        sums = 0, 0, 0
        if any(order.is_sent for order in trade.orders.values()):
            booked_e6 = booked_usd_e6(trade, self._portfolio)
            sums = booked_e6, trade.plan.quoted_usd_e6, trade.fee_usd_e6
        if trade.is_over and trade.plan.id not in self._portfolio.active:
            self._settled[trade.plan.id] = sums
        return sums
