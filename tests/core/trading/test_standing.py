"""The sums over trades at rest are those of looking at every trade, whatever happens to them."""

from collections import Counter

import pytest

from tests.core.trading_world import TradingWorld
from underround.core.instrument import Venue
from underround.core.trading.standing import day_of


def looked_at_one_by_one(portfolio) -> tuple:
    """Add up every active trade, and every trade of each day; shares nothing with the sums."""
    pairs, venues, naked, days = Counter(), Counter(), 0, {}
    for trade in portfolio.active.values():
        pairs[trade.plan.pair] += trade.at_risk_usd_e6()
        for venue in Venue:
            venues[venue] += trade.at_risk_usd_e6(venue)
        naked += trade.naked_e6
    for trade in portfolio.trades.values():
        sums = days.setdefault(day_of(trade.plan.at_ns), [0, 0])
        sums[0] += trade.at_risk_usd_e6()
        held = trade.cash_usd_e6 + trade.presumed_usd_e6 + trade.merged_usd_e6
        sums[1] += held if trade.is_over else 0
    return +pairs, +venues, naked, days


def summed(portfolio) -> tuple:
    standing = portfolio.standings.now
    pairs, venues = Counter(standing.usd_by_pair_e6), Counter(standing.usd_by_venue_e6)
    naked = standing.naked_e6 + sum(trade.naked_e6 for trade in standing.moving)
    for trade in standing.moving:
        pairs[trade.plan.pair] += trade.at_risk_usd_e6()
        for venue in Venue:
            venues[venue] += trade.at_risk_usd_e6(venue)
    days = {}
    for number in {day_of(trade.plan.at_ns) for trade in portfolio.trades.values()}:
        day = portfolio.standings.day(number)
        over = [trade for trade in day.moving if trade.is_over]
        days[number] = [
            day.usd_e6 + sum(trade.at_risk_usd_e6() for trade in day.moving),
            day.net_usd_e6 + sum(t.cash_usd_e6 + t.presumed_usd_e6 + t.merged_usd_e6 for t in over),
        ]
    return +pairs, +venues, naked, days


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_the_sums_are_right_between_any_two_events(first: int):
    resting = 0
    for seed in range(first, first + 10):
        world = TradingWorld(seed)

        def look(_event, world=world, seed=seed) -> None:
            nonlocal resting
            portfolio = world.desk.portfolio
            assert summed(portfolio) == looked_at_one_by_one(portfolio), f"seed {seed}"
            resting += len(portfolio.active) - len(portfolio.standings.now.moving)
            watched = {trade.plan.id for trade in portfolio.standings.now.watched}
            naked = {n for n, t in portfolio.active.items() if t.naked_since_ns is not None}
            assert naked <= watched
            assert {order.intent.trade for order in portfolio.unknown} <= watched

        world.on_event.append(look)
        world.run()
    assert resting > 0
