"""Scores by hand, reliability, and a walk-forward that can see no future."""

import random
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.app.bitcoin.calibration import (
    Decision,
    brier,
    compare,
    reliability,
    score,
    walk_forward,
)

WINDOW = 900


def decision(window, p, outcome, second=100, **changes):
    opened = window * WINDOW
    return Decision(opened + WINDOW, opened, opened + second, p, outcome, **changes)


def test_scores_by_hand():
    decisions = [decision(0, 0.8, outcome=True), decision(1, 0.4, outcome=True)]
    found = score([0.8, 0.4], decisions)
    assert found.brier == pytest.approx((0.04 + 0.36) / 2)
    assert found.log_loss == pytest.approx(-(log(0.8) + log(0.4)) / 2)
    assert (found.count, found.windows) == (2, 2)


def test_certain_and_wrong_is_bad_but_finite():
    assert score([0.0], [decision(0, 0.0, outcome=True)]).log_loss == pytest.approx(-log(1e-6))
    assert brier(0.0, outcome=True) == 1.0


def test_no_decisions_have_no_score():
    with pytest.raises(ValueError, match="no decisions"):
        score([], [])


def test_reliability_bins_hold_their_ends():
    bins = reliability([0.0, 0.05, 0.95, 1.0], [False, True, True, True])
    assert [(one.low, one.count, one.said, one.happened) for one in bins] == [
        (0.0, 2, 0.025, 0.5),
        (0.9, 2, 0.975, 1.0),
    ]


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_reliability_counts_everybody_once_and_brackets_the_share(pairs):
    bins = reliability([p for p, _ in pairs], [outcome for _, outcome in pairs])
    assert sum(one.count for one in bins) == len(pairs)
    for one in bins:
        assert 0 <= one.happened_low <= one.happened <= one.happened_high <= 1


class Recorder:
    """A fit that remembers what it was shown, and a correction that says a constant."""

    def __init__(self):
        self.shown = []

    def __call__(self, decisions):
        self.shown.append(list(decisions))
        return self

    def probability(self, decision):
        return 0.25


def test_walk_forward_sees_only_windows_closed_before_the_one_it_tries():
    decisions = [
        decision(window, 0.5, outcome=bool(window % 2), second=second)
        for window in range(6)
        for second in (100, 500)
    ]
    random.Random(1).shuffle(decisions)
    fit = Recorder()
    tried, said = walk_forward(decisions, fit, least_windows=2)
    assert [each.opened_at_ns // WINDOW for each in tried] == [2, 2, 3, 3, 4, 4, 5, 5]
    assert said == [0.25] * 8
    latest = [max(each.close_at_ns for each in shown) // WINDOW for shown in fit.shown]
    assert latest == [2, 3, 4, 5]


def test_overlapping_windows_are_no_past():
    # an hourly window that is still open when the second one opens teaches nothing yet
    hourly = Decision(3_600, 0, 100, 0.5, outcome=True)
    later = [decision(window, 0.5, outcome=True) for window in (1, 4)]
    fit = Recorder()
    tried, _ = walk_forward([hourly, *later], fit, least_windows=1)
    assert [each.opened_at_ns for each in tried] == [3_600]


def test_before_enough_windows_nothing_is_tried():
    assert walk_forward([decision(0, 0.5, outcome=True)], Recorder(), least_windows=1) == ([], [])


def test_a_clear_gain_is_seen_and_a_chance_one_is_not():
    dice = random.Random(8)
    decisions = [decision(window, 0.5, outcome=dice.random() < 0.7) for window in range(400)]
    plain = [0.5] * len(decisions)
    better = compare(plain, [0.7] * len(decisions), decisions)
    assert better.is_better
    assert better.gain == pytest.approx(0.04, abs=0.02)
    assert better.windows == 400
    noise = [0.5 + dice.uniform(-0.05, 0.05) for _ in decisions]
    assert not compare(plain, noise, decisions).is_better


def test_many_decisions_in_one_window_are_one_piece_of_evidence():
    twice = [decision(window, 0.5, outcome=True) for window in (0, 1)]
    many = [decision(w, 0.5, outcome=True, second=s) for w in (0, 1) for s in range(50)]
    champion, challenger = [0.5, 0.5], [0.9, 0.6]
    spread = [p for p in challenger for _ in range(50)]
    once = compare(champion, challenger, twice)
    assert compare([0.5] * 100, spread, many).standard_error == pytest.approx(once.standard_error)


def test_one_window_judges_nothing():
    with pytest.raises(ValueError, match="1 windows out of sample"):
        compare([0.5], [0.6], [decision(0, 0.5, outcome=True)])
