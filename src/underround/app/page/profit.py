"""Profit for the page: booked against quoted over all trades of a run, without adding all up anew.

Trades that are settled are counted once and kept as a sum; a fill that came late after all makes
the whole be counted again. Only the curve is cut to the latest trades.
"""

from collections import deque
from itertools import islice
from typing import Any, Final

from msgspec import Struct

from underround.app.trading.counts import booked_usd_e6
from underround.core.trading.portfolio import Portfolio
from underround.core.trading.trade_record import Trade
from underround.core.units import NS_PER_MS

MOST_POINTS: Final = 400


class _Sum(Struct):
    booked_usd_e6: int = 0
    quoted_usd_e6: int = 0
    fee_usd_e6: int = 0

    def add(self, trade: Trade, portfolio: Portfolio) -> None:
        """Add a trade, if it sent an order."""
        if not any(order.is_sent for order in trade.orders.values()):
            return
        self.booked_usd_e6 += booked_usd_e6(trade, portfolio)
        self.quoted_usd_e6 += trade.plan.quoted_usd_e6
        self.fee_usd_e6 += trade.fee_usd_e6


Point = tuple[int, int, int]
"""When the trade began (ms), and what was booked and quoted up to it (usd_e6)."""


class Profit:
    """The profit of one portfolio, as it stands whenever it is asked for."""

    def __init__(self, portfolio: Portfolio) -> None:
        self._portfolio = portfolio
        self._begin()

    def _begin(self) -> None:
        self._settled = _Sum()
        self._points: deque[Point] = deque(maxlen=MOST_POINTS)
        self._seen = 0
        self._late = len(self._portfolio.late)

    def shown(self) -> dict[str, Any]:
        """Return the sums and the curve, money in usd_e6."""
        portfolio = self._portfolio
        if len(portfolio.late) != self._late:
            self._begin()
        total = _Sum(*self._sums())
        points = list(self._points)
        is_settled = True
        for trade in islice(portfolio.trades.values(), self._seen, None):
            is_settled = is_settled and trade.is_over and trade.plan.id not in portfolio.active
            total.add(trade, portfolio)
            point = (trade.plan.at_ns // NS_PER_MS, total.booked_usd_e6, total.quoted_usd_e6)
            points.append(point)
            if is_settled:
                self._settled.add(trade, portfolio)
                self._points.append(point)
                self._seen += 1
        return {
            "booked_usd_e6": total.booked_usd_e6,
            "quoted_usd_e6": total.quoted_usd_e6,
            "fee_usd_e6": total.fee_usd_e6,
            "open_usd_e6": sum(trade.at_risk_usd_e6() for trade in portfolio.active.values()),
            "series": points[-MOST_POINTS:],
        }

    def _sums(self) -> tuple[int, int, int]:
        kept = self._settled
        return kept.booked_usd_e6, kept.quoted_usd_e6, kept.fee_usd_e6
