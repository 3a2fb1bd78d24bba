"""What the gate is told of the day: its loss is what was booked, however a leg was given back."""

from msgspec.structs import replace

from tests.core.trading.test_desk import ONE, SECOND, Table
from underround.app.trading.counts import booked_usd_e6
from underround.core.trading.circumstances import day_loss_usd_e6
from underround.core.trading.order_event import FillStatus
from underround.core.trading.settings import LegPolicy


def unwound(status: FillStatus) -> Table:
    """Give a table whose one trade filled its first leg, found no hedge and gave it back."""
    table = Table(policy=LegPolicy.SETTLEMENT, hedge_tries=0)
    [first] = table.take()
    [hedge] = table.done(first, 5 * ONE, status)
    [unwind] = table.done(hedge, 0)
    assert unwind.is_buy == (status is FillStatus.MATCHED)
    table.now_ns += SECOND
    table.done(unwind, 5 * ONE)
    return table


def test_what_was_sold_back_lost_what_was_booked():
    table = unwound(FillStatus.CONFIRMED)
    lost_e6 = day_loss_usd_e6(table.desk.portfolio, table.now_ns)
    assert table.trade.is_over
    assert lost_e6 == -booked_usd_e6(table.trade, table.desk.portfolio) > 0


def test_both_outcomes_of_a_market_pay_their_dollar_and_are_no_loss():
    table = unwound(FillStatus.MATCHED)
    [bought] = next(iter(table.trade.orders.values())).fills.values()
    table.give(replace(bought, status=FillStatus.CONFIRMED))
    assert table.trade.is_over
    lost_e6 = day_loss_usd_e6(table.desk.portfolio, table.now_ns)
    booked_e6 = booked_usd_e6(table.trade, table.desk.portfolio)
    assert table.trade.merged_usd_e6 == 5 * ONE
    assert lost_e6 == max(-booked_e6, 0) < ONE
