"""Trades that are over for good go out of memory; money, open positions and late answers stay."""

import pytest

from tests.core.trading_world import TradingWorld
from underround.core.event import Timer
from underround.core.trading.forgetting import EVERY_NS, KEPT_NS, Forgetting
from underround.core.trading.order_event import Settled
from underround.core.trading.portfolio import Portfolio
from underround.core.trading.trade_record import Trade

SEEDS = range(12)


def sizes(world: TradingWorld) -> dict[str, int]:
    """Return how much a desk keeps of its trades, by where it keeps it."""
    portfolio, patience = world.desk.portfolio, world.desk._steps._patience
    rooms = {
        name: value
        for room in (portfolio, patience)
        for name, value in vars(room).items()
        if isinstance(value, dict | list | set)
    }
    fixed = ("_routes", "cash_usd_e6", "on_forgotten", "positions_e6", "settled")
    bounded = ("late", "sent_at_ns")  # what went wrong; a minute's
    return {name: len(value) for name, value in rooms.items() if name not in fixed + bounded}


def later(world: TradingWorld, ns: int) -> None:
    world.now_ns += ns
    world.give(Timer(world.now_ns))


def settle(world: TradingWorld) -> None:
    """Let every market be decided."""
    for venue, name in list(world.desk.portfolio.positions_e6):
        world.give(Settled(venue, name, 10_000, None, world.now_ns))


def is_held(trade: Trade) -> bool:
    return not (trade.is_over and trade.is_final) or any(
        abs(size_e6) > trade.dust_e6 for size_e6 in trade.holdings_e6
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_open_positions_and_unknown_fates_stay_for_months(seed: int):
    world = TradingWorld(seed)
    world.run()
    portfolio = world.desk.portfolio
    before, cash = dict(portfolio.trades), dict(portfolio.cash_usd_e6)
    held = {key: size for key, size in portfolio.positions_e6.items() if size}
    later(world, KEPT_NS // 2)
    assert portfolio.trades == before  # a venue may still have something to say
    for _ in range(60):
        later(world, KEPT_NS)
    kept = {name: trade for name, trade in before.items() if is_held(trade)}
    assert portfolio.trades == kept
    assert set(portfolio.active) == set(kept)
    # What it comes to does not depend on who is remembered.
    assert portfolio.cash_usd_e6 == cash
    assert {key: size for key, size in portfolio.positions_e6.items() if size} == held


@pytest.mark.parametrize("seed", SEEDS)
def test_when_all_is_settled_nothing_is_left(seed: int):
    world = TradingWorld(seed)
    world.run()
    portfolio = world.desk.portfolio
    gone: list[Trade] = []
    portfolio.on_forgotten.append(gone.append)
    over = {name for name, each in portfolio.trades.items() if each.is_over and each.is_final}
    settle(world)
    later(world, 2 * KEPT_NS)
    later(world, EVERY_NS)
    assert {trade.plan.id for trade in gone} >= over
    stuck = set(portfolio.trades)
    assert all(not (t.is_over and t.is_final) for t in portfolio.trades.values())
    if not stuck:
        assert set(sizes(world).values()) <= {0}, sizes(world)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_restart_forgets_the_same(seed: int):
    world = TradingWorld(seed)
    world.run()
    settle(world)
    world.flush()
    later(world, 2 * KEPT_NS)
    world.flush()
    again = Portfolio()
    for record in world.disk:
        again.apply(record)
    Forgetting(again, None, lambda trade: None).tick(world.now_ns)
    live = world.desk.portfolio
    assert again.trades == live.trades
    assert again.positions_e6 == live.positions_e6
    assert again.cash_usd_e6 == live.cash_usd_e6


def test_the_same_signal_is_no_second_trade_while_it_could_still_come():
    world = TradingWorld(3, crashes=False)
    world.run()
    keys = set(world.desk.portfolio.signals)
    assert keys
    later(world, KEPT_NS // 2)
    assert set(world.desk.portfolio.signals) == keys
