"""Lets go of trades that are over for good, so that a desk may trade for months.

Kept are open positions, whatever a late answer of a venue could still concern, and the days that a
limit counts. The journal keeps everything; what is forgotten here is only not in memory. Pure.
"""

from collections.abc import Callable
from typing import Final

from underround.core.trading.accounts import Accounts
from underround.core.trading.portfolio import Portfolio
from underround.core.trading.standing import day_of
from underround.core.trading.trade_record import Trade
from underround.core.units import NS_PER_SECOND

KEPT_NS: Final = 3 * 86_400 * NS_PER_SECOND
"""No venue answers later than this; the daily limits look back one day."""
EVERY_NS: Final = 3_600 * NS_PER_SECOND


class Forgetting:
    """Once an hour, for one desk; `tell` is given each trade that goes."""

    def __init__(
        self, portfolio: Portfolio, accounts: Accounts | None, tell: Callable[[Trade], None]
    ) -> None:
        self._portfolio = portfolio
        self._accounts = accounts
        self._tell = tell
        self._due_ns = 0

    def tick(self, now_ns: int) -> None:
        """Let time pass."""
        if now_ns < self._due_ns:
            return
        self._due_ns = now_ns + EVERY_NS
        portfolio, before_ns = self._portfolio, now_ns - KEPT_NS
        for trade in list(portfolio.trades.values()):
            if _is_done_with(trade, portfolio, before_ns):
                portfolio.let_go(trade)
                for hear in (self._tell, *portfolio.on_forgotten):
                    hear(trade)
        for day in [day for day in portfolio.by_day if day < day_of(before_ns)]:
            del portfolio.by_day[day]
        old = [key for key, fill in portfolio.foreign.items() if fill.at_ns < before_ns]
        for strange in old:
            del portfolio.foreign[strange]
        self._forget_instruments(before_ns)

    def _forget_instruments(self, before_ns: int) -> None:
        portfolio, reads = self._portfolio, {}
        if self._accounts is not None:
            reads = {
                venue: {position.instrument for position in read.positions}
                for venue, read in self._accounts.reads.items()
            }
        known = {
            (leg.venue, leg.instrument)
            for trade in portfolio.trades.values()
            for leg in trade.plan.legs
        }
        for key, settled in list(portfolio.settled.items()):
            venue, instrument = key
            # A venue that still shows it would otherwise seem to differ from the journal.
            is_shown = venue not in reads or instrument in reads[venue]
            if settled.at_ns < before_ns and key not in known and not is_shown:
                del portfolio.settled[key]
        for key, size_e6 in list(portfolio.positions_e6.items()):
            if not size_e6 and key not in known:
                del portfolio.positions_e6[key]


def _is_done_with(trade: Trade, portfolio: Portfolio, before_ns: int) -> bool:
    """Tell whether a trade is over, long ago, with every fill final and nothing held."""
    if not (trade.is_over and trade.is_final and trade.moved_at_ns < before_ns):
        return False
    last_ns = max((order.ended_at_ns for order in trade.orders.values()), default=0)
    if last_ns >= before_ns:
        return False
    is_empty = all(abs(size_e6) <= trade.dust_e6 for size_e6 in trade.holdings_e6)
    return is_empty or trade.plan.id not in portfolio.active
