"""Parsing and writing whole 1e-8."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.core.windows.spot_units import parse_e8

NO_NUMBERS = [
    "",
    "0.-10000",
    "nan",
    "inf",
    "-Infinity",
    "12a",
    None,
    "1E999999999",
    "1E999980",
    10**400,
]


@given(st.integers(-(10**18), 10**18))
def test_every_number_of_eight_decimals_survives(value_e8):
    assert parse_e8(Decimal(value_e8).scaleb(-8)) == value_e8


@pytest.mark.parametrize(
    ("text", "value_e8"),
    [
        ("1E-8", 1),
        ("0.0162522200", 1_625_222),
        ("78980.2", 7_898_020_000_000),
        (5.1e-05, 5_100),
        ("5", 500_000_000),
    ],
)
def test_spellings_of_the_exchanges(text, value_e8):
    assert parse_e8(text) == value_e8


@pytest.mark.parametrize(
    "text",
    ["", "0.-10000", "nan", "inf", "-Infinity", "12a", None, "1E999999999", "1E999980", 10**400],
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="is not a"):
        parse_e8(text)
