"""Live brokers against the simulated venues: what one venue alone does."""

import json
import logging
from pathlib import Path

import pytest
from msgspec import structs

from tests.app.live_bench import ONE, bench
from underround.app.clock import wall_ns
from underround.app.trading.live_accounts import (
    BlockedPlaceError,
    check_place,
)
from underround.core.instrument import Outcome, Venue
from underround.core.trading.order import CancelOrder, TimeInForce
from underround.core.trading.order_event import (
    Filled,
    FillStatus,
    OrderAcknowledged,
    OrderDone,
    OrderRejected,
    PrivateStreamChanged,
    RejectReason,
)
from underround.venues.errors import VenueFaultError


async def test_a_match_that_fails_is_told_as_failed() -> None:
    async with bench(Venue.POLYMARKET) as it:
        it.fault("settlement_failure")
        await it.place(it.intent(5_000, 10 * ONE))
        await it.until(lambda: [f for f in it.of(Filled) if f.status is FillStatus.FAILED])
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


async def test_a_resting_order_is_amended_and_decreased_in_its_place() -> None:
    async with bench(Venue.KALSHI) as it:
        resting = it.intent(4_500, 20 * ONE, TimeInForce.GTC)
        await it.place(resting)
        identity = it.of(OrderAcknowledged)[0].venue_order_id
        named = CancelOrder(Venue.KALSHI, resting.id, identity, it.instrument, wall_ns())
        trading = it.account.trading
        await trading.decrease(named, 5 * ONE, it.events.append)
        assert it.pair.kalshi.book.bids[4_500] == 15 * ONE
        cheaper = structs.replace(resting, limit_e4=4_400, size_e6=30 * ONE)
        await trading.amend(named, cheaper, it.events.append)
        assert it.pair.kalshi.book.bids[4_400] == 30 * ONE
        group = await trading.make_group(10)
        assert json.loads(trading.prepare(resting)[1])["order_group_id"] == group
        assert await trading.cancel_all()
        assert 4_400 not in it.pair.kalshi.book.bids


async def test_a_group_waits_for_its_turn_and_says_what_the_venue_said() -> None:
    async with bench(Venue.KALSHI) as it:
        trading = it.account.trading
        it.fault("rate_limit_429", for_s=0.5)
        assert await trading.make_group(10)
        with pytest.raises(VenueFaultError, match="no order group: HTTP 400"):
            await trading.make_group(-1)


async def test_signs_of_life_keep_orders_alive() -> None:
    async with bench(Venue.POLYMARKET) as it:
        trading = it.account.trading
        assert await trading.beat()
        assert await trading.beat()
        trading._heartbeat = "wrong"
        assert not await trading.beat()
        assert await trading.beat()


async def test_no_key_is_ever_logged_or_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with bench(Venue.POLYMARKET) as it:
            told = it.venues.addresses["polymarket"]
            raw = Path(told["private_key_path"]).read_text()  # noqa: ASYNC240
            private = raw.strip().removeprefix("0x")
            await it.place(it.intent(5_000, 10 * ONE))
            it.fault("disconnect", target="user")
            await it.until(lambda: len(it.of(PrivateStreamChanged)) >= 3)
            [trader] = it.venues.trading.polymarket.entry.traders.values()
            secrets = [private, trader.secret, trader.passphrase]
            shown = f"{it.events} {it.account} {vars(it.account.trading)}"
    ours = [record for record in caplog.records if record.name.startswith("underround")]
    shown += " ".join(record.getMessage() for record in ours)
    assert [secret for secret in secrets if secret in shown] == []
