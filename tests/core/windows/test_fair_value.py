"""The closed form against brute force and Monte Carlo, its limits, and the reference vectors."""

import json
import random
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.oracles.lognormal_value import lognormal_probability
from tests.recordings import recording
from underround.core.windows.distributions import normal_cdf
from underround.core.windows.exposure import exposure, variance_seconds
from underround.core.windows.fair_value import Model, Situation, Tails, fair_value
from underround.core.windows.settlement import Comparison, SettlementTerms
from underround.core.windows.spot_units import parse_e8


def at(tau, locked=0, locked_mean=80_000.0, **changes):
    situation = Situation(
        spot=80_000.0,
        strike_e8=parse_e8(80_020),
        sigma=4.5,
        seconds_to_close=tau,
        locked_count=locked,
        locked_sum_e8=parse_e8(locked * locked_mean),
    )
    return replace(situation, **changes)


@pytest.mark.parametrize(("tau", "locked"), [(900, 0), (61, 0), (45, 16), (2, 59)])
def test_variance_is_the_brute_force_sum_over_pairs_of_prints(tau, locked):
    times = [tau - place for place in range(60, 0, -1)][locked:]
    brute = sum(min(one, other) for one in times for other in times) / 3_600
    assert variance_seconds(exposure(tau, locked, 60)) == pytest.approx(brute)


def test_variance_before_the_window_is_tau_less_40_497():
    assert variance_seconds(exposure(900, 0, 60)) == pytest.approx(900 - 40.497, abs=4e-4)


def test_both_formulas_meet_where_the_window_opens():
    inside = variance_seconds(exposure(60, 0, 60))
    assert variance_seconds(exposure(61, 0, 60)) == pytest.approx(inside)


def test_half_a_cent_of_rounding_favours_yes_where_ties_pay():
    exact = at(900, strike_e8=parse_e8(80_000))
    value = fair_value(exact)
    assert value.p_yes == pytest.approx(normal_cdf(0.005 / value.sd))
    strictly = fair_value(replace(exact, terms=SettlementTerms(comparison=Comparison.GREATER)))
    assert value.p_yes + strictly.p_yes == pytest.approx(1)


@pytest.mark.parametrize(
    ("sum_text", "expected"), [("4800300.30", 1.0), ("4800300.29", 0.0), ("4800301", 1.0)]
)
def test_a_complete_window_is_decided_exactly(sum_text, expected):
    # 4800300.30 / 60 = 80005.005, an exact tie of rounding: half up gives the strike itself
    situation = at(0, locked=60, strike_e8=parse_e8("80005.01"), locked_sum_e8=parse_e8(sum_text))
    value = fair_value(situation)
    assert (value.p_yes, value.sd, value.delta) == (expected, 0.0, 0.0)


@pytest.mark.parametrize(("tau", "locked"), [(300, 0), (30, 31)])
@pytest.mark.parametrize(
    "model", [Model(), Model(tails=Tails.STUDENT), Model(jump_rate=1 / 60, jump_sd=25.0)]
)
def test_delta_is_the_slope_in_spot(tau, locked, model):
    low, high = (fair_value(at(tau, locked, spot=80_000 + step), model) for step in (-0.01, 0.01))
    slope = (high.p_yes - low.p_yes) / 0.02
    assert fair_value(at(tau, locked), model).delta == pytest.approx(slope, rel=1e-4)


def test_standard_error_adds_those_of_sigma_and_price():
    situation = at(300)
    value = fair_value(situation, Model(sigma_error=0.1, spot_error=3.0))
    low, high = (fair_value(replace(situation, sigma=sigma)).p_yes for sigma in (4.05, 4.95))
    expected = sqrt(((high - low) / 2) ** 2 + (3.0 * value.delta) ** 2)
    assert value.standard_error == pytest.approx(expected)
    assert fair_value(situation).standard_error == 0.0


def test_a_proxy_s_error_reaches_only_the_prints_to_come():
    plain = fair_value(at(30, 30))
    proxied = fair_value(at(30, 30), Model(proxy_bias=8.0, proxy_sd=6.0))
    assert proxied.sd**2 - plain.sd**2 == pytest.approx((6.0 / 2) ** 2)
    assert plain.mean - proxied.mean == pytest.approx(4.0)


def test_student_tails_keep_the_sd_and_fatten_the_far_end():
    far = at(300, strike_e8=parse_e8(80_400))
    normal, student = fair_value(far), fair_value(far, Model(tails=Tails.STUDENT, degrees=4.0))
    assert normal.sd == student.sd
    assert student.p_yes > 10 * normal.p_yes
    many = fair_value(far, Model(tails=Tails.STUDENT, degrees=1e6))
    assert many.p_yes == pytest.approx(normal.p_yes, rel=1e-3)


@given(
    tau=st.integers(0, 1_000),
    locked=st.integers(0, 60),
    strike=st.floats(79_000, 81_000),
    sigma=st.floats(0, 50),
)
def test_probabilities_and_slopes_stay_in_range(tau, locked, strike, sigma):
    situation = at(tau, 0 if tau > 60 else locked, strike_e8=parse_e8(strike), sigma=sigma)
    value = fair_value(situation, Model(jump_rate=0.01, jump_sd=20.0))
    assert 0 <= value.p_yes <= 1 + 1e-12
    assert value.delta >= 0
    assert value.sd >= 0


@pytest.mark.parametrize(
    ("situation", "model", "complaint"),
    [
        (at(100, 1), Model(), "1 prints locked 100 s before the close"),
        (at(10, 61), Model(), "61 prints locked, a window has 60"),
        (at(-1), Model(), "the window is over"),
        (at(10, spot=0.0), Model(), "spot 0.0 is not above 0"),
        (at(10, sigma=-1.0), Model(), "sigma -1.0 is below 0"),
        (at(10), Model(tails=Tails.STUDENT, degrees=2.0), "2.0 degrees of freedom"),
        (at(10), Model(jump_rate=-1.0), "not below 0"),
    ],
)
def test_what_cannot_be_is_refused(situation, model, complaint):
    with pytest.raises(ValueError, match=complaint):
        fair_value(situation, model)


def simulated(tau, locked_sum, remaining, jump_rate, jump_sd, paths, dice):
    """Return the share of simulated paths on which the mean reaches the strike of 80020.01."""
    hits = 0
    for _ in range(paths):
        price, total = 80_000.0, locked_sum
        for place in range(60 - remaining, 60):
            elapsed = tau - 60 if remaining == 60 and place == 0 else 1
            price += dice.gauss(0, 4.5 * sqrt(elapsed))
            wait = dice.expovariate(jump_rate) if jump_rate else elapsed + 1
            while wait < elapsed:
                price += dice.gauss(0, jump_sd)
                wait += dice.expovariate(jump_rate)
            total += price
        hits += total / 60 >= 80_020 - 0.005
    return hits / paths


@pytest.mark.parametrize(
    ("tau", "locked", "jump_rate", "jump_sd"),
    [(300, 0, 0.0, 0.0), (40, 21, 0.0, 0.0), (300, 0, 1 / 40, 60.0), (40, 21, 1 / 10, 60.0)],
)
def test_monte_carlo_agrees(tau, locked, jump_rate, jump_sd):
    paths = 12_000
    locked_sum = locked * 80_004.0
    found = simulated(tau, locked_sum, 60 - locked, jump_rate, jump_sd, paths, random.Random(11))
    situation = at(tau, locked, locked_mean=80_004.0)
    expected = fair_value(situation, Model(jump_rate=jump_rate, jump_sd=jump_sd)).p_yes
    assert abs(found - expected) < 4 * sqrt(expected * (1 - expected) / paths)


def test_other_numbers_of_prints():
    situation = at(15, terms=SettlementTerms(prints=6))
    assert fair_value(situation).sd == pytest.approx(4.5 * sqrt(9 + 5 * 11 / 36))


def test_the_lognormal_law_differs_by_a_few_hundredths_of_a_cent():
    situation = at(900)
    other = lognormal_probability(80_000.0, 80_019.995, 4.5, 900, 60)
    assert fair_value(situation).p_yes == pytest.approx(other, abs=4e-4)


@pytest.mark.shared
def test_the_reference_vectors():
    vectors = json.loads(recording("btc/fair_value_vectors_synthetic.json").read_text())
    assert len(vectors) == 9
    for vector in vectors:
        situation = Situation(
            spot=vector["spot"],
            strike_e8=parse_e8(vector["strike"]),
            sigma=vector["sigma_usd_per_sqrt_s"],
            seconds_to_close=vector["tau_s"],
            locked_count=vector["locked_count"],
            locked_sum_e8=parse_e8(vector["locked_sum"] or 0),
        )
        value = fair_value(situation)
        found = (value.p_yes, value.mean, value.sd)
        expected = (vector["p_yes"], vector["mean"], vector["sd"])
        assert found == pytest.approx(expected, abs=1e-6)
        assert abs(value.p_yes - vector["mc_p"]) < 4 * vector["mc_se"]
