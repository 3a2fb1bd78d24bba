"""Both live brokers against the simulated venues, over real sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from underround.app.clock import wall_ns
from underround.app.live_accounts import (
    BlockedPlaceError,
    LiveAccount,
    check_place,
    kalshi_account,
    polymarket_account,
)
from underround.core.fees import kalshi_terms, polymarket_terms
from underround.core.instrument import Instrument, Outcome, Venue
from underround.core.order import (
    Approved,
    CancelOrder,
    OrderIntent,
    QueryAccount,
    QueryOrder,
    TimeInForce,
)
from underround.core.order_event import (
    AccountRead,
    DoneReason,
    Filled,
    FillStatus,
    OrderAcknowledged,
    OrderDone,
    OrderEvent,
    OrderMissing,
    OrderRejected,
    OrderSeen,
    OrderState,
    OrderUnanswered,
    PrivateStreamChanged,
    RejectReason,
)
from underround.core.units import NS_PER_SECOND
from underround.simulation.book import ASK, BID
from underround.simulation.venues import SimulatedVenues
from underround.venues.kalshi.signing import load_signer
from underround.venues.polymarket.signing import load_wallet

ONE = 1_000_000
VENUES = [Venue.POLYMARKET, Venue.KALSHI]


class Bench:
    """One account on venues whose books are set by hand."""

    def __init__(self, venues: SimulatedVenues, venue: Venue) -> None:
        self.venues, self.venue = venues, venue
        self.pair = venues.pairs[0]
        self.events: list[OrderEvent] = []
        self.account: LiveAccount | None = None
        self.count = 0
        market = self.pair.polymarket if venue is Venue.POLYMARKET else self.pair.kalshi
        market.book.clear()
        if venue is Venue.POLYMARKET:
            self.pair.polymarket.tick_e4 = 100
        self.flow((BID, 4_000, 100 * ONE), (ASK, 5_000, 100 * ONE), (ASK, 5_100, 100 * ONE))
        self.instruments = {each.id: each for each in self._instruments()}
        self.instrument = next(iter(self.instruments))

    def _instruments(self) -> list[Instrument]:
        if self.venue is Venue.KALSHI:
            market = self.pair.kalshi
            fees = kalshi_terms("quadratic", "1")
            named = [(market.ticker, Outcome.YES, None)]
        else:
            fees = polymarket_terms("0.07")
            yes, no = self.pair.polymarket.tokens
            named = [(yes, Outcome.YES, no), (no, Outcome.NO, yes)]
        return [
            Instrument(
                venue=self.venue,
                id=name,
                market_id="m",
                outcome=outcome,
                title="t",
                ranges=((0, 10_000, 100),),
                fees=fees,
                complement_id=other,
                neg_risk=self.pair.polymarket.neg_risk,
                shard=self.pair.kalshi.shard if self.venue is Venue.KALSHI else 0,
            )
            for name, outcome, other in named
        ]

    def flow(self, *changes: Any) -> None:
        exchange = self.venues.exchange
        if self.venue is Venue.POLYMARKET:
            exchange.change_polymarket(self.pair, list(changes))
        else:
            exchange.change_kalshi(self.pair, list(changes))

    def fault(self, name: str, **more: Any) -> None:
        target = {"target": self.venue.value}
        self.venues.faults.read({"name": name, "for_s": 60.0} | target | more)

    def intent(
        self, price_e4: int, size_e6: int, kind: TimeInForce = TimeInForce.IOC, **more: Any
    ) -> OrderIntent:
        self.count += 1
        fields = {
            "id": f"order-{self.count}",
            "trade": "t",
            "leg": 0,
            "venue": self.venue,
            "instrument": self.instrument,
            "outcome": Outcome.YES,
            "is_buy": True,
            "size_e6": size_e6,
            "limit_e4": price_e4,
            "time_in_force": kind,
            "dies_at_ns": wall_ns() + 300 * NS_PER_SECOND,
        }
        return OrderIntent(**(fields | more))

    async def place(self, *intents: OrderIntent) -> list[str | None]:
        broker = self.account.broker
        prepared = [broker.prepare(Approved(intent, 0)) for intent in intents]
        await broker.place(prepared)
        return [each.venue_order_id for each in prepared]

    def query(self, order: str, identity: str | None) -> QueryOrder:
        return QueryOrder(self.venue, order, identity, self.instrument, wall_ns())

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    async def until(self, is_so: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not is_so():  # noqa: ASYNC110  # what it waits for is another program's state
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def bench(venue: Venue, timeout_s: float = 5.0) -> AsyncIterator[Bench]:
    async with SimulatedVenues(7, calm=True, pairs=2, speed=20) as venues:
        made = Bench(venues, venue)
        told = venues.addresses[venue.value]
        if venue is Venue.KALSHI:
            signer = load_signer(told["key_id"], told["private_key_path"])
            account = kalshi_account(
                told["rest"],
                told["ws"],
                signer,
                made.instruments,
                made.events.append,
                timeout_s=timeout_s,
            )
        else:
            account = polymarket_account(
                told["clob"],
                told["site"],
                told["user_ws"],
                load_wallet(told["private_key_path"]),
                made.instruments,
                made.events.append,
                timeout_s=timeout_s,
            )
        async with account as made.account:
            await made.until(lambda: made.of(PrivateStreamChanged))
            await asyncio.sleep(0.05)
            yield made


@pytest.mark.parametrize("venue", VENUES)
async def test_an_order_is_taken_and_its_fills_arrive(venue) -> None:
    async with bench(venue) as it:
        intent = it.intent(5_100, 150 * ONE)
        await it.place(intent)
        [done, *_] = it.of(OrderDone)
        assert (done.order, done.filled_e6, done.reason) == (
            intent.id,
            150 * ONE,
            DoneReason.FILLED,
        )

        def final() -> dict[str, Filled]:
            return {f.trade: f for f in it.of(Filled) if f.status is FillStatus.CONFIRMED}

        await it.until(lambda: len(final()) == 2)
        fills = sorted(final().values(), key=lambda fill: fill.price_e4)
        assert [(f.order, f.is_buy, f.outcome, f.price_e4, f.size_e6) for f in fills] == [
            (intent.id, True, Outcome.YES, 5_000, 100 * ONE),
            (intent.id, True, Outcome.YES, 5_100, 50 * ONE),
        ]
        rounded = 874_700 if venue is Venue.KALSHI else 874_650  # to 1e-4 and to 1e-5 dollars
        assert [f.fee_usd_e6 for f in fills] == [1_750_000, rounded]


@pytest.mark.parametrize("venue", VENUES)
async def test_what_cannot_fill_is_refused_for_its_reason(venue) -> None:
    async with bench(venue) as it:
        await it.place(it.intent(5_000, 101 * ONE, TimeInForce.FOK))
        await it.place(it.intent(5_000, 100_000 * ONE))
        reasons = [event.reason for event in it.of(OrderRejected)]
        assert reasons == [RejectReason.NOT_FILLABLE, RejectReason.BALANCE]


@pytest.mark.parametrize("venue", VENUES)
async def test_a_resting_order_is_seen_and_cancelled(venue) -> None:
    async with bench(venue) as it:
        intent = it.intent(4_500, 20 * ONE, TimeInForce.GTC)
        [identity] = await it.place(intent)
        [taken, *_] = it.of(OrderAcknowledged)
        assert identity in (None, taken.venue_order_id)
        identity = taken.venue_order_id
        await it.account.broker.query_order(it.query(intent.id, identity))
        [seen] = it.of(OrderSeen)
        assert (seen.state, seen.filled_e6) == (OrderState.RESTING, 0)
        wanted = CancelOrder(venue, intent.id, identity, it.instrument, wall_ns())
        await it.account.broker.cancel(wanted)
        assert it.of(OrderDone)[-1].reason is DoneReason.CANCELLED


@pytest.mark.parametrize("venue", VENUES)
async def test_an_unanswered_order_is_found_by_asking(venue) -> None:
    async with bench(venue, timeout_s=0.3) as it:
        it.fault("order_reply_lost")
        intent = it.intent(5_000, 10 * ONE)
        [identity] = await it.place(intent)
        assert [event.order for event in it.of(OrderUnanswered)] == [intent.id]
        async with asyncio.timeout(10):
            while not it.of(OrderSeen):
                await it.account.broker.query_order(it.query(intent.id, identity))
                await asyncio.sleep(0.05)
        seen = it.of(OrderSeen)[0]
        assert (seen.state, seen.filled_e6) == (OrderState.DONE, 10 * ONE)
        assert {fill.order for fill in it.of(Filled)} == {intent.id}


@pytest.mark.parametrize("venue", VENUES)
async def test_an_order_that_never_was_is_missing(venue) -> None:
    async with bench(venue) as it:
        await it.account.broker.query_order(it.query("never", "0x12"))
        [missing] = it.of(OrderMissing)
        assert (missing.order, missing.position_e6) == ("never", 0)


@pytest.mark.parametrize("venue", VENUES)
async def test_503_is_no_answer_and_429_is_a_refusal(venue) -> None:
    async with bench(venue) as it:
        it.fault("order_unavailable")
        await it.place(it.intent(5_000, 10 * ONE))
        assert len(it.of(OrderUnanswered)) == 1
        it.venues.faults.end_all()
        it.fault("rate_limit_429")
        await it.place(it.intent(5_000, 10 * ONE))
        it.venues.faults.end_all()
        await it.place(it.intent(5_000, 10 * ONE))
        reasons = [event.reason for event in it.of(OrderRejected)]
        assert reasons == [RejectReason.RATE_LIMIT, RejectReason.NOT_SENT]


@pytest.mark.parametrize("venue", VENUES)
async def test_a_batch_gives_every_order_its_own_verdict(venue) -> None:
    async with bench(venue) as it:
        good, bad = it.intent(5_000, 10 * ONE), it.intent(5_000, 100_000 * ONE)
        await it.place(good, bad)
        assert [event.order for event in it.of(OrderRejected)] == [bad.id]
        assert good.id in [event.order for event in it.of(OrderDone)]


@pytest.mark.parametrize("venue", VENUES)
async def test_the_account_is_read_as_a_whole(venue) -> None:
    async with bench(venue) as it:
        await it.place(it.intent(5_000, 10 * ONE))
        await it.place(it.intent(4_500, 20 * ONE, TimeInForce.GTC))

        async def read() -> AccountRead:
            await it.account.broker.query_account(QueryAccount(venue, 0, wall_ns()))
            return it.of(AccountRead)[-1]

        async with asyncio.timeout(10):
            while not ((got := await read()).fills and got.open_orders):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert [(p.instrument, p.size_e6) for p in got.positions] == [(it.instrument, 10 * ONE)]
        assert [order.remaining_e6 for order in got.open_orders] == [20 * ONE]
        assert sum(fill.size_e6 for fill in got.fills) == 10 * ONE
        start_usd_e6 = 10_000 * ONE * (4 if venue is Venue.KALSHI else 1)
        assert got.balance_usd_e6 == start_usd_e6 - 5 * ONE - 175_000 - 9 * ONE


async def test_a_match_that_fails_is_told_as_failed() -> None:
    async with bench(Venue.POLYMARKET) as it:
        it.fault("settlement_failure")
        await it.place(it.intent(5_000, 10 * ONE))
        await it.until(
            lambda: it.events and it.of(Filled)[-1:] and it.of(Filled)[-1].status == "failed"
        )
        statuses = [fill.status for fill in it.of(Filled)]
        assert statuses == [FillStatus.MATCHED, FillStatus.RETRYING, FillStatus.FAILED]


async def test_the_no_side_and_sales_have_their_own_prices() -> None:
    async with bench(Venue.KALSHI) as it:
        no = it.intent(6_000, 10 * ONE, outcome=Outcome.NO)
        await it.place(no)
        await it.until(lambda: it.of(Filled))
        [fill] = it.of(Filled)
        assert (fill.order, fill.outcome, fill.price_e4) == (no.id, Outcome.NO, 6_000)
        sale = it.intent(4_000, 5 * ONE, is_buy=False)
        await it.place(sale)
        await it.until(lambda: len(it.of(Filled)) == 2)
        fill = it.of(Filled)[1]
        assert (fill.is_buy, fill.outcome, fill.price_e4) == (False, Outcome.YES, 4_000)


async def test_a_blocked_place_ends_trading() -> None:
    async with bench(Venue.POLYMARKET) as it:
        it.fault("geoblock")
        with pytest.raises(BlockedPlaceError, match="takes no orders from"):
            await check_place(it.venues.addresses["polymarket"]["site"])
        await it.place(it.intent(5_000, 10 * ONE))
        it.venues.faults.end_all()
        await it.place(it.intent(5_000, 10 * ONE))
        reasons = [event.reason for event in it.of(OrderRejected)]
        assert reasons == [RejectReason.FORBIDDEN, RejectReason.NOT_SENT]
        assert it.of(OrderDone) == []


async def test_orders_while_the_engine_restarts_are_refused_not_unknown() -> None:
    async with bench(Venue.POLYMARKET) as it:
        it.fault("engine_restart", for_s=1.0)
        await it.place(it.intent(5_000, 10 * ONE))
        [refused] = it.of(OrderRejected)
        assert refused.reason is RejectReason.PAUSED


async def test_a_lost_private_stream_is_told() -> None:
    async with bench(Venue.KALSHI) as it:
        it.fault("disconnect")
        await it.until(lambda: len(it.of(PrivateStreamChanged)) >= 3)
        assert [event.is_open for event in it.of(PrivateStreamChanged)][:3] == [True, False, True]
