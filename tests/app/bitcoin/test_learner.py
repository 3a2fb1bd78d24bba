"""The corrections: what they find when there is something to find, and when there is nothing."""

import random
from math import exp, log

import pytest

from underround.app.bitcoin.calibration import Decision, compare, walk_forward
from underround.app.bitcoin.learner import LogisticCorrection, fit_boosted, fit_logistic
from underround.core.errors import ConfigError


def world(windows, truth, seed=2):
    """Make decisions whose outcome has the probability truth(p, feature)."""
    dice = random.Random(seed)
    decisions = []
    for window in range(windows):
        p, feature = dice.uniform(0.05, 0.95), dice.uniform(-1, 1)
        outcome = dice.random() < truth(p, feature)
        opened = window * 900
        decisions.append(Decision(opened + 900, opened, opened + 60, p, outcome, None, (feature,)))
    return decisions


def sharpened(p, _):
    odds = (p / (1 - p)) ** 2.5
    return odds / (1 + odds)


def test_a_model_too_timid_is_sharpened():
    weights = fit_logistic(world(4_000, sharpened)).weights
    assert weights == pytest.approx((0.0, 2.5, 0.0), abs=0.25)


def test_nothing_to_find_changes_nothing():
    weights = fit_logistic(world(4_000, lambda p, _: p)).weights
    assert weights == pytest.approx((0.0, 1.0, 0.0), abs=0.1)


def test_a_few_decisions_hardly_move_it():
    few = world(3, lambda *_: 1.0)
    assert fit_logistic(few).weights == pytest.approx((0.0, 1.0, 0.0), abs=0.9)
    assert 0 < fit_logistic(few).probability(few[0]) < 1


def test_the_neutral_correction_says_what_the_model_said():
    (decision,) = world(1, lambda *_: 1.0)
    assert LogisticCorrection((0.0, 1.0, 0.0)).probability(decision) == pytest.approx(
        decision.p_model
    )


def test_extreme_logits_do_not_overflow():
    correction = LogisticCorrection((0.0, 500.0, 0.0))
    ends = [Decision(1, 0, 0, p, outcome=True, features=(0.0,)) for p in (0.0, 1.0)]
    assert [correction.probability(end) for end in ends] == pytest.approx([0.0, 1.0])


def test_it_wins_out_of_sample_only_where_there_is_something_to_win():
    verdicts = []
    for truth in (sharpened, lambda p, _: p):
        tried, said = walk_forward(world(300, truth), fit_logistic, least_windows=100)
        verdicts.append(compare([each.p_model for each in tried], said, tried).is_better)
    assert verdicts == [True, False]


def test_no_decisions_teach_nothing():
    with pytest.raises(ValueError, match="no decisions"):
        fit_logistic([])


def test_boosting_without_its_extra_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn", None)
    monkeypatch.setitem(__import__("sys").modules, "sklearn.ensemble", None)
    with pytest.raises(ConfigError, match=r"pip install 'underround\[learn\]'"):
        fit_boosted(world(10, sharpened))


def test_boosting_finds_what_a_feature_tells():
    pytest.importorskip("sklearn", reason="the `learn` extra is not installed")

    def truth(p, feature):
        return 1 / (1 + exp(-(log(p / (1 - p)) + (3 if feature > 0 else -3))))

    correction = fit_boosted(world(1_500, truth))
    told = [Decision(1, 0, 0, 0.5, outcome=True, features=(x,)) for x in (-0.8, 0.8)]
    low, high = (correction.probability(each) for each in told)
    assert (low < 0.2, high > 0.8) == (True, True)
    with pytest.raises(ValueError, match="one outcome only"):
        fit_boosted(world(10, lambda *_: 1.0))
