"""Polymarket's orders between our words and the wire's: signed requests out, answers in.

Sizes are exact shares: price × size has no more decimals than the venue allows, so nothing is ever
rounded. The order's hash is its id, known before sending. Pure but for the wallet that signs.
https://docs.polymarket.com/developers/CLOB/orders/create-order
"""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Struct

from underround.core.fees import PolymarketReading, polymarket_terms, read_as, taker_fee_usd_e6
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
    RejectReason,
)
from underround.core.units import (
    NS_PER_MS,
    NS_PER_SECOND,
    PRICE_ONE_E4,
    parse_price_e4,
    parse_size_e6,
)
from underround.venues.errors import printable
from underround.venues.polymarket.order_messages import (
    WireOrder,
    WirePlaced,
    WireRequest,
    WireSigned,
    WireTrade,
)
from underround.venues.polymarket.signed_order import (
    BUY,
    DEPOSIT_WALLET,
    SELL,
    Order,
    domain_of,
    order_hash,
    sign_order,
)
from underround.venues.polymarket.signing import Wallet

LOT_E6: Final = 10_000
LEAST_MARKETABLE_BUY_USD_E6: Final = 1_000_000
SHORTEST_GTD_NS: Final = 60 * NS_PER_SECOND
_TYPES: Final = {
    TimeInForce.IOC: "FAK",
    TimeInForce.FAK: "FAK",
    TimeInForce.FOK: "FOK",
    TimeInForce.GTC: "GTD",
}
_TEXTS: Final[tuple[tuple[str, RejectReason], ...]] = (
    ("not enough balance", RejectReason.BALANCE),
    ("allowance is not enough", RejectReason.BALANCE),
    ("fully filled or killed", RejectReason.NOT_FILLABLE),
    ("no orders found to match", RejectReason.NOT_FILLABLE),
    ("crosses book", RejectReason.POST_ONLY),
    ("post-only mode", RejectReason.PAUSED),
    ("post_only_mode", RejectReason.PAUSED),
    ("not yet ready", RejectReason.PAUSED),
    ("too early", RejectReason.PAUSED),
    ("duplicated", RejectReason.DUPLICATE),
    ("tick size", RejectReason.PRICE),
    ("invalid price", RejectReason.PRICE),
    ("lower than the minimum", RejectReason.SIZE),
    ("min size", RejectReason.SIZE),
    ("orderbook does not exist", RejectReason.MARKET_CLOSED),
    ("trading restricted", RejectReason.FORBIDDEN),
)
_BY_STATUS: Final = {
    401: RejectReason.AUTHENTICATION,
    403: RejectReason.FORBIDDEN,
    425: RejectReason.PAUSED,
    429: RejectReason.RATE_LIMIT,
}
_STATUSES: Final[Mapping[str, FillStatus]] = {
    "MATCHED": FillStatus.MATCHED,
    "MATCHED_NOT_BROADCASTED": FillStatus.MATCHED,
    "MINED": FillStatus.MINED,
    "CONFIRMED": FillStatus.CONFIRMED,
    "RETRYING": FillStatus.RETRYING,
    "FAILED": FillStatus.FAILED,
}


class Identity(Struct, frozen=True):
    """Who trades: the wallet that signs, the address whose money it is, and its signature type."""

    wallet: Wallet
    funder: str
    signature_type: int
    owner: str
    """The API key's id."""


def write_order(
    intent: OrderIntent, instrument: Instrument, who: Identity, salt: int, at_ns: int
) -> tuple[str, bytes]:
    """Return an intent's hash and the body that asks for it.

    `salt` is random below 2^53. ValueError when the venue has no such order.
    """
    price_e4, size_e6 = intent.limit_e4, intent.size_e6
    if instrument.outcome is not intent.outcome:
        raise ValueError(f"{intent.id}: {instrument.id} is the other outcome's token")
    if price_e4 not in instrument.grid:
        raise ValueError(f"{intent.id}: {price_e4} is not a price of {instrument.id}")
    if size_e6 <= 0 or size_e6 % LOT_E6:
        raise ValueError(f"{intent.id}: {size_e6} is no whole number of hundredths of a share")
    dollars_e6 = price_e4 * size_e6 // PRICE_ONE_E4
    rests = intent.time_in_force is TimeInForce.GTC
    if rests and intent.dies_at_ns < at_ns + SHORTEST_GTD_NS:
        raise ValueError(f"{intent.id}: an order that rests must live a minute or longer")
    if not rests and intent.is_buy and dollars_e6 < LEAST_MARKETABLE_BUY_USD_E6:
        raise ValueError(f"{intent.id}: the venue takes no immediate purchase below $1")
    made, taken = (dollars_e6, size_e6) if intent.is_buy else (size_e6, dollars_e6)
    token_id = int(instrument.id)
    order = Order(
        salt=salt,
        maker=who.funder,
        signer=who.funder if who.signature_type == DEPOSIT_WALLET else who.wallet.address,
        token_id=token_id,
        maker_amount_e6=made,
        taker_amount_e6=taken,
        side=BUY if intent.is_buy else SELL,
        signature_type=who.signature_type,
        timestamp_ms=at_ns // NS_PER_MS,
    )
    domain = domain_of(token_id, neg_risk=instrument.neg_risk)
    signed = WireSigned(
        salt=salt,
        maker=order.maker,
        signer=order.signer,
        token_id=instrument.id,
        maker_amount=str(made),
        taker_amount=str(taken),
        side="BUY" if intent.is_buy else "SELL",
        signature_type=who.signature_type,
        timestamp=str(order.timestamp_ms),
        signature=sign_order(order, domain, who.wallet),
        expiration=str(intent.dies_at_ns // NS_PER_SECOND) if rests else "0",
    )
    request = WireRequest(signed, _TYPES[intent.time_in_force], who.owner)
    return order_hash(order, domain), msgspec.json.encode(request)


def read_placed(
    intent: OrderIntent, order_id: str, status: int, body: bytes, at_ns: int
) -> OrderEvent:
    """Return what the answer to an order means; whatever is not understood is unanswered."""
    try:
        told = msgspec.json.decode(body, type=WirePlaced)
    except (msgspec.DecodeError, RecursionError):
        told = WirePlaced()
    if status == 200:
        return placed_event(intent, order_id, told, at_ns)
    text = printable(f"HTTP {status} {told.error or told.error_message}".strip())
    reason = _reason(told.error or told.error_message) or _BY_STATUS.get(status)
    if reason is None and (status >= 500 or status < 400 or status == 408):
        return OrderUnanswered(intent.id, text, at_ns)
    return OrderRejected(intent.id, reason or RejectReason.INVALID, text, at_ns)


def placed_event(intent: OrderIntent, order_id: str, told: WirePlaced, at_ns: int) -> OrderEvent:
    """Return what one answer, of a batch or alone, means."""
    if told.error_message or told.error:
        text = told.error_message or told.error
        reason = _reason(text) or RejectReason.INVALID
        return OrderRejected(intent.id, reason, printable(text), at_ns)
    if not told.success or told.order_id.lower() != order_id:
        return OrderUnanswered(intent.id, "the answer does not name the order", at_ns)
    try:
        filled_e6 = parse_size_e6(
            (told.taking_amount if intent.is_buy else told.making_amount) or "0"
        )
    except ValueError:
        return OrderUnanswered(intent.id, "the answer's amounts cannot be read", at_ns)
    if told.status == "matched" and not filled_e6:
        return OrderUnanswered(intent.id, "matched, and not told how much", at_ns)
    if told.status == "matched" and (
        intent.time_in_force is not TimeInForce.GTC or filled_e6 >= intent.size_e6
    ):
        reason_done = DoneReason.FILLED if filled_e6 >= intent.size_e6 else DoneReason.EXPIRED
        return OrderDone(intent.id, order_id, filled_e6, reason_done, at_ns)
    if told.status in ("live", "matched", "delayed"):
        return OrderAcknowledged(intent.id, order_id, filled_e6, at_ns)
    return OrderUnanswered(intent.id, printable(f"status {told.status!r}"), at_ns)


def _reason(text: str) -> RejectReason | None:
    small = text.lower()
    return next((reason for part, reason in _TEXTS if part in small), None)


def done_reason(order: WireOrder) -> DoneReason:
    """Return why an order that rests no more is over."""
    if order.filled_e6 >= parse_size_e6(order.original_size):
        return DoneReason.FILLED
    if "FOK" in order.status:
        return DoneReason.KILLED
    return DoneReason.CANCELLED if order.status.startswith("CANCEL") else DoneReason.EXPIRED


def is_resting(order: WireOrder) -> bool:
    """Tell whether an order may still fill."""
    return order.status.upper() in ("LIVE", "DELAYED", "UNMATCHED")


def open_order(order: WireOrder) -> OpenOrder:
    """Return a resting order in our words; the venue does not know our id."""
    remaining_e6 = parse_size_e6(order.original_size) - order.filled_e6
    return OpenOrder(order.id, None, order.asset_id, remaining_e6)


UNLISTED_FEES: Final = polymarket_terms("0.07")
"""The fee taken for a market whose own is not known any more: that of the dearest category."""


def fills_of(
    trade: WireTrade,
    intent_of: "Mapping[str, OrderIntent]",
    instrument_of: Mapping[str, Instrument],
    at_ns: int,
) -> list[Filled]:
    """Return the fills of our orders in a trade, taker's and makers'; ValueError if unreadable.

    Where no order of it is known here, the taker's side is taken for ours unless it says MAKER. A
    token that is listed no more is charged the dearest fee there is.
    """
    parts = [(trade.taker_order_id, trade.asset_id, trade.side, trade.size, trade.price, True)]
    parts += [
        (
            maker.order_id,
            maker.asset_id or trade.asset_id,
            maker.side,
            maker.matched_amount,
            maker.price,
            False,
        )
        for maker in trade.maker_orders
    ]
    ours = [part for part in parts if part[0].lower() in intent_of]
    if not ours and trade.trader_side != "MAKER":
        ours = parts[:1]
    return [_filled(trade, part, intent_of, instrument_of, at_ns) for part in ours]


def _filled(
    trade: WireTrade,
    part: tuple[str, str, str, str, str, bool],
    intent_of: Mapping[str, OrderIntent],
    instrument_of: Mapping[str, Instrument],
    at_ns: int,
) -> Filled:
    order_id, token, side, size, price, is_taker = part
    status = _STATUSES.get(trade.status.removeprefix("TRADE_STATUS_").upper())
    instrument = instrument_of.get(token)
    if status is None or side not in ("BUY", "SELL"):
        raise ValueError(f"trade {printable(trade.id)} has status {printable(trade.status)}")
    size_e6, price_e4 = parse_size_e6(size), parse_price_e4(price)
    intent = intent_of.get(order_id.lower())
    fees = UNLISTED_FEES if instrument is None else instrument.fees
    terms = read_as(fees, PolymarketReading.DOLLARS)
    if instrument is not None:
        outcome = instrument.outcome
    else:
        outcome = Outcome.YES if intent is None else intent.outcome
    return Filled(
        venue=Venue.POLYMARKET,
        venue_order_id=order_id.lower(),
        trade=trade.id,
        order=None if intent is None else intent.id,
        instrument=token,
        outcome=outcome,
        is_buy=side == "BUY",
        size_e6=size_e6,
        price_e4=price_e4,
        fee_usd_e6=taker_fee_usd_e6(terms, price_e4, size_e6) if is_taker else 0,
        status=status,
        at_ns=at_ns,
    )
