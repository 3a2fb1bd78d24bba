"""Fees against vectors worked out by hand, and the properties every fee keeps."""

from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.core.fees import (
    BROKER_E6,
    DIRECT_MEMBER_E6,
    MAKER_SHARE_E4,
    KalshiFeeAccumulator,
    PolymarketReading,
    fee_table,
    kalshi_terms,
    model_fee_e6,
    polymarket_terms,
    read_as,
    shares_received_e6,
    taker_fee_per_contract_e6,
    taker_fee_usd_e6,
)
from underround.core.instrument import LINEAR_CENT, TAPERED_DECI_CENT, FeeTerms

QUADRATIC = kalshi_terms("quadratic", "1")
MAKER_FEES = kalshi_terms("quadratic_with_maker_fees", "1")
CRYPTO = polymarket_terms("0.07", reading=PolymarketReading.DOLLARS)

prices_e4 = st.integers(1, 9_999)
lots = st.integers(1, 1_000_000)  # hundredths of a contract
kalshi = st.builds(
    kalshi_terms, st.sampled_from(sorted(MAKER_SHARE_E4)), st.sampled_from(["0", "0.5", "1", "2"])
)
polymarket = st.builds(
    polymarket_terms,
    st.sampled_from(["0", "0.03", "0.04", "0.05", "0.07"]),
    st.integers(1, 2),
    st.sampled_from(list(PolymarketReading)),
)


def run(terms, fills, precision_e6):
    """Charge (price_e4, size_e6, is_taker) fills to one order; return the component tuples."""
    order = KalshiFeeAccumulator(precision_e6)
    return [
        (
            fee.trade_fee_usd_e6,
            fee.rounding_usd_e6,
            fee.rebate_usd_e6,
            fee.accumulated_usd_e6,
            fee.fee_cost_usd_e6,
        )
        for price_e4, size_e6, is_taker in fills
        for fee in [order.fill(terms, price_e4, size_e6, is_taker=is_taker)]
    ]


@pytest.mark.parametrize(
    ("terms", "price_e4", "size_e6", "expected_usd_e6"),
    [
        (QUADRATIC, 5_000, 1_000_000, 17_500),  # 0.07 × 0.25, already on $0.0001
        (QUADRATIC, 5_000, 100_000_000, 1_750_000),
        (QUADRATIC, 100, 1_000_000, 700),  # 0.07 × 0.0099 = 0.000693
        (kalshi_terms("quadratic", "0.5"), 4_200, 10_000_000, 85_300),  # 0.08526 up to $0.0001
        (kalshi_terms("quadratic", "0"), 5_000, 10_000_000, 0),
        (kalshi_terms("flat", "1"), 5_000, 10_000_000, 87_500),  # 0.035 × 10 × 0.25
        # 0.03 × 0.3301 = 0.009903; 0.07 × 0.03 × 0.22113399 = 0.000464381… ⇒ 0.000465;
        # together 0.010368 ⇒ 0.0104 debited, of which 0.000497 is fee.
        (QUADRATIC, 3_301, 30_000, 497),
        (CRYPTO, 5_000, 100_000_000, 1_750_000),
        (CRYPTO, 3_300, 7_000_000, 108_340),  # 7 × 0.07 × 0.2211 = 0.108339 up to five decimals
        (CRYPTO, 9_990, 10_000, 10),  # 0.0000006993: the smallest fee
        (polymarket_terms("0"), 5_000, 100_000_000, 0),
        (polymarket_terms("0.25", 2), 5_000, 100_000_000, 1_562_500),  # 0.25 × 0.0625 × 100
    ],
)
def test_a_single_fill_costs_what_the_hand_says(terms, price_e4, size_e6, expected_usd_e6):
    assert expected_usd_e6 == taker_fee_usd_e6(terms, price_e4, size_e6)


def test_a_broker_account_rounds_to_the_cent():
    assert taker_fee_usd_e6(QUADRATIC, 5_000, 1_000_000, BROKER_E6) == 20_000


def test_three_fills_behind_a_broker_earn_one_rebate():
    # 0.30 @ 0.50: fee 0.00525, debit 0.15525 ⇒ 0.16, rounding 0.00475; the third makes 0.01425.
    fill = (5_000, 300_000, True)
    assert run(QUADRATIC, [fill, fill, fill], BROKER_E6) == [
        (5_250, 4_750, 0, 4_750, 10_000),
        (5_250, 4_750, 0, 9_500, 10_000),
        (5_250, 4_750, 10_000, 4_250, 0),
    ]
    # One fill of 0.90: 0.01575 + 0.45 ⇒ 0.47, so 0.02 in all: the same total.
    assert taker_fee_usd_e6(QUADRATIC, 5_000, 900_000, BROKER_E6) == 20_000


def test_four_small_fills_of_a_direct_member_earn_one_rebate():
    fill = (3_301, 30_000, True)
    assert run(QUADRATIC, [fill] * 4, DIRECT_MEMBER_E6) == [
        (465, 32, 0, 32, 497),
        (465, 32, 0, 64, 497),
        (465, 32, 0, 96, 497),
        (465, 32, 100, 28, 397),
    ]


def test_the_accumulator_spans_taker_and_maker_fills():
    # 0.37 @ 0.333: notional 0.12321. Taker 0.07 × 0.37 × 0.222111 = 0.005752675 ⇒ 0.005753,
    # debit 0.128963 ⇒ 0.1290. Maker a quarter, 0.001438169 ⇒ 0.001439, debit 0.124649 ⇒ 0.1247.
    taker, maker = (3_330, 370_000, True), (3_330, 370_000, False)
    assert run(MAKER_FEES, [taker, maker, maker], DIRECT_MEMBER_E6) == [
        (5_753, 37, 0, 37, 5_790),
        (1_439, 51, 0, 88, 1_490),
        (1_439, 51, 100, 39, 1_390),
    ]


def test_combo_makers_pay_half_and_plain_makers_nothing():
    combo = kalshi_terms("quadratic_with_combo_maker_fees", "1")
    fill = (5_000, 10_000_000, False)
    assert run(combo, [fill], DIRECT_MEMBER_E6) == [(87_500, 0, 0, 0, 87_500)]
    assert run(QUADRATIC, [fill], DIRECT_MEMBER_E6) == [(0, 0, 0, 0, 0)]


def test_a_free_maker_still_pays_for_the_rounding_of_its_balance():
    # 0.03 × 0.3301 = 0.009903 ⇒ 0.0100 debited; the second brings 0.000194 ⇒ 0.0001 back, but its
    # own fee is only 0.000097: nothing smaller than $0.0001 can be given back, so nothing is.
    fill = (3_301, 30_000, False)
    assert run(QUADRATIC, [fill, fill], DIRECT_MEMBER_E6) == [
        (0, 97, 0, 97, 97),
        (0, 97, 0, 194, 97),
    ]


def test_a_rebate_never_makes_a_fee_negative():
    # 1 @ 0.055 behind a broker: 0.003639 + 0.055 ⇒ 0.06, fee 0.005: a whole cent is never due.
    fees = run(QUADRATIC, [(550, 1_000_000, True)] * 12, BROKER_E6)
    assert {5_000} == {fee_cost for *_, fee_cost in fees}
    assert fees[-1][3] == 12 * 1_361


@given(kalshi, prices_e4, lots, st.booleans())
def test_buying_no_is_charged_as_selling_yes(terms, price_e4, hundredths, is_taker):
    size_e6 = hundredths * 10_000
    sold_yes = KalshiFeeAccumulator().fill(
        terms, price_e4, size_e6, is_taker=is_taker, is_buyer=False
    )
    bought_no = KalshiFeeAccumulator().fill(terms, 10_000 - price_e4, size_e6, is_taker=is_taker)
    assert sold_yes == bought_no


@given(
    st.lists(st.tuples(kalshi, prices_e4, lots, st.booleans(), st.booleans()), max_size=30),
    st.sampled_from([DIRECT_MEMBER_E6, BROKER_E6]),
)
def test_the_accumulator_conserves(fills, precision_e6):
    order = KalshiFeeAccumulator(precision_e6)
    balance_e6 = rounded_e6 = rebated_e6 = 0
    for terms, price_e4, hundredths, is_taker, is_buyer in fills:
        size_e6 = hundredths * 10_000
        fee = order.fill(terms, price_e4, size_e6, is_taker=is_taker, is_buyer=is_buyer)
        revenue_e6 = price_e4 * size_e6 // 10_000 * (-1 if is_buyer else 1)
        balance_e6 += revenue_e6 - fee.fee_cost_usd_e6
        rounded_e6 += fee.rounding_usd_e6
        rebated_e6 += fee.rebate_usd_e6
        assert fee.fee_cost_usd_e6 >= 0
        assert 0 <= fee.rounding_usd_e6 < precision_e6
        assert balance_e6 % precision_e6 == 0
    assert rounded_e6 == rebated_e6 + order.accumulated_usd_e6
    assert order.accumulated_usd_e6 >= 0


@given(st.one_of(kalshi, polymarket), prices_e4, lots, lots)
def test_fees_are_never_negative_and_grow_with_the_count(terms, price_e4, few, more):
    small_e6, large_e6 = few * 10_000, (few + more) * 10_000
    assert 0 <= model_fee_e6(terms, price_e4, small_e6) <= model_fee_e6(terms, price_e4, large_e6)
    small_fee_e6 = taker_fee_usd_e6(terms, price_e4, small_e6)
    large_fee_e6 = taker_fee_usd_e6(terms, price_e4, large_e6)
    assert small_fee_e6 >= 0
    # The balance rounding of a sub-cent price is a saw-tooth of less than the account's precision:
    # what never shrinks is the money that leaves the account.
    assert (
        small_fee_e6 + price_e4 * small_e6 // 10_000 <= large_fee_e6 + price_e4 * large_e6 // 10**4
    )
    assert small_fee_e6 - large_fee_e6 < DIRECT_MEMBER_E6


@given(st.one_of(kalshi, polymarket), prices_e4, lots)
def test_the_exact_fee_is_the_model_and_less_than_a_step_more(terms, price_e4, hundredths):
    price = Fraction(price_e4, 10_000)
    model = (
        Fraction(terms.rate_e4, 10_000)
        * Fraction(terms.multiplier_e4, 10_000)
        * Fraction(hundredths, 100)
        * (price * (1 - price)) ** terms.exponent
        * 1_000_000
    )
    fee_e6 = taker_fee_usd_e6(terms, price_e4, hundredths * 10_000)
    assert ceil(model) <= fee_e6 <= ceil(model) + DIRECT_MEMBER_E6


@given(st.one_of(kalshi, polymarket), st.sampled_from([LINEAR_CENT, TAPERED_DECI_CENT]))
def test_the_table_agrees_with_the_single_price(terms, grid):
    table = fee_table(terms, grid)
    assert [taker_fee_per_contract_e6(terms, price_e4) for price_e4 in grid.prices_e4] == table
    assert fee_table(terms, grid) is table


def test_a_fee_withheld_in_shares_costs_more_per_share_held():
    terms = read_as(CRYPTO, PolymarketReading.WORST)
    # 100 @ 0.50: a fee of 1.75 dollars is 3.5 shares, so 96.5 are held for 50 dollars:
    # 0.518134… each, 0.018134… above the price.
    assert shares_received_e6(terms, 5_000, 100_000_000) == 96_500_000
    assert taker_fee_per_contract_e6(terms, 5_000) == 18_135
    assert shares_received_e6(CRYPTO, 5_000, 100_000_000) == 100_000_000
    assert taker_fee_per_contract_e6(CRYPTO, 5_000) == 17_500


@given(polymarket, prices_e4)
def test_the_worst_reading_is_never_the_cheaper(terms, price_e4):
    dollars = read_as(terms, PolymarketReading.DOLLARS)
    worst = read_as(terms, PolymarketReading.WORST)
    assert taker_fee_per_contract_e6(dollars, price_e4) <= taker_fee_per_contract_e6(
        worst, price_e4
    )


def test_a_rate_that_takes_everything_is_never_an_edge():
    terms = polymarket_terms("2", reading=PolymarketReading.SHARES)
    assert taker_fee_per_contract_e6(terms, 1_000) == 1_000_000
    assert shares_received_e6(terms, 1_000, 5_000_000) == 0


def test_readings_leave_kalshi_alone():
    assert read_as(QUADRATIC, PolymarketReading.WORST) == QUADRATIC


def test_an_unknown_type_is_named_unless_a_fallback_is_given():
    with pytest.raises(ValueError, match="'cubic' is not known"):
        kalshi_terms("cubic", "1")
    assert kalshi_terms("cubic", "1", fallback="quadratic") == QUADRATIC
    with pytest.raises(ValueError, match="fee kind 'cubic' is not known"):
        taker_fee_usd_e6(FeeTerms(kind="cubic", rate_e4=700), 5_000, 1_000_000)


@pytest.mark.parametrize("multiplier", ["", "abc", "NaN", "-1", "0.00001", "1e9", "1e999999999"])
def test_a_multiplier_that_is_no_ratio_is_refused(multiplier):
    with pytest.raises(ValueError, match="fee multiplier"):
        kalshi_terms("quadratic", multiplier)


def test_polymarket_exponents_are_small_and_whole():
    with pytest.raises(ValueError, match="exponent 0"):
        polymarket_terms("0.07", 0)


def test_the_accumulator_refuses_what_is_not_kalshis():
    order = KalshiFeeAccumulator()
    for is_taker in (True, False):
        with pytest.raises(ValueError, match="not one of Kalshi's"):
            order.fill(CRYPTO, 5_000, 1_000_000, is_taker=is_taker)
    with pytest.raises(ValueError, match=r"finer than 0\.01"):
        order.fill(QUADRATIC, 5_000, 1_234, is_taker=True)
