"""Inputs of the trading part that come from a person or from another program."""

from typing import TypeAlias

from msgspec import Struct

from underround.core.opportunity import Signal
from underround.core.trading.order_event import OrderEvent, PositionAdopted


class KillSwitched(Struct, frozen=True, gc=False):
    """The kill switch was set, or a person cleared it."""

    is_set: bool
    reason: str
    at_ns: int


class SignalTaken(Struct, frozen=True, gc=False):
    """A signal came out of the queue; `key` names it for ever."""

    key: str
    signal: Signal
    at_ns: int


TradingEvent: TypeAlias = KillSwitched | SignalTaken | PositionAdopted | OrderEvent
