"""What may happen between two legs: prices come closer, grids, clocks, a full disk, a pause."""

from msgspec.structs import replace

from tests.core.trading.test_blocking import other
from tests.core.trading.test_desk import ONE, Table
from tests.core.trading_world import SECOND
from underround.core.event import Command, Timer
from underround.core.instrument import Venue
from underround.core.trading.order_event import (
    AccountRead,
    OrderRejected,
    RejectReason,
    Settled,
)
from underround.core.trading.settings import LegPolicy
from underround.core.trading.trade import TradeState


def half_done(sets: int = 5) -> tuple[Table, object]:
    """Return a table whose first leg, on Polymarket, has filled, and the hedge that followed."""
    table = Table(policy=LegPolicy.SETTLEMENT)
    [first] = table.take(sets)
    [hedge] = table.done(first, sets * ONE)
    return table, hedge


def test_a_hedge_goes_out_also_when_its_market_came_far_towards_us():
    table = Table(policy=LegPolicy.SETTLEMENT)
    [first] = table.take()
    table.books["K0"].bids.fill([(7_000, 100 * ONE)])  # NO at 0.30, planned at 0.51
    [hedge] = table.done(first, 5 * ONE)
    assert (hedge.venue, hedge.size_e6, hedge.limit_e4) == (Venue.KALSHI, 5 * ONE, 3_500)


def test_a_hedge_stands_on_the_grid_that_its_market_has_now():
    table = Table(policy=LegPolicy.SETTLEMENT)
    [first] = table.take()
    book = table.books["K0"]
    book.regrid(replace(book.instrument, ranges=((0, 10_000, 250),)))
    book.bids.fill([(5_000, 100 * ONE)])
    [hedge] = table.done(first, 5 * ONE)
    assert hedge.limit_e4 == 5_000  # 0.51 is on it no more


def test_a_pause_enters_nothing_of_what_was_open_already():
    table = Table()
    table.give(Command("pause", table.now_ns))
    table.desk.take(other(table))
    assert table.orders() == []
    table.give(Command("resume", table.now_ns))
    table.desk.take(other(table))
    assert len(table.orders()) == 1


def test_a_pause_lets_a_hedge_pass():
    table = Table(policy=LegPolicy.SETTLEMENT)
    [first] = table.take()
    table.give(Command("pause", table.now_ns))
    assert len(table.done(first, 5 * ONE)) == 1


def test_a_signal_from_the_future_is_not_fresh():
    table = Table()
    limit_ns = table.desk.settings.limits.max_quote_age_ns
    late = replace(other(table, "p2/yes_no/9"), at_ns=table.now_ns + limit_ns + 1)
    table.desk.consider("queue/late", late, table.now_ns)
    assert table.orders() == []
    table.desk.consider("queue/now", replace(late, at_ns=table.now_ns + limit_ns), table.now_ns)
    assert len(table.orders()) == 1


def unwinding(table: Table, hedge) -> list:
    """Let the hedge and its retries fail, and return the order that gives the first leg back."""
    orders = table.done(hedge, 0)
    while orders and orders[0].venue is Venue.KALSHI:
        orders = table.done(orders[0], 0)
    return orders


def unsent(table: Table, intent) -> list:
    """Say that an order never left: the journal could not be written."""
    table.desk.portfolio.order(intent.id).is_sent = False
    text = "the journal cannot be written"
    table.give(OrderRejected(intent.id, RejectReason.NOT_SENT, text, table.now_ns))
    return table.orders()


def test_orders_that_never_left_do_not_use_the_tries_of_giving_back_up():
    table, hedge = half_done()
    [order] = unwinding(table, hedge)
    for _ in range(2 * table.desk.settings.unwind_tries):
        assert unsent(table, order) == []
        table.now_ns += table.desk.settings.unwind_pause_ns
        table.give(Timer(table.now_ns))
        [order] = table.orders()
    table.done(order, 5 * ONE)
    assert table.trade.state is TradeState.UNWOUND


def test_a_disk_that_stays_full_ends_a_trade_stranded_all_the_same():
    table, hedge = half_done()
    orders = unwinding(table, hedge)
    for _ in range(200):
        for order in orders:
            unsent(table, order)
        table.now_ns += table.desk.settings.unwind_pause_ns
        table.give(Timer(table.now_ns))
        orders = table.orders()
    assert table.trade.state is TradeState.STRANDED
    assert table.desk.portfolio.halt is not None


def test_a_clock_that_is_set_back_keeps_no_leg_waiting():
    table, hedge = half_done()
    [order] = unwinding(table, hedge)
    table.now_ns += 3_600 * SECOND
    table.done(order, 0)
    table.now_ns -= 3_600 * SECOND  # another start, on a clock that was put right
    table.give(Timer(table.now_ns))
    assert len(table.orders()) == 1


def test_contracts_uncovered_since_a_time_to_come_halt_trading():
    table, _ = half_done()
    table.trade.naked_since_ns += 3_600 * SECOND
    table.give(Timer(table.now_ns))
    assert table.desk.portfolio.halt is not None


def test_what_ends_after_its_markets_were_settled_weighs_on_no_limit():
    table, hedge = half_done()
    for venue, name in ((Venue.POLYMARKET, "yes0"), (Venue.KALSHI, "K0")):
        table.give(Settled(venue, name, 10_000, None, table.now_ns))
    assert table.trade.plan.id in table.desk.portfolio.active
    table.done(hedge, 5 * ONE)
    assert table.trade.state is TradeState.HEDGED_SETTLED
    assert table.desk.portfolio.active == {}


def test_cash_on_another_shard_buys_nothing_here():
    table = Table(policy=LegPolicy.SETTLEMENT)
    book = table.books["K0"]
    book.instrument = replace(book.instrument, shard=2)

    def read(*shards: tuple[int, int]) -> list:
        told = AccountRead(Venue.KALSHI, 900 * ONE, (), (), (), table.now_ns, table.now_ns)
        table.give(replace(told, shards_usd_e6=shards))
        return table.take(id=f"p0/yes_no/{shards}")

    assert read((0, 900 * ONE)) == []
    assert read((0, 890 * ONE), (2, 10 * ONE)) == []  # the reserve
    [first] = read((0, 400 * ONE), (2, 500 * ONE))
    assert first.venue is Venue.POLYMARKET
