"""A suspended pair raises no signal: what stands closes, and nothing opens until it is accepted."""

import pytest

from tests.core.desk import KALSHI, Desk, kinds
from underround.core.venue_event import PairsSuspended


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.opening([(5_000, 10)], [(9_000, 10)], ([(4_900, 10)], [(9_000, 10)]))
    made.heard.clear()
    return made


def suspend(desk: Desk, *pairs: str) -> list[str]:
    reasons = dict.fromkeys(pairs, "its rules changed")
    return kinds(desk.process(PairsSuspended(reasons, desk.now_ns)))


def bid(desk: Desk, change: float) -> list[str]:
    """Offer to buy Kalshi's YES at 65 cents, or take the offer back: NO costs 35 then."""
    return kinds(desk.hear(KALSHI, desk.delta("bid", 6_500, change, None)))


def test_what_stands_is_closed_and_opens_again_when_it_moves_after_the_suspension(desk: Desk):
    assert bid(desk, 10) == ["opened"]
    assert suspend(desk, "rain") == ["closed pair suspended"]
    assert bid(desk, 1) == bid(desk, -11) == bid(desk, 10) == []
    assert suspend(desk) == []
    assert bid(desk, -10) == []
    assert bid(desk, 10) == ["opened"]


def test_another_pair_s_suspension_changes_nothing(desk: Desk):
    assert suspend(desk, "snow") == []
    assert bid(desk, 10) == ["opened"]
    assert suspend(desk, "snow", "hail") == []


def test_an_opening_that_is_held_back_does_not_survive_it(desk: Desk):
    assert kinds(desk.hear(KALSHI, desk.delta("bid", 6_500, 10, 7))) == []  # its group may go on
    suspend(desk, "rain")
    assert kinds(desk.tick(50)) == []
    assert not desk.engine.detector.held
