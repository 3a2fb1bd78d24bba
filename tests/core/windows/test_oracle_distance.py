"""Another oracle's distance from the index: read at the open, never taken for less than it is."""

import pytest
from msgspec.structs import replace

from tests.core.windows.days import QUICK, START_NS, a_polymarket_window, a_window
from underround.core.units import NS_PER_SECOND
from underround.core.windows.index_desk import IndexDesk
from underround.core.windows.oracle_distance import (
    SAME,
    distance_of,
    is_implausible,
    lasting_shifts,
    opening_offset,
)
from underround.core.windows.reference_event import OfficialValue
from underround.core.windows.settlement import Comparison
from underround.core.windows.spot_event import Asset
from underround.core.windows.spot_units import ONE_E8
from underround.core.windows.window import Oracle

LADDER = replace(a_window().terms, comparison=Comparison.GREATER)


def a_desk(prices) -> IndexDesk:
    """Return a desk that heard official prints, by seconds after the start."""
    desk = IndexDesk(Asset.BTC, QUICK)
    for second, price in prices.items():
        stamp_ns = START_NS + second * NS_PER_SECOND
        desk.take_official(OfficialValue(Asset.BTC, stamp_ns, round(price * ONE_E8), stamp_ns))
    return desk


BEFORE_OPEN = {second: 100.0 + second for second in range(-6, 0)}  # their mean is 96.5


def test_a_mean_is_compared_with_the_mean_before_the_open():
    window = a_polymarket_window(strike=97.0)
    assert opening_offset(a_desk(BEFORE_OPEN | {0: 50.0}), window) == pytest.approx(0.5)


def test_an_instant_is_compared_with_the_print_at_it():
    candle = a_polymarket_window(strike=97.0)
    desk = a_desk(BEFORE_OPEN | {0: 96.0, 60: 95.0})
    assert opening_offset(desk, replace(candle, oracle=Oracle.BINANCE)) == 1.0
    assert opening_offset(desk, replace(candle, oracle=Oracle.BINANCE_MINUTE)) == 2.0


@pytest.mark.parametrize(
    "window", [a_window(), a_polymarket_window(strike=None), a_polymarket_window(strike=97.0)]
)
def test_what_was_not_seen_is_not_guessed(window):
    assert opening_offset(a_desk({-1: 100.0}), window) is None


@pytest.mark.parametrize(("offset", "is_odd"), [(None, False), (0.99, False), (-1.01, True)])
def test_an_opening_price_far_from_the_index_is_of_another_window(offset, is_odd):
    assert is_implausible(a_polymarket_window(strike=100.0), offset) is is_odd


def test_a_strike_of_the_index_itself_is_nearer_to_ours():
    assert opening_offset(a_desk(BEFORE_OPEN), a_window(strike=96.6)) == pytest.approx(0.1)
    assert opening_offset(a_desk(BEFORE_OPEN), a_window(strike=96.6, terms=LADDER)) is None
    assert is_implausible(a_window(strike=100.0), 0.21)
    assert not is_implausible(a_window(strike=100.0), 0.19)


def test_the_index_itself_is_no_distance_away():
    assert distance_of(a_window(), 80_000.0, None, QUICK) == SAME


def test_chainlink_s_offset_may_last_or_not():
    window = a_polymarket_window()
    unseen = distance_of(window, 80_000.0, None, QUICK)
    assert (unseen.shift, unseen.sd) == (0.0, pytest.approx(12.0))
    seen = distance_of(window, 80_000.0, 10.0, QUICK)
    assert (seen.shift, seen.sd) == (5.0, pytest.approx(13.0))


def test_a_tether_s_price_lasts_and_is_not_guessed():
    candle = replace(a_polymarket_window(), oracle=Oracle.BINANCE)
    assert distance_of(candle, 80_000.0, None, QUICK) is None
    seen = distance_of(candle, 80_000.0, 80.0, QUICK)
    assert (seen.shift, seen.sd) == (80.0, pytest.approx(48.0))


def test_strikes_of_one_moment_are_the_offset_and_both_readings_of_it_stand():
    polymarket = a_polymarket_window(strike=100.25)
    assert lasting_shifts(a_window(), polymarket, 7.0) == (0.0, 0.25)
    rung = a_window("D", terms=LADDER, series="KXBTCD")
    assert lasting_shifts(rung, polymarket, 7.0) == (0.0, 7.0)
    assert lasting_shifts(rung, polymarket, None) == (0.0,)
    candle = replace(polymarket, oracle=Oracle.BINANCE)
    assert lasting_shifts(a_window(), candle, 7.0) == (7.0,)
    assert lasting_shifts(a_window(), candle, None) == ()
