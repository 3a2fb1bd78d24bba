"""Uncovered contract-seconds: from the first leg's fill until it is hedged or given back."""

import pytest

from tests.core.trading.test_desk import ONE, SECOND, Table
from underround.app.trading.counts import naked_contract_seconds
from underround.core.trading.order_event import FillStatus
from underround.core.trading.settings import LegPolicy


@pytest.fixture
def table() -> Table:
    return Table(policy=LegPolicy.SETTLEMENT, hedge_tries=0)


def test_a_hedge_ends_them(table):
    [first] = table.take()
    [hedge] = table.done(first, 5 * ONE)
    table.now_ns += 2 * SECOND
    table.done(hedge, 5 * ONE)
    assert naked_contract_seconds([table.trade]) == 10


def test_giving_back_ends_them_and_not_before_it_happens(table):
    [first] = table.take()
    [hedge] = table.done(first, 5 * ONE)
    table.now_ns += SECOND
    [unwind] = table.done(hedge, 2 * ONE)
    table.now_ns += 3 * SECOND
    table.done(unwind, 3 * ONE)
    assert naked_contract_seconds([table.trade]) == 5 + 3 * 3


def test_the_complement_of_shares_under_way_gives_them_back(table):
    [first] = table.take()
    [hedge] = table.done(first, 5 * ONE, FillStatus.MATCHED)
    [unwind] = table.done(hedge, 0)
    table.now_ns += 4 * SECOND
    table.done(unwind, 5 * ONE)
    assert unwind.is_buy
    assert naked_contract_seconds([table.trade]) == 20
