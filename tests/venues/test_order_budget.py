"""Orders never wait for a token and never take those kept for cancels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.venues.order_budget import OrderBudget

SECOND = 10**9


def test_cancels_may_use_the_reserve_and_orders_may_not() -> None:
    budget = OrderBudget(10, 30, 10)
    assert [budget.take(0, 10) for _ in range(3)] == [True, True, False]
    assert budget.take(0, 10, is_urgent=True)
    assert not budget.take(0, 1, is_urgent=True)
    assert budget.take(2 * SECOND, 10)


def test_a_pause_holds_orders_and_lets_cancels_pass() -> None:
    budget = OrderBudget(10, 30, 10)
    budget.pause(0, 2.0)
    assert not budget.take(SECOND, 1)
    assert budget.take(SECOND, 1, is_urgent=True)
    assert budget.take(2 * SECOND, 1)


def test_a_budget_that_allows_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="allows nothing"):
        OrderBudget(10, 10, 10)


@given(st.lists(st.tuples(st.integers(0, SECOND), st.integers(1, 20), st.booleans()), max_size=60))
def test_never_more_than_was_granted(asks) -> None:
    budget = OrderBudget(50, 100, 20)
    now_ns, taken = 0, 0
    for step_ns, cost, is_urgent in asks:
        now_ns += step_ns
        if budget.take(now_ns, cost, is_urgent=is_urgent):
            taken += cost
        assert taken <= 100 + 50 * now_ns / SECOND + 1e-6
