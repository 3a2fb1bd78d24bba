"""The ladders behind an opportunity: what each leg can be bought for, and how far the walk went.

Reads books as they stand now; computes no edge of its own.
"""

from typing import Any, Final

from underround.app.opportunity_table import Standing
from underround.core.book import Book, Side
from underround.core.engine import Engine
from underround.core.fees import taker_fee_per_contract_e6
from underround.core.opportunity import Leg
from underround.core.units import NS_PER_MS, PRICE_ONE_E4

LEVELS: Final = 12


def explanation(engine: Engine, standing: Standing, at_ns: int) -> dict[str, Any]:
    """Return an opportunity's sum and its legs' ladders; times in ms, the rest in integer units.

    A level is [price_e4, size_e6, taken_e6, fee_e6 a contract], best first. Of a closed one the
    ladders are today's and nothing is marked.
    """
    signal = standing.signal
    is_open = standing.closed_ns is None
    return {
        "id": signal.id,
        "pair": signal.pair,
        "direction": signal.direction,
        "at_ms": at_ns // NS_PER_MS,
        "is_open": is_open,
        "reason": standing.reason,
        "payoff_usd_e6": signal.cost_usd_e6 + signal.edge_usd_e6,
        "cost_usd_e6": signal.cost_usd_e6,
        "fee_usd_e6": signal.fee_usd_e6,
        "edge_usd_e6": signal.edge_usd_e6,
        "edge_e6": signal.edge_e6,
        "edge_top_e6": signal.edge_top_e6,
        "peak_edge_e6": standing.peak_edge_e6,
        "size_e6": signal.size_e6,
        "held_for": signal.held_for,
        "held_ms": signal.held_ns // NS_PER_MS,
        "is_slow": signal.is_slow,
        "legs": [
            _leg(engine.books.get(leg.instrument), leg, signal.size_e6 if is_open else 0)
            for leg in signal.legs
        ],
    }


def _leg(book: Book | None, leg: Leg, size_e6: int) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "venue": leg.venue,
        "instrument": leg.instrument,
        "outcome": leg.outcome,
        "price_e4": leg.price_e4,
        "limit_e4": leg.limit_e4,
        "title": leg.instrument,
        "state": "gone",
        "levels": [],
    }
    if book is None:
        return shown
    is_mirrored = book.instrument.outcome is not leg.outcome
    side = book.bids if is_mirrored else book.asks
    return shown | {
        "title": book.instrument.title,
        "state": book.state.value,
        "levels": _levels(side, is_mirrored, leg.limit_e4, size_e6),
    }


def _levels(side: Side, is_mirrored: bool, limit_e4: int, size_e6: int) -> list[list[int]]:
    """Return the levels of a buyer, those of the other outcome's bids mirrored to this one's."""
    fees = side.book.instrument.fees
    rows = []
    for given_e4, level_e6 in side.depth(LEVELS):
        price_e4 = PRICE_ONE_E4 - given_e4 if is_mirrored else given_e4
        taken_e6 = min(level_e6, size_e6) if price_e4 <= limit_e4 else 0
        size_e6 -= taken_e6
        rows.append([price_e4, level_e6, taken_e6, taker_fee_per_contract_e6(fees, price_e4)])
    return rows


def book_ladder(book: Book) -> dict[str, Any]:
    """Return both sides of a book, best first, as [price_e4, size_e6]."""
    return {
        "title": book.instrument.title,
        "state": book.state.value,
        "reason": book.reason,
        "bids": book.bids.depth(LEVELS),
        "asks": book.asks.depth(LEVELS),
    }
