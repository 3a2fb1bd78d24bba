"""Settlement terms compared, approved or refused, and what a void leaves of a set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.core.contract_terms import (
    Bought,
    ContractTerms,
    Grade,
    PairTerms,
    Void,
    void_cases,
    worst_payoff_e6,
)
from underround.core.instrument import Outcome, Venue

ONE = 1_000_000
YES = Bought(Venue.POLYMARKET, Outcome.YES, 4_500)
NO = Bought(Venue.KALSHI, Outcome.NO, 5_000)


def pair(grade=None, residual="", approved_by="", **different) -> PairTerms:
    same = {"source": "the gauge", "tie": "no"}
    return PairTerms(
        polymarket=ContractTerms(**same),
        kalshi=ContractTerms(**{**same, **different}),
        grade=grade,
        residual=residual,
        approved_by=approved_by,
    )


def test_only_what_both_state_can_differ():
    assert pair(source="The  GAUGE", rounding="up").differences == ()
    assert pair(source="the press", tie="yes").differences == ("source", "tie")


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        (pair(), None),
        (pair(Grade.IDENTICAL), None),
        (pair(Grade.EQUIVALENT, "a void"), None),
        (pair(Grade.DIFFERENT, approved_by="me"), None),
        (pair(tie="yes", approved_by="me"), None),
        (pair(Grade.EQUIVALENT, "ties", "me", tie="yes"), None),
        (pair(tie="yes"), 'differ in tie ("no" | "yes"): add approved_by'),
        (pair(Grade.EQUIVALENT, "ties", tie="yes"), 'differ in tie ("no" | "yes"): add'),
        (pair(Grade.IDENTICAL, approved_by="me", tie="yes"), 'graded "identical", but'),
        (pair(Grade.EQUIVALENT), "without a residual"),
        (pair(Grade.DIFFERENT), 'graded "different": add approved_by'),
    ],
)
def test_a_difference_needs_somebody_who_approved_it(terms, refusal):
    assert terms.refusal is None if refusal is None else refusal in terms.refusal


def test_void_cases_by_hand():
    # Polymarket halves: 0.50. Kalshi pays NO its last price: 0.50. Both: 1.00.
    cases = void_cases((YES, NO), ONE)
    assert [case.payoff_e6 for case in cases] == [500_000, 500_000, 1_000_000]
    rules = PairTerms(polymarket=ContractTerms(void=Void.NO))
    cases = void_cases((YES, NO), ONE, rules)
    assert (cases[0].payoff_e6, worst_payoff_e6((YES, NO), ONE, rules)) == (0, 0)
    assert cases[0].words == "void: polymarket pays no, the other settles against you"


def test_the_other_outcome_gains_where_a_void_pays_no():
    other = Bought(Venue.POLYMARKET, Outcome.NO, 4_500), Bought(Venue.KALSHI, Outcome.YES, 5_000)
    rules = PairTerms(polymarket=ContractTerms(void=Void.NO))
    paid = {
        case.words.count("polymarket"): case.payoff_e6 for case in void_cases(other, ONE, rules)
    }
    assert paid[1] >= ONE


def test_a_different_bet_may_lose_both_ways():
    terms = pair(Grade.DIFFERENT, approved_by="me")
    assert worst_payoff_e6((YES, NO), ONE, terms) == 0


bought = st.builds(Bought, st.sampled_from(Venue), st.sampled_from(Outcome), st.integers(1, 9_999))


rules = st.builds(
    PairTerms,
    polymarket=st.builds(ContractTerms, void=st.sampled_from(["", *Void])),
    kalshi=st.builds(ContractTerms, void=st.sampled_from(["", *Void])),
    grade=st.sampled_from([None, *Grade]),
)


@given(st.lists(bought, min_size=2, max_size=6), st.integers(1, 5), st.none() | rules)
def test_the_worst_is_the_least_of_all_cases_and_the_payoff(legs, sets, terms):
    cases = [case.payoff_e6 for case in void_cases(legs, sets * ONE, terms)]
    assert cases == sorted(cases)
    assert cases[0] >= 0
    assert worst_payoff_e6(legs, sets * ONE, terms) == min(sets * ONE, cases[0])
