"""Connections that are frozen or refused are made anew, once each."""

import pytest
from msgspec.structs import replace

from tests.core.desk import FREE, KALSHI, STREAM, TICKER, Desk, market, snapshots_asked
from underround.core.book_state import BookState
from underround.core.effect import Reconnect
from underround.core.event import (
    BookReplaced,
    InstrumentsExpected,
    InstrumentsListed,
    SequenceTaken,
)


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


def test_a_stream_whose_number_was_spoilt_far_ahead_is_made_anew_and_heals():
    desk = Desk()
    desk.opening([(4_000, 10)], [(6_200, 10)], ([(3_700, 10)], [(4_100, 10)]))
    spoilt = desk.delta("bid", 3_700, 1)
    desk.hear(KALSHI, replace(spoilt, sequence=10**12))
    heard = []
    for _ in range(100):  # the stream goes on, and answers with whole books that do not count
        desk.hear(KALSHI, desk.delta("bid", 3_700, 1))
        heard += desk.tick(100)
        if snapshots_asked(heard[-3:]):
            desk.hear(KALSHI, desk.snapshot([(3_700, 10)], [(4_100, 10)]))
    assert desk.state(TICKER) is BookState.RESYNC
    assert [each for each in heard if isinstance(each, Reconnect)] == [
        Reconnect(KALSHI, "asked for books again and again, and none came that counts")
    ]
    desk.close(KALSHI)
    desk.open_kalshi()
    desk.hear(KALSHI, desk.snapshot([(3_700, 10)], [(4_100, 10)]))
    assert desk.state(TICKER) is BookState.LIVE


def test_one_book_that_never_comes_costs_the_others_no_connection():
    desk = Desk()
    other = replace(market(FREE[1]), id="KXSNOW", market_id="KXSNOW")
    desk.process(InstrumentsListed((other,), desk.now_ns))
    desk.process(InstrumentsExpected(KALSHI, ("KXSNOW",), desk.now_ns))
    desk.opening([(4_000, 10)], [(6_200, 10)], ([(3_700, 10)], [(4_100, 10)]))
    desk.number += 1
    desk.hear(
        KALSHI, BookReplaced("KXSNOW", [], [(5_000, 10)], stream=STREAM, sequence=desk.number)
    )
    desk.hear(KALSHI, desk.delta("bid", 3_700, 1, skip=1), desk.snapshot([(3_700, 10)]))
    heard = []
    for _ in range(100):
        desk.hear(KALSHI, desk.delta("bid", 3_700, 1))
        heard += desk.tick(100)
    assert (desk.state(TICKER), desk.state("KXSNOW")) == (BookState.LIVE, BookState.RESYNC)
    assert len(snapshots_asked(heard)) >= 3
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
