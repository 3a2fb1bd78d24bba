"""The trading topic of the page: trades, positions, profit, limits with their use, the switch.

Adds up what the desk's portfolio holds; trades nothing. `stop` and `go_on` turn the kill switch
that the command, the file and the signal turn too; a stop survives a restart.
"""

from itertools import islice
from typing import Any, Final

from underround.app.page.positions import positions
from underround.app.page.profit import Profit
from underround.app.page.view import Topic
from underround.app.trading.counts import booked_usd_e6
from underround.app.trading.setup import Trading
from underround.app.wiring import Running
from underround.core.instrument import Venue
from underround.core.trading.circumstances import day_loss_usd_e6
from underround.core.trading.portfolio import Portfolio
from underround.core.trading.risk_limits import RiskLimits
from underround.core.trading.standing import day_of
from underround.core.trading.trade import TradeState
from underround.core.trading.trade_record import Trade
from underround.core.units import NS_PER_MS, NS_PER_SECOND, SIZE_ONE_E6

SHOWN: Final = 200
EVERY_MS: Final = 500


def trading_topic(run: Running) -> Topic:
    """Return the topic; its value is None for a run that does not trade."""
    if run.trading is None:
        return Topic("trading", lambda _: None, EVERY_MS)
    trading, profit = run.trading, Profit(run.trading.desk.portfolio, run.trading.forgotten)
    return Topic("trading", lambda at_ns: _shown(run, trading, profit, at_ns), EVERY_MS)


def stop(run: Running, reason: str) -> None:
    """Halt trading, where there is any: nothing that increases risk passes from here on."""
    if run.trading is not None:
        run.trading.switch.set(f"from the page: {reason}" if reason else "from the page")


def go_on(run: Running, reason: str) -> None:
    """Let trading go on, where there is any; a kill file that is there is taken away."""
    if run.trading is not None:
        run.trading.switch.clear(reason)


def _shown(run: Running, trading: Trading, profit: Profit, at_ns: int) -> dict[str, Any]:
    portfolio = trading.desk.portfolio
    # What a rail refused placed nothing: it is counted, not listed.
    newest = reversed(portfolio.trades.values())
    sent = (each for each in newest if each.state is not TradeState.REJECTED)
    return {
        "trades": [_trade(each, portfolio) for each in islice(sent, SHOWN)],
        "positions": positions(run, portfolio),
        "pnl": profit.shown(),
        "refusals": dict(trading.desk.refusals.counts.most_common()),
        "limits": limits_in_use(portfolio, trading.ledger.settings.limits, at_ns),
        "kill": {"reason": portfolio.halt or "", "at_ms": None},
    }


def _trade(trade: Trade, portfolio: Portfolio) -> dict[str, Any]:
    plan, held = trade.plan, trade.holdings_e6
    return {
        "id": plan.id,
        "pair": plan.pair,
        "state": trade.state.value,
        "is_over": trade.is_over,
        "begun_ms": plan.at_ns // NS_PER_MS,
        "size_e6": plan.size_e6,
        "quoted_usd_e6": plan.quoted_usd_e6,
        "booked_usd_e6": booked_usd_e6(trade, portfolio),
        "legs": [
            {
                "venue": leg.venue,
                "outcome": leg.outcome,
                "filled_e6": size_e6,
                "size_e6": plan.size_e6,
                "price_e4": leg.limit_e4,
            }
            for leg, size_e6 in zip(plan.legs, held, strict=True)
        ],
    }


def limits_in_use(portfolio: Portfolio, limits: RiskLimits, at_ns: int) -> list[dict[str, Any]]:
    """Return each rail that fills up, with how much of it is used now."""
    active = list(portfolio.active.values())
    at_risk_e6 = sum(trade.at_risk_usd_e6() for trade in active)
    by_pair: dict[str, int] = {}
    for trade in active:
        pair = trade.plan.pair
        by_pair[pair] = by_pair.get(pair, 0) + trade.at_risk_usd_e6()
    today_e6 = portfolio.standings.day(day_of(at_ns)).spent_usd_e6()
    minute_ns = at_ns - 60 * NS_PER_SECOND
    sent = sum(sent_ns > minute_ns for sent_ns in portfolio.sent_at_ns)
    by_venue = [portfolio.standings.now.of_venue_usd_e6(venue) for venue in Venue]
    rows = [
        ("at risk, unsettled", at_risk_e6, limits.max_unsettled_usd_e6, "usd_e6"),
        ("the fullest pair", max(by_pair.values(), default=0), limits.max_pair_usd_e6, "usd_e6"),
        ("the fullest venue", max(by_venue), limits.max_venue_usd_e6, "usd_e6"),
        ("put at risk today", today_e6, limits.max_day_usd_e6, "usd_e6"),
        (
            "lost today",
            day_loss_usd_e6(portfolio, at_ns),
            limits.max_daily_loss_usd_e6,
            "usd_e6",
        ),
        (
            "uncovered contracts",
            sum(trade.naked_e6 for trade in active) // SIZE_ONE_E6,
            limits.max_naked_e6 // SIZE_ONE_E6,
            "count",
        ),
        ("orders in the last minute", sent, limits.max_orders_per_minute, "count"),
    ]
    names = ("name", "used", "limit", "unit")
    return [dict(zip(names, row, strict=True)) for row in rows]
