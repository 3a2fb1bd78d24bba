"""Polymarket's orders in the wire's words: reading a request, writing orders, trades, events.

The venue's own texts for refusals, which its clients look for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from underround.core.units import (
    NS_PER_MS,
    NS_PER_SECOND,
    PRICE_ONE_E4,
    format_price,
    format_size,
)
from underround.simulation.market import PolymarketMarket
from underround.simulation.own_orders import OwnOrder
from underround.simulation.polymarket.traders import PolymarketTrade, Trader

NO_BALANCE: Final = "not enough balance / allowance"
FOK_KILLED: Final = "order couldn't be fully filled. FOK orders are fully filled or killed."
FAK_KILLED: Final = (
    "no orders found to match with FAK order. "
    "FAK orders are partially filled or killed if no match is found."
)
CROSSES: Final = "invalid post-only order: order crosses book"
NOT_READY: Final = "the market is not yet ready to process new orders"
AMOUNT_DECIMALS: Final = {1_000: 3, 100: 4, 50: 5, 25: 6, 10: 5, 1: 6}
_LOT_E6: Final = 10_000


class OrderRefusedError(Exception):
    """A refusal with the venue's text; `status` 200 is an answer that says it failed."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An order as it was asked for; `limit_e4` is of its own token, rounded to the grid."""

    token: str
    is_buy: bool
    limit_e4: int
    size_e6: int
    order_type: str
    post_only: bool
    expires_ns: int | None
    order: Mapping[str, Any]


def read_order(body: Mapping[str, Any], market: PolymarketMarket) -> Wanted:
    """Return what a request asks for; OrderRefusedError for anything that is no order."""
    order = body["order"]
    order_type = body.get("orderType")
    if order_type not in ("GTC", "GTD", "FOK", "FAK"):
        raise OrderRefusedError("invalid order type")
    made, taken = int(order["makerAmount"]), int(order["takerAmount"])
    is_buy = order["side"] == "BUY"
    dollars, shares = (made, taken) if is_buy else (taken, made)
    is_now = order_type in ("FOK", "FAK")
    if not (dollars > 0 and shares > 0) or (order["side"] not in ("BUY", "SELL")):
        raise OrderRefusedError("invalid amounts")
    step = 10 ** (6 - AMOUNT_DECIMALS[market.tick_e4])
    if shares % (step if is_now and is_buy else _LOT_E6) or dollars % step:
        raise OrderRefusedError("invalid amounts, too many decimals for the market's tick size")
    exact_e4 = dollars * PRICE_ONE_E4
    limit_e4, rest = divmod(exact_e4, shares)
    if is_now:
        limit_e4 = limit_e4 // market.tick_e4 * market.tick_e4 + (
            0 if is_buy or not (rest or limit_e4 % market.tick_e4) else market.tick_e4
        )
    elif rest or limit_e4 not in market.grid:
        raise OrderRefusedError(
            f"order {market.slug} is invalid. Price breaks minimum tick size rule: "
            f"{format_price(market.tick_e4)}"
        )
    if not 0 < limit_e4 < PRICE_ONE_E4:
        raise OrderRefusedError("invalid price")
    expiration = int(order["expiration"])
    if (order_type == "GTD") != bool(expiration):
        raise OrderRefusedError("invalid expiration")
    if body.get("postOnly") and is_now:
        raise OrderRefusedError("invalid post-only order: only GTC and GTD may be post-only")
    return Wanted(
        token=str(order["tokenId"]),
        is_buy=is_buy,
        limit_e4=limit_e4,
        size_e6=shares,
        order_type=order_type,
        post_only=bool(body.get("postOnly")),
        expires_ns=expiration * NS_PER_SECOND or None,
        order=order,
    )


def placed_answer(order: OwnOrder, status: str, trades: list[PolymarketTrade]) -> dict[str, Any]:
    """Return what a placed order is answered with; hashes of transactions come by trades alone."""
    dollars = sum(trade.price_e4 * trade.size_e6 // PRICE_ONE_E4 for trade in trades)
    shares = sum(trade.size_e6 for trade in trades)
    made, taken = (dollars, shares) if order.facts["is_buy"] else (shares, dollars)
    return {
        "success": True,
        "errorMsg": "",
        "orderID": order.id,
        "status": status,
        "makingAmount": format_size(made) if made else "",
        "takingAmount": format_size(taken) if taken else "",
        "tradeIDs": [trade.id for trade in trades],
        "transactionsHashes": [],
    }


def order_answer(order: OwnOrder, trader: Trader) -> dict[str, Any]:
    """Return an order as `/data/order` shows it."""
    market = order.market
    assert isinstance(market, PolymarketMarket)
    expires_ns = order.facts["expires_ns"]
    token = order.facts["token"]
    return {
        "id": order.id,
        "status": order.facts["status"],
        "owner": trader.key,
        "maker_address": order.facts["maker"],
        "market": market.condition_id,
        "asset_id": token,
        "side": "BUY" if order.facts["is_buy"] else "SELL",
        "original_size": format_size(order.facts["asked_e6"]),
        "size_matched": format_size(order.filled_e6),
        "price": format_price(order.facts["price_e4"]),
        "outcome": market.outcomes[market.tokens.index(token)],
        "expiration": str((expires_ns or 0) // NS_PER_SECOND),
        "order_type": order.facts["order_type"],
        "associate_trades": [trade.id for trade in trader.trades if trade.order is order],
        "created_at": order.created_ns // NS_PER_SECOND,
    }


def order_event(order: OwnOrder, trader: Trader, kind: str, at_ns: int) -> dict[str, Any]:
    """Return an `order` of the user channel: PLACEMENT, UPDATE or CANCELLATION."""
    shown = order_answer(order, trader)
    return {
        **shown,
        "created_at": str(shown["created_at"]),
        "event_type": "order",
        "order_owner": trader.key,
        "timestamp": str(at_ns // NS_PER_MS),
        "type": kind,
    }


def trade_answer(trade: PolymarketTrade, trader: Trader) -> dict[str, Any]:
    """Return a trade as `/data/trades` shows it: from the taker's side, its makers within."""
    market = trade.order.market
    assert isinstance(market, PolymarketMarket)
    own = {
        "order_id": trade.order.id,
        "owner": trader.key,
        "maker_address": trade.order.facts["maker"],
        "matched_amount": format_size(trade.size_e6),
        "price": format_price(trade.price_e4),
        "fee_rate_bps": "0",
        "asset_id": trade.token,
        "outcome": market.outcomes[market.tokens.index(trade.token)],
        "side": "BUY" if trade.is_buy else "SELL",
    }
    stranger = {
        "order_id": f"0x{trade.id.replace('-', ''):0>64}",
        "owner": "00000000-0000-0000-0000-000000000000",
        "maker_address": "0x" + "11" * 20,
        "side": "SELL" if trade.is_buy else "BUY",
    }
    taker, maker = (own, own | stranger) if trade.is_taker else (own | stranger, own)
    return {
        "id": trade.id,
        "taker_order_id": taker["order_id"],
        "market": market.condition_id,
        "asset_id": trade.token,
        "side": taker["side"],
        "size": format_size(trade.size_e6),
        "fee_rate_bps": "0",
        "price": format_price(trade.price_e4),
        "status": f"TRADE_STATUS_{trade.status}",
        "match_time": str(trade.matched_ns // NS_PER_SECOND),
        "last_update": str(trade.changed_ns // NS_PER_SECOND),
        "outcome": own["outcome"],
        "bucket_index": 0,
        "owner": taker["owner"],
        "maker_address": taker["maker_address"],
        "transaction_hash": f"0x{trade.id.replace('-', ''):0<64}"
        if trade.status in ("MINED", "CONFIRMED")
        else "",
        "trader_side": "TAKER" if trade.is_taker else "MAKER",
        "maker_orders": [maker],
    }


def trade_event(trade: PolymarketTrade, trader: Trader, at_ns: int) -> dict[str, Any]:
    """Return a `trade` of the user channel."""
    shown = trade_answer(trade, trader)
    return {
        **shown,
        "status": trade.status,
        "event_type": "trade",
        "type": "TRADE",
        "matchtime": shown["match_time"],
        "trade_owner": trader.key,
        "timestamp": str(at_ns // NS_PER_MS),
    }
