"""Positions for the page: what is held at each venue, what it has cost, and what it would bring.

Adds up the fills of trades that are not settled; trades nothing and asks nobody.
"""

from typing import Any

from msgspec import Struct

from underround.app.wiring import Running
from underround.core.book import Book
from underround.core.instrument import Outcome, Venue
from underround.core.trading.portfolio import Portfolio
from underround.core.units import PRICE_ONE_E4, SIZE_ONE_E6, USD_ONE_E6

Key = tuple[Venue, str]


class Spent(Struct):
    """What went into one position: money out, fees included, and contracts by outcome."""

    cash_usd_e6: int = 0
    yes_e6: int = 0
    no_e6: int = 0


def positions(run: Running, portfolio: Portfolio) -> list[dict[str, Any]]:
    """Return every position that is held, at cost and at the best price it could be sold for.

    Worth is None without a price. Kalshi's negative positions are NO contracts.
    """
    costs = cost_by_position_usd_e6(portfolio)
    rows = []
    for key, size_e6 in sorted(portfolio.positions_e6.items()):
        if not size_e6:
            continue
        venue, instrument = key
        book = run.engine.books.get(instrument)
        outcome = _outcome(book, is_short=size_e6 < 0)
        price_e4 = _sold_at_e4(book, is_short=size_e6 < 0)
        rows.append(
            {
                "venue": venue,
                "instrument": instrument,
                "title": instrument if book is None else book.instrument.title,
                "outcome": outcome,
                "size_e6": abs(size_e6),
                "cost_usd_e6": costs.get(key),
                "worth_usd_e6": None if price_e4 is None else price_e4 * abs(size_e6) // 10_000,
            }
        )
    return rows


def cost_by_position_usd_e6(portfolio: Portfolio) -> dict[Key, int]:
    """Return what each unsettled position has cost: money out, fees included, less money back.

    YES and NO of one Kalshi market that cancel each other have brought their dollar back.
    """
    spent: dict[Key, Spent] = {}
    for trade in portfolio.active.values():
        for order in trade.orders.values():
            intent = order.intent
            key = (intent.venue, intent.instrument)
            if key in portfolio.settled:
                continue
            into = spent.setdefault(key, Spent())
            into.cash_usd_e6 -= order.cash_usd_e6
            held_e6 = order.filled_e6 if intent.is_buy else -order.filled_e6
            if intent.outcome is Outcome.YES:
                into.yes_e6 += held_e6
            else:
                into.no_e6 += held_e6
    return {key: each.cash_usd_e6 - _cancelled_usd_e6(key, each) for key, each in spent.items()}


def _cancelled_usd_e6(key: Key, spent: Spent) -> int:
    if key[0] is not Venue.KALSHI:
        return 0
    return max(min(spent.yes_e6, spent.no_e6), 0) * USD_ONE_E6 // SIZE_ONE_E6


def _outcome(book: Book | None, is_short: bool) -> str:
    if book is None:
        return ""
    outcome = book.instrument.outcome
    if is_short:
        outcome = Outcome.NO if outcome is Outcome.YES else Outcome.YES
    return outcome.value


def _sold_at_e4(book: Book | None, is_short: bool) -> int | None:
    """Return what the best order in the book pays for one contract of what is held."""
    if book is None:
        return None
    if not is_short:
        return book.bids.price_e4
    ask_e4 = book.asks.price_e4
    return None if ask_e4 is None else PRICE_ONE_E4 - ask_e4
