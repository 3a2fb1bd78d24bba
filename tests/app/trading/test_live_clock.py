"""Accounts are signed for by the machine's clock, and told of by the run's, which never steps."""

import pytest
from msgspec.structs import replace

from tests.app.live_bench import ONE, VENUES, bench
from underround.app.clock import wall_ns
from underround.core.instrument import Venue
from underround.core.trading.order import QueryAccount
from underround.core.trading.order_event import (
    AccountRead,
    Filled,
    OrderAcknowledged,
    OrderDone,
    OrderMissing,
    OrderUnanswered,
)

HOUR_NS = 3_600 * 10**9


def behind_ns() -> int:
    """Tell the time of a run that began before the machine's clock was set an hour forward."""
    return wall_ns() - HOUR_NS


@pytest.mark.parametrize("venue", VENUES)
async def test_a_machine_s_clock_that_was_set_makes_no_event_older_or_younger(venue: Venue) -> None:
    async with bench(venue, clock_ns=behind_ns) as it:
        intent = replace(it.intent(5_100, 10 * ONE), dies_at_ns=behind_ns() + 300 * 10**9)
        [identity] = await it.place(intent)
        await it.until(lambda: it.of(Filled))
        broker = it.account.broker
        await broker.query_order(replace(it.query(intent.id, identity), at_ns=behind_ns()))
        absent = it.query("nobodys-order", None)
        await broker.query_order(replace(absent, at_ns=behind_ns()))
        await broker.query_account(QueryAccount(venue, wall_ns() - HOUR_NS, behind_ns()))
        assert it.of(OrderDone) or it.of(OrderAcknowledged)
        assert it.of(AccountRead)  # so the signature's time was the venue's
        assert it.of(OrderUnanswered) == []
        latest_ns = behind_ns()
        assert [event for event in it.events if event.at_ns > latest_ns] == []
        for event in (*it.of(AccountRead), *it.of(OrderMissing)):
            assert event.asked_at_ns <= latest_ns
