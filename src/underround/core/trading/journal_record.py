"""The records of the trade journal: everything that ever changes what trading knows.

Plain values; `Portfolio.apply` says what each one changes.
"""

from typing import TypeAlias

from msgspec import Struct

from underround.core.trading.order import OrderIntent
from underround.core.trading.order_event import (
    Filled,
    OrderAcknowledged,
    OrderDone,
    OrderMissing,
    OrderRejected,
    OrderSeen,
    OrderSent,
    OrderUnanswered,
    PositionAdopted,
    Settled,
)
from underround.core.trading.trade import TradeTrigger
from underround.core.trading.trade_record import Role, TradePlan


class TradePlanned(Struct, frozen=True):
    """A trade was decided on."""

    plan: TradePlan


class TradeMoved(Struct, frozen=True):
    """A trade took a trigger."""

    trade: str
    trigger: TradeTrigger
    at_ns: int
    reason: str = ""


class IntentWritten(Struct, frozen=True):
    """An order was decided on."""

    intent: OrderIntent
    role: Role
    at_ns: int


class AbsenceProven(Struct, frozen=True):
    """An unanswered order never reached the venue: two reads, far enough apart, say so."""

    order: str
    at_ns: int


class OrderDecided(Struct, frozen=True):
    """A person decided what became of an order that its venue cannot tell of any more.

    `filled_e6` of 0 means that it never arrived; `price_e4` and `fee_usd_e6` are of all of it.
    """

    order: str
    filled_e6: int
    price_e4: int
    fee_usd_e6: int
    who: str
    reason: str
    at_ns: int


class HaltSet(Struct, frozen=True):
    """Nothing that increases risk passes from here on."""

    reason: str
    at_ns: int


class HaltCleared(Struct, frozen=True):
    """A person let trading go on."""

    at_ns: int


JournalRecord: TypeAlias = (
    TradePlanned
    | TradeMoved
    | IntentWritten
    | AbsenceProven
    | OrderDecided
    | HaltSet
    | HaltCleared
    | OrderSent
    | OrderAcknowledged
    | OrderRejected
    | OrderUnanswered
    | OrderDone
    | Filled
    | OrderSeen
    | OrderMissing
    | Settled
    | PositionAdopted
)
