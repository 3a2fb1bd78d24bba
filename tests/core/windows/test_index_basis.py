"""What is learnt of a proxy: nothing from too few prints, then its mean and spread."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.core.windows.index_basis import LEAST_PRINTS, ProxyBasis


def test_too_few_prints_tell_nothing():
    basis = ProxyBasis()
    for _ in range(LEAST_PRINTS - 1):
        basis.take(2.0)
    assert (basis.bias, basis.sd, basis.last) == (None, None, 2.0)
    basis.take(2.0)
    assert basis.bias == pytest.approx(2.0)
    assert basis.sd == pytest.approx(0.0, abs=1e-6)


@given(st.floats(-50, 50), st.floats(0.01, 20))
def test_an_alternating_difference_has_its_mean_and_spread(bias, spread):
    basis = ProxyBasis(half_life_prints=1e6)
    for place in range(40):
        basis.take(bias + (spread if place % 2 else -spread))
    assert basis.bias == pytest.approx(bias, abs=1e-3)
    assert basis.sd == pytest.approx(spread, rel=1e-3)


def test_the_error_is_never_smaller_than_the_last_surprise():
    basis = ProxyBasis()
    for _ in range(LEAST_PRINTS):
        assert basis.error is None
        basis.take(2.0)
    assert basis.error == pytest.approx(0.0, abs=1e-6)
    basis.take(9.0)  # an exchange has left
    assert basis.error == pytest.approx(9.0 - basis.bias)


def test_the_recent_counts_more():
    basis = ProxyBasis(half_life_prints=5)
    for difference in [0.0] * 50 + [10.0] * 5:
        basis.take(difference)
    assert 4.5 < basis.bias < 5.5
