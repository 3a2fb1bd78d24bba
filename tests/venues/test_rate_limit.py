"""The token bucket: what it lets through, for any order of askers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.venues.rate_limit import Pace, TokenBucket

S = 10**9


def test_a_burst_passes_and_then_the_rate_holds():
    bucket = TokenBucket(2.0, 3.0)
    assert [bucket.reserve(0) for _ in range(5)] == [0.0, 0.0, 0.0, 0.5, 1.0]
    assert bucket.reserve(10 * S) == 0.0


def test_a_pause_holds_everybody_back():
    bucket = TokenBucket(2.0, 3.0)
    bucket.pause(0, 5.0)
    assert bucket.reserve(0) == 5.0
    assert bucket.reserve(5 * S) == 0.5


def test_a_bucket_that_lets_nothing_through_is_refused():
    with pytest.raises(ValueError, match="nothing through"):
        TokenBucket(0.0, 1.0)


@given(st.lists(st.tuples(st.integers(-S, 3 * S), st.sampled_from([1.0, 2.0])), max_size=60))
def test_no_window_sees_more_than_burst_and_rate(steps: list[tuple[int, float]]):
    bucket = TokenBucket(2.0, 4.0)
    now_ns, latest_ns, passed = 0, -10 * S, []
    for step_ns, cost in steps:
        now_ns += step_ns
        latest_ns = max(latest_ns, now_ns)
        passed.append((latest_ns / S + bucket.reserve(now_ns, cost), cost))
    for first in range(len(passed)):
        spent = 0.0
        for at_s, cost in passed[first:]:
            spent += cost
            assert spent <= 4.0 + 2.0 * (at_s - passed[first][0]) + 1e-6


def test_a_pace_counts_costs_and_paths_of_their_own():
    pace = Pace(
        TokenBucket(10.0, 20.0),
        {"/books": TokenBucket(1.0, 1.0)},
        cost_of=lambda method, path: 5.0 if method == "GET" else 10.0,
    )
    assert [pace.reserve(0, "GET", "/markets") for _ in range(2)] == [0.0, 0.0]
    assert pace.reserve(0, "POST", "/books") == 0.0
    assert pace.reserve(0, "POST", "/books") == 1.0
    pace.pause(0, 7.0)
    assert pace.reserve(0, "GET", "/markets") > 7.0


def test_a_pace_without_costs_takes_one_a_request():
    pace = Pace(TokenBucket(1.0, 2.0))
    assert [pace.reserve(0, "GET", "/") for _ in range(3)] == [0.0, 0.0, 1.0]
