"""Polymarket's matching engine, told from what its order paths answer."""

import pytest

from underround.core.venue_status import VenueState
from underround.venues.polymarket.limits import clob_pace, gamma_pace
from underround.venues.polymarket.status import MatchingEngine

NORMAL, RESTARTING, POST_ONLY = (
    VenueState.NORMAL,
    VenueState.RESTARTING,
    VenueState.POST_ONLY,
)
USUAL = (401, "Unauthorized/Invalid api key")


@pytest.mark.parametrize(
    ("answers", "states"),
    [
        ([USUAL, (200, ""), (400, "invalid payload")], [NORMAL] * 3),
        ([(425, "Too Early"), (425, ""), (503, "post_only_mode"), USUAL],
         [RESTARTING, RESTARTING, POST_ONLY, NORMAL]),
        ([(503, "post_only_mode"), USUAL], [POST_ONLY, NORMAL]),
        ([(502, "<html>"), USUAL, (502, ""), USUAL], [NORMAL] * 4),
        ([(502, ""), (503, ""), USUAL], [NORMAL, RESTARTING, NORMAL]),
        ([(425, ""), (429, ""), (502, "")], [RESTARTING] * 3),
        ([(503, "post_only_mode"), (502, ""), (502, "")], [POST_ONLY, POST_ONLY, RESTARTING]),
    ],
)  # fmt: skip
def test_states(answers: list, states: list):
    engine, seen, changes = MatchingEngine(), [], []
    for status, code in answers:
        before = engine.state
        changes.append(engine.answered(status, code) is (engine.state is not before))
        seen.append(engine.state)
    assert seen == states
    assert all(changes)


def test_the_reason_is_in_words():
    engine = MatchingEngine()
    engine.answered(425, "")
    assert engine.reason == "its matching engine restarts (HTTP 425)"
    engine.answered(*USUAL)
    assert engine.reason == ""


def test_paces_stay_below_what_the_venue_allows():
    clob, gamma = clob_pace(), gamma_pace()
    assert sum(clob.reserve(0, "POST", "/books") == 0.0 for _ in range(500)) <= 50
    assert sum(gamma.reserve(0, "GET", "/markets/keyset") == 0.0 for _ in range(300)) <= 30
    waits = [clob.reserve(0, "POST", "/books") for _ in range(500)]
    assert waits[-1] > 10.0
