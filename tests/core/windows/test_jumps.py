"""The law of the jumps' variance: its mean, its atoms, and its grid."""

from math import exp

import pytest

from underround.core.windows.exposure import exposure, variance_seconds
from underround.core.windows.jumps import jump_mixture


@pytest.mark.parametrize(
    ("tau", "locked", "rate"), [(900, 0, 1 / 120), (300, 0, 0.05), (30, 31, 0.2)]
)
def test_mean_is_the_rate_times_the_variance_seconds(tau, locked, rate):
    pieces = tuple(exposure(tau, locked, 60))
    mixture = jump_mixture(pieces, rate)
    assert sum(weight for weight, _ in mixture) == pytest.approx(1)
    mean = sum(weight * squares for weight, squares in mixture)
    assert mean == pytest.approx(rate * variance_seconds(pieces), rel=1e-6)


def test_no_jump_at_all_has_its_poisson_probability():
    # one piece of 100 s at weight 1: all the mass sits on whole counts
    mixture = jump_mixture(((100.0, 1.0),), 0.02)
    assert mixture[0] == (pytest.approx(exp(-2)), 0.0)
    assert [squares for _, squares in mixture[:3]] == [0.0, 1.0, 2.0]


def test_a_rate_of_zero_adds_nothing():
    assert jump_mixture(tuple(exposure(30, 31, 60)), 0.0) == [(1.0, 0.0)]
