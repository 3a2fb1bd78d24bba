"""Sizing against sums done by hand and against trying every size there is."""

from fractions import Fraction

from hypothesis import event, given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.books import markets
from tests.oracles.money import best_sets, marginal
from underround.core.fees import PolymarketReading, kalshi_terms, polymarket_terms
from underround.core.sizing import BuyLadder, walk, walk_choices

KALSHI = kalshi_terms("quadratic", "1")
POLYMARKET = polymarket_terms("0.07", reading=PolymarketReading.DOLLARS)
FREE = polymarket_terms("0")
ONE = 1_000_000


def ladder(*levels, fees=FREE, **limits):
    return BuyLadder(
        levels=[(price_e4, round(size * ONE)) for price_e4, size in levels], fees=fees, **limits
    )


def test_a_set_is_sized_and_priced_to_the_last_digit():
    sizing = walk(
        [
            ladder((4_000, 100), (4_200, 50), (4_600, 500), fees=KALSHI),
            ladder((5_000, 80), (5_100, 100), fees=POLYMARKET),
        ],
        ONE,
        5_000,
    )
    # Marginal edges: .40 and .50: 1 − .4 − .0168 − .5 − .0175 = .0657 for 80;
    # .40 and .51: .0168, .017493 ⇒ .055707 for 20; .42 and .51: .017052 ⇒ .035455 for 50;
    # .46 and .51: 1 − .46 − .017388 − .51 − .017493 = −.004881: stop at 150.
    assert sizing is not None
    assert sizing.size_e6 == 150 * ONE
    assert sizing.edge_top_e6 == 65_700
    kalshi, polymarket = sizing.orders
    # Kalshi: 100 × .40 + fee 1.68, 50 × .42 + fee .8526. Polymarket: 80 × .5 + 1.40, 70 × .51 +
    # 70 × .07 × .2499 = 1.22451.
    assert kalshi.fee_usd_e6 == 1_680_000 + 852_600
    assert kalshi.cost_usd_e6 == 61_000_000 + 2_532_600
    assert polymarket.fee_usd_e6 == 1_400_000 + 1_224_510
    assert polymarket.cost_usd_e6 == 75_700_000 + 2_624_510
    assert sizing.cost_usd_e6 == 136_700_000 + 5_157_110
    assert sizing.fee_usd_e6 == 5_157_110
    assert sizing.edge_usd_e6 == 150_000_000 - 141_857_110
    assert sizing.edge_e6 == 54_285  # 8.14289 over 150
    assert [order.limit_price_e4 for order in sizing.orders] == [4_200, 5_100]
    assert [[fill.order_size_e6 // ONE for fill in fills] for fills in sizing.fills] == [
        [100, 50],
        [80, 70],
    ]


def test_the_marginal_contract_clears_the_threshold_not_the_average():
    legs = [ladder((4_000, 10), (4_940, 1_000)), ladder((5_000, 2_000))]
    sizing = walk(legs, ONE, 5_000)
    assert sizing is not None
    assert sizing.size_e6 == 1_010 * ONE
    tighter = walk(legs, ONE, 6_001)
    assert tighter is not None
    assert tighter.size_e6 == 10 * ONE


def test_an_edge_equal_to_the_threshold_counts():
    legs = [ladder((4_500, 10)), ladder((5_450, 10))]
    assert walk(legs, ONE, 5_000) is not None
    assert walk(legs, ONE, 5_001) is None


def test_no_profit_is_claimed_where_fees_eat_it():
    legs = [ladder((4_900, 100), fees=KALSHI), ladder((4_900, 100), fees=POLYMARKET)]
    assert walk(legs, ONE, 0) is None  # 2 ¢ gross, 3.5 ¢ of fees


def test_rounding_decides_what_is_left_of_a_tiny_size():
    # 0.01 contract: 0.0098 gross cost, 0.0002 gained; the two roundings take up to 0.0001 each.
    legs = [ladder((4_901, 0.01), fees=kalshi_terms("quadratic", "0")), ladder((4_900, 0.01))]
    sizing = walk(legs, ONE, 0)
    assert sizing is not None
    # Kalshi 0.004901 debits 0.0050; Polymarket 0.0049 exactly: 0.0001 is left.
    assert (sizing.cost_usd_e6, sizing.edge_usd_e6) == (9_900, 100)
    assert walk(legs, ONE, 15_000) is None  # 1 ¢ a contract on average is less


def test_minimums_are_reached_past_the_threshold_when_the_whole_still_pays():
    deep = ladder((4_000, 2), (4_990, 10), min_size_e6=5 * ONE)
    other = ladder((5_000, 100))
    sizing = walk([deep, other], ONE, 5_000)
    # 2 × .10 + 3 × .001 = .203 over 5: 4 ¢ each.
    assert sizing is not None
    assert (sizing.size_e6, sizing.edge_usd_e6) == (5 * ONE, 203_000)
    assert walk([deep, other], ONE, 45_000) is None
    assert walk([replace(deep, min_size_e6=13 * ONE), other], ONE, 0) is None


def test_a_minimum_in_dollars_is_a_minimum_size():
    cheap = ladder((100, 500), min_notional_usd_e6=ONE)
    assert walk([cheap, ladder((9_000, 99.99))], ONE, 0) is None
    sizing = walk([cheap, ladder((9_000, 100))], ONE, 0)
    assert sizing is not None
    assert sizing.size_e6 == 100 * ONE


def test_lots_and_the_cap_are_kept():
    legs = [ladder((4_000, 7.77), lot_e6=ONE), ladder((5_000, 100), lot_e6=500_000)]
    sizing = walk(legs, ONE, 0)
    assert sizing is not None
    assert sizing.size_e6 == 7 * ONE
    capped = walk(legs, ONE, 0, 3_999_999)
    assert capped is not None
    assert capped.size_e6 == 3 * ONE
    assert walk(legs, ONE, 0, 999_999) is None


def test_an_empty_ladder_makes_no_set():
    assert walk([ladder(), ladder((5_000, 100))], ONE, 0) is None


def test_a_leg_is_filled_from_its_cheapest_ladders_in_turn():
    here, there = ladder((3_000, 10), (3_400, 10)), ladder((3_200, 5))
    sizing = walk_choices([[here, there], [ladder((6_000, 100))]], ONE, 0)
    assert sizing is not None
    assert sizing.size_e6 == 25 * ONE
    assert [(order.leg, order.choice, order.size_e6 // ONE) for order in sizing.orders] == [
        (0, 0, 20),
        (0, 1, 5),
        (1, 0, 25),
    ]
    assert sizing.edge_usd_e6 == 25_000_000 - 3_000_000 - 3_400_000 - 1_600_000 - 15_000_000


def test_a_ladder_that_would_get_too_little_is_left_out():
    here, there = ladder((3_000, 10), (3_400, 10)), ladder((3_200, 5), min_size_e6=6 * ONE)
    sizing = walk_choices([[here, there], [ladder((6_000, 100))]], ONE, 0)
    assert sizing is not None
    assert [(order.leg, order.choice, order.size_e6 // ONE) for order in sizing.orders] == [
        (0, 0, 20),
        (1, 0, 20),
    ]


def test_shares_withheld_as_fee_are_bought_on_top():
    withheld = polymarket_terms("0.07")
    sizing = walk([ladder((5_000, 1_000), fees=withheld), ladder((4_000, 96.5))], ONE, 0)
    assert sizing is not None
    assert sizing.size_e6 == 96_500_000
    # 100 bought for 50 dollars leave 96.5 (fee 1.75 dollars, 3.5 shares).
    assert sizing.orders[0].order_size_e6 == 100_000_000
    assert sizing.orders[0].cost_usd_e6 == 50_000_000
    assert sizing.orders[0].fee_usd_e6 == 1_750_000
    assert sizing.edge_usd_e6 == 96_500_000 - 50_000_000 - 38_600_000


@given(
    st.lists(markets(low_e4=1_000, high_e4=5_500, largest=80), min_size=2, max_size=3),
    st.integers(0, 40),
)
def test_no_size_is_better_than_the_one_found(drawn, least):
    ladders = [replace(ladder, min_size_e6=least * 10_000) for ladder, _ in drawn]
    offers = [offer for _, offer in drawn]
    best, _ = best_sets(offers, Fraction(1), least=max(least, 1))
    sizing = walk(ladders, ONE, 0)
    event("profit" if best else "none")
    if sizing is None:
        # Only the saw-tooth of rounding balances, less than 0.0001 a fill, may hide a profit.
        assert best < Fraction(3, 10_000)
        return
    found = Fraction(sizing.edge_usd_e6, ONE)
    assert 0 < found <= best
    assert found >= best * Fraction(999, 1000) or best - found < Fraction(3, 10_000)


@given(
    st.lists(markets(low_e4=1_000, high_e4=5_000), min_size=2, max_size=3),
    st.integers(1, 60_000),
)
def test_what_is_claimed_is_what_the_oracle_pays(drawn, threshold_e6):
    offers = [offer for _, offer in drawn]
    sizing = walk([ladder for ladder, _ in drawn], ONE, threshold_e6)
    top = 1 - sum(marginal(offer, offer.levels[0][0]) for offer in offers)
    if sizing is None:
        return
    hundredths = sizing.size_e6 // 10_000
    profit, size = best_sets(offers, Fraction(1), least=hundredths, most=hundredths)
    assert (Fraction(sizing.edge_usd_e6, ONE), hundredths) == (profit, size)
    assert sizing.edge_e6 >= threshold_e6
    assert Fraction(sizing.edge_top_e6, ONE) <= top < Fraction(sizing.edge_top_e6 + 4, ONE)
