"""Distribution functions against published table values and closed forms."""

from math import atan, pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.core.windows.distributions import (
    normal_cdf,
    poisson_weights,
    student_cdf,
    student_density,
)


def test_normal_tails_stay_accurate():
    assert normal_cdf(0) == 0.5
    assert normal_cdf(1.959963984540054) == pytest.approx(0.975, abs=1e-12)
    assert normal_cdf(-8) == pytest.approx(6.220960574271785e-16, rel=1e-9)


@pytest.mark.parametrize(
    ("degrees", "t"), [(5, 2.570581836), (10, 2.228138852), (30, 2.042272456), (3, 3.182446305)]
)
def test_student_quantiles_of_the_tables(degrees, t):
    assert student_cdf(t, degrees) == pytest.approx(0.975, abs=1e-9)
    assert student_cdf(-t, degrees) == pytest.approx(0.025, abs=1e-9)


@given(st.floats(-50, 50))
def test_one_degree_of_freedom_is_cauchy(t):
    assert student_cdf(t, 1) == pytest.approx(0.5 + atan(t) / pi, abs=1e-12)


@given(st.floats(-20, 20), st.floats(0.5, 200))
def test_student_density_is_the_slope_of_its_cdf(t, degrees):
    step = 1e-4
    slope = (student_cdf(t + step, degrees) - student_cdf(t - step, degrees)) / (2 * step)
    assert student_density(t, degrees) == pytest.approx(slope, abs=1e-6)


@pytest.mark.parametrize("mean", [0.0, 0.3, 30.0])
def test_poisson_weights_have_their_mean(mean):
    weights = poisson_weights(mean)
    assert sum(weights) == pytest.approx(1)
    assert sum(count * weight for count, weight in enumerate(weights)) == pytest.approx(mean)
