"""Why nothing may be entered now, whatever the signal: before any limit is added up.

Reads the portfolio, and the clock of the event at hand: what time alone has made doubtful counts
before the next tick notes it. Pure; changes nothing.
"""

from typing import Final

from underround.core.event import Command
from underround.core.opportunity import Signal
from underround.core.trading.accounts import Accounts
from underround.core.trading.portfolio import Portfolio
from underround.core.trading.risk_limits import RiskLimits
from underround.core.trading.trade_record import OrderStage, Trade
from underround.core.units import NS_PER_MS

DETECTION: Final = "detection"
"""What a pause is of (`of` among its arguments) that leaves trading alone."""


def blocked(
    signal: Signal, portfolio: Portfolio, accounts: Accounts, limits: RiskLimits, now_ns: int
) -> str | None:
    """Return in words why a signal may not be entered at `now_ns`, None when nothing forbids it."""
    if portfolio.halt is not None:
        return f"halted: {portfolio.halt}"
    if accounts.difference is not None:
        return f"unreconciled: {accounts.difference}"
    if portfolio.unknown:
        return "unknown order: its fate is being asked for"
    age_ns = now_ns - signal.at_ns
    if age_ns > limits.max_quote_age_ns:
        return f"the signal is too old: {age_ns // NS_PER_MS} ms"
    if age_ns < -limits.max_quote_age_ns:
        return f"the signal is ahead of our clock: {-age_ns // NS_PER_MS} ms"
    for trade in portfolio.standings.now.watched:
        if trade.plan.pair == signal.pair and trade.reserves:
            return "a trade on this pair is under way"
        late = overdue(trade, portfolio, limits, now_ns)
        if late is not None:
            return late
    return None


def is_paused_after(command: Command, was_paused: bool) -> bool:
    """Tell whether entries are paused once a command is heard; what is open already counts too.

    A pause of the detection alone is an executor's: its signals come from another process.
    """
    if command.name == "pause" and command.arguments.get("of") == DETECTION:
        return was_paused
    return {"pause": True, "resume": False}.get(command.name, was_paused)


def overdue(trade: Trade, portfolio: Portfolio, limits: RiskLimits, now_ns: int) -> str | None:
    """Return what the next tick will find wrong with a trade, None when nothing is late."""
    since_ns = trade.naked_since_ns
    is_known = since_ns is None or since_ns <= portfolio.halt_cleared_ns
    if not is_known and abs(now_ns - (since_ns or 0)) > limits.max_naked_ns:
        return f"trade {trade.plan.id} is uncovered for too long"
    for order in trade.orders.values():
        if order.stage is OrderStage.SENT and now_ns >= order.intent.dies_at_ns:
            return f"order {order.intent.id} was not answered within its life"
    return None
