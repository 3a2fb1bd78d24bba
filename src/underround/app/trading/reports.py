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
from underround.core.instrument import Outcome, Venue
from underround.core.trading.portfolio import Portfolio
from underround.core.trading.trade_record import Role, Trade, signed_e6
from underround.core.units import (
    NS_PER_SECOND,
    USD_ONE_E6,
    format_price,
    format_size,
    format_usd,
    notional_up_usd_e6,
)

MONEY: Final = tuple(
    f"{name}_usd_e6"
    for name in ("quoted", "booked", "missed", "unwind", "alone", "basis", "slippage", "fee")
)
TRADE_HEADS: Final = ("begun, UTC", "state", "pair", "sets", "quoted", "booked", "payout", "id")
POSITION_HEADS: Final = ("venue", "outcome", "pair", "contracts", "uncovered", "instrument")
TAX_COLUMNS: Final = (
    "time_utc", "venue", "instrument", "outcome", "side", "contracts", "price_usd", "fee_usd",
    "cash_usd", "status", "trade", "venue_order", "venue_trade",
)  # fmt: skip


def trade_row(trade: Trade, portfolio: Portfolio) -> dict[str, Any]:
    """Return one trade, all money in usd_e6: quoted is booked and all that lies between the two.

    `missed` is the quoted edge of what was never hedged, `unwind` what giving back cost, `alone`
    what was paid for contracts that no other leg covers, `basis` what settlement paid less than was
    presumed, `slippage` the rest.
    """
    plan = trade.plan
    booked_e6 = booked_usd_e6(trade, portfolio)
    hedged_e6 = max(min(trade.holdings_e6), 0)
    missed_e6 = plan.quoted_usd_e6 * (plan.size_e6 - hedged_e6) // plan.size_e6
    unwind_e6, alone_e6 = _lost_usd_e6(trade)
    basis_e6 = trade.presumed_usd_e6 - payout_usd_e6(trade, portfolio)
    lost_e6 = missed_e6 + unwind_e6 + alone_e6 + basis_e6
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
        "fee_usd_e6": trade.fee_usd_e6,
        "quoted_usd_e6": plan.quoted_usd_e6,
        "booked_usd_e6": booked_e6,
        "missed_usd_e6": missed_e6,
        "unwind_usd_e6": unwind_e6,
        "alone_usd_e6": alone_e6,
        "basis_usd_e6": basis_e6,
        "slippage_usd_e6": plan.quoted_usd_e6 - booked_e6 - lost_e6,
        "payout": _payout(trade, portfolio),
    }


def trade_rows(portfolio: Portfolio) -> list[dict[str, Any]]:
    """Return every trade, oldest first."""
    return [trade_row(trade, portfolio) for trade in portfolio.trades.values()]


def position_rows(portfolio: Portfolio) -> list[dict[str, Any]]:
    """Return what is held by instrument and for which pairs, and what of it no other leg covers.

    A market of Kalshi's that is held in minus is so many NO contracts.
    """
    naked: dict[tuple[str, str], int] = {}
    for trade in portfolio.active.values():
        held = trade.holdings_e6
        sets_e6 = max(min(held), 0)
        for number, size_e6 in enumerate(held):
            leg = trade.plan.legs[number]
            name = leg.instrument if size_e6 >= 0 else _complement_of(trade, number)
            key = (leg.venue.value, name)
            alone_e6 = size_e6 - sets_e6 if size_e6 >= 0 else -size_e6
            naked[key] = naked.get(key, 0) + alone_e6
    outcomes, pairs = _holders(portfolio)
    return [
        {
            "venue": venue.value,
            "outcome": _outcome_held(venue, size_e6, outcomes[venue, instrument]).value,
            "pairs": sorted(pairs[venue, instrument]),
            "instrument": instrument,
            "contracts": format_size(abs(size_e6) if venue is Venue.KALSHI else size_e6),
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
        "presumed": sum(row["payout"] == "presumed" for row in rows),
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


def cells_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a trade as the cells of `TRADE_HEADS`, for a person."""
    return (
        row["time_utc"][5:19].replace("T", " "),
        row["state"].replace("_", " "),
        row["pair"],
        f"{float(row['hedged']):.2f} of {float(row['size']):.2f}",
        format_usd(row["quoted_usd_e6"]),
        format_usd(row["booked_usd_e6"]),
        row["payout"],
        row["id"],
    )


def position_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a position as the cells of `POSITION_HEADS`, for a person."""
    return (
        row["venue"],
        row["outcome"].upper(),
        ", ".join(row["pairs"]),
        row["contracts"],
        row["uncovered"],
        row["instrument"],
    )


def utc(at_ns: int) -> str:
    """Write a time as ISO 8601 in UTC with milliseconds."""
    seconds, rest = divmod(at_ns, NS_PER_SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest // 1_000_000:03d}Z"


def _complement_of(trade: Trade, number: int) -> str:
    """Return the instrument by which a leg was given back; its own where that sells short."""
    leg = trade.plan.legs[number]
    others = (
        order.intent.instrument
        for order in trade.orders.values()
        if order.intent.leg == number and order.intent.instrument != leg.instrument
    )
    return next(others, leg.instrument)


def _holders(
    portfolio: Portfolio,
) -> tuple[dict[tuple[Venue, str], Outcome], dict[tuple[Venue, str], set[str]]]:
    """Return by instrument the outcome that was filled, and the pairs whose trades hold it."""
    outcomes: dict[tuple[Venue, str], Outcome] = {}
    pairs: dict[tuple[Venue, str], set[str]] = {}
    for trade in portfolio.trades.values():
        held_e6: dict[tuple[Venue, str], int] = {}
        for order in trade.orders.values():
            for fill in order.fills.values():
                key = (fill.venue, fill.instrument)
                outcomes[key] = fill.outcome
                held_e6[key] = held_e6.get(key, 0) + signed_e6(fill)
        for key, size_e6 in held_e6.items():
            if size_e6:
                pairs.setdefault(key, set()).add(trade.plan.pair)
    return outcomes, pairs


def _outcome_held(venue: Venue, size_e6: int, filled: Outcome) -> Outcome:
    """Return the outcome of a position: Kalshi nets both of a market, and says which by sign."""
    if venue is not Venue.KALSHI:
        return filled
    return Outcome.YES if size_e6 > 0 else Outcome.NO


def _payout(trade: Trade, portfolio: Portfolio) -> str:
    """Return whose word the payout is: the venues' own, ours, or nobody's where nothing is held."""
    if not any(trade.holdings_e6) and not trade.merged_usd_e6:
        return "none"
    legs = trade.plan.legs
    is_settled = all((leg.venue, leg.instrument) in portfolio.settled for leg in legs)
    return "settled" if is_settled else "presumed"


def _lost_usd_e6(trade: Trade) -> tuple[int, int]:
    """Return what giving back cost, and what was paid for contracts that stand alone; usd_e6.

    Given back is paid for, less what it brought; beyond what was delivered a dollar is owed.
    """
    unwind_e6 = alone_e6 = 0
    sets_e6 = max(min(trade.holdings_e6), 0)
    for number, leg in enumerate(trade.plan.legs):
        own = [order for order in trade.orders.values() if order.intent.leg == number]
        bought = [order for order in own if order.role is not Role.UNWIND]
        back = [order for order in own if order.role is Role.UNWIND]
        size_e6 = sum(order.filled_e6 for order in bought)
        paid_e6 = -sum(order.cash_usd_e6 for order in bought)
        given_e6 = merged_e6 = 0
        for order in back:
            is_other = order.intent.outcome is not leg.outcome
            gives = order.intent.is_buy == is_other
            given_e6 += order.filled_e6 if gives else -order.filled_e6
            if is_other:
                merged_e6 += order.filled_e6 if gives else -order.filled_e6
        returned_e6 = min(max(given_e6, 0), size_e6)
        unwind_e6 -= sum(order.cash_usd_e6 for order in back) + merged_e6
        unwind_e6 += max(given_e6 - size_e6, 0)  # owed
        if size_e6:
            unwind_e6 += paid_e6 * returned_e6 // size_e6
            alone_e6 += paid_e6 * max(size_e6 - returned_e6 - sets_e6, 0) // size_e6
    return unwind_e6, alone_e6


def _sums(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    sums = {name: sum(row[name] for row in rows) for name in MONEY}
    return {"trades": len(rows)} | sums


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
