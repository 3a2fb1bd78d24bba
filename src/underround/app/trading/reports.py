"""Trades as rows: what was quoted, what came of it and why they differ; fills for the tax office.

Pure over a portfolio; writes CSV as text. Money is exact; nothing here is estimated except what it
says is presumed.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from underround.app.trading.counts import booked_usd_e6, payout_usd_e6
from underround.core.trading.portfolio import Portfolio
from underround.core.trading.trade_record import Role, Trade
from underround.core.units import (
    NS_PER_SECOND,
    SIZE_ONE_E6,
    USD_ONE_E6,
    format_price,
    format_size,
    format_usd,
    notional_up_usd_e6,
)

TAX_COLUMNS: Final = (
    "time_utc", "venue", "instrument", "outcome", "side", "contracts", "price_usd", "fee_usd",
    "cash_usd", "status", "trade", "venue_order", "venue_trade",
)  # fmt: skip


def trade_row(trade: Trade, portfolio: Portfolio) -> dict[str, Any]:
    """Return one trade, all money in usd_e6: quoted = booked + missed + unwind + basis + slippage.

    `missed` is the quoted edge of what was never hedged, `unwind` what giving back cost, `basis`
    what settlement paid less than a dollar a set, `slippage` the rest.
    """
    plan = trade.plan
    booked_e6 = booked_usd_e6(trade, portfolio)
    hedged_e6 = max(min(trade.holdings_e6), 0)
    missed_e6 = plan.quoted_usd_e6 * (plan.size_e6 - hedged_e6) // plan.size_e6
    unwind_e6 = _unwind_cost_e6(trade)
    presumed_e6 = hedged_e6 * plan.payoff_e6 // SIZE_ONE_E6
    basis_e6 = presumed_e6 - payout_usd_e6(trade, portfolio)
    is_settled = all((leg.venue, leg.instrument) in portfolio.settled for leg in plan.legs)
    fills = [fill for order in trade.orders.values() for fill in order.fills.values()]
    return {
        "id": plan.id,
        "time_utc": utc(plan.at_ns),
        "pair": plan.pair,
        "direction": plan.direction,
        "state": trade.state.value,
        "policy": plan.policy,
        "size": format_size(plan.size_e6),
        "hedged": format_size(hedged_e6),
        "naked": format_size(trade.naked_e6),
        "retries": trade.retries,
        "fee_usd_e6": sum(fill.fee_usd_e6 for fill in fills if fill.status.value != "failed"),
        "quoted_usd_e6": plan.quoted_usd_e6,
        "booked_usd_e6": booked_e6,
        "missed_usd_e6": missed_e6,
        "unwind_usd_e6": unwind_e6,
        "basis_usd_e6": basis_e6,
        "slippage_usd_e6": plan.quoted_usd_e6 - booked_e6 - missed_e6 - unwind_e6 - basis_e6,
        "payout": "settled" if is_settled else "presumed",
    }


def trade_rows(portfolio: Portfolio) -> list[dict[str, Any]]:
    """Return every trade, oldest first."""
    return [trade_row(trade, portfolio) for trade in portfolio.trades.values()]


def position_rows(portfolio: Portfolio) -> list[dict[str, Any]]:
    """Return what is held by instrument, and what of it no other leg covers."""
    naked: dict[tuple[str, str], int] = {}
    for trade in portfolio.active.values():
        held = trade.holdings_e6
        for leg, size_e6 in zip(trade.plan.legs, held, strict=True):
            key = (leg.venue.value, leg.instrument)
            naked[key] = naked.get(key, 0) + size_e6 - min(held)
    return [
        {
            "venue": venue.value,
            "instrument": instrument,
            "contracts": format_size(size_e6),
            "uncovered": format_size(naked.get((venue.value, instrument), 0)),
            "settled": (venue, instrument) in portfolio.settled,
        }
        for (venue, instrument), size_e6 in sorted(portfolio.positions_e6.items())
        if size_e6
    ]


def profit(portfolio: Portfolio) -> dict[str, Any]:
    """Return realised against quoted edge and why they differ, in all and by day; usd_e6."""
    rows = [row for row in trade_rows(portfolio) if row["state"] not in ("rejected", "signal")]
    by_day: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_day.setdefault(row["time_utc"][:10], []).append(row)
    return {
        "all": _sums(rows),
        "days": {day: _sums(of_day) for day, of_day in sorted(by_day.items())},
        "presumed": sum(row["payout"] == "presumed" and row["hedged"] != "0" for row in rows),
    }


def trades_csv(portfolio: Portfolio) -> str:
    """Return every trade as CSV; money columns are in dollars."""
    rows = [
        {
            name.removesuffix("_e6") if name.endswith("_usd_e6") else name: (
                value / USD_ONE_E6 if name.endswith("_usd_e6") else value
            )
            for name, value in row.items()
        }
        for row in trade_rows(portfolio)
    ]
    return _csv(list(rows[0]) if rows else ["id"], rows)


def tax_csv(portfolio: Portfolio) -> str:
    """Return every fill and every payout in the order of time as CSV, money in dollars."""
    rows: list[dict[str, Any]] = []
    for trade in portfolio.trades.values():
        for order in trade.orders.values():
            for fill in order.fills.values():
                value_e6 = notional_up_usd_e6(fill.price_e4, fill.size_e6)
                cash_e6 = (-value_e6 if fill.is_buy else value_e6) - fill.fee_usd_e6
                rows.append(
                    {
                        "time_utc": utc(fill.at_ns),
                        "venue": fill.venue.value,
                        "instrument": fill.instrument,
                        "outcome": fill.outcome.value,
                        "side": "buy" if fill.is_buy else "sell",
                        "contracts": format_size(fill.size_e6),
                        "price_usd": format_price(fill.price_e4),
                        "fee_usd": fill.fee_usd_e6 / USD_ONE_E6,
                        "cash_usd": cash_e6 / USD_ONE_E6 if fill.status.value != "failed" else 0,
                        "status": fill.status.value,
                        "trade": trade.plan.id,
                        "venue_order": fill.venue_order_id,
                        "venue_trade": fill.trade,
                    }
                )
    for settled in portfolio.settled.values():
        paid = settled.revenue_usd_e6
        rows.append(
            dict.fromkeys(TAX_COLUMNS, "")
            | {
                "time_utc": utc(settled.at_ns),
                "venue": settled.venue.value,
                "instrument": settled.instrument,
                "side": "settlement",
                "price_usd": format_price(settled.value_e4),
                "cash_usd": "" if paid is None else paid / USD_ONE_E6,
                "status": "settled",
            }
        )
    return _csv(TAX_COLUMNS, sorted(rows, key=lambda row: str(row["time_utc"])))


def line_of(row: Mapping[str, Any]) -> str:
    """Write a trade for a person."""
    return (
        f"{row['time_utc']}  {row['state']:14} {row['pair']:28} {row['hedged']:>8} of"
        f" {row['size']:>8}  quoted {format_usd(row['quoted_usd_e6']):>8}"
        f"  booked {format_usd(row['booked_usd_e6']):>8}  {row['payout']:8}  {row['id']}"
    )


def utc(at_ns: int) -> str:
    """Write a time as ISO 8601 in UTC with milliseconds."""
    seconds, rest = divmod(at_ns, NS_PER_SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest // 1_000_000:03d}Z"


def _unwind_cost_e6(trade: Trade) -> int:
    """Return what was paid for contracts given back, less what giving them back brought."""
    cost_e6 = 0
    for number, leg in enumerate(trade.plan.legs):
        own = [order for order in trade.orders.values() if order.intent.leg == number]
        bought = [order for order in own if order.role is not Role.UNWIND and order.filled_e6]
        back = [order for order in own if order.role is Role.UNWIND and order.filled_e6]
        size_e6 = sum(order.filled_e6 for order in bought)
        back_e6 = min(sum(order.filled_e6 for order in back), size_e6)
        if not back_e6:
            continue
        paid_e6 = -sum(order.cash_usd_e6 for order in bought) * back_e6 // size_e6
        merged_e6 = sum(o.filled_e6 for o in back if o.intent.outcome is not leg.outcome)
        cost_e6 += paid_e6 - sum(order.cash_usd_e6 for order in back) - merged_e6
    return cost_e6


def _sums(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    columns = ("quoted", "booked", "missed", "unwind", "basis", "slippage", "fee")
    sums = {f"{name}_usd_e6": sum(row[f"{name}_usd_e6"] for row in rows) for name in columns}
    return {"trades": len(rows)} | sums


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
