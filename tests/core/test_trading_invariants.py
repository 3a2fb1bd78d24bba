"""The twelve invariants of trading over random histories, and planted bugs that they must catch.

`UNDERROUND_TRADING_SCHEDULES=10000` plays more of them; a failure prints its seed first.
"""

import os

import pytest

from tests.core.trading_checks import Checks
from tests.core.trading_mutants import MUTANTS
from tests.core.trading_world import TradingWorld

SCHEDULES = int(os.environ.get("UNDERROUND_TRADING_SCHEDULES", "300"))
PARTS = 6
SEEDS_FOR_A_MUTANT = 120


def offences_of(seed: int) -> list[str]:
    """Play one history and return what did not hold."""
    world = TradingWorld(seed)
    checks = Checks(world)
    world.run()
    return checks.finish()


@pytest.mark.parametrize("part", range(PARTS))
def test_the_invariants_hold(part):
    for seed in range(part, SCHEDULES, PARTS):
        offences = offences_of(seed)
        assert offences == [], f"seed {seed}"


@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_bug_is_caught(name, monkeypatch):
    MUTANTS[name](monkeypatch)
    for seed in range(SEEDS_FOR_A_MUTANT):
        try:
            if offences_of(seed):
                return
        except (ValueError, KeyError):
            return  # it did not even get through the table of states
    pytest.fail(f"{name} was not caught by {SEEDS_FOR_A_MUTANT} histories")


def test_histories_are_full_of_everything():
    """Guard the guard: without fills, failures and crashes the checks would prove nothing."""
    states, crashes, halts, failed = set(), 0, 0, 0
    for seed in range(60):
        world = TradingWorld(seed)
        world.run()
        trades = world.desk.portfolio.trades.values()
        states |= {trade.state.value for trade in trades}
        crashes += world.crashes
        halts += bool(world.halts)
        failed += sum(order.failed_e6 > 0 for t in trades for order in t.orders.values())
    assert states == {"rejected", "no_fill", "hedged_settled", "unwound", "stranded"}
    assert min(crashes, halts, failed) > 5
