"""The ladders behind an opportunity: what each leg can be bought for, and how far the walk goes.

Reads books as they stand; computes no edge of its own.
"""

from typing import Any, Final

from msgspec import Struct

from underround.core.book import Book, Side
from underround.core.engine import Engine
from underround.core.fees import taker_fee_per_contract_e6
from underround.core.instrument import Outcome, Venue
from underround.core.opportunity import Leg, Signal
from underround.core.units import PRICE_ONE_E4

LEVELS: Final = 12

LadderLevel = tuple[int, int, int, int]
"""price_e4, size_e6, taken_e6 by the walk, fee_e6 a contract."""


class LegLadder(Struct, frozen=True, kw_only=True):
    """One leg and what it is bought from, best first; prices are those of the outcome bought."""

    venue: Venue
    instrument: str
    outcome: Outcome
    price_e4: int
    limit_e4: int
    title: str
    state: str
    levels: tuple[LadderLevel, ...]


def leg_ladders(engine: Engine, signal: Signal) -> tuple[LegLadder, ...]:
    """Return every leg's ladder as its book stands, with what the signal's size takes of it."""
    return tuple(_ladder(engine.books.get(leg.instrument), leg, signal) for leg in signal.legs)


def book_ladder(book: Book) -> dict[str, Any]:
    """Return both sides of a book, best first, as [price_e4, size_e6]."""
    return {
        "title": book.instrument.title,
        "state": book.state.value,
        "reason": book.reason,
        "bids": book.bids.depth(LEVELS),
        "asks": book.asks.depth(LEVELS),
    }


def _ladder(book: Book | None, leg: Leg, signal: Signal) -> LegLadder:
    levels: tuple[LadderLevel, ...] = ()
    if book is not None:
        # The other outcome is bought by taking this one's bids at a dollar less the bid.
        is_mirrored = book.instrument.outcome is not leg.outcome
        side = book.bids if is_mirrored else book.asks
        levels = _levels(side, leg.limit_e4, leg.order_size_e6 or signal.size_e6, is_mirrored)
    return LegLadder(
        venue=leg.venue,
        instrument=leg.instrument,
        outcome=leg.outcome,
        price_e4=leg.price_e4,
        limit_e4=leg.limit_e4,
        title=leg.instrument if book is None else book.instrument.title,
        state="gone" if book is None else book.state.value,
        levels=levels,
    )


def _levels(side: Side, limit_e4: int, size_e6: int, is_mirrored: bool) -> tuple[LadderLevel, ...]:
    fees = side.book.instrument.fees
    rows: list[LadderLevel] = []
    for given_e4, level_e6 in side.depth(LEVELS):
        price_e4 = PRICE_ONE_E4 - given_e4 if is_mirrored else given_e4
        taken_e6 = min(level_e6, size_e6) if price_e4 <= limit_e4 else 0
        size_e6 -= taken_e6
        rows.append((price_e4, level_e6, taken_e6, taker_fee_per_contract_e6(fees, price_e4)))
    return tuple(rows)
