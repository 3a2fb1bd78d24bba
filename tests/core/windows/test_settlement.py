"""Settlement by hand: the window's edges, rounding half up, strikes, ties."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.core.windows.settlement import (
    FIFTEEN_MINUTES,
    Comparison,
    SettlementTerms,
    SettlementWindow,
    boundary_e8,
    resolves_yes,
    rounded_strike_e8,
    settlement_value_e8,
    terms_from_catalog,
)
from underround.core.windows.spot_units import ONE_E8, parse_e8

SECOND_NS = 1_000_000_000
CLOSE_NS = 1_789_000_200 * SECOND_NS
CENT_E8 = ONE_E8 // 100
STRICTLY_ABOVE = SettlementTerms(comparison=Comparison.GREATER)


def test_the_window_runs_from_sixty_seconds_before_to_one_second_before():
    window = SettlementWindow(CLOSE_NS, FIFTEEN_MINUTES)
    taken = [
        before
        for before in range(70, -5, -1)
        if window.take(CLOSE_NS - before * SECOND_NS, before * ONE_E8)
    ]
    assert taken == list(range(60, 0, -1))
    assert (window.count, window.sum_e8) == (60, sum(range(1, 61)) * ONE_E8)
    assert window.value_e8 == 3_050_000_000  # 30.5


def test_a_stamp_counts_once_and_only_on_the_whole_second():
    window = SettlementWindow(CLOSE_NS, FIFTEEN_MINUTES)
    stamp = CLOSE_NS - 7 * SECOND_NS
    assert [window.take(stamp, 5), window.take(stamp, 6), window.take(stamp + 200_000_000, 7)] == [
        True,
        False,
        False,
    ]
    assert (window.sum_e8, window.value_e8) == (5, None)


@given(st.lists(st.integers(1, 20_000_000), min_size=60, max_size=60))
def test_rounding_half_up_to_cents(cents):
    total_e8 = sum(cents) * CENT_E8
    mean = Decimal(sum(cents)) / 100 / 60
    expected = mean.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert settlement_value_e8(total_e8, FIFTEEN_MINUTES) == parse_e8(expected)


def test_an_exact_tie_of_rounding_goes_up():
    total_e8 = 60 * 80_000 * ONE_E8 + 30 * CENT_E8  # mean 80000.005
    assert settlement_value_e8(total_e8, FIFTEEN_MINUTES) == parse_e8("80000.01")


def test_strikes_are_rounded_before_comparing():
    assert rounded_strike_e8(parse_e8("67628.899999"), FIFTEEN_MINUTES) == parse_e8("67628.90")
    assert not resolves_yes(parse_e8("67628.89"), parse_e8("67628.899999"), FIFTEEN_MINUTES)
    assert resolves_yes(parse_e8("67628.90"), parse_e8("67628.900001"), FIFTEEN_MINUTES)


@pytest.mark.parametrize(("terms", "expected"), [(FIFTEEN_MINUTES, True), (STRICTLY_ABOVE, False)])
def test_a_tie_pays_by_the_terms(terms, expected):
    assert resolves_yes(parse_e8("74299.99"), parse_e8("74299.99"), terms) is expected


@given(
    sum_cents=st.integers(60 * 7_999_900, 60 * 8_000_100),
    strike_cents=st.integers(7_999_900, 8_000_100),
    comparison=st.sampled_from(Comparison),
)
def test_the_boundary_decides_like_the_rule(sum_cents, strike_cents, comparison):
    terms = SettlementTerms(comparison=comparison)
    value_e8 = settlement_value_e8(sum_cents * CENT_E8, terms)
    by_rule = resolves_yes(value_e8, strike_cents * CENT_E8, terms)
    by_boundary = sum_cents * CENT_E8 >= 60 * boundary_e8(strike_cents * CENT_E8, terms)
    assert by_rule == by_boundary


def test_terms_come_from_the_catalog():
    assert terms_from_catalog("greater_or_equal", 2) == FIFTEEN_MINUTES
    assert terms_from_catalog("greater", 2) == STRICTLY_ABOVE
    assert terms_from_catalog("greater", None, 6).unit_e8 == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("between", 2), "'between' is not priced"),
        (("greater", 9), "0…8"),
        (("greater", 2, 0), "no mean"),
    ],
)
def test_terms_that_cannot_be_priced_are_refused(arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        terms_from_catalog(*arguments)
