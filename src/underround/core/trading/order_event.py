"""What comes back about orders: every input that the trading part takes from brokers.

Recorded like every other input, so that trading replays. `order` is always our intent's id,
`venue_order_id` the venue's (on Polymarket the order's hash). Plain values.
"""

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from underround.core.instrument import Outcome, Venue


class RejectReason(StrEnum):
    """Why a venue definitely did not take an order, in our words."""

    BALANCE = "balance"
    PRICE = "price"  # off the grid or outside the venue's range
    SIZE = "size"
    NOT_FILLABLE = "not_fillable"  # FOK or FAK found nothing to match
    POST_ONLY = "post_only"
    MARKET_CLOSED = "market_closed"
    PAUSED = "paused"  # 425, exchange or trading pause, cancel-only
    RATE_LIMIT = "rate_limit"
    DUPLICATE = "duplicate"  # this client order id is known: the first one counts, query it
    FORBIDDEN = "forbidden"  # 403 or region: stop, never evade
    AUTHENTICATION = "authentication"
    SELF_TRADE = "self_trade"
    INVALID = "invalid"
    NOT_SENT = "not_sent"  # never left this machine (connection refused, client's own limit)


class DoneReason(StrEnum):
    """Why an order lives no more."""

    FILLED = "filled"
    EXPIRED = "expired"  # the rest of an IOC or FAK, or past its time
    CANCELLED = "cancelled"
    KILLED = "killed"  # a FOK that could not be filled


class FillStatus(StrEnum):
    """How final a fill is; Kalshi's fills are CONFIRMED at once."""

    MATCHED = "matched"
    MINED = "mined"
    CONFIRMED = "confirmed"
    RETRYING = "retrying"
    FAILED = "failed"


class OrderState(StrEnum):
    """What a venue says of an order that it knows."""

    RESTING = "resting"
    DONE = "done"


class OrderSent(Struct, frozen=True, gc=False):
    """An order is journaled as sent and is about to be written to the socket."""

    order: str
    venue_order_id: str | None
    at_ns: int


class OrderAcknowledged(Struct, frozen=True, gc=False):
    """The venue took the order; it may still fill. `filled_e6`: in all so far, by the reply."""

    order: str
    venue_order_id: str
    filled_e6: int
    at_ns: int


class OrderRejected(Struct, frozen=True, gc=False):
    """The venue definitely did not take the order: it never fills."""

    order: str
    reason: RejectReason
    text: str
    at_ns: int


class OrderUnanswered(Struct, frozen=True, gc=False):
    """Nobody knows whether the venue took it: time-out, dropped connection, 5xx after sending."""

    order: str
    text: str
    at_ns: int


class OrderDone(Struct, frozen=True, gc=False):
    """The order lives no more. `filled_e6` in all, as the venue says; its `Filled` may follow.

    For FAK, FOK and IOC the reply already says so: emit this instead of an acknowledgement.
    """

    order: str
    venue_order_id: str
    filled_e6: int
    reason: DoneReason
    at_ns: int


class Filled(Struct, frozen=True, gc=False):
    """One fill of one order of ours, keyed (venue, venue_order_id, trade); told at any status.

    The same key again only moves the status; FAILED undoes the fill. `price_e4` is of `outcome`,
    `fee_usd_e6` what was charged in dollars. `size_e6` is what the account holds more (or less)
    because of it: shares withheld as a fee are not in it. `order` is None where only the venue's
    id is known. A fill of another program's order has an id nobody here knows.
    """

    venue: Venue
    venue_order_id: str
    trade: str
    order: str | None
    instrument: str
    outcome: Outcome
    is_buy: bool
    size_e6: int
    price_e4: int
    fee_usd_e6: int
    status: FillStatus
    at_ns: int

    @property
    def is_final(self) -> bool:
        """Whether its status can change no more."""
        return self.status is FillStatus.CONFIRMED or self.status is FillStatus.FAILED


class OrderSeen(Struct, frozen=True, gc=False):
    """A query found the order. Fills that it found were told before this."""

    order: str
    venue_order_id: str
    state: OrderState
    filled_e6: int
    asked_at_ns: int
    at_ns: int


class OrderMissing(Struct, frozen=True, gc=False):
    """A query did not find it among orders of any status, nor among fills, nor among trades.

    `position_e6` is the instrument's position in that read (see `Position`). One such answer does
    not prove that it is absent; when it does is decided by the trade.
    """

    order: str
    position_e6: int
    asked_at_ns: int
    at_ns: int


class QueryFailed(Struct, frozen=True, gc=False):
    """A query could not be answered; `order` is None for an account."""

    venue: Venue
    order: str | None
    text: str
    at_ns: int


class Position(Struct, frozen=True, gc=False):
    """What the venue says is held of an instrument, pending or not.

    Kalshi: signed, YES plus and NO minus (one net position). Polymarket: shares of the token.
    """

    instrument: str
    size_e6: int


class OpenOrder(Struct, frozen=True, gc=False):
    """An order that rests at a venue; `order` is our id where the venue repeats it."""

    venue_order_id: str
    order: str | None
    instrument: str
    remaining_e6: int


class AccountRead(Struct, frozen=True, gc=False):
    """A venue's account as one read showed it. `balance_usd_e6` is what can be spent now.

    `shards_usd_e6` is (shard, spendable) where collateral is held apart. Positions of zero may be
    left out; `fills` are all since the time asked for.
    """

    venue: Venue
    balance_usd_e6: int
    positions: tuple[Position, ...]
    open_orders: tuple[OpenOrder, ...]
    fills: tuple[Filled, ...]
    asked_at_ns: int
    at_ns: int
    shards_usd_e6: tuple[tuple[int, int], ...] = ()


class PrivateStreamChanged(Struct, frozen=True, gc=False):
    """The stream of our own orders and fills opened or was lost (nothing is ever replayed)."""

    venue: Venue
    is_open: bool
    at_ns: int


class Settled(Struct, frozen=True, gc=False):
    """A venue paid out an instrument: what one contract of YES (Kalshi) or of the token pays.

    `revenue_usd_e6` is what reached the account, None where that is not said.
    """

    venue: Venue
    instrument: str
    value_e4: int
    revenue_usd_e6: int | None
    at_ns: int


class PositionAdopted(Struct, frozen=True, gc=False):
    """A person explained a position that the journal does not know: it was there before."""

    venue: Venue
    instrument: str
    size_e6: int
    at_ns: int


OrderEvent: TypeAlias = (
    OrderSent
    | OrderAcknowledged
    | OrderRejected
    | OrderUnanswered
    | OrderDone
    | Filled
    | OrderSeen
    | OrderMissing
    | QueryFailed
    | AccountRead
    | PrivateStreamChanged
    | Settled
)
