"""Ladders against hand sums, and against brute force over where the value ends up."""

from fractions import Fraction

from hypothesis import event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.books import in_whole_contracts, markets
from tests.oracles.outcomes import by_simplex, by_trying_all
from underround.core.arbitrage.ladder import Rung, RungPair, best_pair, solve
from underround.core.fees import PolymarketReading, kalshi_terms, polymarket_terms
from underround.core.sizing import BuyLadder

ONE = 1_000_000
FREE = polymarket_terms("0")


def ladder(*levels, fees=FREE, **limits):
    return BuyLadder(
        levels=[(price_e4, round(size * ONE)) for price_e4, size in levels], fees=fees, **limits
    )


def rung(yes=(), no=()):
    """Return a rung sold at one venue: (price_e4, contracts) levels of YES and NO."""
    return Rung(yes=[ladder(*yes)], no=[ladder(*no)])


def pairs(solved):
    return [(pair.wide, pair.narrow, pair.size_e6 / ONE) for pair in solved.pairs]


def test_the_wide_yes_and_the_narrow_no_cannot_both_lose():
    # "Above 65k" at .60 with "not above 70k" at .35, fees .0168 and .015925.
    kalshi = kalshi_terms("quadratic", "1")
    crypto = polymarket_terms("0.07", reading=PolymarketReading.DOLLARS)
    rungs = [
        Rung(yes=[ladder((6_000, 100), fees=kalshi)], no=[ladder((4_100, 100), fees=kalshi)]),
        Rung(yes=[ladder((6_600, 100), fees=crypto)], no=[ladder((3_500, 40), fees=crypto)]),
    ]
    assert best_pair(rungs) == (0, 1, 17_275)
    solved = solve(rungs, 5_000)
    assert solved is not None
    assert pairs(solved) == [(0, 1, 40.0)]
    assert [(order.leg, order.size_e6) for order in solved.sizing.orders] == [
        (0, 40_000_000),
        (3, 40_000_000),
    ]
    assert solved.sizing.edge_usd_e6 == 40_000_000 - 24_000_000 - 672_000 - 14_000_000 - 637_000
    assert solve(rungs, 17_276) is None


def test_the_order_of_the_rungs_matters():
    cheap = rung(yes=[(6_000, 10)])
    assert solve([cheap, rung(no=[(3_000, 10)])], 0) is not None
    assert solve([rung(no=[(3_000, 10)]), cheap], 0) is None


def test_a_question_is_not_paired_with_itself():
    assert solve([rung(yes=[(4_000, 10)], no=[(4_000, 10)])], 0) is None
    assert best_pair([rung(yes=[(4_000, 10)], no=[(4_000, 10)])]) is None


def test_the_best_pair_at_the_top_is_not_always_taken():
    # Greedy takes YES 0 with NO 3 (.40), after which YES 2 finds no NO: .40 in all. The optimum
    # hedges YES 2 with NO 3 and YES 0 with NO 1: .39 and .20.
    rungs = [
        rung(yes=[(3_000, 1)]),
        rung(no=[(5_000, 1)]),
        rung(yes=[(3_100, 1)]),
        rung(no=[(3_000, 1)]),
    ]
    assert best_pair(rungs) == (0, 3, 400_000)
    solved = solve(rungs, 0)
    assert solved is not None
    assert pairs(solved) == [(0, 1, 1.0), (2, 3, 1.0)]
    assert solved.sizing.edge_usd_e6 == 590_000


def test_a_narrower_no_takes_over_what_a_wider_one_had():
    rungs = [
        rung(yes=[(4_000, 10)]),
        rung(no=[(5_500, 10)]),
        rung(no=[(5_000, 6)]),
    ]
    solved = solve(rungs, 0)
    assert solved is not None
    assert pairs(solved) == [(0, 1, 4.0), (0, 2, 6.0)]
    assert [(order.leg, order.size_e6 // ONE) for order in solved.sizing.orders] == [
        (0, 10),
        (3, 4),
        (5, 6),
    ]


def test_every_venue_s_offer_of_a_rung_counts():
    rungs = [
        Rung(yes=[ladder((6_500, 5)), ladder((6_000, 3))], no=[]),
        Rung(yes=[], no=[ladder((3_000, 9))]),
    ]
    solved = solve(rungs, 0)
    assert solved is not None
    assert [(order.leg, order.choice, order.size_e6 // ONE) for order in solved.sizing.orders] == [
        (0, 0, 5),
        (0, 1, 3),
        (3, 0, 8),
    ]


def test_a_purchase_under_its_minimum_is_left_out():
    small = ladder((3_000, 2), min_size_e6=5 * ONE)
    rungs = [
        Rung(yes=[small, ladder((3_500, 4))], no=[]),
        Rung(yes=[], no=[ladder((6_000, 9))]),
    ]
    solved = solve(rungs, 0)
    assert solved is not None
    assert [(order.leg, order.choice, order.size_e6 // ONE) for order in solved.sizing.orders] == [
        (0, 1, 4),
        (3, 0, 4),
    ]
    assert solve([replace(rungs[0], yes=[small]), rungs[1]], 0) is None


def test_an_edge_equal_to_the_threshold_counts():
    rungs = [rung(yes=[(6_000, 1), (6_100, 1)]), rung(no=[(3_900, 2)])]
    solved = solve(rungs, 10_000)
    assert solved is not None
    assert solved.pairs == (RungPair(0, 1, ONE),)
    assert solve(rungs, 10_001) is None


def a_ladder(**limits):
    """Draw two or three rungs whose two sides sell at prices where profit begins."""
    side = markets(low_e4=2_000, high_e4=8_000, **limits)
    return st.lists(st.tuples(side, side), min_size=2, max_size=3)


def payoffs_of(count):
    """Return what each rung's YES and NO pay, by where the value ends up.

    Between rungs there is one place, and at every rung another where neither its YES nor its NO
    pays: the two mirror one book and are not to hedge each other.
    """
    return [
        [pays for rung in range(count) for pays in (int(end > 2 * rung + 1), int(end <= 2 * rung))]
        for end in range(2 * count + 1)
    ]


def profit(solved):
    return Fraction(0) if solved is None else Fraction(solved.sizing.edge_usd_e6, ONE)


def oracle_case(drawn):
    """Return the rungs, the oracle's offers and payoffs, and the most that rounding may take."""
    rungs = [Rung(yes=[yes], no=[no]) for (yes, _), (no, _) in drawn]
    offers = [offer for pair in drawn for _, offer in pair]
    fills = sum(len(offer.levels) for offer in offers)
    return rungs, offers, payoffs_of(len(drawn)), fills * Fraction(11, 100_000)


@settings(max_examples=80)
@given(a_ladder(deepest=2))
def test_no_sure_profit_is_missed_and_none_invented(drawn):
    rungs, offers, payoffs, rounding = oracle_case(drawn)
    bound = by_simplex(payoffs, offers)
    event("profit" if bound else "none")
    assert bound * Fraction(999, 1000) - rounding <= profit(solve(rungs, 0)) <= bound


@settings(max_examples=40)
@given(a_ladder(deepest=1, largest=2))
def test_every_purchase_in_whole_contracts_is_matched(drawn):
    drawn = [tuple(in_whole_contracts(*side) for side in pair) for pair in drawn]
    rungs, offers, payoffs, rounding = oracle_case(drawn)
    best = by_trying_all(payoffs, offers)
    event("profit" if best else "none")
    assert best - rounding <= profit(solve(rungs, 0)) <= best


@settings(max_examples=40)
@given(a_ladder(deepest=2), st.integers(1, 50_000))
def test_pairs_and_orders_agree(drawn, threshold_e6):
    rungs, *_ = oracle_case(drawn)
    solved = solve(rungs, threshold_e6)
    if solved is None:
        return
    yes_e6, no_e6 = [0] * len(rungs), [0] * len(rungs)
    for pair in solved.pairs:
        assert pair.wide < pair.narrow
        yes_e6[pair.wide] += pair.size_e6
        no_e6[pair.narrow] += pair.size_e6
    by_leg = {order.leg: order.size_e6 for order in solved.sizing.orders}
    assert [by_leg.get(2 * rung, 0) for rung in range(len(rungs))] == yes_e6
    assert [by_leg.get(2 * rung + 1, 0) for rung in range(len(rungs))] == no_e6
    assert solved.sizing.size_e6 == solved.sizing.payoff_usd_e6 == sum(yes_e6)
    assert solved.sizing.edge_e6 >= threshold_e6
