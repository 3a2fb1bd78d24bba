"""Profit and cost of positions as the page shows them, over random histories of trading."""

import pytest

from tests.core.trading_world import TradingWorld
from underround.app.page.positions import cost_by_position_usd_e6
from underround.app.page.profit import Profit
from underround.app.trading.counts import Tally, booked_usd_e6, counted
from underround.core.event import Timer
from underround.core.trading.forgetting import KEPT_NS
from underround.core.trading.order_event import Settled
from underround.core.trading.portfolio import Portfolio
from underround.core.units import notional_up_usd_e6


def added_up_anew(portfolio: Portfolio) -> tuple[int, int, int]:
    begun = [
        trade
        for trade in portfolio.trades.values()
        if any(order.is_sent for order in trade.orders.values())
    ]
    fills = [
        fill
        for trade in begun
        for order in trade.orders.values()
        for fill in order.fills.values()
        if fill.status.value != "failed"
    ]
    return (
        sum(booked_usd_e6(trade, portfolio) for trade in begun),
        sum(trade.plan.quoted_usd_e6 for trade in begun),
        sum(fill.fee_usd_e6 for fill in fills),
    )


def looked_at(world: TradingWorld, look) -> None:
    """Play a world and look at it after every event."""
    given = world.give

    def give_and_look(event: object) -> None:
        given(event)
        look()

    world.give = give_and_look
    world.run()
    look()


@pytest.mark.parametrize("seed", range(20))
def test_sums_kept_are_those_added_up_anew(seed: int):
    world = TradingWorld(seed, crashes=False)
    profit, trades = Profit(world.desk.portfolio), []

    def look() -> None:
        shown = profit.shown()
        kept = tuple(shown[f"{name}_usd_e6"] for name in ("booked", "quoted", "fee"))
        assert kept == added_up_anew(world.desk.portfolio), f"seed {seed}"
        assert [point[1:] for point in shown["series"][-1:]] in ([], [kept[:2]])
        trades.append(len(shown["series"]))

    looked_at(world, look)
    assert trades[-1] == len(world.desk.portfolio.trades)


def test_what_the_portfolio_forgot_still_counts():
    world = TradingWorld(1, crashes=False)
    portfolio, forgotten = world.desk.portfolio, Tally()
    portfolio.on_forgotten.append(lambda trade: forgotten.add(trade, portfolio))
    profit = Profit(portfolio, forgotten)
    world.run()
    for venue, name in list(portfolio.positions_e6):
        world.give(Settled(venue, name, 10_000, None, world.now_ns))
    before, counts = profit.shown(), counted(portfolio, 0)
    trades = len(portfolio.trades)
    world.now_ns += 2 * KEPT_NS
    world.give(Timer(world.now_ns))
    assert len(portfolio.trades) < trades
    after = profit.shown()
    names = ("booked_usd_e6", "quoted_usd_e6", "fee_usd_e6")
    assert [after[name] for name in names] == [before[name] for name in names]
    assert before["quoted_usd_e6"] > 0
    assert counted(portfolio, 0, forgotten) == counts
    assert forgotten.total > 0


def test_a_position_that_was_only_bought_has_cost_its_fills():
    compared = 0

    def look() -> None:
        nonlocal compared
        portfolio = world.desk.portfolio
        fills = [
            fill
            for trade in portfolio.active.values()
            for order in trade.orders.values()
            for fill in order.fills.values()
        ]
        for key, cost_usd_e6 in cost_by_position_usd_e6(portfolio).items():
            ours = [fill for fill in fills if (fill.venue, fill.instrument) == key]
            is_plain = all(fill.is_buy and fill.status.value != "failed" for fill in ours)
            if ours and is_plain and len({fill.outcome for fill in ours}) == 1:
                compared += 1
                assert cost_usd_e6 == sum(
                    notional_up_usd_e6(fill.price_e4, fill.size_e6) + fill.fee_usd_e6
                    for fill in ours
                )

    for seed in range(8):
        world = TradingWorld(seed, crashes=False)
        looked_at(world, look)
    assert compared > 100
