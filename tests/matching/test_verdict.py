"""Pairs judged whole: the same bets are accepted, lookalikes are not, and one pair means one."""

import pytest
from msgspec.structs import replace

from tests.matching.contracts import SAME, kalshi, poly
from tests.matching.lookalikes import APART
from underround.matching.checks import Finding
from underround.matching.verdict import Decision, judge, one_to_one


@pytest.mark.parametrize("name", sorted(SAME))
def test_the_same_bet_is_accepted(name):
    verdict = judge(*SAME[name])
    assert verdict.decision is Decision.ACCEPT, verdict.reason


@pytest.mark.parametrize("name", sorted(APART))
def test_a_lookalike_is_never_accepted_and_the_right_check_says_why(name):
    *pair, check = APART[name]
    verdict = judge(*pair)
    against = {each.name for each in verdict.checks if each.finding is not Finding.PASS}
    assert verdict.decision is not Decision.ACCEPT
    assert check in against, verdict.reason


def test_of_all_pairings_only_the_true_ones_are_accepted():
    own = {(one.title, one.outcome, two.id) for one, two in SAME.values()}
    accepted = {
        (one.title, one.outcome, two.id)
        for one, _ in SAME.values()
        for _, two in SAME.values()
        if judge(one, two).decision is Decision.ACCEPT
    }
    assert accepted == own


def test_buying_no_is_the_complement():
    one, two = SAME["slam"]
    verdict = judge(replace(one, outcome="No"), two)
    assert verdict.decision is Decision.REFUSE
    assert "polarity" in verdict.reason


def test_a_failure_outweighs_an_unknown():
    verdict = judge(
        poly("Will Acme release Rocket 9 by June 2026?"),
        kalshi("KXROCKET-26JUL01", "Will Acme announce Rocket 9 before Jul 1, 2026?"),
    )
    assert verdict.decision is Decision.REFUSE


def test_the_order_of_the_venues_is_demanded():
    one, two = SAME["slam"]
    with pytest.raises(ValueError, match="Polymarket listing"):
        judge(two, one)


def test_two_partners_for_one_side_send_both_to_review():
    one, two = SAME["nominee"]
    twin = replace(two, id="KXGOVOHNOMD-26-ANOWAK")
    verdicts = one_to_one([judge(one, two), judge(one, twin)])
    assert [verdict.decision for verdict in verdicts] == [Decision.REVIEW, Decision.REVIEW]
    assert "several partners" in verdicts[0].reason


def test_a_question_listed_under_two_ids_is_one_partner():
    one, two = SAME["nominee"]
    again = replace(one, id="0xother")
    verdicts = one_to_one([judge(one, two), judge(again, two), judge(one, two)])
    assert {verdict.decision for verdict in verdicts} == {Decision.ACCEPT}
