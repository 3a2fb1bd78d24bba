"""Orders as both sides of the broker speak of them: intents, verdicts of the risk gate, effects.

Plain values. Nothing here decides, sends or remembers anything; what comes back from a venue is
in `order_event`.
"""

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from underround.core.instrument import Outcome, Venue


class TimeInForce(StrEnum):
    """How long an order may live. IOC and FAK are one thing under two venues' names."""

    IOC = "ioc"
    FAK = "fak"
    FOK = "fok"
    GTC = "gtc"


class OrderIntent(Struct, frozen=True, kw_only=True):
    """One limit order that we mean to place, once.

    `id` is ours and deterministic (at most 36 of `a-z0-9-`, never used twice): the venue's client
    order id where it takes one. `outcome` is what is bought or sold and `limit_e4` the worst price
    of that outcome (NO at 0.44, never YES at 0.56); on Kalshi the NO side of the same instrument,
    on Polymarket the token's own outcome. `dies_at_ns`: the venue cannot still fill it after this,
    our clock; for GTC its expiry. `reduces`: it can only make an existing exposure smaller.
    """

    id: str
    trade: str
    leg: int
    venue: Venue
    instrument: str
    outcome: Outcome
    is_buy: bool
    size_e6: int
    limit_e4: int
    time_in_force: TimeInForce
    dies_at_ns: int
    reduces: bool = False


class Approved(Struct, frozen=True):
    """An intent that the risk gate let through; only `risk.judge` makes one, brokers take no other.

    `at_ns` is when it was judged.
    """

    intent: OrderIntent
    at_ns: int


class RefusalCode(StrEnum):
    """Which rail of the risk gate refused."""

    HALTED = "halted"
    ORDER_NOTIONAL = "order_notional"
    PAIR_NOTIONAL = "pair_notional"
    VENUE_NOTIONAL = "venue_notional"
    DAY_NOTIONAL = "day_notional"
    NAKED = "naked"
    UNSETTLED = "unsettled"
    DAILY_LOSS = "daily_loss"
    ORDER_RATE = "order_rate"
    COLLAR = "collar"
    QUOTE_AGE = "quote_age"
    BALANCE = "balance"
    SELF_CROSS = "self_cross"
    VENUE_STATUS = "venue_status"
    MARKET_CLOSE = "market_close"
    UNKNOWN_ORDER = "unknown_order"
    UNRECONCILED = "unreconciled"
    FAULT = "fault"


class Refused(Struct, frozen=True):
    """A refusal: which limit (with its size), what the order would make of it, what to change."""

    code: RefusalCode
    limit: str
    value: str
    change: str


Verdict: TypeAlias = Approved | Refused


class PlaceOrders(Struct, frozen=True):
    """Journal these orders (one sync for all), then send them, each exactly once."""

    orders: tuple[Approved, ...]
    at_ns: int


class CancelOrder(Struct, frozen=True):
    """Cancel an order; always lets pass. The answer is an `OrderDone`, or nothing."""

    venue: Venue
    order: str
    venue_order_id: str | None
    instrument: str
    at_ns: int


class QueryOrder(Struct, frozen=True):
    """Find out what became of an order whose sending was not answered.

    Looks among orders of every status, then among fills and trades, then at the position:
    the answer is an `OrderSeen` (with any `Filled`) or an `OrderMissing`, or a `QueryFailed`.
    """

    venue: Venue
    order: str
    venue_order_id: str | None
    instrument: str
    at_ns: int


class QueryAccount(Struct, frozen=True):
    """Read balances, open orders, positions and the fills since a time: an `AccountRead`."""

    venue: Venue
    fills_since_ns: int
    at_ns: int


OrderEffect: TypeAlias = PlaceOrders | CancelOrder | QueryOrder | QueryAccount
