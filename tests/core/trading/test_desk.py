"""The trading desk by example: leg order, hedges, retries, ways out, and what settlement pays."""

import pytest
from msgspec.structs import replace

from tests.core.trading_world import SECOND, TradingWorld, a_signal
from underround.app.trading.counts import booked_usd_e6
from underround.app.trading.reports import trade_row
from underround.core.event import Timer
from underround.core.instrument import Outcome, Venue
from underround.core.opportunity import Leg, Signal
from underround.core.trading.desk import TradingDesk
from underround.core.trading.event import KillSwitched
from underround.core.trading.order import PlaceOrders, QueryOrder
from underround.core.trading.order_event import (
    AccountRead,
    DoneReason,
    Filled,
    FillStatus,
    OrderDone,
    OrderRejected,
    OrderSent,
    RejectReason,
)
from underround.core.trading.settings import LegPolicy, TradingSettings

ONE = 10**6


class Table:
    """A desk with quiet books; orders are looked at and answered by hand."""

    def __init__(self, **settings) -> None:
        world = TradingWorld(1)
        self.books, self.now_ns, self.out = world.books, world.now_ns, []
        for name, bid, ask in (("yes0", 4_300, 4_500), ("no0", 5_400, 5_700), ("K0", 4_900, 5_100)):
            self.books[name].bids.fill([(bid, 100 * ONE)])
            self.books[name].asks.fill([(ask, 100 * ONE)])
            self.books[name].updated_ns = self.now_ns
        self.desk = TradingDesk(TradingSettings(**settings), "r", lambda _book, _now: None)
        self.routes = self.desk.joined(self.books, self.out)
        for venue in Venue:
            self.give(AccountRead(venue, 1_000 * ONE, (), (), (), self.now_ns, self.now_ns))

    def give(self, event) -> None:
        self.routes[type(event)](event)

    def take(self, sets: int = 5, **changes):
        self.desk.take(replace(a_signal(at_ns=self.now_ns, sets=sets), **changes))
        return self.orders()

    def orders(self):
        """Return the orders wanted since the last look, each noted as sent."""
        found = [o.intent for e in self.out if isinstance(e, PlaceOrders) for o in e.orders]
        self.out.clear()
        for intent in found:
            self.give(OrderSent(intent.id, None, self.now_ns))
        return found

    def done(self, intent, filled_e6: int, status=FillStatus.CONFIRMED):
        """Say that an order is done, with one fill, and return the orders that follow."""
        if filled_e6:
            fill = Filled(
                venue=intent.venue,
                venue_order_id=f"v-{intent.id}",
                trade="t1",
                order=intent.id,
                instrument=intent.instrument,
                outcome=intent.outcome,
                is_buy=intent.is_buy,
                size_e6=filled_e6,
                price_e4=intent.limit_e4,
                fee_usd_e6=1_000,
                status=status,
                at_ns=self.now_ns,
            )
            self.give(fill)
        name = f"v-{intent.id}"
        self.give(OrderDone(intent.id, name, filled_e6, DoneReason.EXPIRED, self.now_ns))
        return self.orders()

    @property
    def trade(self):
        [trade] = self.desk.portfolio.trades.values()
        return trade


@pytest.mark.parametrize(
    ("policy", "first"),
    [
        (LegPolicy.SETTLEMENT, Venue.POLYMARKET),
        (LegPolicy.LATENCY, Venue.POLYMARKET),
        (LegPolicy.CERTAINTY, Venue.KALSHI),
    ],
)
def test_the_policy_says_which_leg_goes_first(policy, first):
    table = Table(policy=policy)
    table.books["K0"].bids.fill([(4_900, 6 * ONE)])  # hardly more than is wanted
    [intent] = table.take()
    assert intent.venue is first


def test_all_legs_go_together_where_every_book_is_deep_and_else_one_by_one():
    assert len(Table(policy=LegPolicy.TOGETHER).take()) == 2
    table = Table(policy=LegPolicy.TOGETHER)
    table.books["K0"].bids.fill([(4_900, 14 * ONE)])
    assert len(table.take()) == 1


def test_the_hedge_is_what_filled_and_a_retry_is_dearer_but_bounded():
    table = Table(policy=LegPolicy.SETTLEMENT)
    [first] = table.take()
    [hedge] = table.done(first, 3 * ONE)
    assert (hedge.size_e6, hedge.limit_e4, hedge.outcome) == (3 * ONE, 5_100, Outcome.NO)
    [again] = table.done(hedge, ONE)
    assert (again.size_e6, again.limit_e4) == (2 * ONE, 5_200)
    [last] = table.done(again, 0)
    assert (last.size_e6, last.limit_e4) == (2 * ONE, 5_300)
    [unwind] = table.done(last, 0)
    assert (unwind.venue, unwind.is_buy, unwind.size_e6) == (Venue.POLYMARKET, False, 2 * ONE)
    table.done(unwind, 2 * ONE)
    assert table.trade.state.value == "unwound"
    assert table.trade.holdings_e6 == (ONE, ONE)


def test_less_than_any_order_can_remove_is_dust_and_halts_nothing():
    table = Table(policy=LegPolicy.SETTLEMENT, hedge_tries=0)
    [first] = table.take()
    [hedge] = table.done(first, 5 * ONE)
    assert table.done(hedge, 5 * ONE - 317_126) == []  # no 0.32 contracts are worth a dollar
    assert (table.trade.state.value, table.trade.naked_e6) == ("hedged_settled", 317_126)
    table.now_ns += 60 * SECOND
    table.give(Timer(table.now_ns))
    assert table.desk.portfolio.halt is None


def test_a_way_out_that_is_too_small_for_the_venue_is_none():
    table = Table(policy=LegPolicy.SETTLEMENT, hedge_tries=0)
    table.books["no0"].asks.fill([(900, 100 * ONE)])  # the cheaper way, worth $0.27 for three
    [first] = table.take()
    [hedge] = table.done(first, 5 * ONE)
    [unwind] = table.done(hedge, 2 * ONE)
    assert (unwind.outcome, unwind.is_buy, unwind.size_e6) == (Outcome.YES, False, 3 * ONE)


def three_legs(table: Table) -> Signal:
    """Return a set of three legs that pays $1.60 for what costs $1.53."""
    signal = a_signal(at_ns=table.now_ns)
    more = Leg(Venue.POLYMARKET, "no0", Outcome.NO, 5_700, 5_700)
    cost, edge = 1_530_000 * 5, 70_000 * 5
    return replace(signal, legs=(*signal.legs, more), cost_usd_e6=cost, edge_usd_e6=edge)


def test_a_leg_that_lacks_dust_does_not_keep_another_from_its_second_try():
    table = Table(policy=LegPolicy.SETTLEMENT)
    table.desk.take(three_legs(table))
    [first] = table.orders()
    hedges = table.done(first, 5 * ONE)
    table.done(hedges[0], 5 * ONE - 400_000)
    [again] = table.done(hedges[1], 0)
    assert (again.id[:5], again.leg, again.size_e6) == ("r-1-h", hedges[1].leg, 5 * ONE)


def test_all_legs_that_hold_too_much_give_back_at_once():
    table = Table(policy=LegPolicy.SETTLEMENT, hedge_tries=0)
    table.desk.take(three_legs(table))
    [first] = table.orders()
    hedges = table.done(first, 5 * ONE)
    table.done(hedges[0], 5 * ONE)
    unwinds = table.done(hedges[1], 0)
    assert [order.size_e6 for order in unwinds] == [5 * ONE, 5 * ONE]
    assert {order.leg for order in unwinds} == {first.leg, hedges[0].leg}


def test_after_the_deadline_nothing_is_tried_again():
    table = Table(policy=LegPolicy.SETTLEMENT)
    [first] = table.take()
    [hedge] = table.done(first, 3 * ONE)
    table.now_ns += 4 * SECOND
    [unwind] = table.done(hedge, 0)
    assert unwind.id.startswith("r-1-u0")


def test_shares_that_have_not_settled_are_given_back_by_their_complement():
    table = Table(policy=LegPolicy.SETTLEMENT, hedge_tries=0)
    [first] = table.take()
    [hedge] = table.done(first, 5 * ONE, FillStatus.MATCHED)
    [unwind] = table.done(hedge, 0)
    assert (unwind.instrument, unwind.outcome, unwind.is_buy) == ("no0", Outcome.NO, True)


def test_a_failed_settlement_unwinds_the_other_leg():
    table = Table(policy=LegPolicy.SETTLEMENT)
    [first] = table.take()
    [hedge] = table.done(first, 5 * ONE, FillStatus.MATCHED)
    table.done(hedge, 5 * ONE)
    assert table.trade.state.value == "hedged"
    [fill] = table.trade.orders[first.id].fills.values()
    table.give(replace(fill, status=FillStatus.FAILED))
    [unwind] = table.orders()
    assert (unwind.venue, unwind.is_buy, unwind.outcome) == (Venue.KALSHI, False, Outcome.NO)


def test_one_venue_s_no_to_us_for_good_halts():
    table = Table()
    [first] = table.take()
    table.give(OrderRejected(first.id, RejectReason.FORBIDDEN, "403", table.now_ns))
    assert "forbids us to trade" in table.desk.portfolio.halt
    assert table.trade.state.value == "no_fill"


def test_a_leg_that_stands_alone_halts_once_and_not_again_after_a_person_let_it_go_on():
    table = Table(unwind_tries=0, hedge_tries=0)
    [first] = table.take()
    [hedge] = table.done(first, 5 * ONE)
    table.done(hedge, 0)
    for _ in range(2):
        table.now_ns += 11 * SECOND
        table.give(Timer(table.now_ns))
        assert table.desk.portfolio.halt is not None
    assert table.trade.state.value == "stranded"
    table.give(KillSwitched(is_set=False, reason="resume", at_ns=table.now_ns))
    table.now_ns += 11 * SECOND
    table.give(Timer(table.now_ns))
    assert table.desk.portfolio.halt is None


def test_legs_of_different_sizes_are_not_traded_and_a_set_may_pay_more_than_a_dollar():
    first, second = a_signal().legs
    table = Table()
    assert table.take(legs=(replace(first, size_e6=ONE), second)) == []
    assert list(table.desk.refusals.counts) == [
        "its legs are of different sizes, which is not traded"
    ]
    table = Table()
    table.take(cost_usd_e6=9_800_000, edge_usd_e6=200_000)
    assert table.trade.plan.payoff_e6 == 2_000_000


def test_what_settlement_pays_is_the_venues_word_and_its_difference_has_a_name():
    table = Table(policy=LegPolicy.SETTLEMENT)
    [first] = table.take()
    [hedge] = table.done(first, 5 * ONE)
    table.done(hedge, 5 * ONE)
    portfolio = table.desk.portfolio
    presumed_e6 = booked_usd_e6(table.trade, portfolio)
    assert trade_row(table.trade, portfolio)["payout"] == "presumed"
    table.desk.pays(Venue.POLYMARKET, "yes0", 5_000, table.now_ns)  # split in halves
    table.desk.pays(Venue.KALSHI, "K0", 10_000, table.now_ns)  # and YES: our NO pays nothing
    table.desk.pays(Venue.KALSHI, "K9", 10_000, table.now_ns)  # never traded
    row = trade_row(table.trade, portfolio)
    assert (row["payout"], row["basis_usd_e6"]) == ("settled", 2_500_000)
    assert row["booked_usd_e6"] == presumed_e6 - 2_500_000
    assert len(portfolio.settled) == 2
    assert portfolio.active == {}


def test_time_alone_turns_silence_into_a_question():
    table = Table()
    [first] = table.take()
    table.now_ns = first.dies_at_ns
    table.give(Timer(table.now_ns))
    asked = [effect.order for effect in table.out if isinstance(effect, QueryOrder)]
    assert asked == [first.id]
    assert [effect for effect in table.out if isinstance(effect, PlaceOrders)] == []
    assert table.trade.state.value == "a_unknown"
