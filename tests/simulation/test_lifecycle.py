"""Markets' lives as the ledger and the other venue see them: pauses, fees, grids, ends."""

import pytest

from tests.simulation.world import World
from underround.simulation.book import ASK, BID
from underround.simulation.lifecycle import Lifecycle
from underround.simulation.market import Pair


@pytest.fixture
def world() -> World:
    return World(7, pairs=4)


@pytest.fixture
def lifecycle(world: World) -> Lifecycle:
    return Lifecycle(world.exchange, world.pairs, world.now_ns)


@pytest.fixture
def pair(world: World) -> Pair:
    """A pair with an underround of 6 cents before fees."""
    made = world.pairs[1]
    assert not made.inverse
    made.polymarket.book.clear()
    made.kalshi.book.clear()
    made.polymarket.book.apply([(BID, 4_000, 50_000_000), (ASK, 4_200, 50_000_000)])
    world.exchange.change_kalshi(made, [(BID, 4_800, 50_000_000), (ASK, 5_000, 50_000_000)])
    return made


def open_intervals(world: World) -> int:
    return sum(interval.end_ns is None for interval in world.ledger.intervals)


def test_nothing_is_an_underround_while_its_shard_is_paused(world, lifecycle, pair) -> None:
    assert open_intervals(world) == 1
    lifecycle.pause([pair.kalshi.shard])
    assert (open_intervals(world), pair.is_open, pair.is_over) == (0, False, False)
    world.exchange.change_kalshi(pair, [(BID, 4_900, 50_000_000)])
    world.exchange.trade_kalshi(pair, ASK, 1_000_000)
    assert pair.kalshi.book.top() == (4_800, 5_000)
    lifecycle.resume()
    assert open_intervals(world) == 1


def test_another_shards_pause_is_no_concern(world, lifecycle, pair) -> None:
    lifecycle.pause([pair.kalshi.shard + 1])
    assert open_intervals(world) == 1
    shards = lifecycle.state.status()["exchange_index_statuses"]
    assert [shard["trading_active"] for shard in shards].count(False) == 1


def test_a_shut_exchange_trades_nowhere(world, lifecycle, pair) -> None:
    lifecycle.shut(until_ns=1_786_085_188_000_000_000)
    status = lifecycle.state.status()
    assert (status["exchange_active"], status["trading_active"]) == (False, False)
    assert status["exchange_estimated_resume_time"] == "2026-08-07T06:46:28.000000Z"
    assert open_intervals(world) == 0


def test_a_deactivated_market_comes_back(world, lifecycle, pair) -> None:
    lifecycle.deactivate(pair)
    assert (open_intervals(world), pair.kalshi.status) == (0, "inactive")
    lifecycle.activate(pair)
    assert (open_intervals(world), pair.kalshi.status) == (1, "active")


def test_a_higher_fee_ends_an_underround_and_its_end_brings_it_back(world, lifecycle, pair) -> None:
    lifecycle.change_event_fee(pair.kalshi.event_ticker, 100_000)
    assert open_intervals(world) == 0
    lifecycle.change_event_fee(pair.kalshi.event_ticker, None)
    assert open_intervals(world) == 1
    lifecycle.change_series_fee(pair.kalshi.series_ticker, 100_000)
    assert open_intervals(world) == 0
    assert [each["fee_multiplier"] for each in lifecycle.fees.of_series(None)] == [10.0]
    overrides = lifecycle.fees.of_events(pair.kalshi.event_ticker)
    assert [each["fee_multiplier_override"] for each in overrides] == [10.0, None]
    assert lifecycle.fees.of_events("KXOTHER") == []


def test_a_grid_changes_only_to_one_that_holds_what_rests(lifecycle, pair) -> None:
    lifecycle.regrid(pair, "deci_cent")
    assert 4_801 not in pair.kalshi.grid
    assert 4_810 in pair.kalshi.grid
    pair.kalshi.book.apply([(BID, 4_810, 1_000_000)])
    with pytest.raises(ValueError, match="prices rest that linear_cent does not have"):
        lifecycle.regrid(pair, "linear_cent")


def test_a_resolved_market_is_empty_and_stays_so(world, lifecycle, pair) -> None:
    lifecycle.resolve(pair, 1)
    lifecycle.resolve(pair, 0)
    assert (pair.polymarket.winner, pair.polymarket.book.top()) == (1, (None, None))
    assert (open_intervals(world), pair.is_over) == (0, True)
