"""The estimators on made series whose variance is known, and on the shapes that mislead them."""

import random
from math import exp, sqrt

import pytest

from underround.core.windows.volatility import (
    EwmaVolatility,
    HarModel,
    bipower_variance,
    fit_har,
    realised_variance,
    sampled_returns,
)

SECOND_NS = 1_000_000_000


def steady(change, elapsed_s, count):
    return [(change if place % 2 else -change, elapsed_s) for place in range(count)]


def test_realised_variance_of_equal_returns():
    assert realised_variance(steady(0.003, 10.0, 8)) == pytest.approx(0.003**2 / 10)


def test_bipower_hardly_sees_a_lone_jump():
    dice = random.Random(3)
    returns = [(dice.gauss(0, 0.001), 1.0) for _ in range(4_000)]
    returns[2_000] = (0.05, 1.0)
    assert realised_variance(returns) > 1.4e-6
    assert bipower_variance(returns) == pytest.approx(1e-6, rel=0.12)


def test_ewma_of_equal_returns_is_their_variance_from_the_first_on():
    ewma = EwmaVolatility(half_life_s=600, sample_s=10)
    price = 100.0
    assert ewma.variance is None
    for place in range(20):
        ewma.take(place * 10 * SECOND_NS, price)
        if place:
            assert ewma.variance == pytest.approx(0.002**2 / 10)
        price *= exp(0.002 if place % 2 else -0.002)
    assert ewma.sigma_usd(80_000) == pytest.approx(80_000 * 0.002 / sqrt(10))


def test_ewma_forgets_by_half_in_a_half_life():
    ewma = EwmaVolatility(half_life_s=100, sample_s=100)
    for place, price in enumerate([1.0] * 50 + [exp(0.1)] * 2):
        ewma.take(place * 100 * SECOND_NS, price)
    assert ewma.variance == pytest.approx(0.01 / 100 / 4, rel=1e-6)


def test_ewma_samples_no_denser_than_asked():
    ewma = EwmaVolatility(sample_s=10)
    taken = [ewma.take(place * SECOND_NS, 100 + place) for place in range(31)]
    assert [place for place, complete in enumerate(taken) if complete] == [10, 20, 30]
    assert ewma.returns == 3


def test_ewma_says_how_sure_it_is():
    ewma = EwmaVolatility(half_life_s=100, sample_s=10)
    assert (ewma.relative_error, ewma.sigma_usd(1.0)) == (None, None)
    ewma.take(0, 1.0)
    ewma.take(10 * SECOND_NS, 1.1)
    assert ewma.relative_error == pytest.approx(sqrt(9) / 2)  # kurtosis 10
    for place in range(2, 200):
        ewma.take(place * 10 * SECOND_NS, 1.0 + place % 2)
    assert ewma.relative_error == pytest.approx(sqrt(9 / 28.86) / 2, rel=1e-2)


def test_sampling_keeps_elapsed_times_over_gaps():
    prices = [(0.0, 1.0), (4.0, 2.0), (10.0, exp(1)), (45.0, exp(3))]
    assert sampled_returns(prices, 10.0) == [(1.0, 10.0), (2.0, 35.0)]


def test_har_fit_finds_the_model_that_made_the_rows():
    dice = random.Random(5)
    model = HarModel(1e-10, 0.4, 0.3, 0.2)
    rows = []
    for _ in range(40):
        short, middle, long = (dice.uniform(1, 5) * 1e-9 for _ in range(3))
        rows.append((short, middle, long, model.forecast(short, middle, long)))
    found = fit_har(rows)
    fitted = (found.constant, found.short, found.middle, found.long)
    assert fitted == pytest.approx((1e-10, 0.4, 0.3, 0.2), rel=1e-6)


def test_har_never_forecasts_below_zero():
    assert HarModel(-1.0, 0.0, 0.0, 0.0).forecast(3e-9, 2e-9, 4e-9) == 2e-9


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: EwmaVolatility(half_life_s=0), "above 0 s"),
        (lambda: realised_variance([]), "no returns"),
        (lambda: bipower_variance([(1.0, 1.0)]), "at least two returns"),
        (lambda: fit_har([(1.0, 1.0, 1.0, 1.0)] * 7), "too few"),
        (lambda: fit_har([(1.0, 1.0, 1.0, 1.0)] * 9), "no single solution"),
    ],
)
def test_too_little_is_refused(call, complaint):
    with pytest.raises(ValueError, match=complaint):
        call()
