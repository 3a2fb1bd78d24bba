"""Paper: the book after the latency, each size once, exact fees, and money that adds up."""

import heapq
import random
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from tests.core.trading_world import instrument
from underround.core.book import Book
from underround.core.instrument import Outcome, Venue
from underround.core.trading.order import (
    Approved,
    OrderIntent,
    QueryAccount,
    QueryOrder,
    TimeInForce,
)
from underround.core.trading.order_event import (
    AccountRead,
    DoneReason,
    Filled,
    FillStatus,
    OrderDone,
    OrderMissing,
    OrderRejected,
    OrderSeen,
    OrderUnanswered,
    RejectReason,
    Settled,
)
from underround.core.trading.portfolio import Portfolio
from underround.execution import paper_book
from underround.execution.paper import PaperBroker, PaperSettings
from underround.execution.paper_account import ORDERS_KEPT_NS, PaperAccount
from underround.execution.paper_book import TakenSizes

ONE = 10**6
MS = 10**6
CALM = PaperSettings(
    balance_usd_e6=1_000 * ONE,
    latencies_ns=dict.fromkeys(Venue, (50 * MS,)),
    rejects_e4=0,
    unanswered_e4=0,
    settlement_failures_e4=0,
    rivals_e4=0,
)


class World:
    """One paper venue on a clock that a test moves."""

    def __init__(self, venue: Venue, settings: PaperSettings = CALM) -> None:
        self.now_ns, self.events, self._due, self._count = 0, [], [], 0
        if venue is Venue.KALSHI:
            listed = [instrument(venue, "K", Outcome.YES, None)]
        else:
            listed = [
                instrument(venue, "Y", Outcome.YES, "N"),
                instrument(venue, "N", Outcome.NO, "Y"),
            ]
        self.books = {each.id: Book(each) for each in listed}
        for book in self.books.values():
            book.has_snapshot = True
        self.main = self.books[listed[0].id]
        self.quote([(4_000, 10 * ONE)], [(4_500, 10 * ONE), (4_600, 10 * ONE)])
        self.broker = PaperBroker(
            venue,
            self.books,
            settings,
            random.Random(1),
            lambda: self.now_ns,
            self.later,
            self.events.append,
        )

    def quote(self, bids, asks) -> None:
        self.main.bids.fill(bids)
        self.main.asks.fill(asks)

    def later(self, delay_ns, act) -> None:
        self._count += 1
        heapq.heappush(self._due, (self.now_ns + delay_ns, self._count, act))

    def run(self, until_ms: int = 10_000) -> None:
        while self._due and self._due[0][0] <= until_ms * MS:
            self.now_ns, _, act = heapq.heappop(self._due)
            act()
        self.now_ns = until_ms * MS

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    def submit(self, **changes) -> OrderIntent:
        intent = OrderIntent(
            id=f"o{self._count}",
            trade="t",
            leg=0,
            venue=self.broker.venue,
            instrument=self.main.instrument.id,
            outcome=Outcome.YES,
            is_buy=True,
            size_e6=5 * ONE,
            limit_e4=4_600,
            time_in_force=TimeInForce.IOC,
            dies_at_ns=3_000 * MS,
        )
        intent = replace(intent, **changes)
        self.broker.submit(intent)
        return intent


def test_an_order_meets_the_book_as_it_is_after_the_latency():
    world = World(Venue.KALSHI)
    world.submit()
    world.run(49)
    world.quote([], [(4_600, 3 * ONE)])
    world.run()
    [fill] = world.of(Filled)
    assert (fill.price_e4, fill.size_e6, fill.status) == (4_600, 3 * ONE, FillStatus.CONFIRMED)
    [done] = world.of(OrderDone)
    assert (done.filled_e6, done.reason) == (3 * ONE, DoneReason.EXPIRED)


def test_a_displayed_size_is_given_out_once():
    world = World(Venue.KALSHI)
    for _ in range(3):
        world.submit(size_e6=8 * ONE, limit_e4=4_500)
        world.run(world.now_ns // MS + 200)
    assert [done.filled_e6 for done in world.of(OrderDone)] == [8 * ONE, 2 * ONE, 0]


def test_both_tokens_of_a_market_are_one_size():
    world = World(Venue.POLYMARKET)
    world.books["N"].bids.fill([(5_500, 10 * ONE)])  # the same order, seen from the other side
    world.submit(size_e6=8 * ONE, limit_e4=4_500)
    world.run(200)
    world.broker.account.take("given", [replace(world.of(Filled)[0], trade="given")])
    left = world.broker._taken.left(world.books["N"], Outcome.NO, 5_500, is_buy=False)
    assert left == [(5_500, 2 * ONE)]


def test_rivals_take_their_share_first():
    world = World(Venue.KALSHI, replace(CALM, rivals_e4=2_500))
    world.submit(size_e6=20 * ONE, limit_e4=4_500)
    world.run()
    assert world.of(OrderDone)[0].filled_e6 == 7_500_000


def test_fees_are_the_venue_s_to_the_last_digit():
    world = World(Venue.KALSHI)
    world.quote([], [(5_000, 10 * ONE)])
    world.submit(size_e6=ONE, limit_e4=5_000)
    world.run()
    assert world.of(Filled)[0].fee_usd_e6 == 17_500
    assert world.broker.account.balance_usd_e6 == 1_000 * ONE - 500_000 - 17_500


def test_a_fok_is_whole_or_nothing():
    world = World(Venue.KALSHI)
    world.submit(size_e6=21 * ONE, time_in_force=TimeInForce.FOK, limit_e4=4_600)
    world.run()
    assert [each.reason for each in world.of(OrderRejected)] == [RejectReason.NOT_FILLABLE]
    assert world.of(Filled) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"size_e6": 3_000 * ONE}, RejectReason.BALANCE),
        ({"size_e6": ONE}, RejectReason.SIZE),  # under a dollar
        ({"is_buy": False, "limit_e4": 3_900}, RejectReason.SIZE),  # nothing delivered to sell
        ({"limit_e4": 4_400}, RejectReason.NOT_FILLABLE),
        ({"instrument": "?"}, RejectReason.MARKET_CLOSED),
    ],
)
def test_what_polymarket_refuses_paper_refuses(changes, reason):
    world = World(Venue.POLYMARKET)
    world.submit(**changes)
    world.run()
    assert [each.reason for each in world.of(OrderRejected)] == [reason]


def test_a_match_is_provisional_and_a_failed_one_is_undone():
    world = World(Venue.POLYMARKET, replace(CALM, settlement_failures_e4=10_000))
    world.submit()
    world.run()
    assert [fill.status for fill in world.of(Filled)] == [FillStatus.MATCHED, FillStatus.FAILED]
    assert world.broker.account.positions_e6() == {}
    assert world.broker.account.balance_usd_e6 == 1_000 * ONE


async def test_a_lost_reply_is_found_by_a_query():
    world = World(Venue.KALSHI, replace(CALM, unanswered_e4=10_000))
    intent = world.submit()
    world.run()
    assert len(world.of(OrderUnanswered)) == 1
    assert world.of(OrderDone) == []
    await world.broker.query_order(QueryOrder(Venue.KALSHI, intent.id, None, "K", 1))
    [seen] = world.of(OrderSeen)
    assert seen.filled_e6 == 5 * ONE
    await world.broker.query_order(QueryOrder(Venue.KALSHI, "never sent", None, "K", 1))
    [missing] = world.of(OrderMissing)
    assert (missing.order, missing.position_e6) == ("never sent", 5 * ONE)


async def test_the_account_adds_up():
    world = World(Venue.KALSHI)
    world.submit(outcome=Outcome.NO, limit_e4=6_000)
    world.run()
    await world.broker.query_account(QueryAccount(Venue.KALSHI, 0, 1))
    [read] = world.of(AccountRead)
    assert [(each.instrument, each.size_e6) for each in read.positions] == [("K", -5 * ONE)]
    [fill] = world.of(Filled)
    assert read.balance_usd_e6 == 1_000 * ONE - 3 * ONE - fill.fee_usd_e6


def test_an_order_that_would_rest_is_refused():
    world = World(Venue.KALSHI)
    intent = replace(world.submit(), time_in_force=TimeInForce.GTC)
    with pytest.raises(ValueError, match="not GTC"):
        world.broker.prepare(Approved(intent, 0))


def test_what_settles_is_paid_out_once_and_its_orders_are_forgotten_later():
    world = World(Venue.KALSHI)
    portfolio = Portfolio()
    world.broker.account = account = PaperAccount(Venue.KALSHI, 1_000 * ONE, portfolio)
    intent = world.submit()
    world.submit(outcome=Outcome.NO, limit_e4=6_100, size_e6=2 * ONE)
    world.run()
    assert account.positions_e6() == {"K": 3 * ONE}
    spent = account.balance_usd_e6
    portfolio.apply(Settled(Venue.KALSHI, "K", 10_000, None, world.now_ns))
    wanted = QueryAccount(Venue.KALSHI, 0, world.now_ns)
    for _ in range(2):
        world.broker.answer_account(wanted)
        assert account.positions_e6() == {}
        assert account.balance_usd_e6 == spent + 5 * ONE  # five YES pay, two NO do not
    assert intent.id in account.orders  # somebody may still ask what became of it
    world.now_ns += 2 * ORDERS_KEPT_NS
    world.broker.answer_account(wanted)
    assert (account.orders, account.balance_usd_e6) == ({}, spent + 5 * ONE)
    portfolio.settled.clear()
    account.settle(world.now_ns)
    assert account.balance_usd_e6 == spent + 5 * ONE


def test_a_restart_pays_out_what_settled_before():
    trade = SimpleNamespace(
        orders={
            "o": SimpleNamespace(
                intent=SimpleNamespace(venue=Venue.KALSHI), fills={"f": a_fill("f")}
            )
        }
    )
    portfolio = Portfolio()
    portfolio.trades["t"] = trade
    portfolio.settled[Venue.KALSHI, "K"] = Settled(Venue.KALSHI, "K", 10_000, None, 5)
    account = PaperAccount(Venue.KALSHI, 100 * ONE, portfolio)
    assert account.balance_usd_e6 == 100 * ONE - 4 * ONE - 7 + 10 * ONE
    assert account.positions_e6() == {}


def a_fill(name: str) -> Filled:
    return Filled(
        venue=Venue.KALSHI,
        venue_order_id="v",
        trade=name,
        order="o",
        instrument="K",
        outcome=Outcome.YES,
        is_buy=True,
        size_e6=10 * ONE,
        price_e4=4_000,
        fee_usd_e6=7,
        status=FillStatus.CONFIRMED,
        at_ns=1,
    )


def test_levels_taken_from_are_remembered_up_to_a_bound(monkeypatch):
    monkeypatch.setattr(paper_book, "REMEMBERED", 3)
    taken, book = TakenSizes(0), World(Venue.KALSHI).main
    for price_e4 in range(1_000, 2_000, 100):
        taken.take(book, Outcome.YES, price_e4, ONE, is_buy=True)
    assert len(taken._taken_e6) == 3
