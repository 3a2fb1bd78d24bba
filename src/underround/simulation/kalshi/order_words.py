"""Kalshi's orders in the wire's words: reading a request, writing orders, fills and positions.

Strict as the venue is: what is missing or malformed is refused with its error code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from underround.core.units import NS_PER_MS, NS_PER_SECOND, PRICE_ONE_E4, SIZE_ONE_E6
from underround.simulation.book import BID, Side
from underround.simulation.kalshi.members import Fill, Holding, Member
from underround.simulation.kalshi.messages import contracts, dollars, timestamp
from underround.simulation.market import KalshiMarket
from underround.simulation.own_orders import OwnOrder

REQUIRED: Final = (
    "ticker",
    "side",
    "count",
    "price",
    "time_in_force",
    "self_trade_prevention_type",
)
TIMES: Final = ("fill_or_kill", "good_till_canceled", "immediate_or_cancel")
_LOT_E6: Final = 10_000


class OrderRefusedError(Exception):
    """A refusal with the venue's HTTP status, code and message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An order as it was asked for."""

    ticker: str
    client_id: str | None
    side: Side
    price_e4: int
    size_e6: int
    time_in_force: str
    self_trade: str
    post_only: bool
    reduce_only: bool
    expires_ns: int | None
    group: str | None


def read_order(fields: Mapping[str, Any]) -> Wanted:
    """Return what a request asks for; OrderRefusedError for anything that is no order."""
    missing = [name for name in REQUIRED if fields.get(name) in (None, "")]
    if missing:
        raise OrderRefusedError(400, "missing_parameters", f"{missing[0]} is required")
    if fields["side"] not in ("bid", "ask"):
        raise OrderRefusedError(400, "order_side_mismatch", "side is bid or ask")
    if fields["time_in_force"] not in TIMES:
        raise OrderRefusedError(400, "invalid_order", "time_in_force is not known")
    if fields["self_trade_prevention_type"] not in ("taker_at_cross", "maker"):
        raise OrderRefusedError(400, "invalid_order", "self_trade_prevention_type is not known")
    keeps = fields["time_in_force"] == "good_till_canceled"
    expiry = fields.get("expiration_time")
    if (expiry is not None or fields.get("post_only")) and not keeps:
        raise OrderRefusedError(400, "invalid_order", "only good_till_canceled may rest")
    if fields.get("reduce_only") and fields["time_in_force"] != "immediate_or_cancel":
        raise OrderRefusedError(400, "invalid_order", "reduce_only is immediate_or_cancel only")
    return Wanted(
        ticker=str(fields["ticker"]),
        client_id=fields.get("client_order_id"),
        side=fields["side"],
        price_e4=read_price_e4(fields["price"]),
        size_e6=read_size_e6(fields["count"]),
        time_in_force=fields["time_in_force"],
        self_trade=fields["self_trade_prevention_type"],
        post_only=bool(fields.get("post_only")),
        reduce_only=bool(fields.get("reduce_only")),
        expires_ns=None if expiry is None else int(expiry) * NS_PER_SECOND,
        group=fields.get("order_group_id"),
    )


def read_size_e6(text: Any) -> int:
    """Read a count with at most two decimals, above zero."""
    size_e6 = _scaled(text, SIZE_ONE_E6)
    if size_e6 is None or size_e6 <= 0 or size_e6 % _LOT_E6:
        raise OrderRefusedError(400, "invalid_order_size", "count is not a size")
    return size_e6


def read_price_e4(text: Any) -> int:
    """Read a price in dollars with at most four decimals, within 0 and 1."""
    price_e4 = _scaled(text, PRICE_ONE_E4)
    if price_e4 is None or not 0 < price_e4 < PRICE_ONE_E4:
        raise OrderRefusedError(400, "invalid_price", "price is not within 0 and 1 dollar")
    return price_e4


def _scaled(text: Any, unit: int) -> int | None:
    if not isinstance(text, str):
        return None
    try:
        value = Decimal(text) * unit
        return int(value) if value == int(value) else None
    except (InvalidOperation, ValueError, OverflowError):
        return None


def placed_answer(order: OwnOrder, fills: list[Fill], at_ns: int) -> dict[str, Any]:
    """Return what a creation or amendment is answered with."""
    is_open = order.facts["status"] == "resting"
    answer: dict[str, Any] = {
        "order_id": order.id,
        "client_order_id": order.facts["wanted"].client_id or "",
        "fill_count": contracts(order.filled_e6),
        "remaining_count": contracts(order.remaining_e6 if is_open else 0),
        "ts_ms": at_ns // NS_PER_MS,
    }
    filled_e6 = sum(fill.size_e6 for fill in fills)
    if filled_e6:
        spent = Decimal(sum(fill.price_e4 * fill.size_e6 for fill in fills)) / filled_e6
        fees = Decimal(sum(fill.fee_usd_e6 for fill in fills)) / filled_e6
        answer["average_fill_price"] = f"{spent / PRICE_ONE_E4:.4f}"
        answer["average_fee_paid"] = f"{fees:.4f}"
    return answer


def usd(usd_e6: int) -> str:
    """Write dollars with six decimals."""
    return f"{Decimal(usd_e6) / 1_000_000:.6f}"


def outcome_side(side: Side) -> str:
    """Return the outcome that a side of the YES book makes one longer of."""
    return "yes" if side == BID else "no"


def order_answer(order: OwnOrder, member: Member) -> dict[str, Any]:
    """Return an order as REST and, with few fields more, the private channel show it."""
    assert isinstance(order.market, KalshiMarket)
    fills: list[Fill] = order.facts["fills"]
    wanted: Wanted = order.facts["wanted"]
    is_open = order.facts["status"] == "resting"
    sums = {
        who: (
            sum(f.price_e4 * f.size_e6 for f in fills if f.is_taker == is_taker) // PRICE_ONE_E4,
            sum(f.fee_usd_e6 for f in fills if f.is_taker == is_taker),
        )
        for who, is_taker in (("taker", True), ("maker", False))
    }
    answer = {
        "order_id": order.id,
        "user_id": member.key_id,
        "client_order_id": wanted.client_id or "",
        "ticker": order.market.ticker,
        "exchange_index": order.market.shard,
        "status": order.facts["status"],
        "book_side": order.side,
        "outcome_side": outcome_side(order.side),
        "side": outcome_side(order.side),
        "action": "buy",
        "type": "limit",
        "yes_price_dollars": dollars(order.price_e4),
        "no_price_dollars": dollars(PRICE_ONE_E4 - order.price_e4),
        "initial_count_fp": contracts(wanted.size_e6),
        "fill_count_fp": contracts(order.filled_e6),
        "remaining_count_fp": contracts(order.remaining_e6 if is_open else 0),
        "taker_fill_cost_dollars": usd(sums["taker"][0]),
        "maker_fill_cost_dollars": usd(sums["maker"][0]),
        "taker_fees_dollars": usd(sums["taker"][1]),
        "maker_fees_dollars": usd(sums["maker"][1]),
        "created_time": timestamp(order.created_ns),
        "last_update_time": timestamp(order.facts["changed_ns"]),
        "self_trade_prevention_type": wanted.self_trade,
    }
    if wanted.expires_ns is not None:
        answer["expiration_time"] = timestamp(wanted.expires_ns)
    if wanted.group is not None:
        answer["order_group_id"] = wanted.group
    return answer


def order_body(order: OwnOrder, member: Member) -> dict[str, Any]:
    """Return the `msg` of a `user_order`."""
    named = order_answer(order, member)
    dropped = ("action", "type", "no_price_dollars", "last_update_time")
    body = {name: value for name, value in named.items() if name not in dropped}
    body.pop("expiration_time", None)
    body["is_yes"] = order.side == BID
    body["created_ts_ms"] = order.created_ns // NS_PER_MS
    body["last_updated_ts_ms"] = order.facts["changed_ns"] // NS_PER_MS
    if order.facts["reason"]:
        body["last_update_reason"] = order.facts["reason"]
    return body


def fill_answer(fill: Fill) -> dict[str, Any]:
    """Return a fill as REST shows it; our client order id is not in it."""
    market = fill.order.market
    assert isinstance(market, KalshiMarket)
    return {
        "fill_id": fill.trade_id,
        "trade_id": fill.trade_id,
        "order_id": fill.order.id,
        "ticker": market.ticker,
        "market_ticker": market.ticker,
        "exchange_index": market.shard,
        "book_side": fill.side,
        "outcome_side": outcome_side(fill.side),
        "side": outcome_side(fill.side),
        "action": "buy",
        "count_fp": contracts(fill.size_e6),
        "yes_price_dollars": dollars(fill.price_e4),
        "no_price_dollars": dollars(PRICE_ONE_E4 - fill.price_e4),
        "is_taker": fill.is_taker,
        "fee_cost": usd(fill.fee_usd_e6),
        "created_time": timestamp(fill.at_ns),
        "ts": fill.at_ns // NS_PER_SECOND,
    }


def fill_body(fill: Fill) -> dict[str, Any]:
    """Return the `msg` of a `fill`."""
    shown = fill_answer(fill)
    kept = (
        *("trade_id", "order_id", "market_ticker", "is_taker", "yes_price_dollars", "count_fp"),
        *("fee_cost", "outcome_side", "book_side", "side", "action"),
    )
    body = {name: shown[name] for name in kept}
    market = fill.order.market
    assert isinstance(market, KalshiMarket)
    body |= {
        "exchange_index": market.shard,
        "post_position_fp": contracts(fill.post_position_e6),
        "purchased_side": outcome_side(fill.side),
        "ts": fill.at_ns // NS_PER_SECOND,
        "ts_ms": fill.at_ns // NS_PER_MS,
    }
    client_id = fill.order.facts["wanted"].client_id
    return body if client_id is None else body | {"client_order_id": client_id}


def position_body(member: Member, market: KalshiMarket, holding: Holding) -> dict[str, Any]:
    """Return the `msg` of a `market_position`."""
    return {
        "user_id": member.key_id,
        "market_ticker": market.ticker,
        "position_fp": contracts(holding.position_e6),
        "position_cost_dollars": usd(holding.cost_usd_e6),
        "realized_pnl_dollars": usd(holding.realized_usd_e6),
        "fees_paid_dollars": usd(holding.fees_usd_e6),
        "position_fee_cost_dollars": usd(holding.fees_usd_e6),
        "volume_fp": contracts(holding.traded_e6),
    }
