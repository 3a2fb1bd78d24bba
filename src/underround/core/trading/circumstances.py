"""Adds up for the risk gate what the moment is: exposure by pair, venue and day, quotes, balances.

Reads the portfolio and the books; changes neither and judges nothing.
"""

from collections.abc import Mapping

from underround.core.book import Book
from underround.core.instrument import Outcome, Venue
from underround.core.opportunity import Signal
from underround.core.trading.accounts import Accounts
from underround.core.trading.order import OrderIntent
from underround.core.trading.portfolio import Portfolio
from underround.core.trading.quotes import best_price_e4
from underround.core.trading.risk import Circumstances
from underround.core.trading.risk_limits import RiskLimits
from underround.core.trading.standing import day_of, net_usd_e6
from underround.core.trading.trade_record import Trade
from underround.core.units import NS_PER_SECOND, PRICE_ONE_E4


def circumstances(
    intent: OrderIntent,
    trade: Trade,
    portfolio: Portfolio,
    accounts: Accounts,
    book: Book | None,
    blocker: str | None,
    now_ns: int,
) -> Circumstances:
    """Return what the gate is told about one order of a trade.

    `blocker` says why the order's book may not be traded on now, None when it may.
    """
    standing = portfolio.standings.now
    held = trade.holdings_e6
    quote_e4 = None if book is None else best_price_e4(book, intent.outcome, is_buy=intent.is_buy)
    seen_ns = 0 if book is None else max(book.updated_ns, book.proven_ns)
    return Circumstances(
        now_ns=now_ns,
        halt=portfolio.halt,
        unreconciled=accounts.difference,
        unknown_orders=len(portfolio.unknown),
        trade_usd_e6=max(trade.at_risk_usd_e6(), trade.planned_usd_e6),
        pair_usd_e6=standing.of_pair_usd_e6(trade.plan.pair, without=trade),
        venue_usd_e6=standing.of_venue_usd_e6(intent.venue, without=trade),
        day_usd_e6=portfolio.standings.day(day_of(now_ns)).spent_usd_e6(without=trade),
        unsettled_usd_e6=standing.unsettled_usd_e6(without=trade),
        naked_e6=standing.exposed_e6(without=trade),
        uncovered_e6=uncovered_e6(intent, trade, held),
        day_loss_usd_e6=day_loss_usd_e6(portfolio, now_ns),
        orders_last_minute=sum(
            at_ns > now_ns - 60 * NS_PER_SECOND for at_ns in portfolio.sent_at_ns
        ),
        balance_usd_e6=accounts.spendable_usd_e6(
            intent.venue, portfolio, 0 if book is None else book.instrument.shard
        ),
        quote_e4=quote_e4,
        quote_age_ns=None if book is None or quote_e4 is None else now_ns - seen_ns,
        venue_blocker="its book is not followed" if book is None else blocker,
        closes_at_ns=None if book is None else book.instrument.close_at_ns,
        crosses_own=_crossing(intent, portfolio),
    )


def uncovered_e6(intent: OrderIntent, trade: Trade, held: tuple[int, ...]) -> int:
    """Return by how much this order may change its leg before exposure grows again."""
    leg = trade.plan.legs[intent.leg]
    under_way_e6 = sum(
        order.intent.size_e6 - order.filled_e6
        for order in trade.orders.values()
        if order.is_under_way and order.intent.leg == intent.leg
    )
    adds = intent.is_buy == (intent.outcome is leg.outcome)
    gap_e6 = max(held) - held[intent.leg] if adds else held[intent.leg] - min(held)
    return max(gap_e6 - under_way_e6, 0)


def room_e6(
    signal: Signal,
    portfolio: Portfolio,
    accounts: Accounts,
    limits: RiskLimits,
    now_ns: int,
    books: Mapping[str, Book],
) -> int:
    """Return the most contracts that the money rails leave for a trade at a signal's limits."""
    plan_limits_e4 = {leg.venue: 0 for leg in signal.legs}
    for leg in signal.legs:
        plan_limits_e4[leg.venue] += leg.limit_e4
    standing = portfolio.standings.now
    set_e4 = sum(plan_limits_e4.values())
    for_all_e6 = min(
        limits.max_pair_usd_e6 - standing.of_pair_usd_e6(signal.pair),
        limits.max_day_usd_e6 - portfolio.standings.day(day_of(now_ns)).spent_usd_e6(),
        limits.max_unsettled_usd_e6 - standing.unsettled_usd_e6(),
    )
    rooms = [for_all_e6 * PRICE_ONE_E4 // set_e4]
    rooms.append(limits.max_naked_e6 - standing.exposed_e6())
    for venue, limit_e4 in plan_limits_e4.items():
        left_e6 = limits.max_venue_usd_e6 - standing.of_venue_usd_e6(venue)
        for shard in _shards(signal, venue, books):
            balance_e6 = accounts.spendable_usd_e6(venue, portfolio, shard)
            if balance_e6 is not None:
                left_e6 = min(left_e6, balance_e6 - limits.balance_reserve_usd_e6)
        rooms.append(left_e6 * PRICE_ONE_E4 // limit_e4)
    return max(min(rooms), 0)


def day_loss_usd_e6(portfolio: Portfolio, now_ns: int) -> int:
    """Return what the day's finished trades lost in all, 0 when they gained."""
    day = portfolio.standings.day(day_of(now_ns))
    net_e6 = day.net_usd_e6 + sum(net_usd_e6(trade) for trade in day.moving if trade.is_over)
    return max(-net_e6, 0)


def _shards(signal: Signal, venue: Venue, books: Mapping[str, Book]) -> set[int]:
    """Return which of a venue's shards a signal's legs are on."""
    found = (books.get(leg.instrument) for leg in signal.legs if leg.venue is venue)
    return {book.instrument.shard for book in found if book is not None}


def _crossing(intent: OrderIntent, portfolio: Portfolio) -> str | None:
    """Return the order of ours that this one could trade with; None when there is none."""
    wants_yes = intent.is_buy == (intent.outcome is Outcome.YES)
    for trade in portfolio.standings.now.moving:
        for order in trade.orders.values():
            other = order.intent
            if not order.is_under_way or other.instrument != intent.instrument:
                continue
            if other.id != intent.id and wants_yes != (
                other.is_buy == (other.outcome is Outcome.YES)
            ):
                return other.id
    return None
