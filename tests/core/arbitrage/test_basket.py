"""Baskets without their solver: outcome spaces, the stated program, and exact judgement."""

import pytest

from underround.core.arbitrage.basket import (
    OUTCOME_LIMIT,
    Claim,
    Relation,
    Rule,
    amounts_e6,
    cluster_of,
    formulate,
    formulate_top,
    outcome_space,
    price,
)
from underround.core.fees import kalshi_terms, polymarket_terms
from underround.core.instrument import Outcome
from underround.core.sizing import BuyLadder

ONE = 1_000_000
FREE = polymarket_terms("0")
T, F = True, False


def ladder(*levels, fees=FREE, **limits):
    return BuyLadder(
        levels=[(price_e4, round(size * ONE)) for price_e4, size in levels], fees=fees, **limits
    )


def rule(relation, *questions):
    return Rule(relation, questions)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([], {(T, T), (T, F), (F, T), (F, F)}),
        ([rule(Relation.IMPLIES, 0, 1)], {(T, T), (F, T), (F, F)}),
        ([rule(Relation.IMPLIES, 1, 0)], {(T, T), (T, F), (F, F)}),
        ([rule(Relation.EQUAL, 0, 1)], {(T, T), (F, F)}),
        ([rule(Relation.OPPOSITE, 0, 1)], {(T, F), (F, T)}),
        ([rule(Relation.AT_MOST_ONE, 0, 1)], {(T, F), (F, T), (F, F)}),
        ([rule(Relation.AT_LEAST_ONE, 0, 1)], {(T, F), (F, T), (T, T)}),
        ([rule(Relation.AT_LEAST_ONE, 1)], {(T, T), (F, T)}),
    ],
)
def test_rules_leave_the_outcomes_they_allow(rules, expected):
    assert set(outcome_space(2, rules)) == expected


def test_an_implication_may_run_through_several_questions():
    assert outcome_space(3, [rule(Relation.IMPLIES, 2, 1, 0)]) == [
        (T, T, T),
        (T, T, F),
        (T, F, F),
        (F, F, F),
    ]


def test_a_space_without_outcomes_or_with_too_many_is_refused():
    with pytest.raises(ValueError, match="contradict"):
        outcome_space(2, [rule(Relation.EQUAL, 0, 1), rule(Relation.OPPOSITE, 0, 1)])
    with pytest.raises(ValueError, match=f"more than {OUTCOME_LIMIT} outcomes"):
        outcome_space(13, [])
    assert len(outcome_space(60, [rule(Relation.AT_MOST_ONE, *range(60))])) == 61
    with pytest.raises(ValueError, match="rule equal names question 2 of 2"):
        outcome_space(2, [rule(Relation.EQUAL, 0, 2)])


def test_payoffs_follow_the_worlds_and_the_voids():
    cluster = cluster_of(
        outcome_space(2, [rule(Relation.IMPLIES, 0, 1)]),
        [Claim(1, Outcome.YES), Claim(0, Outcome.NO)],
        voids_e6=[(500_000, 500_000)],
    )
    assert set(cluster.payoffs_e6) == {(ONE, 0), (ONE, ONE), (0, ONE), (500_000, 500_000)}


CLUSTER = cluster_of(
    outcome_space(2, [rule(Relation.IMPLIES, 0, 1)]), [Claim(1, Outcome.YES), Claim(0, Outcome.NO)]
)
LADDERS = [
    ladder((6_000, 10), (6_500, 5)),
    ladder((3_000, 12), fees=kalshi_terms("quadratic", "1")),
]


def test_the_program_states_levels_fees_and_outcomes():
    program = formulate(CLUSTER, LADDERS, 5_000, frozenset())
    assert program.claims == (-1, 0, 0, 1)
    assert program.gains == (0.995, -0.6, -0.65, -0.3147)  # .30 and a fee of .0147
    assert program.upper == (27.0, 10.0, 5.0, 12.0)
    assert set(program.rows) == {
        ((0, -1.0), (1, 1.0), (2, 1.0)),
        ((0, -1.0), (3, 1.0)),
        ((0, -1.0), (1, 1.0), (2, 1.0), (3, 1.0)),
    }


def test_a_claim_left_out_is_not_in_the_program():
    assert formulate(CLUSTER, LADDERS, 0, frozenset({0})).claims == (-1, 1)
    assert formulate_top(CLUSTER, [LADDERS[0], ladder()]).claims == (-1, 0)
    assert formulate_top(CLUSTER, LADDERS).upper[0] == 1.0


def test_a_solver_s_floats_become_lots():
    program = formulate(CLUSTER, LADDERS, 0, frozenset())
    values = (12.0, 9.999999999, 1.987, 11.9999995)
    assert amounts_e6(program, values, LADDERS) == [11_980_000, 12_000_000]


def test_an_answer_is_priced_exactly_or_not_believed():
    sizing = price(CLUSTER, LADDERS, [12 * ONE, 12 * ONE], 5_000, 85_300)
    # 10 × .60 + 2 × .65 + 12 × .30 + 12 × .0147 = 11.0764 for 12 dollars.
    assert sizing is not None
    assert (sizing.size_e6, sizing.cost_usd_e6, sizing.fee_usd_e6) == (
        12 * ONE,
        11_076_400,
        176_400,
    )
    assert sizing.edge_usd_e6 == 923_600
    assert [(order.leg, order.limit_price_e4) for order in sizing.orders] == [
        (0, 6_500),
        (1, 3_000),
    ]
    assert price(CLUSTER, LADDERS, [12 * ONE, 12 * ONE], 76_967, 0) is None
    assert price(CLUSTER, LADDERS, [16 * ONE, 12 * ONE], 0, 0) is None  # no such depth
    assert price(CLUSTER, LADDERS, [12 * ONE, 0], 0, 0) is None  # YES alone is sure of nothing
    dearer = [LADDERS[0], ladder((4_500, 12))]
    assert price(CLUSTER, dearer, [12 * ONE, 12 * ONE], 0, 0) is None
