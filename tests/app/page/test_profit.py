"""Profit and cost of positions as the page shows them, over random histories of trading."""

import pytest

from tests.core.trading_world import TradingWorld
from underround.app.page.positions import cost_by_position_usd_e6
from underround.app.page.profit import Profit
from underround.app.trading.counts import booked_usd_e6
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
