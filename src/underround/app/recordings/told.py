"""Inputs that come neither from a socket nor from a clock, as a recording holds them: by name.

A run writes them as commands and its replay makes the same inputs of them again. Nothing is
decided here.
"""

from typing import Any, Final, TypeAlias

import msgspec

from underround.core.basket_event import BasketSolved
from underround.core.event import InstrumentsForgotten, InstrumentsListed
from underround.core.trading.event import KillSwitched, SignalTaken, TradingEvent
from underround.core.trading.order_event import (
    AccountRead,
    Filled,
    OrderAcknowledged,
    OrderDone,
    OrderMissing,
    OrderRejected,
    OrderSeen,
    OrderSent,
    OrderUnanswered,
    PositionAdopted,
    PrivateStreamChanged,
    QueryFailed,
    Settled,
)
from underround.core.venue_event import (
    BooksDoubted,
    BooksProven,
    MarketsEnded,
    PairsListed,
    PairsSuspended,
    StructuresListed,
    StructuresSuspended,
    VenueStatusChanged,
)

Told: TypeAlias = (
    InstrumentsListed
    | InstrumentsForgotten
    | PairsListed
    | PairsSuspended
    | StructuresListed
    | StructuresSuspended
    | BasketSolved
    | MarketsEnded
    | BooksProven
    | BooksDoubted
    | VenueStatusChanged
    | TradingEvent
)

KINDS: Final[dict[str, type[Told]]] = {
    "instruments": InstrumentsListed,
    "forgotten": InstrumentsForgotten,
    "pairs": PairsListed,
    "suspended": PairsSuspended,
    "structures": StructuresListed,
    "structures suspended": StructuresSuspended,
    "solved": BasketSolved,
    "ended": MarketsEnded,
    "proven": BooksProven,
    "doubted": BooksDoubted,
    "status": VenueStatusChanged,
    "order sent": OrderSent,
    "order acknowledged": OrderAcknowledged,
    "order rejected": OrderRejected,
    "order unanswered": OrderUnanswered,
    "order done": OrderDone,
    "order seen": OrderSeen,
    "order missing": OrderMissing,
    "query failed": QueryFailed,
    "filled": Filled,
    "account read": AccountRead,
    "private stream": PrivateStreamChanged,
    "settled": Settled,
    "position adopted": PositionAdopted,
    "kill switch": KillSwitched,
    "signal taken": SignalTaken,
}
_NAMES: Final = {kind: name for name, kind in KINDS.items()}


def name_of(told: Told) -> str:
    """Return the name that an input is recorded under."""
    return _NAMES[type(told)]


def arguments_of(told: Told) -> dict[str, Any]:
    """Return an input as a recorded command's arguments."""
    arguments: dict[str, Any] = msgspec.to_builtins(told)
    return arguments


def told_again(name: str, arguments: dict[str, Any]) -> Told:
    """Return the input that was recorded; KeyError or ValidationError when it is none."""
    return msgspec.convert(arguments, KINDS[name])
