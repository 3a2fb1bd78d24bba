"""Bounds of the delays between attempts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.venues.backoff import Backoff


def test_the_ceiling_doubles_up_to_the_cap_and_starts_again_after_a_reset():
    backoff = Backoff(0.5, 30.0, lambda: 1.0)
    assert [backoff.next_s() for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    backoff.reset()
    assert backoff.next_s() == 0.5


@given(st.lists(st.floats(0, 1), min_size=1, max_size=200))
def test_every_delay_lies_between_nothing_and_the_cap(draws: list[float]):
    source = iter(draws)
    backoff = Backoff(0.5, 30.0, lambda: next(source))
    for count, draw in enumerate(draws):
        assert backoff.next_s() == draw * min(30.0, 0.5 * 2.0**count)


def test_a_range_that_is_none_is_refused():
    with pytest.raises(ValueError, match="not a range"):
        Backoff(2.0, 1.0, lambda: 0.0)
