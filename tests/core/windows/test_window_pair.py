"""Windows paired by time, and their sets priced with the risk that two oracles differ."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.windows.days import QUICK, START_NS, a_polymarket_window, a_window
from underround.core.instrument import Outcome
from underround.core.units import NS_PER_SECOND
from underround.core.windows.fair_value import FairValue
from underround.core.windows.settlement import Comparison, boundary_e8
from underround.core.windows.spot_event import Asset
from underround.core.windows.spot_units import ONE_E8
from underround.core.windows.window import Oracle
from underround.core.windows.window_pair import WindowPair, oracle_sd, pair_values, pair_windows

LATER_NS = START_NS + 900 * NS_PER_SECOND


def test_windows_that_end_together_are_paired():
    kalshi, polymarket = a_window(), a_polymarket_window()
    assert pair_windows([polymarket, kalshi]) == [WindowPair(kalshi, polymarket)]


@pytest.mark.parametrize(
    "window",
    [
        a_polymarket_window(strike=None),
        a_polymarket_window(close_at_ns=LATER_NS),
        a_polymarket_window(asset=Asset.ETH),
    ],
)
def test_no_strike_another_close_or_another_asset_is_no_pair(window):
    assert pair_windows([a_window(), window]) == []
    assert pair_windows([a_window(strike=None), a_polymarket_window()]) == []


def test_of_a_ladder_the_nearest_strike_is_taken_and_each_series_by_itself():
    ladder = [a_window(f"D-{k}", strike=k, series="KXBTCD") for k in (90.0, 99.0, 102.0)]
    fifteen = a_window(strike=90.0)
    pairs = pair_windows([*ladder, fifteen, a_polymarket_window(strike=100.0)])
    assert [pair.kalshi.id for pair in pairs] == ["KXBTC15M-A", "D-99.0"]


LADDER = replace(a_window().terms, comparison=Comparison.GREATER)


def a_pair(kalshi=100.0, polymarket=100.0) -> WindowPair:
    """Return a rung of a ladder, whose strike was fixed long ago, and an up-or-down window."""
    rung = a_window(strike=kalshi, terms=LADDER)
    return WindowPair(rung, a_polymarket_window(strike=polymarket))


def values(pair, mean=100.3, sd=1.0, settings=QUICK, sigma=0.1, offset=None):
    return list(pair_values(pair, FairValue(0.5, mean, sd, 0.1, 0.0), sigma, settings, offset))


def test_strikes_that_differ_as_the_oracles_do_are_no_chance():
    # Both strikes were read at one moment, a dollar apart: if that lasts, the legs end together.
    pair = WindowPair(a_window(strike=100.0), a_polymarket_window(strike=101.0))
    up_no, down_yes = values(pair, mean=100.5)
    assert up_no.expected < 1 and down_yes.expected < 1.01
    # with strikes that say nothing of the oracles, down with yes pays twice between them
    assert values(a_pair(100.0, 101.0), mean=100.5)[1].expected > 1.3


def test_an_offset_counts_whichever_reading_of_it_is_worse():
    up_no, down_yes = values(a_pair(), mean=100.0, offset=0.5)
    without = values(a_pair(), mean=100.0)
    assert up_no.expected == pytest.approx(without[0].expected)  # it gains if the offset lasts
    assert down_yes.expected < without[1].expected - 0.1


def test_an_error_that_is_only_assumed_makes_no_set_worth_more():
    # The oracle may end on the other side of one strike: then both legs pay, or neither does.
    settings = replace(QUICK, chainlink_sd_bp=100.0)
    for value in values(a_pair(), mean=99.0, sd=0.5, settings=settings):
        assert value.expected <= 1 + 2e-3  # a tie pays on one venue alone
    up_no, down_yes = values(a_pair(), mean=99.0, sd=0.5, settings=settings)
    assert up_no.p_both == pytest.approx(0, abs=2e-3)
    assert down_yes.loss > 0.1


def test_of_a_tether_not_seen_nothing_is_said():
    pair = WindowPair(a_window(), replace(a_polymarket_window(), oracle=Oracle.BINANCE))
    assert values(pair) == []
    assert len(values(pair, offset=0.1)) == 2


@given(
    st.floats(95, 105),
    st.floats(95, 105),
    st.floats(95, 105),
    st.floats(0.05, 3),
    st.floats(0, 300),
)
def test_probabilities_are_a_law(mean, kalshi, polymarket, sd, apart_bp):
    settings = replace(QUICK, chainlink_sd_bp=apart_bp)
    for value in values(a_pair(kalshi, polymarket), mean, sd, settings):
        assert -1e-9 <= value.p_neither <= 1 + 1e-9
        assert -1e-9 <= value.p_both <= 1 + 1e-9
        # what is expected is one set, more what pays twice, less what pays nothing
        assert value.expected == pytest.approx(1 + value.p_both - value.p_neither, abs=1e-6)


def test_the_same_oracle_and_strike_resolve_together():
    settings = replace(QUICK, chainlink_sd_bp=0.0)
    pair = WindowPair(a_window(), a_polymarket_window())
    assert values(pair, settings=settings)
    for value in values(pair, settings=settings):
        assert value.p_neither == pytest.approx(0, abs=1e-6)
        assert value.expected == pytest.approx(1, abs=1e-6)


def test_strikes_apart_pay_twice_on_one_side_and_nothing_on_the_other():
    # Up above 99 with NO below 101: both pay between, never neither but for the oracles' distance.
    up_no, down_yes = values(a_pair(kalshi=101.0, polymarket=99.0), mean=100.0, sd=2.0)
    assert (up_no.set_of, down_yes.set_of) == (Outcome.YES, Outcome.NO)
    assert up_no.p_both == pytest.approx(0.382, abs=0.01)
    assert up_no.p_neither < 1e-6
    assert down_yes.p_neither == pytest.approx(0.382, abs=0.01)


def test_a_simulation_agrees():
    pair, dice = a_pair(kalshi=100.4, polymarket=100.0), random.Random(5)
    mean, sd, apart = 100.3, 1.0, 0.7
    settings = replace(QUICK, chainlink_sd_bp=apart / mean * 10_000)
    tries, neither, both = 200_000, 0, 0
    low = boundary_e8(pair.kalshi.strike_e8, pair.kalshi.terms) / ONE_E8
    other = boundary_e8(pair.polymarket.strike_e8, pair.polymarket.terms) / ONE_E8
    for _ in range(tries):
        index = dice.gauss(mean, sd)
        up, no = index + dice.gauss(0, apart) >= other, index < low
        neither += not up and not no
        both += up and no
    value = values(pair, mean, sd, settings)[0]
    assert value.p_neither == pytest.approx(neither / tries, abs=0.004)
    assert value.p_both == pytest.approx(both / tries, abs=0.004)


def test_a_candle_s_close_strays_from_the_mean_besides():
    chainlink = oracle_sd(a_polymarket_window(), 80_000, 5.0, 60, QUICK)
    candle = replace(a_polymarket_window(), oracle=Oracle.BINANCE)
    assert chainlink == pytest.approx(12.0)
    assert oracle_sd(candle, 80_000, 5.0, 60, QUICK) == pytest.approx((48**2 + 25 * 20) ** 0.5)
    later = replace(candle, oracle=Oracle.BINANCE_MINUTE)
    assert oracle_sd(later, 80_000, 5.0, 60, QUICK) == pytest.approx((48**2 + 25 * 80) ** 0.5)
    assert oracle_sd(a_window(), 80_000, 5.0, 60, QUICK) == 0.0
