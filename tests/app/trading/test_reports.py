"""What trades are said to have brought, against sums made by hand and against every outcome."""

import pytest
from msgspec.structs import replace

from tests.core.trading.test_desk import ONE, SECOND, Table
from tests.core.trading_world import TradingWorld
from underround.app.trading.counts import booked_usd_e6
from underround.app.trading.reports import MONEY, position_cells, position_rows, profit, trade_row
from underround.core.event import Timer
from underround.core.instrument import Venue
from underround.core.trading.circumstances import day_loss_usd_e6
from underround.core.trading.order_event import FillStatus
from underround.core.trading.settings import LegPolicy
from underround.core.trading.trade_record import signed_e6
from underround.core.units import format_size


def in_dollars(table: Table) -> dict[str, float]:
    """Return the money of the only trade, in dollars, without what is nothing."""
    row = trade_row(table.trade, table.desk.portfolio)
    assert row["quoted_usd_e6"] == sum(
        row[f"{name}_usd_e6"]
        for name in ("booked", "missed", "unwind", "alone", "basis", "slippage")
    )
    return {name[:-7]: row[name] / ONE for name in MONEY if row[name]} | {"payout": row["payout"]}


def left_alone(table: Table) -> None:
    """Let so much time go by that a leg which could not be given back is stranded."""
    for _ in range(8):
        table.now_ns += 11 * SECOND
        table.give(Timer(table.now_ns))
    assert table.trade.state.value == "stranded"


def test_a_leg_that_was_sold_again_has_cost_the_difference():
    table = Table(policy=LegPolicy.SETTLEMENT, hedge_tries=0)
    [first] = table.take()  # 5 YES at 0.45
    [hedge] = table.done(first, 5 * ONE)
    [unwind] = table.done(hedge, 0)
    assert (unwind.is_buy, unwind.limit_e4) == (False, 4_200)
    table.done(unwind, 5 * ONE)  # sold at 0.42; each order had a fee of 0.001
    assert table.trade.state.value == "unwound"
    assert in_dollars(table) == {
        "quoted": 0.05,
        "booked": -0.152,
        "missed": 0.05,
        "unwind": 0.152,
        "fee": 0.002,
        "payout": "none",
    }
    assert day_loss_usd_e6(table.desk.portfolio, table.now_ns) == 152_000


def test_a_leg_whose_complement_was_bought_has_its_dollar_back():
    table = Table(policy=LegPolicy.SETTLEMENT, hedge_tries=0)
    [first] = table.take()
    [hedge] = table.done(first, 5 * ONE, FillStatus.MATCHED)
    [unwind] = table.done(hedge, 0)
    assert (unwind.is_buy, unwind.instrument, unwind.limit_e4) == (True, "no0", 5_800)
    table.done(unwind, 5 * ONE)  # 5 × (0.45 + 0.58) + 0.002 for what pays 5
    [bought] = table.trade.orders[first.id].fills.values()
    table.give(replace(bought, status=FillStatus.CONFIRMED))
    assert table.trade.state.value == "unwound"
    made = in_dollars(table)
    assert (made["booked"], made["unwind"], made["payout"]) == (-0.152, 0.152, "presumed")
    assert "slippage" not in made
    assert day_loss_usd_e6(table.desk.portfolio, table.now_ns) == 152_000  # not 5.152


def test_contracts_that_stand_alone_count_nothing_until_they_are_settled():
    table = Table(policy=LegPolicy.SETTLEMENT, hedge_tries=0, unwind_tries=0)
    [first] = table.take()
    [hedge] = table.done(first, 5 * ONE)
    table.done(hedge, 2 * ONE)  # 2 sets; 3 YES alone
    left_alone(table)
    made = in_dollars(table)
    # 2 sets for 2 × (0.45 + 0.51) + 0.4 × 0.001 + 0.001, and 3 YES for 1.35 + 0.6 × 0.001.
    assert made["booked"] == pytest.approx(2 - 5 * 0.45 - 2 * 0.51 - 0.002)
    assert made["alone"] == pytest.approx(1.3506)
    assert made["missed"] == 0.03


def test_what_was_given_back_and_never_delivered_is_owed_and_no_gain():
    table = Table(policy=LegPolicy.SETTLEMENT, hedge_tries=0, unwind_tries=1)
    [first] = table.take()
    [hedge] = table.done(first, 5 * ONE, FillStatus.MATCHED)
    [unwind] = table.done(hedge, 0)
    table.done(unwind, 5 * ONE)  # 5 NO at 0.58
    [bought] = table.trade.orders[first.id].fills.values()
    table.give(replace(bought, status=FillStatus.FAILED))  # and the 5 YES never came
    left_alone(table)
    assert table.trade.holdings_e6 == (-5 * ONE, 0)
    made = in_dollars(table)
    assert made["booked"] == -5 * 0.58 - 0.001  # should YES win; the fee of a failed fill is none
    assert (made["unwind"], made["fee"]) == (2.901, 0.001)
    assert day_loss_usd_e6(table.desk.portfolio, table.now_ns) == 2_901_000
    [position] = position_rows(table.desk.portfolio)
    assert (position["instrument"], position["contracts"], position["uncovered"]) == (
        "no0",
        "5",
        "5",
    )


def test_a_position_says_its_outcome_and_the_pairs_that_hold_it():
    table = Table(policy=LegPolicy.SETTLEMENT, hedge_tries=0)
    [first] = table.take()  # 5 YES at Polymarket
    [hedge] = table.done(first, 5 * ONE)
    table.done(hedge, 5 * ONE)  # 5 NO at Kalshi, whose account says -5 of the market
    assert table.desk.portfolio.positions_e6[Venue.KALSHI, "K0"] == -5 * ONE
    pair = table.trade.plan.pair
    assert [position_cells(row) for row in position_rows(table.desk.portfolio)] == [
        ("kalshi", "NO", pair, "5", "0", "K0"),
        ("polymarket", "YES", pair, "5", "0", "yes0"),
    ]


def test_every_position_is_held_by_pairs_that_filled_it():
    for seed in range(12):
        world = TradingWorld(seed)
        world.run()
        portfolio = world.desk.portfolio
        for row in position_rows(portfolio):
            held = [t for t in portfolio.trades.values() if t.plan.pair in row["pairs"]]
            fills = [f for t in held for o in t.orders.values() for f in o.fills.values()]
            of_row = [f for f in fills if f.instrument == row["instrument"]]
            assert row["outcome"] in {f.outcome.value for f in of_row}, f"seed {seed}, {row}"
            sizes = sum(signed_e6(f) for f in of_row)
            assert format_size(abs(sizes)) == row["contracts"].lstrip("-"), f"seed {seed}, {row}"


def at_settlement_usd(trade, yes_pays: int) -> float:
    """Add every fill up as though the question were resolved; shares nothing with the program."""
    total = 0.0
    for fill in (f for order in trade.orders.values() for f in order.fills.values()):
        if fill.status is FillStatus.FAILED:
            continue
        pays = yes_pays if fill.outcome.value == "yes" else 1 - yes_pays
        each = pays - fill.price_e4 / 10_000
        total += (each if fill.is_buy else -each) * fill.size_e6 / ONE - fill.fee_usd_e6 / ONE
    return total


@pytest.mark.parametrize("first", range(0, 80, 8))
def test_what_is_booked_is_the_worse_of_both_outcomes(first: int):
    for seed in range(first, first + 8):
        world = TradingWorld(seed)
        world.run()
        portfolio = world.desk.portfolio
        for trade in portfolio.trades.values():
            if len(trade.plan.legs) > 2:
                continue  # its legs are of several questions, not two sides of one
            worse = min(at_settlement_usd(trade, 0), at_settlement_usd(trade, 1))
            booked = booked_usd_e6(trade, portfolio) / ONE
            assert booked == pytest.approx(worse, abs=2e-5), f"seed {seed}, {trade.plan.id}"
        over = [each for each in portfolio.trades.values() if each.is_over]
        lost_e6 = -sum(booked_usd_e6(each, portfolio) for each in over)
        assert day_loss_usd_e6(portfolio, world.now_ns) == max(lost_e6, 0), f"seed {seed}"


def test_sums_by_day_hold_every_part_of_the_difference():
    table = Table(policy=LegPolicy.SETTLEMENT)
    [first] = table.take()
    [hedge] = table.done(first, 5 * ONE)
    table.done(hedge, 5 * ONE)
    made = profit(table.desk.portfolio)
    assert made["days"] == {"2023-11-14": made["all"]}
    assert (made["presumed"], made["all"]["booked_usd_e6"]) == (1, 198_000)
