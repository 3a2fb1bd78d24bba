"""Kalshi's orders between our words and the wire's: requests out, answers in.

Prices on the wire are the YES price whatever is bought; error bodies come flat or wrapped. Pure.
https://docs.kalshi.com/api-reference/orders/create-order-v2
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from underround.core.instrument import Instrument, Outcome, Venue
from underround.core.trading.order import OrderIntent, TimeInForce
from underround.core.trading.order_event import (
    DoneReason,
    Filled,
    FillStatus,
    OpenOrder,
    OrderAcknowledged,
    OrderDone,
    OrderEvent,
    OrderRejected,
    OrderUnanswered,
    Position,
    RejectReason,
)
from underround.core.units import (
    NS_PER_SECOND,
    PRICE_ONE_E4,
    SIZE_ONE_E6,
    parse_signed_e6,
    parse_size_e6,
    parse_usd_e6,
)
from underround.venues.errors import printable
from underround.venues.kalshi.fills import KalshiFill
from underround.venues.kalshi.order_messages import (
    WireAmendment,
    WireBalance,
    WireError,
    WireGroup,
    WireOrder,
    WirePlaced,
    WirePosition,
    WireRequest,
    WrappedError,
)

ORDERS: Final = "/portfolio/events/orders"
_TIMES: Final = {
    TimeInForce.IOC: "immediate_or_cancel",
    TimeInForce.FAK: "immediate_or_cancel",
    TimeInForce.FOK: "fill_or_kill",
    TimeInForce.GTC: "good_till_canceled",
}
_REASONS: Final[Mapping[str, RejectReason]] = {
    "order_already_exists": RejectReason.DUPLICATE,
    "trading_is_paused": RejectReason.PAUSED,
    "exchange_is_paused": RejectReason.PAUSED,
    "exchange_paused": RejectReason.PAUSED,
    "insufficient_balance": RejectReason.BALANCE,
    "insufficient_funds": RejectReason.BALANCE,
    "available_balance_too_low": RejectReason.BALANCE,
    "invalid_price": RejectReason.PRICE,
    "invalid_order_size": RejectReason.SIZE,
    "fill_or_kill_insufficient_resting_volume": RejectReason.NOT_FILLABLE,
    "market_inactive": RejectReason.MARKET_CLOSED,
    "market_closed": RejectReason.MARKET_CLOSED,
    "market_settled": RejectReason.MARKET_CLOSED,
    "self_trade": RejectReason.SELF_TRADE,
    "too_many_requests": RejectReason.RATE_LIMIT,
}
_BY_STATUS: Final = {
    401: RejectReason.AUTHENTICATION,
    403: RejectReason.FORBIDDEN,
    429: RejectReason.RATE_LIMIT,
}


def write_order(intent: OrderIntent, instrument: Instrument, group: str | None = None) -> bytes:
    """Return the body that asks for an intent; ValueError when the venue has no such order."""
    side, price = _side_and_price(intent, instrument)
    keeps = intent.time_in_force is TimeInForce.GTC
    request = WireRequest(
        ticker=instrument.id,
        client_order_id=intent.id,
        side=side,
        count=count_text(intent.size_e6),
        price=price,
        time_in_force=_TIMES[intent.time_in_force],
        self_trade_prevention_type="taker_at_cross",
        exchange_index=instrument.shard or None,
        expiration_time=intent.dies_at_ns // NS_PER_SECOND if keeps else None,
        order_group_id=group,
    )
    return msgspec.json.encode(request)


def write_amendment(intent: OrderIntent, instrument: Instrument) -> bytes:
    """Return the body that gives a resting order an intent's price and whole size; ValueError."""
    side, price = _side_and_price(intent, instrument)
    return msgspec.json.encode(
        WireAmendment(instrument.id, side, price, count_text(intent.size_e6))
    )


def count_text(size_e6: int) -> str:
    """Write a count with two decimals."""
    return f"{size_e6 // SIZE_ONE_E6}.{size_e6 % SIZE_ONE_E6 // 10_000:02d}"


def _side_and_price(intent: OrderIntent, instrument: Instrument) -> tuple[str, str]:
    buys_yes = intent.is_buy == (intent.outcome is Outcome.YES)
    yes = intent.outcome is Outcome.YES
    price_e4 = intent.limit_e4 if yes else PRICE_ONE_E4 - intent.limit_e4
    if price_e4 not in instrument.grid:
        raise ValueError(f"{intent.id}: {intent.limit_e4} is not a price of {instrument.id}")
    if intent.size_e6 <= 0 or intent.size_e6 % instrument.lot_e6:
        raise ValueError(f"{intent.id}: {intent.size_e6} is no size of {instrument.id}")
    price = f"{price_e4 // PRICE_ONE_E4}.{price_e4 % PRICE_ONE_E4:04d}"
    return "bid" if buys_yes else "ask", price


def read_placed(intent: OrderIntent, status: int, body: bytes, at_ns: int) -> OrderEvent:
    """Return what the answer to an order means; whatever is not understood is unanswered."""
    if status in (200, 201):
        try:
            return placed_event(intent, msgspec.json.decode(body, type=WirePlaced), at_ns)
        except (msgspec.DecodeError, ValueError, RecursionError):
            return OrderUnanswered(intent.id, "the answer cannot be read", at_ns)
    error = read_error(body)
    if status >= 500 or status in (408, 425) or status < 400:
        return OrderUnanswered(intent.id, f"HTTP {status} {printable(error.code)}".strip(), at_ns)
    return _rejected(intent, status, error, at_ns)


def placed_event(intent: OrderIntent, placed: WirePlaced, at_ns: int) -> OrderEvent:
    """Return what one answer, of a batch or alone, means; ValueError when it makes no sense."""
    if placed.error is not None:
        return _rejected(intent, 400, placed.error, at_ns)
    if not placed.order_id:
        raise ValueError("no order id")
    filled_e6 = parse_size_e6(placed.fill_count or "")
    remaining_e6 = parse_size_e6(placed.remaining_count or "")
    if intent.time_in_force is TimeInForce.GTC and remaining_e6:
        return OrderAcknowledged(intent.id, placed.order_id, filled_e6, at_ns)
    if filled_e6 >= intent.size_e6:
        reason = DoneReason.FILLED
    elif intent.time_in_force is TimeInForce.FOK:
        reason = DoneReason.KILLED
    elif intent.time_in_force is TimeInForce.GTC:
        reason = DoneReason.CANCELLED
    else:
        reason = DoneReason.EXPIRED
    return OrderDone(intent.id, placed.order_id, filled_e6, reason, at_ns)


def read_error(body: bytes) -> WireError:
    """Return code and message of an error body, flat or wrapped; empty for anything else."""
    try:
        told = msgspec.json.decode(body, type=WrappedError)
    except (msgspec.DecodeError, RecursionError):
        return WireError()
    if isinstance(told.error, WireError):
        return told.error
    return WireError(told.code or told.error.replace(" ", "_"), told.message or told.error)


def read_group(body: bytes) -> str | None:
    """Return the id of an order group just made; None for a body that holds none."""
    try:
        return msgspec.json.decode(body, type=WireGroup).order_group_id or None
    except (msgspec.DecodeError, RecursionError):
        return None


def _rejected(intent: OrderIntent, status: int, error: WireError, at_ns: int) -> OrderRejected:
    reason = _REASONS.get(error.code) or _BY_STATUS.get(status, RejectReason.INVALID)
    text = printable(f"HTTP {status} {error.code}: {error.message}".strip(": "))
    return OrderRejected(intent.id, reason, text, at_ns)


def done_reason(order: WireOrder) -> DoneReason:
    """Return why an order that rests no more is over."""
    return DoneReason.FILLED if order.status == "executed" else DoneReason.CANCELLED


def filled_event(fill: KalshiFill, intent: OrderIntent | None, at_ns: int) -> Filled:
    """Return a fill in the intent's own words; without one, as buying what it made us longer of."""
    outcome, price_e4, is_buy = fill.outcome, fill.price_e4, True
    if intent is not None and (intent.outcome is outcome) != intent.is_buy:
        raise ValueError(f"fill {fill.trade_id} is on the other side of order {intent.id}")
    if intent is not None and not intent.is_buy:
        outcome, price_e4, is_buy = outcome.complement, PRICE_ONE_E4 - price_e4, False
    return Filled(
        venue=Venue.KALSHI,
        venue_order_id=fill.order_id,
        trade=fill.trade_id,
        order=None if intent is None else intent.id,
        instrument=fill.ticker,
        outcome=outcome,
        is_buy=is_buy,
        size_e6=fill.size_e6,
        price_e4=price_e4,
        fee_usd_e6=fill.fee_cost_usd_e6,
        status=FillStatus.CONFIRMED,
        at_ns=at_ns if fill.at_ns is None else min(fill.at_ns, at_ns),  # clocks differ
    )


def open_order(order: WireOrder) -> OpenOrder:
    """Return a resting order in our words."""
    remaining_e6 = parse_size_e6(order.remaining_count_fp)
    return OpenOrder(order.order_id, order.client_order_id or None, order.ticker, remaining_e6)


def position(wire: WirePosition) -> Position:
    """Return a position in our words, YES plus and NO minus."""
    return Position(wire.ticker, parse_signed_e6(wire.position_fp, "position"))


def cash(wire: WireBalance) -> tuple[int, tuple[tuple[int, int], ...]]:
    """Return the spendable dollars in all and by shard (usd_e6)."""
    shards = tuple((s.exchange_index, parse_usd_e6(s.balance)) for s in wire.balance_breakdown)
    return parse_usd_e6(wire.balance_dollars), shards
