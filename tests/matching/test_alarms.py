"""Prices against a pair: swapped sides and different bets, when they last; noise is no alarm."""

from hypothesis import given
from hypothesis import strategies as st

from underround.matching.alarms import Alarm, AlarmKind, AlarmLimits, PricePoint, price_alarm

MINUTE_NS = 60 * 10**9


def points(*prices, every_ns=5 * MINUTE_NS):
    return [PricePoint(at * every_ns, one, two) for at, (one, two) in enumerate(prices)]


def test_prices_that_sum_to_one_on_the_same_side_are_swapped():
    alarm = price_alarm(points((8_000, 2_100), (8_100, 1_900), (8_200, 1_800)))
    assert alarm == Alarm(AlarmKind.INVERTED, 0, 8_200, 1_800)


def test_prices_apart_beyond_reason_are_different_bets():
    alarm = price_alarm(points((8_000, 4_000), (8_000, 4_100), (8_000, 4_000)))
    assert alarm is not None
    assert alarm.kind is AlarmKind.DIFFERENT


def test_near_one_half_nothing_can_be_told():
    assert price_alarm(points((5_300, 4_700), (5_400, 4_600), (5_400, 4_600))) is None


def test_a_difference_must_last():
    assert price_alarm(points((8_000, 2_000), (8_000, 2_000))) is None
    assert price_alarm(points((8_000, 7_900), (8_000, 2_000), (8_000, 2_000))) is None
    quick = points((8_000, 2_000), (8_000, 2_000), (8_000, 2_000), every_ns=MINUTE_NS)
    assert price_alarm(quick) is None
    assert price_alarm(quick, AlarmLimits(lasting_ns=MINUTE_NS)) is not None
    assert price_alarm([]) is None


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(-1_500, 1_500)), max_size=9))
def test_prices_that_agree_within_reason_never_alarm(drawn):
    agreeing = [(price, min(10_000, max(0, price + by))) for price, by in drawn]
    assert price_alarm(points(*agreeing)) is None
