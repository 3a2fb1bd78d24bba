"""The calibration's report: ours beside the market's, and what corrections were worth."""

import random

from underround.app.bitcoin.calibration import Decision
from underround.app.bitcoin.calibration_report import (
    MARKET,
    MODEL,
    calibration_report,
    report_lines,
    scores_of,
)

WINDOW = 900


def decisions(count, said=lambda p: p, market=lambda p: p, seed=3):
    """Return one decision a window, with a true chance that `said` and `market` distort."""
    dice = random.Random(seed)
    found = []
    for place in range(count):
        p = dice.random()
        opened = place * WINDOW
        found.append(
            Decision(opened + WINDOW, opened, opened + 9, said(p), dice.random() < p, market(p))
        )
    return found


def test_ours_and_the_market_s_are_scored_on_the_same_decisions():
    told = decisions(40)
    silent = [Decision(-1, -WINDOW, -9, 0.5, outcome=True)]
    scores = scores_of([*silent, *told])
    assert (scores[MODEL].count, scores[MARKET].count) == (40, 40)
    assert list(scores_of(silent)) == [MODEL]


def test_a_model_that_knows_beats_a_market_that_does_not_and_says_so():
    report = calibration_report(decisions(400, market=lambda p: 0.5))
    assert report["against_market"]["is_better"]
    assert any(line.startswith("against the market's mid: better") for line in report_lines(report))
    reverse = calibration_report(decisions(400, said=lambda p: 0.5))
    assert not reverse["against_market"]["is_better"]


def test_a_correction_of_what_is_right_is_not_better():
    report = calibration_report(decisions(300))
    logistic = report["corrections"]["logistic"]
    assert not logistic["verdict"]["is_better"]
    assert any("not better, the closed form stays" in line for line in report_lines(report))


def test_a_correction_of_what_is_timid_is_better_out_of_sample():
    report = calibration_report(decisions(500, said=lambda p: 0.4 + p / 5))
    logistic = report["corrections"]["logistic"]
    assert logistic["verdict"]["is_better"]
    assert logistic["brier"] < logistic["brier_closed_form"]


def test_too_few_windows_are_said_to_be_too_few():
    report = calibration_report(decisions(5), least_windows=20)
    assert report["corrections"]["logistic"]["why_not"].startswith(
        "5 windows; it is fitted from 20"
    )
    assert calibration_report(decisions(1))["against_market"] is None
