"""The ledger's fees against the published formulas in exact fractions."""

from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.simulation.fees import kalshi_taker_fee_usd_e6, polymarket_taker_fee_usd_e6

PRICES = st.integers(1, 9_999)


@pytest.mark.parametrize(
    ("price_e4", "multiplier_e4", "expected"),
    [
        (5_000, 10_000, 17_500),  # one contract at 0.50 costs $0.0175
        (5_000, 5_000, 8_750),
        (100, 10_000, 693),
        (9_990, 10_000, 70),  # 69.93 rounded up
        (3_333, 0, 0),
    ],
)
def test_kalshi_fee(price_e4: int, multiplier_e4: int, expected: int) -> None:
    assert kalshi_taker_fee_usd_e6(price_e4, multiplier_e4) == expected


@pytest.mark.parametrize(
    ("price_e4", "rate_e4", "exponent", "expected"),
    [
        (5_000, 700, 1, 18_135),  # 0.0175 × 0.5 / 0.4825 = 0.018134…
        (5_000, 500, 1, 12_821),
        (5_000, 400, 1, 10_205),
        (5_000, 0, 1, 0),
        (60, 500, 1, 315),  # 299 (298.2 rounded up) × 6000 / 5701
        (5_000, 2_500, 2, 16_130),
    ],
)
def test_polymarket_fee(price_e4: int, rate_e4: int, exponent: int, expected: int) -> None:
    assert polymarket_taker_fee_usd_e6(price_e4, rate_e4, exponent) == expected


@given(PRICES, st.sampled_from([0, 2_500, 5_000, 10_000]))
def test_kalshi_fee_is_the_formula_rounded_up(price_e4: int, multiplier_e4: int) -> None:
    price = Fraction(price_e4, 10_000)
    exact = Fraction(7, 100) * Fraction(multiplier_e4, 10_000) * price * (1 - price)
    assert kalshi_taker_fee_usd_e6(price_e4, multiplier_e4) == ceil(exact * 10**6)


@given(PRICES, st.integers(0, 1_000), st.integers(1, 3))
def test_polymarket_fee_buys_the_share_that_is_held(
    price_e4: int, rate_e4: int, power: int
) -> None:
    price = Fraction(price_e4, 10_000)
    exact = Fraction(rate_e4, 10_000) * (price * (1 - price)) ** power
    fee = Fraction(ceil(exact * 10**6), 10**6)
    bought = price / (price - fee)  # shares, of which one is held after the fee in shares
    assert bought * (1 - fee / price) == 1
    expected = ceil(bought * price * 10**6 - price * 10**6)
    assert polymarket_taker_fee_usd_e6(price_e4, rate_e4, power) == expected
