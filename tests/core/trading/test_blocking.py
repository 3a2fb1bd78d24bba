"""Nothing is entered on what time alone has made doubtful, whichever event comes first."""

from msgspec.structs import replace

from tests.core.trading.test_desk import ONE, Table
from tests.core.trading_world import a_signal
from underround.core.event import Timer
from underround.core.instrument import Venue
from underround.core.trading.effect import JournalWanted, PersonPaged
from underround.core.trading.journal_record import HaltSet
from underround.core.trading.order import PlaceOrders
from underround.core.trading.order_event import AccountRead, FillStatus, OrderUnanswered


def other(table: Table, name: str = "p1/yes_no/1"):
    """Return an underround of another pair, with fresh books."""
    for book in table.books.values():
        book.updated_ns = table.now_ns
    for name_of, bid, ask in (("yes1", 4_300, 4_500), ("K1", 4_900, 5_100)):
        table.books[name_of].bids.fill([(bid, 100 * ONE)])
        table.books[name_of].asks.fill([(ask, 100 * ONE)])
    return a_signal(name, 1, table.now_ns)


def test_an_order_that_is_late_stops_entries_before_any_tick_has_noted_it():
    table = Table()
    [first] = table.take()
    table.now_ns = first.dies_at_ns - 1
    table.desk.take(other(table))
    assert len(table.orders()) == 1
    table.now_ns = first.dies_at_ns
    table.desk.take(replace(other(table, "p2/yes_no/1"), pair="p2"))
    assert table.orders() == []


def test_contracts_uncovered_for_too_long_stop_entries_before_any_tick_has_noted_it():
    table = Table()
    [first] = table.take()
    table.done(first, 5 * ONE)
    table.now_ns += table.desk.settings.limits.max_naked_ns + 1
    table.desk.take(other(table))
    assert table.orders() == []
    assert table.desk.portfolio.halt is None  # the tick will set it


def test_a_tick_looks_at_what_is_under_way_before_it_enters_what_waited_for_money():
    table = Table()
    [first] = table.take()
    table.done(first, 5 * ONE)
    short = AccountRead(Venue.KALSHI, 0, (), (), (), table.now_ns, table.now_ns)
    table.give(short)
    table.now_ns += table.desk.settings.limits.max_naked_ns
    table.desk.take(other(table))  # waits: there is no money for it
    assert table.orders() == []
    table.give(replace(short, balance_usd_e6=1_000 * ONE))
    table.now_ns += 1
    table.give(Timer(table.now_ns))
    kinds = [type(each) for each in table.out if isinstance(each, PlaceOrders | PersonPaged)]
    records = [each.record for each in table.out if isinstance(each, JournalWanted)]
    assert any(isinstance(record, HaltSet) for record in records)
    assert kinds.count(PersonPaged) == 1
    entries = [
        order.intent
        for each in table.out
        if isinstance(each, PlaceOrders)
        for order in each.orders
        if not order.intent.reduces
    ]
    assert entries == []


def test_a_settlement_that_fails_is_no_reason_to_wait_longer_than_the_limit():
    table = Table()
    [first] = table.take()
    [hedge] = table.done(first, 5 * ONE, FillStatus.MATCHED)
    table.done(hedge, 5 * ONE)
    assert table.trade.is_balanced
    table.give(OrderUnanswered("no-such-order", "", table.now_ns))
    table.desk.take(other(table))
    assert len(table.orders()) == 1  # balanced and only unconfirmed: others may go on
