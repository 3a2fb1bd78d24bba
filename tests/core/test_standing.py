"""A standing signal ends when nobody confirms a quiet book, and when a book freezes."""

import pytest

from tests.core.desk import KALSHI, NO, POLYMARKET, TICKER, YES, Desk, fetches, kinds
from underround.core.event import BooksFetched, SequenceTaken
from underround.core.instrument import Venue
from underround.core.trust import AGREE, VERIFY


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.opening([(4_000, 10)], [(9_000, 10)], ([(5_500, 10)], [(5_700, 10)]))
    assert kinds(made.heard) == ["opened"]
    return made


def kalshi_moves(desk: Desk, times: int, every_ms: int) -> list[str]:
    """Let Kalshi's best bid go up and down while Polymarket only says that it is there."""
    said = []
    for number in range(times):
        desk.wait(every_ms)
        change = 5 if number % 2 == 0 else -5
        said += kinds(desk.hear(KALSHI, desk.delta("bid", 5_600, change, group=number + 1)))
        desk.hear(POLYMARKET, desk.change(NO, ("bid", 100, number + 1)))
        said += kinds(desk.tick(10))
    return said


def test_a_book_frozen_while_its_pair_moves_ends_the_signal(desk):
    said = kalshi_moves(desk, 6, 1_000)
    assert said[-1] == "closed frozen while its pair moves"
    assert fetches(desk.heard)[-1].purpose == VERIFY


def test_a_frozen_book_that_the_venue_confirms_carries_on(desk):
    for _ in range(4):
        said = kalshi_moves(desk, 2, 1_000)
        assert not [each for each in said if each.startswith("closed")]
        image = desk.image(YES, (), [(4_000, 10)], time_ms=1)
        fetched = BooksFetched(Venue.POLYMARKET, AGREE, desk.now_ns, desk.now_ns, (image,))
        desk.process(fetched)


def test_a_book_that_nobody_confirms_for_half_a_minute_ends_the_signal(desk):
    said = []
    for number in range(32):
        desk.wait(990)
        desk.hear(POLYMARKET, desk.change(NO, ("bid", 100, number + 1)))
        desk.hear(KALSHI, SequenceTaken(4, desk.number + 1))
        desk.number += 1
        image = desk.image(YES, (), [(4_000, 10)], time_ms=1)
        desk.process(BooksFetched(Venue.POLYMARKET, VERIFY, desk.now_ns, desk.now_ns, (image,)))
        said += kinds(desk.tick(10))
    assert said == ["closed not confirmed"]
    asked = [each for each in fetches(desk.heard) if TICKER in each.instruments]
    assert asked
    assert {each.purpose for each in asked} == {VERIFY}
