"""A person's word on an order of unknown fate: what it comes to, and when it is not taken."""

import pytest
from msgspec.structs import replace

from tests.core.trading.test_desk import ONE, Table
from tests.core.trading_world import SECOND
from underround.core.event import Timer
from underround.core.instrument import Venue
from underround.core.trading.decision import DECIDED, PATIENCE_NS, objection
from underround.core.trading.desk import TradingDesk
from underround.core.trading.journal_record import OrderDecided
from underround.core.trading.order_event import Filled, FillStatus, OrderUnanswered
from underround.core.trading.trade import TradeState
from underround.core.trading.trade_record import OrderStage


def unanswered() -> tuple[Table, object]:
    """Return a desk whose first order was never answered, and the order."""
    table = Table()
    (first,) = table.take()
    table.give(OrderUnanswered(first.id, "lost", table.now_ns))
    return table, table.desk.portfolio.order(first.id)


def decided(order, filled_e6: int) -> OrderDecided:
    intent = order.intent
    at_ns = intent.dies_at_ns + SECOND
    return OrderDecided(intent.id, filled_e6, intent.limit_e4, 1_000, "ann", "by mail", at_ns)


def held_e6(table: Table, order) -> int:
    key = (order.intent.venue, order.intent.instrument)
    return table.desk.portfolio.positions_e6.get(key, 0)


def restarted(table: Table) -> TradingDesk:
    """Start again from the same state, as after a decision, and let a moment pass."""
    portfolio = table.desk.portfolio
    table.desk = TradingDesk(table.desk.settings, "r2", lambda _book, _now: None, portfolio)
    table.routes = table.desk.joined(table.books, table.out)
    table.give(Timer(table.now_ns + 5 * SECOND))
    return table.desk


def test_an_absent_order_ends_the_trade_with_nothing():
    table, order = unanswered()
    table.desk.portfolio.apply(decided(order, 0))
    assert (order.stage, held_e6(table, order)) == (OrderStage.VOID, 0)
    desk = restarted(table)
    assert desk.portfolio.unknown == []
    assert desk.portfolio.trade_of(order.intent.id).state is TradeState.NO_FILL


def test_a_filled_order_counts_as_held_and_is_hedged():
    table, order = unanswered()
    portfolio = table.desk.portfolio
    before_e6 = portfolio.cash_usd_e6[order.intent.venue]
    portfolio.apply(decided(order, 5 * ONE))
    assert abs(held_e6(table, order)) == 5 * ONE
    paid_e6 = before_e6 - portfolio.cash_usd_e6[order.intent.venue]
    assert paid_e6 == order.intent.limit_e4 * 500 + 1_000
    trade = portfolio.trade_of(order.intent.id)
    assert (trade.naked_e6, trade.naked_since_ns) == (5 * ONE, decided(order, 1).at_ns)
    desk = restarted(table)
    (hedge,) = table.orders()
    assert (hedge.size_e6, hedge.venue) == (5 * ONE, Venue.KALSHI)
    assert desk.portfolio.trade_of(order.intent.id).state is TradeState.B_SENT


def test_a_real_fill_takes_the_place_of_the_decided_one():
    table, order = unanswered()
    portfolio = table.desk.portfolio
    start_e6 = portfolio.cash_usd_e6[order.intent.venue]
    portfolio.apply(decided(order, 5 * ONE))
    intent = order.intent
    fill = Filled(
        venue=intent.venue,
        venue_order_id="v",
        trade="real",
        order=intent.id,
        instrument=intent.instrument,
        outcome=intent.outcome,
        is_buy=intent.is_buy,
        size_e6=2 * ONE,
        price_e4=intent.limit_e4,
        fee_usd_e6=0,
        status=FillStatus.CONFIRMED,
        at_ns=intent.dies_at_ns,
    )
    portfolio.apply(fill)
    assert list(order.fills) == ["real"]
    assert (order.filled_e6, abs(held_e6(table, order))) == (2 * ONE, 2 * ONE)
    assert start_e6 - portfolio.cash_usd_e6[intent.venue] == intent.limit_e4 * 200
    portfolio.apply(replace(fill, trade=DECIDED, size_e6=ONE, status=FillStatus.FAILED))
    assert abs(held_e6(table, order)) == 2 * ONE


@pytest.mark.parametrize(
    ("filled_e6", "worse_e4", "late_ns", "said"),
    [
        (5 * ONE, 0, 0, None),
        (0, 0, 0, None),
        (5 * ONE, 0, -2 * SECOND, "may still tell; wait 3 s more"),
        (6 * ONE, 0, 0, "for 5 contracts only"),
        (5 * ONE, 100, 0, "cannot have filled worse"),
    ],
)
def test_what_cannot_be_is_not_decided(filled_e6, worse_e4, late_ns, said):
    _, order = unanswered()
    intent = order.intent
    text = objection(
        order, filled_e6, intent.limit_e4 + worse_e4, intent.dies_at_ns + late_ns + PATIENCE_NS
    )
    assert text == said if said is None else said in text


def test_a_known_fate_is_not_decided():
    table = Table()
    (first,) = table.take()
    table.done(first, 5 * ONE)
    order = table.desk.portfolio.order(first.id)
    text = objection(order, 0, 0, first.dies_at_ns)
    assert text == "its fate is known: done, 5 filled"
    assert order.intent.venue in tuple(Venue)
