"""The index's pace: each boundary once, calculated before what comes after it."""

from hypothesis import given
from hypothesis import strategies as st

from tests.core.windows.days import START_NS, spot_book
from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.core.windows.index_parameters import IndexParameters
from underround.core.windows.index_ticker import TICK_NS, IndexTicker


def a_ticker() -> IndexTicker:
    ticker = IndexTicker(IndexParameters(constituents=("kraken",)))
    assert ticker.ticks_until(START_NS) == []
    ticker.apply(spot_book(100.0, START_NS))
    return ticker


def test_every_boundary_is_calculated_once_and_prints_are_whole_seconds():
    ticker = a_ticker()
    ticks = ticker.ticks_until(START_NS + NS_PER_SECOND)
    assert [tick.at_ns - START_NS for tick in ticks] == [TICK_NS * n for n in range(1, 6)]
    assert [tick.is_print for tick in ticks] == [False] * 4 + [True]
    assert ticker.ticks_until(START_NS + NS_PER_SECOND) == []


def test_a_book_that_came_after_a_boundary_is_not_in_it():
    ticker = a_ticker()
    late_ns = START_NS + TICK_NS + 5 * NS_PER_MS
    [before] = ticker.ticks_until(late_ns)
    ticker.apply(spot_book(200.0, late_ns))
    [after] = ticker.ticks_until(START_NS + 2 * TICK_NS)
    assert (before.value.published_cents, after.value.published_cents) == (10_000, 20_000)


def test_after_a_standstill_prints_are_made_good_and_old_books_are_delayed():
    ticker = a_ticker()
    ticks = ticker.ticks_until(START_NS + 15 * NS_PER_SECOND)
    assert [tick.at_ns for tick in ticks if tick.is_print] == [
        START_NS + second * NS_PER_SECOND for second in range(1, 16)
    ]
    assert len(ticks) == 15 + 4  # and the last second's other boundaries
    assert [tick.value.index is None for tick in ticks if tick.is_print] == [False] * 9 + [True] * 6


def test_a_long_sleep_costs_a_minute_of_prints():
    ticker = a_ticker()
    ticks = ticker.ticks_until(START_NS + 3_600 * NS_PER_SECOND)
    assert sum(tick.is_print for tick in ticks) == 61


@given(st.lists(st.integers(0, 900 * NS_PER_MS), min_size=1, max_size=40))
def test_whatever_the_steps_no_boundary_is_lost_or_repeated(steps_ns):
    ticker, now_ns, seen = a_ticker(), START_NS, []
    for step_ns in steps_ns:
        now_ns += step_ns
        seen += [tick.at_ns for tick in ticker.ticks_until(now_ns)]
    expected = range(START_NS + TICK_NS, now_ns + 1, TICK_NS)
    assert seen == list(expected)
