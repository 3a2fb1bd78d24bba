"""Connections that are frozen or refused are made anew, once each."""

import pytest

from tests.core.desk import KALSHI, STREAM, TICKER, Desk, snapshots_asked
from underround.core.book_state import BookState
from underround.core.effect import Reconnect
from underround.core.event import SequenceTaken


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.opening([(4_000, 10)], [(6_200, 10)], ([(3_700, 10)], [(4_100, 10)]))
    return made


def test_a_stream_that_says_nothing_when_asked_for_books_is_made_anew_once(desk):
    desk.wait(100)
    desk.hear(KALSHI, desk.delta("bid", 3_700, 1, skip=1))  # a gap: whole books are asked for
    assert desk.state(TICKER) is BookState.RESYNC
    silent = [each for _ in range(60) for each in desk.tick(100)]
    assert [each for each in silent if isinstance(each, Reconnect)] == [
        Reconnect(KALSHI, "frozen: asked for books and said nothing")
    ]


def test_a_stream_that_says_anything_when_asked_for_books_is_asked_again(desk):
    desk.hear(KALSHI, desk.delta("bid", 3_700, 1, skip=1))
    heard = []
    for _ in range(30):
        desk.number += 1
        desk.hear(KALSHI, SequenceTaken(STREAM, desk.number))
        heard += desk.tick(100)
    assert len(snapshots_asked(heard)) >= 1
    assert not [each for each in heard if isinstance(each, Reconnect)]


def test_a_connection_on_which_no_subscription_stands_is_made_anew_once():
    desk = Desk()
    heard = [each for _ in range(150) for each in desk.tick(100)]
    assert [each for each in heard if isinstance(each, Reconnect)] == [
        Reconnect(KALSHI, "no subscription to books stands")
    ]
    desk.close(KALSHI)
    desk.open_kalshi()
    desk.hear(KALSHI, desk.snapshot([(3_700, 10)]))
    assert not [e for _ in range(150) for e in desk.tick(100) if isinstance(e, Reconnect)]
