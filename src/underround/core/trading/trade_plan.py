"""From a signal to a plan: how many contracts the limits leave room for, and which leg goes first.

Pure. A plan is only as large as every rail allows; what is left too small to trade is no plan.
"""

from collections.abc import Mapping, Sequence

from underround.core.book import Book
from underround.core.fees import POLYMARKET_IN_SHARES, taker_fee_usd_e6
from underround.core.instrument import Instrument, Venue
from underround.core.opportunity import Leg, Signal
from underround.core.trading.quotes import depth_to_e6, on_grid_e4
from underround.core.trading.settings import LegPolicy, TradingSettings
from underround.core.trading.trade_record import PlannedLeg, TradePlan
from underround.core.units import (
    PRICE_ONE_E4,
    SIZE_ONE_E6,
    USD_ONE_E6,
    divide_up,
    notional_up_usd_e6,
)


def plan_trade(
    signal: Signal,
    books: Mapping[str, Book],
    settings: TradingSettings,
    room_e6: int,
    trade: str,
    key: str,
    at_ns: int,
) -> TradePlan | str:
    """Return what to do about a signal, or in words why nothing.

    `room_e6` is the most contracts that the money rails leave; `key` names the signal for ever.
    """
    known = [books.get(leg.instrument) for leg in signal.legs]
    legs_books = [book for book in known if book is not None]
    if len(legs_books) < len(signal.legs):
        return "a book of it is not followed"
    if any(leg.size_e6 not in (0, signal.size_e6) for leg in signal.legs):
        return "its legs are of different sizes, which is not traded"
    instruments = [book.instrument for book in legs_books]
    payoff_e6 = payoff_of(signal)
    lot_e6 = max(instrument.lot_e6 for instrument in instruments)
    size_e6 = min(signal.size_e6, room_e6, order_room_e6(signal.legs, settings))
    size_e6 -= size_e6 % lot_e6
    least_e6 = least_trade_e6(signal.legs, instruments, settings)
    if size_e6 < least_e6:
        return f"too few contracts fit the limits: {size_e6 // SIZE_ONE_E6}"
    if not clears(signal.legs, instruments, size_e6, settings.min_edge_e6, payoff_e6):
        return "its worst case does not clear fees and the least edge"
    depths_e6 = [
        depth_to_e6(book, leg.outcome, leg.limit_e4, is_buy=True)
        for leg, book in zip(signal.legs, legs_books, strict=True)
    ]
    order, together = leg_order(signal.legs, instruments, depths_e6, size_e6, settings)
    # Of a part the best prices are quoted: what is booked is held against the most there was.
    quoted_e6 = signal.edge_e6 if size_e6 == signal.size_e6 else signal.edge_top_e6
    planned = [_planned(signal.legs[number], instruments[number], settings) for number in order]
    return TradePlan(
        id=trade,
        signal=key,
        pair=signal.pair,
        direction=signal.direction,
        legs=tuple(planned),
        size_e6=size_e6,
        together=together,
        policy=settings.policy.value,
        quoted_usd_e6=quoted_e6 * size_e6 // SIZE_ONE_E6,
        at_ns=at_ns,
        deadline_ns=at_ns + settings.deadline_ns,
        payoff_e6=payoff_e6,
        dust_e6=dust_e6(planned, settings),
    )


def dust_e6(legs: Sequence[PlannedLeg], settings: TradingSettings) -> int:
    """Return the most contracts by which legs may differ and no order could change it.

    Less than a lot is no order anywhere; at Polymarket a purchase must be worth
    `min_marketable_usd_e6`, which fewer contracts than this are not even at a dollar each.
    """
    least_e6 = max(leg.lot_e6 for leg in legs)
    if any(leg.venue is Venue.POLYMARKET for leg in legs):
        least_e6 = max(least_e6, settings.min_marketable_usd_e6 * SIZE_ONE_E6 // USD_ONE_E6)
    return least_e6 - 1


def payoff_of(signal: Signal) -> int:
    """Return what a set of a signal surely pays (usd_e6), rounded down; else a dollar."""
    if not signal.cost_usd_e6:
        return USD_ONE_E6
    return (signal.cost_usd_e6 + signal.edge_usd_e6) * SIZE_ONE_E6 // signal.size_e6


def order_room_e6(legs: Sequence[Leg], settings: TradingSettings) -> int:
    """Return the most contracts that the rails of one order and of naked contracts leave."""
    limits = settings.limits
    dearest_e4 = max(leg.limit_e4 for leg in legs)
    return min(limits.max_order_usd_e6 * PRICE_ONE_E4 // dearest_e4, limits.max_naked_e6)


def least_trade_e6(
    legs: Sequence[Leg], instruments: Sequence[Instrument], settings: TradingSettings
) -> int:
    """Return the fewest contracts that every leg's minimums allow."""
    least_e6 = 0
    for leg, instrument in zip(legs, instruments, strict=True):
        by_value_e6 = divide_up(settings.min_marketable_usd_e6 * PRICE_ONE_E4, leg.price_e4)
        least_e6 = max(least_e6, instrument.min_size_e6, instrument.lot_e6, by_value_e6)
    return least_e6


def clears(
    legs: Sequence[Leg],
    instruments: Sequence[Instrument],
    size_e6: int,
    min_edge_e6: int,
    payoff_e6: int = USD_ONE_E6,
) -> bool:
    """Tell whether every leg filled at its limit still leaves the least edge after fees."""
    paid_e6 = sum(
        notional_up_usd_e6(leg.limit_e4, size_e6)
        + taker_fee_usd_e6(instrument.fees, leg.limit_e4, size_e6)
        for leg, instrument in zip(legs, instruments, strict=True)
    )
    return payoff_e6 * size_e6 // SIZE_ONE_E6 - paid_e6 >= min_edge_e6 * size_e6 // SIZE_ONE_E6


def leg_order(
    legs: Sequence[Leg],
    instruments: Sequence[Instrument],
    depths_e6: Sequence[int],
    size_e6: int,
    settings: TradingSettings,
) -> tuple[list[int], bool]:
    """Return the numbers of the legs in the order in which they go, and whether all at once."""
    policy = settings.policy
    together = policy is LegPolicy.TOGETHER and min(depths_e6) >= settings.together_depth * size_e6
    # Shares withheld as a fee are known only after the fill: such a leg goes first, alone.
    withholds = [
        instrument.fees.kind == POLYMARKET_IN_SHARES and instrument.fees.rate_e4 > 0
        for instrument in instruments
    ]

    def rank(number: int) -> tuple[float, int]:
        leg = legs[number]
        slowness = settings.slower.index(leg.venue) if leg.venue in settings.slower else 0
        if withholds[number]:
            return -1.0, slowness
        if policy is LegPolicy.SETTLEMENT:
            return 0.0 if leg.venue in settings.settles_late else 1.0, slowness
        if policy is LegPolicy.LATENCY:
            return float(slowness), slowness
        return depths_e6[number] / size_e6, slowness

    order = sorted(range(len(legs)), key=rank)
    return order, together and not any(withholds)


def _planned(leg: Leg, instrument: Instrument, settings: TradingSettings) -> PlannedLeg:
    widest_e4 = on_grid_e4(
        instrument.grid,
        min(leg.limit_e4 + settings.hedge_slack_e4, PRICE_ONE_E4 - 1),
        is_mirrored=leg.outcome is not instrument.outcome,
        is_buy=True,
    )
    return PlannedLeg(
        venue=leg.venue,
        instrument=leg.instrument,
        outcome=leg.outcome,
        price_e4=leg.price_e4,
        limit_e4=leg.limit_e4,
        widest_e4=max(widest_e4, leg.limit_e4),
        lot_e6=instrument.lot_e6,
    )
