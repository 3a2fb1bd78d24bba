"""Prints of a window: official ones count first, a proxy's stand in, nothing is made up."""

from hypothesis import given
from hypothesis import strategies as st

from tests.core.windows.days import START_NS, a_window
from underround.core.units import NS_PER_SECOND
from underround.core.windows.settlement import settlement_value_e8
from underround.core.windows.spot_units import ONE_E8
from underround.core.windows.window import NOTHING_LOCKED, Locked, WindowPrints

CLOSE_S = 15


def at(second: float) -> int:
    return START_NS + round(second * NS_PER_SECOND)


def prints_of(official=(), proxy=()) -> WindowPrints:
    prints = WindowPrints(a_window())
    for is_official, given_prints in ((True, official), (False, proxy)):
        for second, price in given_prints:
            prints.take(at(second), round(price * ONE_E8), is_official=is_official)
    return prints


def test_nothing_is_locked_before_the_first_print():
    prints = prints_of(official=[(9, 100)])
    assert prints.locked(at(8), 0, awaits_official=True) == NOTHING_LOCKED
    assert prints.locked(at(9), 0, awaits_official=True) == Locked(1, 100 * ONE_E8, 0)


def test_prints_outside_of_the_averaging_time_are_not_taken():
    prints = WindowPrints(a_window())
    taken = [prints.take(at(s), ONE_E8, is_official=True) for s in (8, 9, 14, 15, 9)]
    assert taken == [False, True, True, False, False]


def test_a_proxy_waits_for_the_official_print_until_it_is_overdue():
    prints = prints_of(proxy=[(9, 103)])
    assert prints.locked(at(10.9), 3 * ONE_E8, awaits_official=True) == NOTHING_LOCKED
    assert prints.locked(at(11), 3 * ONE_E8, awaits_official=True) == Locked(1, 100 * ONE_E8, 1)
    assert prints.locked(at(9), 3 * ONE_E8, awaits_official=False) == Locked(1, 100 * ONE_E8, 1)


def test_the_official_print_takes_the_proxy_s_place_when_it_comes():
    prints = prints_of(official=[(9, 101)], proxy=[(9, 103), (10, 104)])
    assert prints.locked(at(20), 0, awaits_official=False) == Locked(2, 205 * ONE_E8, 1)


def test_an_incomplete_window_settles_nothing():
    assert prints_of(official=[(s, 100) for s in range(9, 14)]).settled(a_window().terms, 0) is None


def test_one_print_of_a_proxy_makes_the_settlement_unofficial():
    official = [(s, 100) for s in range(9, 14)]
    assert prints_of(official, proxy=[(14, 106)]).settled(a_window().terms, 0) == (
        101 * ONE_E8,
        False,
    )
    assert prints_of([*official, (14, 106)]).settled(a_window().terms, 0) == (101 * ONE_E8, True)


@given(st.lists(st.integers(1, 10**14), min_size=6, max_size=6), st.permutations(range(6)))
def test_the_order_of_arrival_does_not_matter(values_e8, order):
    prints = WindowPrints(a_window())
    for place in order:
        prints.take(at(9 + place), values_e8[place], is_official=True)
    assert prints.settled(a_window().terms, 5) == (
        settlement_value_e8(sum(values_e8), a_window().terms),
        True,
    )
