"""Partitions against hand sums, and against brute force over which outcome wins."""

from fractions import Fraction

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.books import both, in_whole_contracts, markets
from tests.oracles.outcomes import by_simplex, by_trying_all
from underround.core.arbitrage.partition import OutcomeSet, Way, refusal, size
from underround.core.fees import PolymarketReading, kalshi_terms, polymarket_terms
from underround.core.sizing import BuyLadder

ONE = 1_000_000
FREE = polymarket_terms("0")
PROVEN = OutcomeSet(id="e", is_exhaustive=True, is_exclusive=True)
EXCLUSIVE = OutcomeSet(id="e", is_exhaustive=False, is_exclusive=True)


def ladder(*levels, fees=FREE, **limits):
    return BuyLadder(
        levels=[(price_e4, round(size * ONE)) for price_e4, size in levels], fees=fees, **limits
    )


def orders(sizing):
    return [(order.leg, order.choice, order.size_e6 / ONE) for order in sizing.orders]


def test_all_yes_below_a_dollar_with_fees():
    crypto = polymarket_terms("0.07", reading=PolymarketReading.DOLLARS)
    legs = [
        [ladder((3_000, 50), fees=crypto)],
        [ladder((2_000, 80), fees=kalshi_terms("quadratic", "1"))],
        [ladder((4_000, 60), (4_800, 60))],
    ]
    sizing = size(PROVEN, Way.ALL_YES, legs, 5_000)
    # .90 and fees .0147 + .0112: 7.41 ¢ a set, 50 sets (the dearest level is not reached).
    assert sizing is not None
    assert (sizing.size_e6, sizing.edge_top_e6) == (50 * ONE, 74_100)
    assert sizing.edge_usd_e6 == 50_000_000 - 45_000_000 - 735_000 - 560_000


def test_all_no_pays_all_but_one():
    # Bids of .45, .40 and .30 on YES are NOs at .55, .60 and .70: 1.85 for two dollars.
    legs = [[ladder((5_500, 10))], [ladder((6_000, 10))], [ladder((7_000, 10))]]
    sizing = size(EXCLUSIVE, Way.ALL_NO, legs, 5_000)
    assert sizing is not None
    assert (sizing.size_e6, sizing.payoff_usd_e6) == (10 * ONE, 20_000_000)
    assert (sizing.cost_usd_e6, sizing.edge_usd_e6) == (18_500_000, 1_500_000)
    assert sizing.edge_top_e6 == 150_000


def test_all_no_goes_on_without_the_outcome_that_ran_out():
    legs = [[ladder((4_000, 10))], [ladder((4_500, 30))], [ladder((9_000, 4))]]
    sizing = size(EXCLUSIVE, Way.ALL_NO, legs, 0)
    # 4 sets at .60 + .55 + .10 − 1 = .25, then 6 of the first two at .15.
    assert sizing is not None
    assert orders(sizing) == [(0, 0, 10.0), (1, 0, 10.0), (2, 0, 4.0)]
    assert sizing.edge_usd_e6 == 4 * 250_000 + 6 * 150_000
    tighter = size(EXCLUSIVE, Way.ALL_NO, legs, 200_000)
    assert tighter is not None
    assert tighter.size_e6 == 4 * ONE


def test_the_cheapest_venue_serves_each_outcome_first():
    legs = [
        [ladder((4_000, 10)), ladder((3_500, 4))],
        [ladder((5_000, 20))],
    ]
    sizing = size(PROVEN, Way.ALL_YES, legs, 0)
    assert sizing is not None
    assert orders(sizing) == [(0, 0, 10.0), (0, 1, 4.0), (1, 0, 14.0)]
    nos = size(EXCLUSIVE, Way.ALL_NO, legs, 0)
    assert nos is not None
    assert orders(nos) == [(0, 0, 10.0), (0, 1, 4.0), (1, 0, 14.0)]


def test_a_no_below_its_minimum_is_left_out_and_the_rest_still_pays():
    legs = [
        [ladder((4_000, 10))],
        [ladder((4_500, 30))],
        [ladder((9_000, 4), min_size_e6=5 * ONE)],
    ]
    sizing = size(EXCLUSIVE, Way.ALL_NO, legs, 0)
    assert sizing is not None
    assert orders(sizing) == [(0, 0, 10.0), (1, 0, 10.0)]


def test_a_minimum_beyond_the_marginal_edge_is_reached_while_the_whole_pays():
    legs = [
        [ladder((4_000, 2), (5_200, 9), min_size_e6=5 * ONE)],
        [ladder((4_900, 30))],
    ]
    sizing = size(EXCLUSIVE, Way.ALL_NO, legs, 0)
    # 2 × .11 − 3 × .01 over 5.
    assert sizing is not None
    assert (sizing.size_e6, sizing.edge_usd_e6) == (5 * ONE, 190_000)
    dear = [[replace(legs[0][0], min_size_e6=11 * ONE)], legs[1]]
    assert size(EXCLUSIVE, Way.ALL_NO, dear, 20_000) is None


def test_the_cap_and_the_threshold_are_kept():
    legs = [[ladder((4_000, 10))], [ladder((4_500, 30))]]
    capped = size(EXCLUSIVE, Way.ALL_NO, legs, 0, 3_500_000)
    assert capped is not None
    assert capped.size_e6 == 3_500_000
    assert size(EXCLUSIVE, Way.ALL_NO, legs, 150_001) is None
    assert size(EXCLUSIVE, Way.ALL_NO, [legs[0], [ladder()]], 0) is None


@pytest.mark.parametrize(
    ("changes", "way", "reason"),
    [
        ({}, Way.ALL_YES, None),
        ({}, Way.ALL_NO, None),
        ({"is_exhaustive": False}, Way.ALL_YES, "e: not proven that one of the listed"),
        ({"is_exhaustive": False}, Way.ALL_NO, None),
        ({"is_open_ended": True}, Way.ALL_YES, "e: outcomes may be added"),
        ({"is_open_ended": True}, Way.ALL_NO, None),
        ({"is_exclusive": False}, Way.ALL_NO, "e: more than one outcome may win"),
        ({"is_exclusive": False}, Way.ALL_YES, None),
    ],
)
def test_what_proves_nothing_is_refused_with_the_reason(changes, way, reason):
    outcomes = replace(PROVEN, **changes)
    found = refusal(outcomes, way)
    assert (found is None) == (reason is None)
    assert reason is None or (found or "").startswith(reason)
    cheap = [[ladder((100, 10))], [ladder((100, 10))]]
    assert (size(outcomes, way, cheap, 0) is None) == (reason is not None)


def winner_payoffs(count, *, is_exhaustive, pays_yes):
    """Return which of `count` offers pays when outcome 0, 1, … wins; or none, if that may be."""
    winners = range(count if is_exhaustive else count + 1)
    return [[int((own == winner) == pays_yes) for own in range(count)] for winner in winners]


def a_set(way, **limits):
    """Draw what sells every YES, or every NO, around the prices where profit begins."""
    if way is Way.ALL_YES:
        return st.lists(markets(low_e4=100, high_e4=5_500, **limits), min_size=2, max_size=4)
    return st.lists(markets(low_e4=3_500, high_e4=9_500, **limits), min_size=2, max_size=4)


def profit(sizing):
    return Fraction(0) if sizing is None else Fraction(sizing.edge_usd_e6, ONE)


ways = pytest.mark.parametrize("way", Way)


@ways
@settings(max_examples=60)
@given(st.data(), st.booleans())
def test_no_sure_profit_is_missed_and_none_invented(way, data, is_exhaustive):
    drawn = data.draw(a_set(way, deepest=2))
    outcomes = OutcomeSet(id="e", is_exhaustive=is_exhaustive, is_exclusive=True)
    offers = [offer for _, offer in drawn]
    payoffs = winner_payoffs(len(offers), is_exhaustive=is_exhaustive, pays_yes=way is Way.ALL_YES)
    bound = by_simplex(payoffs, offers)
    found = profit(size(outcomes, way, [[each] for each, _ in drawn], 0))
    event("profit" if bound else "none")
    # Rounding takes less than 0.00011 a fill.
    fills = sum(len(offer.levels) for offer in offers)
    assert bound * Fraction(999, 1000) - fills * Fraction(11, 100_000) <= found <= bound


@ways
@settings(max_examples=60)
@given(st.data())
def test_every_purchase_in_whole_contracts_is_matched(way, data):
    drawn = [in_whole_contracts(*each) for each in data.draw(a_set(way, deepest=2, largest=2))]
    offers = [offer for _, offer in drawn]
    payoffs = winner_payoffs(len(offers), is_exhaustive=True, pays_yes=way is Way.ALL_YES)
    best = by_trying_all(payoffs, offers)
    event("profit" if best else "none")
    assert profit(size(PROVEN, way, [[own] for own, _ in drawn], 0)) == best


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(5, 90), st.integers(0, 4), st.integers(1, 900), st.integers(1, 900)),
        min_size=2,
        max_size=4,
    ),
    st.booleans(),
)
def test_no_mixture_of_yes_and_no_beats_the_two_ways(quotes, is_exhaustive):
    """Where every market's YES and NO cost a dollar or more, the two ways are all there is."""
    outcomes = OutcomeSet(id="e", is_exhaustive=is_exhaustive, is_exclusive=True)
    terms, legs, offers = kalshi_terms("quadratic", "0"), {way: [] for way in Way}, []
    for cents, spread, *depths in quotes:
        for way, price_e4, hundredths in zip(
            Way, (cents * 100, 10_000 - (cents - spread) * 100), depths, strict=True
        ):
            own, offer = both([(price_e4, hundredths)], terms, "kalshi", Fraction(0))
            legs[way].append([own])
            offers.append(offer)
    payoffs = [
        [int((column % 2 == 0) == (column // 2 == winner)) for column in range(len(offers))]
        for winner in range(len(quotes) + (not is_exhaustive))
    ]
    bound = by_simplex(payoffs, offers)
    found = max(profit(size(outcomes, way, legs[way], 0)) for way in Way)
    event("profit" if bound else "none")
    assert bound * Fraction(999, 1000) - len(offers) * Fraction(1, 10_000) <= found <= bound
