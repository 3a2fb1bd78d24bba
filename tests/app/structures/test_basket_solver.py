"""Baskets solved by HiGHS against exact fractions over random small clusters."""

from fractions import Fraction

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.books import markets
from tests.oracles.outcomes import by_simplex
from underround.app.structures.basket_solver import size_basket, solve
from underround.core.arbitrage.basket import (
    Claim,
    LinearProgram,
    Relation,
    Rule,
    cluster_of,
    outcome_space,
)
from underround.core.fees import polymarket_terms
from underround.core.instrument import Outcome
from underround.core.sizing import BuyLadder

ONE = 1_000_000
FREE = polymarket_terms("0")


def ladder(*levels, **limits):
    return BuyLadder(
        levels=[(price_e4, round(size * ONE)) for price_e4, size in levels], fees=FREE, **limits
    )


def three_way():
    """Three candidates of whom two are nominated: any two of three NOs lose at most once more."""
    worlds = [(True, True, False), (True, False, True), (False, True, True)]
    return cluster_of(worlds, [Claim(question, Outcome.NO) for question in range(3)])


def test_a_program_is_solved():
    program = LinearProgram(
        gains=(1.0, -0.5), upper=(9.0, 4.0), rows=(((0, -1.0), (1, 1.0)),), claims=(-1, 0)
    )
    assert solve(program) == pytest.approx((4.0, 4.0))


def test_a_cluster_no_single_kind_covers():
    # Exactly one of the three loses: the three NOs pay one dollar and cost .90.
    sizing = size_basket(
        three_way(), [ladder((3_000, 10)), ladder((3_000, 20)), ladder((3_000, 7), (3_500, 9))], 0
    )
    assert sizing is not None
    assert sizing.edge_top_e6 == 100_000
    assert [order.size_e6 // ONE for order in sizing.orders] == [10, 10, 10]
    assert sizing.edge_usd_e6 == 7 * 100_000 + 3 * 50_000


def test_the_threshold_is_the_edge_of_the_last_dollar():
    ladders = [ladder((3_000, 10)), ladder((3_000, 20)), ladder((3_000, 7), (3_500, 9))]
    sizing = size_basket(three_way(), ladders, 60_000)
    assert sizing is not None
    assert sizing.size_e6 == 7 * ONE
    assert size_basket(three_way(), ladders, 100_001) is None


def test_a_claim_under_its_minimum_is_left_out():
    ladders = [ladder((3_000, 10)), ladder((3_000, 20)), ladder((3_000, 7), min_size_e6=8 * ONE)]
    assert size_basket(three_way(), ladders, 0) is None
    assert size_basket(three_way(), [*ladders[:2], replace(ladders[2], min_size_e6=ONE)], 0)


def test_a_payoff_in_dispute_is_the_worst_one():
    claims = [Claim(0, Outcome.YES), Claim(0, Outcome.NO)]
    worlds = outcome_space(1, [])
    ladders = [ladder((4_000, 10)), ladder((4_500, 10))]
    assert size_basket(cluster_of(worlds, claims), ladders, 0) is not None
    both_half = cluster_of(worlds, claims, voids_e6=[(500_000, 500_000)])
    assert size_basket(both_half, ladders, 0) is not None
    one_side_void = cluster_of(worlds, claims, voids_e6=[(260_000, 0)])
    assert size_basket(one_side_void, ladders, 0) is None


RELATIONS = st.one_of(
    st.builds(
        Rule,
        st.sampled_from([Relation.IMPLIES, Relation.EQUAL, Relation.OPPOSITE]),
        st.permutations(range(3)).map(lambda order: tuple(order[:2])),
    ),
    st.builds(
        Rule,
        st.sampled_from([Relation.AT_MOST_ONE, Relation.AT_LEAST_ONE]),
        st.permutations(range(3)).map(tuple),
    ),
)


@settings(max_examples=60)
@given(
    st.lists(RELATIONS, min_size=1, max_size=2),
    st.lists(markets(low_e4=1_500, high_e4=7_500, deepest=2), min_size=6, max_size=6),
)
def test_no_sure_profit_is_missed_and_none_invented(rules, drawn):
    try:
        worlds = outcome_space(3, rules)
    except ValueError:
        event("contradiction")
        return
    claims = [Claim(question, side) for question in range(3) for side in Outcome]
    offers = [offer for _, offer in drawn]
    # The oracle counts its own payoffs from the worlds.
    payoffs = [
        [int(world[column // 2] == (column % 2 == 0)) for column in range(6)] for world in worlds
    ]
    bound = by_simplex(payoffs, offers)
    sizing = size_basket(cluster_of(worlds, claims), [own for own, _ in drawn], 0)
    found = Fraction(0) if sizing is None else Fraction(sizing.edge_usd_e6, ONE)
    event("profit" if bound else "none")
    # Rounding a claim down to its lot may cost the payoff of a lot, each fill 0.00011.
    rounding = 6 * Fraction(1, 100) + 12 * Fraction(11, 100_000)
    assert bound * Fraction(999, 1000) - rounding <= found <= bound
