"""What ended an opportunity: somebody's trade, a cancelled order, or one of our own gates.

Judged from the venues' trade prints around the end, which may come before or after the change of
the book that they made. Pure.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final

from msgspec import Struct

from underround.core.event import TradePrinted
from underround.core.instrument import Instrument
from underround.core.opportunity import Leg, Signal
from underround.core.units import NS_PER_MS, PRICE_ONE_E4

WITHIN_NS: Final = 500 * NS_PER_MS
"""A trade told this long before or after the end may have made it."""
EDGE_GONE: Final = "edge gone"
"""The reason of an end that prices brought; every other reason is a gate's."""


class Ended(StrEnum):
    """What ended an opportunity."""

    TRADE = "trade"
    CANCEL = "cancel"
    GATE = "gate"


class Trade(Struct, frozen=True):
    """Somebody's trade, and when we heard of it."""

    heard_ns: int
    printed: TradePrinted


class Consumption(Struct, frozen=True):
    """What ended it, in words; `trades` are those that took one of its legs' levels."""

    ended: Ended
    words: str
    trades: tuple[Trade, ...] = ()


def consumption(
    closing: Signal, trades: Iterable[Trade], instrument_of: Callable[[str], Instrument | None]
) -> Consumption:
    """Judge an end by its closing signal, whose legs are those last told of.

    Trades of instruments that `instrument_of` does not know count for nothing.
    """
    if closing.reason != EDGE_GONE:
        return Consumption(Ended.GATE, closing.reason)
    near = [trade for trade in trades if abs(trade.heard_ns - closing.at_ns) <= WITHIN_NS]
    for leg in closing.legs:
        taken = tuple(
            trade for trade in near if _takes(trade.printed, leg, instrument_of(leg.instrument))
        )
        if taken:
            return Consumption(Ended.TRADE, f"bought on {leg.venue}", taken)
    return Consumption(Ended.CANCEL, "orders were taken back or moved")


def _takes(printed: TradePrinted, leg: Leg, instrument: Instrument | None) -> bool:
    """Tell whether a trade took from the levels that a leg wanted.

    A trade in the other token of a market, or on a mirrored book, takes the same orders at one
    dollar less the price, with the taker on the other side.
    """
    if instrument is None:
        return False
    if printed.instrument == instrument.id:
        is_mirrored = leg.outcome is not instrument.outcome
    elif printed.instrument == instrument.complement_id:
        is_mirrored = True
    else:
        return False
    price_e4 = PRICE_ONE_E4 - printed.price_e4 if is_mirrored else printed.price_e4
    buys = printed.is_taker_buyer
    is_their_side = buys is None or buys is not is_mirrored
    return is_their_side and leg.price_e4 <= price_e4 <= leg.limit_e4
