"""One leg: marginal steps in lots, minimums, and orders priced to the last digit."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.core.books import levels, markets
from tests.oracles.money import cost
from underround.core.fees import (
    kalshi_terms,
    polymarket_terms,
    shares_received_e6,
)
from underround.core.leg import BuyLadder, Fill, ladder_steps, least_size_e6, order_for, top_cost_e6

KALSHI = kalshi_terms("quadratic", "1")
FREE = polymarket_terms("0")
ONE = 1_000_000


def test_steps_come_in_whole_lots_at_the_dearer_level():
    ladder = BuyLadder(levels=[(4_000, 15_000), (4_100, 15_000), (9_000, ONE)], fees=FREE)
    assert ladder_steps(ladder, ONE) == [(400_000, 10_000), (410_000, 20_000), (900_000, ONE)]
    assert ladder_steps(ladder, 900_000) == [(400_000, 10_000), (410_000, 20_000)]
    assert ladder_steps(ladder, ONE, lot_e6=ONE) == [(900_000, ONE)]


def test_the_top_costs_its_price_and_fee():
    assert top_cost_e6(BuyLadder(levels=[(5_000, ONE)], fees=KALSHI)) == 517_500
    assert top_cost_e6(BuyLadder(levels=[], fees=KALSHI)) is None


def test_the_least_size_follows_contracts_dollars_and_lots():
    ladder = BuyLadder(
        levels=[(1_000, 4 * ONE), (2_000, 50 * ONE)],
        fees=FREE,
        lot_e6=ONE,
        min_size_e6=2_500_000,
        min_notional_usd_e6=ONE,
    )
    assert least_size_e6(ladder) == 7 * ONE  # 4 × .10 + 3 × .20 = 1 dollar


def test_an_order_names_its_fills_and_its_limit():
    ladder = BuyLadder(levels=[(4_000, 10 * ONE), (4_200, 50 * ONE)], fees=KALSHI)
    order = order_for(ladder, 12 * ONE, leg=1, choice=2)
    # 10 × .07 × .24 = .168; 2 × .07 × .2436 = .034104 ⇒ .8400 + .034104 ⇒ .8742 debited.
    assert order is not None
    assert order.fills == (Fill(4_000, 10 * ONE, 168_000), Fill(4_200, 2 * ONE, 34_200))
    assert (order.cost_usd_e6, order.fee_usd_e6) == (5_042_200, 202_200)
    assert order.limit_price_e4 == 4_200
    assert (order.leg, order.choice, order.order_size_e6) == (1, 2, 12 * ONE)
    assert order_for(ladder, 61 * ONE) is None
    assert order_for(ladder, 0) is None


@given(markets(), st.integers(1, 1_600))
def test_an_order_costs_what_the_oracle_says(market, hundredths):
    ladder, offer = market
    order = order_for(ladder, hundredths * 10_000)
    expected = cost(offer, hundredths)
    assert (order and Fraction(order.cost_usd_e6, ONE)) == expected


@given(levels(), st.integers(1, 1_600), st.sampled_from(["0.04", "0.07", "0.2"]))
def test_an_order_leaves_enough_after_shares_are_withheld(own, hundredths, rate):
    terms = polymarket_terms(rate)
    ladder = BuyLadder(levels=[(price, size * 10_000) for price, size in own], fees=terms)
    wanted_e6 = hundredths * 10_000
    order = order_for(ladder, wanted_e6)
    held_e6 = [shares_received_e6(terms, price, size * 10_000) for price, size in own]
    if order is None:
        assert sum(held_e6) < wanted_e6
        return
    depth = {price: size * 10_000 for price, size in own}
    assert all(fill.order_size_e6 <= depth[fill.price_e4] for fill in order.fills)
    received_e6 = sum(
        shares_received_e6(terms, fill.price_e4, fill.order_size_e6) for fill in order.fills
    )
    assert received_e6 >= wanted_e6
    paid_e6 = sum(fill.price_e4 * fill.order_size_e6 // 10_000 for fill in order.fills)
    assert order.cost_usd_e6 == paid_e6
    assert order.order_size_e6 == sum(fill.order_size_e6 for fill in order.fills)
    # Two lots fewer of the last level would not have been enough.
    last = order.fills[-1]
    short_e6 = last.order_size_e6 - 2 * ladder.lot_e6
    if short_e6 > 0:
        received_e6 += shares_received_e6(terms, last.price_e4, short_e6)
        received_e6 -= shares_received_e6(terms, last.price_e4, last.order_size_e6)
        assert received_e6 < wanted_e6


@given(levels(), st.sampled_from(["0.04", "0.07"]))
def test_steps_never_promise_more_than_the_levels_hold(own, rate):
    terms = polymarket_terms(rate)
    ladder = BuyLadder(levels=[(price, size * 10_000) for price, size in own], fees=terms)
    steps = ladder_steps(ladder, 2 * ONE)
    promised_e6 = sum(size_e6 for _, size_e6 in steps)
    held_e6 = sum(shares_received_e6(terms, price, size * 10_000) for price, size in own)
    assert promised_e6 == held_e6 - held_e6 % 10_000
    assert promised_e6 == 0 or order_for(ladder, promised_e6) is not None
    assert steps == sorted(steps)
