"""One trade as its journal tells it: every step, order and fill in order, and what came of it.

Reads records and folds them as every reader does; judges nothing, estimates nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from underround.app.telemetry.names import trade_named
from underround.app.trading.reports import MONEY, trade_row
from underround.core.errors import UnderroundError
from underround.core.trading.journal_record import (
    IntentWritten,
    JournalRecord,
    OrderDecided,
    TradeMoved,
    TradePlanned,
)
from underround.core.trading.order_event import (
    Filled,
    OrderAcknowledged,
    OrderDone,
    OrderMissing,
    OrderRejected,
    OrderSeen,
    OrderUnanswered,
    Settled,
)
from underround.core.trading.portfolio import Portfolio
from underround.core.trading.trade_record import Trade
from underround.core.units import format_price, format_size, format_usd


def trade_story(records: Iterable[JournalRecord], name: str) -> dict[str, Any]:
    """Return a trade's row, its legs and its steps ({at_ns, trade state after it, what}).

    `records` are a whole journal in its order. UnderroundError for a trade that it does not hold.
    """
    portfolio = Portfolio()
    steps: list[dict[str, Any]] = []
    trade: Trade | None = None
    for record in records:
        portfolio.apply(record)
        trade = portfolio.trades.get(name)
        if trade is not None and (what := _told(record, trade, portfolio)):
            at_ns = getattr(record, "at_ns", trade.plan.at_ns)
            steps.append({"at_ns": at_ns, "state": trade.state.value, "what": what})
    if trade is None:
        raise UnderroundError(f"{name}: no such trade; `underround trades` lists their ids")
    return {
        "trade": trade_row(trade, portfolio),
        "signal": trade.plan.signal,
        "legs": [msgspec.to_builtins(leg) for leg in trade.plan.legs],
        "held_e6": trade.holdings_e6,
        "steps": steps,
    }


def story_lines(story: Mapping[str, Any]) -> Iterator[str]:
    """Write a story for a person; times count from the plan."""
    row = story["trade"]
    yield f"{row['id']}  {row['pair']}  {row['direction']}  {row['state']}  {row['time_utc']}"
    yield f"signal    {story['signal']}"
    for leg, held_e6 in zip(story["legs"], story["held_e6"], strict=True):
        yield (
            f"leg       {row['size']} × {leg['outcome'].upper()} {leg['venue']}"
            f" at {format_price(leg['price_e4'])}, at most {format_price(leg['widest_e4'])};"
            f" held now {format_size(held_e6)}; {leg['instrument']}"
        )
    began_ns, state = story["steps"][0]["at_ns"], ""
    for step in story["steps"]:
        seconds = (step["at_ns"] - began_ns) / 1e9
        told = "" if step["state"] == state else f"  [{step['state']}]"
        state = step["state"]
        yield f"{seconds:+10.3f} s  {step['what']}{told}"
    parts = [name for name in MONEY if name not in ("quoted_usd_e6", "fee_usd_e6")]
    sums = " + ".join(f"{name.removesuffix('_usd_e6')} {format_usd(row[name])}" for name in parts)
    yield f"quoted {format_usd(row['quoted_usd_e6'])} = {sums}; payout {row['payout']}"


def _told(record: JournalRecord, trade: Trade, portfolio: Portfolio) -> str | None:
    """Return a record in words; None where it is not about this trade."""
    if isinstance(record, Settled):
        if all(leg.instrument != record.instrument for leg in trade.plan.legs):
            return None
        return f"settled {record.venue.value} {record.instrument}: {record.value_e4 / 100:g} ¢"
    if trade_named(record, portfolio) != trade.plan.id:
        return None
    match record:
        case TradePlanned(plan=plan):
            return f"planned {format_size(plan.size_e6)} sets, {plan.policy}"
        case TradeMoved():
            return record.trigger.value + (f": {record.reason}" if record.reason else "")
        case IntentWritten(intent=intent, role=role):
            side = "buy" if intent.is_buy else "sell"
            return (
                f"{intent.id}: {role.value}, {side} {format_size(intent.size_e6)}"
                f" {intent.outcome.value.upper()} {intent.venue.value}"
                f" to {format_price(intent.limit_e4)}, {intent.time_in_force.value}"
            )
        case Filled() if (order := portfolio.order_of(record)) is not None:
            return (
                f"{order.intent.id}: {format_size(record.size_e6)} at"
                f" {format_price(record.price_e4)}, fee {format_usd(record.fee_usd_e6)},"
                f" {record.status.value}"
            )
    return f"{getattr(record, 'order', '')}: {_answer(record)}"


def _answer(record: JournalRecord) -> str:
    """Return what became of an order, in words."""
    match record:
        case OrderAcknowledged():
            return f"taken as {record.venue_order_id}, {format_size(record.filled_e6)} filled"
        case OrderRejected():
            return f"refused: {record.reason.value} {record.text}".rstrip()
        case OrderUnanswered():
            return f"no answer: {record.text}"
        case OrderDone():
            return f"done, {format_size(record.filled_e6)} filled, {record.reason.value}"
        case OrderSeen():
            return f"asked for: {record.state.value}, {format_size(record.filled_e6)} filled"
        case OrderMissing():
            return "asked for: not to be seen"
        case OrderDecided():
            return f"decided by {record.who}: {format_size(record.filled_e6)}, {record.reason}"
    return {"OrderSent": "sent", "AbsenceProven": "never arrived"}[type(record).__name__]
