"""Every question has rules on both venues, and is asked of a later year the next time."""

import random

import pytest

from underround.simulation.questions import QUESTIONS
from underround.simulation.universe import draw_pairs
from underround.simulation.wordings import OUTCOMES, RULES, worded


def test_every_question_has_rules_and_no_other():
    names = [question.id for question in QUESTIONS]
    assert sorted(RULES) == sorted(names)
    assert set(OUTCOMES) <= set(names)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_a_question_asked_again_is_about_another_year(question):
    first, second = worded(question, 0), worded(question, 3)
    assert first.kalshi == question.kalshi
    assert first.event == question.event
    assert second.event != first.event
    assert first.rules != second.rules


def test_no_two_markets_of_a_large_world_share_a_ticker_or_a_slug():
    pairs = draw_pairs(random.Random(1), 200)
    assert len({pair.kalshi.ticker for pair in pairs}) == 200
    assert len({pair.polymarket.slug for pair in pairs}) == 200
