"""Simulated windows: strikes chain, ties pay as each series has it, prints are those before."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.core.windows.settlement import (
    Comparison,
    SettlementTerms,
    resolves_yes,
    settlement_value_e8,
)
from underround.simulation.bitcoin_world.windows import (
    NS_PER_SECOND,
    SeriesPlan,
    SimulatedWindow,
    Timetable,
    ledger_of,
)

START_NS = 1_790_000_010 * NS_PER_SECOND
UP_DOWN = SeriesPlan("KXBTC15M", 15, 3)
LADDER = SeriesPlan("KXBTCD", 30, 3, rungs=3)


def second(count: int) -> int:
    return START_NS + count * NS_PER_SECOND


def test_windows_follow_each_other_and_are_listed_ahead():
    table = Timetable(UP_DOWN, START_NS + 1, 8_000_000)
    [first] = table.list_until(START_NS + 1, 8_000_000)
    assert (first.opens_at_ns, first.closes_at_ns) == (START_NS, second(15))
    [following] = table.list_until(second(15), 8_000_000)
    assert following.opens_at_ns == first.closes_at_ns
    assert table.list_until(second(15), 8_000_000) == []


def test_the_prints_are_the_last_before_the_close_and_the_close_is_not_one():
    window = SimulatedWindow(UP_DOWN, START_NS)
    for count in (11, 12, 13, 14, 15):
        window.take(second(count), count)
    assert window.prints_cents == {second(12): 12, second(13): 13, second(14): 14}
    assert window.value_cents == 13


def test_strikes_chain():
    table = Timetable(UP_DOWN, START_NS, 8_000_000)
    first, following = table.list_until(second(15), 8_000_000)
    table.chain(START_NS)
    assert (first.strikes_cents, following.strikes_cents) == ([8_000_000], [])
    for count in (12, 13, 14):
        table.take(second(count), 8_000_100 + count)
    table.chain(second(15))
    assert following.strikes_cents == [8_000_113] == [first.value_cents]


def test_a_ladder_has_its_strikes_from_the_start():
    table = Timetable(LADDER, START_NS, 8_001_234)
    [window] = table.list_until(START_NS, 8_001_234)
    assert window.strikes_cents == [7_994_999, 7_999_999, 8_004_999]


@pytest.mark.parametrize(("plan", "pays"), [(UP_DOWN, True), (LADDER, False)])
def test_a_tie_pays_as_the_series_has_it(plan, pays):
    window = SimulatedWindow(plan, START_NS)
    for place in range(1, 4):
        window.take(window.closes_at_ns - place * NS_PER_SECOND, 8_000_000)
    assert window.pays_yes(8_000_000) is pays


@given(st.lists(st.integers(1, 10**8), min_size=3, max_size=3), st.integers(1, 10**8))
def test_the_product_settles_alike(prints, strike_cents):
    for plan, comparison, digits in (
        (UP_DOWN, Comparison.GREATER_OR_EQUAL, 2),
        (LADDER, Comparison.GREATER, None),
    ):
        window = SimulatedWindow(plan, START_NS)
        for place, cents in enumerate(prints, 1):
            window.take(window.closes_at_ns - place * NS_PER_SECOND, cents)
        terms = SettlementTerms(3, digits, comparison)
        value_e8 = settlement_value_e8(sum(prints) * 10**6, terms)
        assert window.mean_cents == Fraction(sum(prints), 3)
        assert window.pays_yes(strike_cents) == resolves_yes(value_e8, strike_cents * 10**6, terms)


def test_the_ledger_tells_the_truth():
    window = SimulatedWindow(UP_DOWN, START_NS, [5])
    assert ledger_of(window)["pays_yes"] is None
    for count in (12, 13, 14):
        window.take(second(count), count)
    told = ledger_of(window)
    assert (told["prints_cents"], told["value_cents"], told["pays_yes"]) == (
        [12, 13, 14],
        13,
        [True],
    )
