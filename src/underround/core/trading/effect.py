"""What trading wants done: orders and queries, records for the journal, calls for help."""

from typing import Final, TypeAlias

from msgspec import Struct

from underround.core.trading.journal_record import JournalRecord
from underround.core.trading.order import (
    CancelOrder,
    OrderEffect,
    PlaceOrders,
    QueryAccount,
    QueryOrder,
    RefusalCode,
)


class JournalWanted(Struct, frozen=True):
    """Keep this record; a `PlaceOrders` that follows must find it on disk."""

    record: JournalRecord


class TradeRefused(Struct, frozen=True):
    """A signal was not traded: which rail, and everything it says."""

    signal: str
    code: RefusalCode | None
    text: str
    at_ns: int


class PersonPaged(Struct, frozen=True):
    """Somebody must look at this now."""

    reason: str
    at_ns: int


TradingEffect: TypeAlias = OrderEffect | JournalWanted | TradeRefused | PersonPaged

TRADING: Final = (
    JournalWanted,
    PlaceOrders,
    CancelOrder,
    QueryOrder,
    QueryAccount,
    TradeRefused,
    PersonPaged,
)
"""The same, to tell them from others by `isinstance`."""
