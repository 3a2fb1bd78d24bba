"""Books without numbered changes are compared with the venue's own, and what differs is renewed."""

import pytest

from tests.core.desk import (
    KALSHI,
    NO,
    POLYMARKET,
    TICKER,
    YES,
    Desk,
    fetches,
    judged,
    kinds,
)
from underround.core.book_state import BookState
from underround.core.effect import FetchBooks, Reconnect, Resubscribe
from underround.core.trust import AGREE, VERIFY

ASKS = [(5_000, 10), (5_100, 10)]
DEEP = [(5_000 + 100 * number, 10) for number in range(8)]


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.opening(ASKS, [(6_200, 10)], ([(3_700, 10)], [(4_100, 10)]))
    return made


def wait_for_agreement(desk: Desk) -> FetchBooks:
    """Keep the connection talking until the regular comparison is asked for."""
    for _ in range(400):
        desk.hear(POLYMARKET, desk.change("unknown", ("bid", 100, 1)))
        for wanted in fetches(desk.tick(100)):
            if wanted.purpose == AGREE:
                return wanted
    raise AssertionError("nothing was compared")


def test_every_half_minute_a_connection_s_books_are_compared(desk: Desk):
    opened_ns = desk.now_ns
    first = wait_for_agreement(desk)
    assert set(first.instruments) == {YES, NO}
    assert 30_000 <= (desk.now_ns - opened_ns) / 1e6 < 30_200
    desk.fetched(first, desk.image(YES, (), ASKS, 1), desk.image(NO, (), [(6_200, 10)], 1))
    assert desk.book(YES).proven_ns == desk.now_ns
    assert desk.engine.counts.agreed == 2
    first_ns = desk.now_ns
    wait_for_agreement(desk)
    assert 29_900 <= (desk.now_ns - first_ns) / 1e6 < 30_200


def test_numbered_and_slow_books_are_not_compared(desk: Desk):
    slow = Desk(is_slow=True)
    slow.opening(ASKS, ASKS, ([(3_700, 10)], [(4_100, 10)]))
    for each in (desk, slow):
        assert TICKER not in wait_for_agreement(each).instruments


def test_a_difference_deep_in_the_book_is_found_and_healed():
    desk = Desk()
    desk.opening(DEEP, [(6_200, 10)], ((), ()))
    wanted = wait_for_agreement(desk)
    assert desk.state(YES) is BookState.LIVE
    truth = [*DEEP[:-1], (DEEP[-1][0], 3)]
    effects = desk.fetched(wanted, desk.image(YES, (), truth), missing=(NO,))
    assert [state for _, state, _ in judged(effects)] == ["resync", "live"]
    assert desk.book(YES).asks.depth()[-1] == (DEEP[-1][0], 3_000_000)


def test_a_book_that_differs_twice_is_subscribed_anew(desk: Desk):
    wanted = wait_for_agreement(desk)
    first = desk.fetched(wanted, desk.image(YES, (), [(4_900, 1)]), missing=(NO,))
    assert not [each for each in first if isinstance(each, Resubscribe)]
    wanted = wait_for_agreement(desk)
    second = desk.fetched(wanted, desk.image(YES, (), [(4_800, 1)]), missing=(NO,))
    assert [each for each in second if isinstance(each, Resubscribe)] == [
        Resubscribe(POLYMARKET, (YES,), "differs from REST again")
    ]
    assert not [each for each in first + second if isinstance(each, Reconnect)]


def test_of_two_books_with_one_time_the_socket_s_next_decides(desk: Desk):
    """REST has shown ghosts and old books under the newest time; it never overrules at once."""
    wanted = wait_for_agreement(desk)
    time_ms = desk.book(YES).time_ms
    effects = desk.fetched(wanted, desk.image(YES, (), [(9_900, 1)], time_ms), missing=(NO,))
    assert judged(effects) == [(YES, "resync", "REST shows another book")]
    assert [each for each in effects if isinstance(each, Resubscribe)] == [
        Resubscribe(POLYMARKET, (YES,), "differs from REST")
    ]
    assert desk.book(YES).asks.depth() == [(price, size * 1_000_000) for price, size in ASKS]
    desk.polymarket(YES, (), ASKS, time_ms)
    assert desk.state(YES) is BookState.LIVE


def test_a_connection_that_is_silent_while_its_books_move_is_made_anew(desk: Desk):
    asked: list[FetchBooks] = []
    while not asked:
        asked = [wanted for wanted in fetches(desk.tick(100)) if YES in wanted.instruments]
    images = desk.image(YES, (), [(4_900, 1)]), desk.image(NO, (), [(6_100, 1)])
    effects = desk.fetched(asked[0], *images)
    assert [each for each in effects if isinstance(each, Reconnect)] == [
        Reconnect(POLYMARKET, "frozen: silent while its books move")
    ]


def test_a_quiet_book_under_a_standing_signal_is_watched_closely():
    desk = Desk()
    desk.opening([(4_000, 10)], [(9_000, 10)], ([(6_300, 10)], [(9_900, 10)]))
    desk.tick(10)
    assert kinds(desk.heard) == ["opened"]
    asked: list[FetchBooks] = []
    for _ in range(15):
        desk.hear(KALSHI, desk.delta("bid", 6_300, 1))
        asked += fetches(desk.tick(100))
    assert [(wanted.purpose, wanted.instruments) for wanted in asked] == [(VERIFY, (YES,))]
    effects = desk.fetched(asked[0], desk.image(YES, (), [(9_000, 10)]))
    assert kinds(effects)[0].startswith("closed")


def test_a_book_that_moved_meanwhile_is_compared_with_the_image_and_what_came_later(desk: Desk):
    wanted = wait_for_agreement(desk)
    made_ms = desk.now_ms
    desk.wait(5)
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 5_100, 3), time_ms=made_ms + 5))
    desk.wait(10)
    effects = desk.fetched(wanted, desk.image(YES, (), ASKS, made_ms), missing=(NO,))
    assert judged(effects) == []
    assert desk.book(YES).proven_ns == desk.now_ns


def test_a_change_left_out_of_a_moving_book_is_found(desk: Desk):
    wanted = wait_for_agreement(desk)
    made_ms = desk.now_ms
    desk.wait(5)
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 5_100, 3), time_ms=made_ms + 5))
    desk.wait(10)
    truth = [*ASKS, (5_200, 4)]
    effects = desk.fetched(wanted, desk.image(YES, (), truth, made_ms), missing=(NO,))
    assert judged(effects) == [(YES, "resync", "REST shows another book")]
    assert [each for each in effects if isinstance(each, Resubscribe)] != []


@pytest.mark.parametrize("ahead_ms", [50, -10_000_000])
def test_an_image_of_another_time_says_nothing_of_a_moving_book(desk: Desk, ahead_ms: int):
    wanted = wait_for_agreement(desk)
    desk.wait(5)
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 5_100, 3)))
    desk.wait(10)
    ghost = desk.image(YES, (), [(9_900, 1)], desk.now_ms + ahead_ms)
    assert judged(desk.fetched(wanted, ghost, missing=(NO,))) == []
    assert desk.state(YES) is BookState.LIVE


def test_the_same_levels_under_a_later_time_are_asked_for_on_the_socket_once(desk: Desk):
    """Either a message is missing, or an old book is shown under a new time."""
    wanted = wait_for_agreement(desk)
    later_ms = desk.book(YES).time_ms + 500
    effects = desk.fetched(wanted, desk.image(YES, (), ASKS, later_ms), missing=(NO,))
    assert judged(effects) == [(YES, "resync", "REST knows a later change")]
    assert [each for each in effects if isinstance(each, Resubscribe)] == [
        Resubscribe(POLYMARKET, (YES,), "REST knows a later change")
    ]
    desk.polymarket(YES, (), ASKS, later_ms - 500)
    wanted = wait_for_agreement(desk)
    again = desk.fetched(wanted, desk.image(YES, (), ASKS, later_ms), missing=(NO,))
    assert judged(again) == []
    assert desk.book(YES).proven_ns == desk.now_ns
