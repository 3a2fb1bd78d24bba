"""Both live brokers against the simulated venues, over real sockets: what every venue does."""

import asyncio

import pytest

from tests.app.live_bench import ONE, VENUES, bench
from underround.app.clock import wall_ns
from underround.core.instrument import Outcome, Venue
from underround.core.trading.order import (
    CancelOrder,
    QueryAccount,
    TimeInForce,
)
from underround.core.trading.order_event import (
    AccountRead,
    DoneReason,
    Filled,
    FillStatus,
    OrderAcknowledged,
    OrderDone,
    OrderMissing,
    OrderRejected,
    OrderSeen,
    OrderState,
    OrderUnanswered,
    RejectReason,
)


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
                await asyncio.sleep(0.5)  # reads cost tokens
        assert [(p.instrument, p.size_e6) for p in got.positions] == [(it.instrument, 10 * ONE)]
        assert [order.remaining_e6 for order in got.open_orders] == [20 * ONE]
        assert sum(fill.size_e6 for fill in got.fills) == 10 * ONE
        start_usd_e6 = 10_000 * ONE * (4 if venue is Venue.KALSHI else 1)
        assert got.balance_usd_e6 == start_usd_e6 - 5 * ONE - 175_000 - 9 * ONE
