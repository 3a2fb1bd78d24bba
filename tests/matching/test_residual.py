"""What is left between two accepted contracts, and its price."""

import pytest

from tests.matching.contracts import SAME, kalshi, poly
from underround.matching.residual import Residual
from underround.matching.verdict import Decision, judge

FAIR = "If never played within two weeks, the market will resolve to a fair price."


def test_void_rules_of_a_game_are_recorded_and_priced():
    one, two = SAME["soccer win"]
    verdict = judge(
        poly(
            one.title,
            rules='If the game is canceled, this market will resolve "No".',
            ends=one.ends,
        ),
        kalshi(two.id, two.title, two.subtitle, FAIR),
    )
    assert verdict.decision is Decision.ACCEPT
    (rest,) = verdict.residual
    assert (
        rest.words
        == "void: Polymarket No if never played, Kalshi fair price if not played within two weeks"
    )
    assert (rest.chance, rest.worst_usd_e6, rest.cost_usd_e6) == (0.002, 1_000_000, 2_000)
    assert "residual: void" in verdict.reason


def test_a_window_against_a_deadline_leaves_something_over():
    verdict = judge(*SAME["in the year, by its end"])
    assert verdict.decision is Decision.ACCEPT
    assert [rest.words.split(":")[0] for rest in verdict.residual] == ["period"]


def test_identical_terms_leave_nothing():
    assert judge(*SAME["nominee"]).residual == ()


@pytest.mark.parametrize(("chance", "worst", "cost"), [(0.0, 10, 0), (0.1, 1, 1), (0.5, 10, 5)])
def test_cost_is_rounded_up(chance, worst, cost):
    assert Residual("x", chance, worst).cost_usd_e6 == cost
