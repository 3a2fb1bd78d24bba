"""How to give back what a leg holds too much: sell it or buy its complement, as costs less.

Pure. Shares whose match has not settled cannot be sold on Polymarket; their complement can be
bought at once, and the two pay one dollar together.
"""

from collections.abc import Mapping

from msgspec import Struct

from underround.core.book import Book
from underround.core.fees import taker_fee_usd_e6
from underround.core.instrument import Outcome, Venue
from underround.core.order_event import FillStatus
from underround.core.quotes import levels_to_take, on_grid_e4
from underround.core.trade_record import Trade
from underround.core.trading_settings import TradingSettings
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
    trade: Trade, leg: int, size_e6: int, books: Mapping[str, Book], settings: TradingSettings
) -> WayOut | None:
    """Return the cheaper way of giving back `size_e6` of a leg; None while no book shows one."""
    ways = [
        way
        for way in (
            _selling(trade, leg, size_e6, books, settings),
            _complement(trade, leg, size_e6, books, settings),
        )
        if way is not None
    ]
    # What reaches further first: half a way out leaves the other half naked.
    return max(ways, key=lambda way: (min(way.reach_e6, size_e6), way.value_usd_e6), default=None)


def _selling(
    trade: Trade, number: int, size_e6: int, books: Mapping[str, Book], settings: TradingSettings
) -> WayOut | None:
    leg = trade.plan.legs[number]
    if leg.venue is Venue.POLYMARKET and not _is_delivered(trade, number, size_e6):
        return None
    return _way(books.get(leg.instrument), leg.outcome, size_e6, trade, settings, is_buy=False)


def _complement(
    trade: Trade, number: int, size_e6: int, books: Mapping[str, Book], settings: TradingSettings
) -> WayOut | None:
    leg = trade.plan.legs[number]
    book = books.get(leg.instrument)
    name = None if book is None else book.instrument.complement_id
    if name is None:
        return None  # the venue nets both outcomes: buying the other one is selling
    return _way(books.get(name), leg.outcome.complement, size_e6, trade, settings, is_buy=True)


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


def _is_delivered(trade: Trade, number: int, size_e6: int) -> bool:
    """Tell whether enough of a leg's shares have settled to be sold."""
    delivered_e6 = 0
    for order in trade.orders.values():
        if order.intent.leg != number:
            continue
        for fill in order.fills.values():
            if fill.outcome is not trade.plan.legs[number].outcome:
                continue
            if fill.is_buy and fill.status is FillStatus.CONFIRMED:
                delivered_e6 += fill.size_e6
            elif not fill.is_buy and fill.status is not FillStatus.FAILED:
                delivered_e6 -= fill.size_e6
    return delivered_e6 >= size_e6
