"""Trading as its metrics tell it: what stands still, what is uncovered, what was done and made."""

from collections import Counter
from itertools import count

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.app.heard_world import sighted_trading
from tests.app.sighted_day import sighted
from underround.app.page.health import readiness
from underround.app.page.metrics import Exposition
from underround.app.page.stages import Stage
from underround.app.page.trading_metrics import MOST_LABELS, bounded
from underround.app.trading.counts import booked_usd_e6
from underround.core.instrument import Venue
from underround.core.trading.event import KillSwitched
from underround.core.units import USD_ONE_E6


def samples(sight) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(Exposition(sight).text().decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


@pytest.mark.parametrize("seed", range(3))
async def test_the_counts_are_those_of_the_journal(seed: int):
    before: dict[tuple[str, ...], float] = {}
    async with sighted_trading(seed) as (world, sight):
        turns = count()
        world.on_event.append(lambda _: next(turns) % 50 or fallen(before, samples(sight)))
        world.run()
        found = samples(sight)
        stages = sight.probe.stages
    portfolio = world.desk.portfolio
    orders = [order for trade in portfolio.trades.values() for order in trade.orders.values()]
    for (venue, role), number in Counter((o.intent.venue, o.role) for o in orders).items():
        assert found["underround_orders_total", role.value, venue.value] == number
    ends = Counter(trade.state for trade in portfolio.trades.values() if trade.is_over)
    assert sum(ends.values()) > 0
    for state, number in ends.items():
        assert found["underround_trade_states_total", state.value] == number
    assert found["underround_trading_halted",] == (portfolio.halt is not None)
    assert found["underround_trades_active",] == len(portfolio.active)
    booked_e6 = sum(
        booked_usd_e6(trade, portfolio)
        for trade in portfolio.trades.values()
        if any(order.is_sent for order in trade.orders.values())
    )
    assert found["underround_trading_booked_usd",] == booked_e6 / USD_ONE_E6
    sent = sum(order.is_sent for order in orders)
    assert stages[Stage.JOURNAL].count == sent
    assert 0 < stages[Stage.ANSWER].count <= sent


def fallen(before: dict[tuple[str, ...], float], now: dict[tuple[str, ...], float]) -> None:
    """Check that no counter went down, and remember where they all stand."""
    lower = {
        key: (before[key], value)
        for key, value in now.items()
        if key[0].endswith(("_total", "_bucket", "_count")) and value < before.get(key, 0)
    }
    assert lower == {}
    before.update(now)


async def test_what_is_uncovered_is_told_with_its_age():
    most_contracts = most_s = 0.0
    async with sighted_trading(3) as (world, sight):

        def look(_: object) -> None:
            nonlocal most_contracts, most_s
            if all(trade.is_balanced for trade in world.desk.portfolio.active.values()):
                return
            found = samples(sight)
            contracts, age_s = (found[f"underround_naked_{unit}",] for unit in UNCOVERED)
            assert contracts > 0
            most_contracts, most_s = max(most_contracts, contracts), max(most_s, age_s)

        world.on_event.append(look)
        world.run()
        assert samples(sight)["underround_naked_contracts",] == 0
    assert most_contracts >= 1
    assert 0 < most_s < 60


UNCOVERED = ("contracts", "seconds")


async def test_a_halt_and_a_doubtful_account_are_reasons_not_to_be_ready():
    async with sighted_trading(2) as (world, sight):
        reasons = readiness(sight).reasons
        assert f"account {Venue.KALSHI}: not yet compared since the start" in reasons
        world.run()
        world.give(KillSwitched(is_set=True, reason="a drill", at_ns=world.now_ns))
        assert "trading: halted: a drill" in readiness(sight).reasons
        assert samples(sight)["underround_trading_halted",] == 1
        world.give(KillSwitched(is_set=False, reason="over", at_ns=world.now_ns))
        checks = {check.name: check.ok for check in readiness(sight).checks}
        assert (checks["trading"], checks["orders"]) == (True, True)
    async with sighted() as (_, sight):
        assert not any(name[0].startswith("underround_trad") for name in samples(sight))
        assert not [each for each in readiness(sight).checks if "trading" in each.name]


def test_values_of_a_label_are_bounded_and_never_change_places():
    counts = Counter({f"reason of kind {letter}": 1 for letter in map(chr, range(0x100, 0x200))})
    found = bounded(counts)
    assert len(found) == MOST_LABELS + 1
    assert found["other"] == len(counts) - MOST_LABELS
    assert bounded(Counter({"only 26 fit": 2, "only 7.5 fit": 3})) == {"only N fit": 5}
    grown = bounded(counts + Counter({"a late one": 9}))
    assert [name for name in found if name not in grown] == []
