"""Where money is short, the best return on capital per day is traded first."""

from msgspec.structs import replace

from tests.core.trading.test_desk import ONE, Table
from tests.core.trading_world import a_signal
from underround.core.event import Timer
from underround.core.offers import Offers
from underround.core.opportunity import SignalKind
from underround.core.trading.risk_limits import RiskLimits

SHORT = RiskLimits(max_unsettled_usd_e6=5 * ONE)  # room for five sets, where ten are offered


def offered(table: Table, pair: int, annual_bps: int | None, **more):
    signal = a_signal(f"p{pair}/yes_no/1", pair, table.now_ns, sets=10)
    return replace(signal, annual_return_bps=annual_bps, **more)


def table_with_pairs() -> Table:
    table = Table(limits=SHORT)
    for pair in (1, 2):
        for name in ("yes", "no", "K"):
            known, book = table.books[f"{name}0"], table.books[f"{name}{pair}"]
            book.bids.fill([(known.bids.price_e4, 100 * ONE)])
            book.asks.fill([(known.asks.price_e4, 100 * ONE)])
            book.updated_ns = table.now_ns
    return table


def planned(table: Table) -> list[str]:
    return [t.plan.pair for t in table.desk.portfolio.trades.values() if t.orders]


def test_of_several_at_once_the_best_return_by_the_day_is_traded():
    table = table_with_pairs()
    for pair, annual_bps in ((0, 900), (1, 4_000), (2, None)):
        table.desk.take(offered(table, pair, annual_bps))
    assert planned(table) == []
    table.give(Timer(table.now_ns))
    assert planned(table) == ["p1"]


def test_with_money_for_all_nothing_waits():
    table = Table()
    assert len(table.take(sets=10)) == 1


def test_what_is_over_before_its_turn_is_not_traded():
    table = table_with_pairs()
    signal = offered(table, 1, 4_000)
    table.desk.take(signal)
    table.desk.take(replace(signal, kind=SignalKind.CLOSED))
    table.give(Timer(table.now_ns))
    assert planned(table) == []


def test_what_may_resolve_at_any_time_comes_last_and_then_by_its_return():
    offers = Offers()
    for number, (annual_bps, bps) in enumerate([(None, 90), (10, 5), (None, 100), (700, 1)]):
        signal = replace(a_signal(f"p{number}"), annual_return_bps=annual_bps, return_bps=bps)
        offers.wait(f"k{number}", signal)
    assert [key for key, _ in offers.best_first()] == ["k3", "k1", "k2", "k0"]
    assert offers.best_first() == []
