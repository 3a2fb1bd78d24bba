"""The value of a window: the closed form, plus a proxy's error where only a proxy tells."""

import pytest
from msgspec.structs import replace

from tests.core.windows.days import QUICK, START_NS, a_window
from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.core.windows.fair_value import Situation, Tails, fair_value
from underround.core.windows.index import IndexQuality
from underround.core.windows.index_desk import Reference
from underround.core.windows.oracle_distance import OracleDistance
from underround.core.windows.spot_units import ONE_E8
from underround.core.windows.window import NOTHING_LOCKED, Locked, Oracle
from underround.core.windows.window_value import seconds_to_close, window_value

NORMAL = replace(QUICK, tails=Tails.NORMAL)
EXACT = Reference(100.2, 0.0, 0.0, IndexQuality.FULL, is_proxy=False)


def valued(locked=NOTHING_LOCKED, reference=EXACT, second=0.0, window=None, sigma=0.1, error=0.0):
    now_ns = START_NS + round(second * NS_PER_SECOND)
    return window_value(window or a_window(), locked, reference, sigma, error, now_ns, NORMAL)


def test_without_a_proxy_s_error_it_is_the_closed_form():
    situation = Situation(
        spot=100.2,
        strike_e8=100 * ONE_E8,
        sigma=0.1,
        seconds_to_close=15,
        terms=a_window().terms,
    )
    assert valued() == fair_value(situation)


def test_without_a_strike_nothing_is_said():
    assert valued(window=a_window(strike=None)) is None


def test_a_proxy_s_error_widens_the_mean_and_is_told_as_an_error():
    exact, proxied = valued(), valued(reference=replace(EXACT, sd=0.3))
    assert proxied.sd == pytest.approx((exact.sd**2 + 0.3**2) ** 0.5)
    assert exact.p_yes > proxied.p_yes > 0.5
    assert proxied.standard_error == pytest.approx(proxied.delta * 0.3)


def test_the_bias_is_taken_off():
    assert valued(reference=replace(EXACT, spot=107.2, bias=7.0)).mean == pytest.approx(100.2)


def test_prints_that_a_proxy_told_carry_its_error_too():
    reference = replace(EXACT, sd=0.6)
    official = valued(Locked(3, 300 * ONE_E8, 0), reference, second=11.5, sigma=0.0)
    proxied = valued(Locked(3, 300 * ONE_E8, 3), reference, second=11.5, sigma=0.0)
    assert (official.sd, proxied.sd) == (pytest.approx(0.3), pytest.approx(0.6))


def test_all_official_prints_decide():
    assert valued(Locked(6, 600 * ONE_E8, 0), second=14.5).p_yes == 1.0
    assert valued(Locked(6, 599 * ONE_E8, 0), second=14.5).p_yes == 0.0


def test_prints_of_a_proxy_alone_do_not_quite_decide():
    near = valued(Locked(6, 600 * ONE_E8, 6), replace(EXACT, sd=0.1), second=15)
    assert 0.5 < near.p_yes < 0.6
    assert near.standard_error > 0.3
    assert valued(Locked(6, 606 * ONE_E8, 6), replace(EXACT, sd=0.1), second=15).p_yes > 0.999999


def test_a_print_received_before_our_clock_reached_it_is_taken():
    assert valued(Locked(1, 100 * ONE_E8, 0), second=8.7).mean == pytest.approx(
        (100 + 5 * 100.2) / 6
    )


def of_oracle(shift, sd, locked=NOTHING_LOCKED, window=None, second=0.0):
    now_ns = START_NS + round(second * NS_PER_SECOND)
    distance = OracleDistance(shift, sd)
    return window_value(window or a_window(), locked, EXACT, 0.1, 0.0, now_ns, NORMAL, distance)


def test_another_oracle_s_shift_moves_the_strike_and_its_error_widens_all():
    exact, shifted = valued(), of_oracle(-0.2, 0.0)
    assert shifted.p_yes == pytest.approx(valued(window=a_window(strike=100.2)).p_yes)
    blurred = of_oracle(0.0, 0.5)
    assert blurred.sd == pytest.approx((exact.sd**2 + 0.5**2) ** 0.5)
    assert blurred.standard_error > exact.standard_error


def test_the_index_s_prints_do_not_decide_another_oracle_s_window():
    locked = Locked(6, 601 * ONE_E8, 0)
    near = of_oracle(0.0, 0.2, locked, second=14.5)
    assert 0.7 < near.p_yes < 0.9
    assert of_oracle(0.0, 0.0, locked, second=14.5).p_yes == 1.0


def test_a_price_taken_a_minute_later_is_less_sure():
    late = replace(a_window(strike=99.0), oracle=Oracle.BINANCE_MINUTE)
    assert of_oracle(0.0, 0.0, window=late).sd == pytest.approx((valued().sd ** 2 + 0.6) ** 0.5)


@pytest.mark.parametrize(
    ("ms", "seconds"), [(0, 15), (1, 15), (1_000, 14), (14_999, 1), (16_000, 0)]
)
def test_seconds_are_whole_and_rounded_up(ms, seconds):
    assert seconds_to_close(a_window(), START_NS + ms * NS_PER_MS) == seconds
