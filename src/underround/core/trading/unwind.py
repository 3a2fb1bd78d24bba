"""How to give back what a leg holds too much: sell it or buy its complement, as costs less.

Pure. Shares whose match has not settled cannot be sold on Polymarket; their complement can be
bought at once, and the two pay one dollar together.
"""

from collections.abc import Mapping

from msgspec import Struct

from underround.core.book import Book
from underround.core.fees import taker_fee_usd_e6
from underround.core.instrument import Outcome, Venue
from underround.core.trading.order_event import FillStatus
from underround.core.trading.quotes import levels_to_take, on_grid_e4
from underround.core.trading.settings import TradingSettings
from underround.core.trading.trade_record import Trade
from underround.core.units import PRICE_ONE_E4, notional_down_usd_e6, notional_up_usd_e6


class WayOut(Struct, frozen=True):
    """One way of giving contracts back; `value_usd_e6` is what it surely leaves of their dollar."""

    instrument: str
    outcome: Outcome
    is_buy: bool
    limit_e4: int
    value_usd_e6: int
    reach_e6: int


def cheapest_way_out(
    trade: Trade,
    leg: int,
    size_e6: int,
    books: Mapping[str, Book],
    settings: TradingSettings,
    *,
    adds: bool = False,
) -> WayOut | None:
    """Return the cheaper way of changing a leg by `size_e6`; None while no book shows one.

    Down: sell the leg's outcome or buy its complement. Up (`adds`), where more was given back than
    was delivered in the end: buy the outcome or sell the complement.
    """
    planned = trade.plan.legs[leg]
    book = books.get(planned.instrument)
    other = None if book is None else book.instrument.complement_id
    ways = []
    for name, outcome in (
        (planned.instrument, planned.outcome),
        # Without a book of its own the venue nets both outcomes: buying one is selling the other.
        (other, planned.outcome.complement),
    ):
        is_buy = adds == (outcome is planned.outcome)
        if name is None or not (is_buy or _may_sell(trade, leg, outcome, size_e6)):
            continue
        ways.append(_way(books.get(name), outcome, size_e6, trade, settings, is_buy=is_buy))
    # What reaches further first: half a way out leaves the other half naked.
    return max(
        (way for way in ways if way is not None),
        key=lambda way: (way.reach_e6, way.value_usd_e6),
        default=None,
    )


def _way(
    book: Book | None,
    outcome: Outcome,
    size_e6: int,
    trade: Trade,
    settings: TradingSettings,
    *,
    is_buy: bool,
) -> WayOut | None:
    if book is None:
        return None
    levels = levels_to_take(book, outcome, is_buy=is_buy)
    if not levels:
        return None
    instrument = book.instrument
    best_e4 = levels[0][0]
    slip_e4 = min(settings.unwind_slip_e4 * (trade.unwinds + 1), settings.limits.collar_e4)
    wanted_e4 = best_e4 + slip_e4 if is_buy else best_e4 - slip_e4
    limit_e4 = on_grid_e4(
        instrument.grid,
        min(max(wanted_e4, 1), PRICE_ONE_E4 - 1),
        is_mirrored=outcome is not instrument.outcome,
        is_buy=is_buy,
    )
    if is_buy and is_too_small(instrument.venue, limit_e4, size_e6, settings):
        return None
    missing_e6, value_e6 = size_e6, 0
    for price_e4, level_e6 in levels:
        if missing_e6 <= 0 or (price_e4 > limit_e4 if is_buy else price_e4 < limit_e4):
            break
        taken_e6 = min(level_e6, missing_e6)
        missing_e6 -= taken_e6
        fee_e6 = taker_fee_usd_e6(instrument.fees, price_e4, taken_e6)
        value_e6 += (
            taken_e6 - notional_up_usd_e6(price_e4, taken_e6)
            if is_buy
            else notional_down_usd_e6(price_e4, taken_e6)
        ) - fee_e6
    reach_e6 = size_e6 - missing_e6
    return WayOut(instrument.id, outcome, is_buy, limit_e4, value_e6, reach_e6)


def is_too_small(venue: Venue, limit_e4: int, size_e6: int, settings: TradingSettings) -> bool:
    """Tell whether a venue refuses a purchase for being worth too little."""
    value_e6 = notional_up_usd_e6(limit_e4, size_e6)
    return venue is Venue.POLYMARKET and value_e6 < settings.min_marketable_usd_e6


def _may_sell(trade: Trade, number: int, outcome: Outcome, size_e6: int) -> bool:
    """Tell whether enough shares of an outcome are there to be sold: matched is not delivered."""
    if trade.plan.legs[number].venue is not Venue.POLYMARKET:
        return True
    delivered_e6 = 0
    for order in trade.orders.values():
        if order.intent.leg != number:
            continue
        for fill in order.fills.values():
            if fill.outcome is not outcome:
                continue
            if fill.is_buy and fill.status is FillStatus.CONFIRMED:
                delivered_e6 += fill.size_e6
            elif not fill.is_buy and fill.status is not FillStatus.FAILED:
                delivered_e6 -= fill.size_e6
    return delivered_e6 >= size_e6
