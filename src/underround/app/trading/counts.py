"""What became of trades, counted: for the demo's score, `trades`, `pnl` and the backtest.

Pure over a portfolio; a trade's payout is the venue's own where it has settled, else one dollar a
complete set, and then it says that it is presumed.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from underround.core.trading.order_event import Filled, FillStatus
from underround.core.trading.portfolio import Portfolio
from underround.core.trading.trade import TradeState
from underround.core.trading.trade_record import LiveOrder, Trade
from underround.core.units import PRICE_ONE_E4, SIZE_ONE_E6, USD_ONE_E6

HEDGED = (TradeState.HEDGED, TradeState.HEDGED_SETTLED)


class Tally(Struct):
    """Sums over trades that sent an order; `ends` counts them by the state they are in."""

    total: int = 0
    ends: Counter[TradeState] = msgspec.field(default_factory=Counter)
    is_open: int = 0
    quoted_usd_e6: int = 0
    booked_usd_e6: int = 0
    fee_usd_e6: int = 0
    naked_contract_seconds: float = 0.0

    def add(self, trade: Trade, portfolio: Portfolio) -> None:
        """Add a trade, if it sent an order."""
        if not any(order.is_sent for order in trade.orders.values()):
            return
        self.total += 1
        self.ends[trade.state] += 1
        self.is_open += not trade.is_over and trade.state not in HEDGED
        self.quoted_usd_e6 += trade.plan.quoted_usd_e6
        self.booked_usd_e6 += booked_usd_e6(trade, portfolio)
        self.fee_usd_e6 += trade.fee_usd_e6
        self.naked_contract_seconds += naked_contract_seconds([trade])

    def copy(self) -> "Tally":
        """Return the same sums, to be added to."""
        return replace(self, ends=self.ends.copy())


def counted(
    portfolio: Portfolio, unreconciled: int, forgotten: Tally | None = None
) -> dict[str, Any]:
    """Return counts of the trades that sent an order, and the share of quoted edge booked.

    `forgotten` counts those that the portfolio has let go of.
    """
    sums = Tally() if forgotten is None else forgotten.copy()
    for trade in portfolio.trades.values():
        sums.add(trade, portfolio)
    share = sums.booked_usd_e6 / sums.quoted_usd_e6 if sums.quoted_usd_e6 else 0.0
    ends = sums.ends
    return {
        "total": sums.total,
        "hedged": sum(ends[state] for state in HEDGED),
        "no_fill": ends[TradeState.NO_FILL],
        "unwound": ends[TradeState.UNWOUND],
        "stranded": ends[TradeState.STRANDED] + ends[TradeState.HALT],
        "unreconciled": unreconciled,
        "open": sums.is_open,
        "booked_share": round(min(max(share, 0.0), 1.0), 4),
        "booked_usd": sums.booked_usd_e6 / USD_ONE_E6,
        "quoted_usd": sums.quoted_usd_e6 / USD_ONE_E6,
        "naked_contract_seconds": round(sums.naked_contract_seconds, 3),
    }


def booked_usd_e6(trade: Trade, portfolio: Portfolio) -> int:
    """Return a trade's profit: its cash and what its holdings pay, or surely will."""
    return trade.cash_usd_e6 + payout_usd_e6(trade, portfolio) + trade.merged_usd_e6


def payout_usd_e6(trade: Trade, portfolio: Portfolio) -> int:
    """Return what the holdings pay: by the venues' own word, leg by leg, where they have settled.

    Before, only complete sets count, as paid in full; what is owed counts as a dollar a contract.
    """
    held = trade.holdings_e6
    settled = [portfolio.settled.get((leg.venue, leg.instrument)) for leg in trade.plan.legs]
    if all(each is not None for each in settled):
        paid_e6 = 0
        for leg, size_e6, each in zip(trade.plan.legs, held, settled, strict=True):
            assert each is not None
            value_e4 = each.value_e4
            if each.venue.value == "kalshi" and leg.outcome.value == "no":
                value_e4 = PRICE_ONE_E4 - value_e4
            paid_e6 += size_e6 * value_e4 // PRICE_ONE_E4
        return paid_e6
    return trade.presumed_usd_e6


def naked_contract_seconds(trades: Iterable[Trade]) -> float:
    """Return how many contracts stood uncovered for how long, up to each trade's last fill.

    Giving back counts as it happened; what matched and did not settle counts as never held.
    """
    total = 0.0
    for trade in trades:
        moments = sorted(
            (fill.at_ns, order.intent.leg, _held_e6(order, fill, trade))
            for order in trade.orders.values()
            for fill in order.fills.values()
            if fill.status is not FillStatus.FAILED
        )
        held = [0] * len(trade.plan.legs)
        before_ns = moments[0][0] if moments else 0
        for at_ns, leg, size_e6 in moments:
            total += (max(held) - min(held)) / SIZE_ONE_E6 * (at_ns - before_ns) / 1e9
            held[leg] += size_e6
            before_ns = at_ns
    return total


def _held_e6(order: LiveOrder, fill: Filled, trade: Trade) -> int:
    """Return what a fill adds to its leg; buying the complement gives it back."""
    outcome = trade.plan.legs[order.intent.leg].outcome
    adds = order.intent.is_buy == (order.intent.outcome is outcome)
    return fill.size_e6 if adds else -fill.size_e6
