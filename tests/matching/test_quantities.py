"""Bounds as titles write them, and when two ways of writing hold for the same whole numbers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.matching.quantities import find_interval, find_numbers, on_grid, unit_of
from underround.matching.terms import Interval


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("above $68,000", "(68000, +inf)"),
        ("$90,000 or above", "[90000, +inf)"),
        ("Over 1.5 goals scored", "(1.5, +inf)"),
        ("50+ bps", "[50, +inf)"),
        ("Cut >25bps", "(25, +inf)"),
        ("between 90-91°F", "[90, 91]"),
        ("90-91° on", "[90, 91]"),
        ("between 1.5% and 2.0%", "[1.5, 2.0]"),
        ("below 5.50%", "(-inf, 5.50)"),
        ("5 or fewer", "(-inf, 5]"),
        ("at least 11 percentage points", "[11, +inf)"),
        ("above $5b", "(5000000000, +inf)"),
        ("between 10-20k", "[10000, 20000]"),
        ("dip to $0.05", "(-inf, 0.05]"),
    ],
)
def test_a_bound_is_read_with_its_inclusiveness(text, expected):
    assert str(find_interval(text)[0]) == expected


@pytest.mark.parametrize(
    "text", ["Quiet 2", "the 2025-26 season", "2025-2026", "G2 wins", "12-month"]
)
def test_a_name_or_a_season_is_no_bound(text):
    assert find_interval(text)[0] is None


def test_lone_numbers_are_read_and_taken_out():
    assert find_numbers("by 25 bps at the 98th") == ([Decimal(25)], "by   at the 98th")


@pytest.mark.parametrize(
    ("text", "unit"),
    [("25 bps", "bps"), ("70°", "degrees"), ("3%", "%"), ("$5", "$"), ("4 goals", "")],
)
def test_the_unit_is_named(text, unit):
    assert unit_of(text) == unit


@given(st.integers(-50, 50), st.integers(0, 3))
def test_equal_on_the_grid_means_the_same_whole_numbers_hold(line, halves):
    exact = Decimal(line) + Decimal(halves) / 2
    open_bound = on_grid(Interval(exact, None, low_included=False), Decimal(1))
    holding = [number for number in range(-60, 60) if number > exact]
    assert open_bound.low == min(holding)


@given(st.integers(-20, 20), st.integers(0, 20), st.booleans(), st.booleans())
def test_the_grid_keeps_exactly_the_whole_numbers_within(low, width, low_in, high_in):
    interval = Interval(Decimal(low), Decimal(low + width), low_in, high_in)
    closed = on_grid(interval, Decimal(1))
    inside = [
        n
        for n in range(-30, 60)
        if (n > low or (low_in and n == low))
        and (n < low + width or (high_in and n == low + width))
    ]
    assert closed.low is not None
    assert closed.high is not None
    assert [n for n in range(-30, 60) if closed.low <= n <= closed.high] == inside
