"""Books read over REST: proof, contradiction and healing, whatever happened in the meantime."""

import pytest

from tests.core.desk import (
    KALSHI,
    NO,
    POLYMARKET,
    STREAM,
    TICKER,
    YES,
    Desk,
    fetches,
    judged,
)
from underround.core.book_state import BookState
from underround.core.effect import FetchBooks, Noted, RequestSnapshots
from underround.core.event import BookReplaced, FrameRejected
from underround.core.instrument import Venue
from underround.core.trust import claim_verdict

LIVE, RESYNC = BookState.LIVE, BookState.RESYNC
ONE = 1_000_000
YES_ASKS = [(4_000, 10), (4_500, 7)]


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.wait(1_000)
    made.polymarket(YES, [], YES_ASKS, time_ms=500)
    made.polymarket(NO, [], [(6_200, 5)], time_ms=500)
    made.hear(KALSHI, made.snapshot([(3_700, 10)], [(4_100, 10)]))
    made.wait(1_000)
    made.heard.clear()
    return made


def asks(desk: Desk) -> list[tuple[int, int]]:
    return [(price_e4, size_e6 // ONE) for price_e4, size_e6 in desk.book(YES).asks.depth()]


def wanted(desk: Desk, purpose: str, *names: str) -> FetchBooks:
    names = names or (YES,)
    venue = Venue.KALSHI if names == (TICKER,) else Venue.POLYMARKET
    return FetchBooks(venue, names, purpose, desk.now_ns)


def test_an_equal_image_proves_a_book_as_of_its_arrival(desk: Desk):
    asked = wanted(desk, "verify")
    desk.wait(40)
    assert desk.fetched(asked, desk.image(YES, [], YES_ASKS, 500)) == ()
    assert desk.book(YES).proven_ns == desk.now_ns
    assert desk.book(NO).proven_ns == 0


def test_an_image_of_a_frozen_book_contradicts_and_replaces_it(desk: Desk):
    asked = wanted(desk, "verify")
    desk.wait(40)
    effects = desk.fetched(asked, desk.image(YES, [], [(4_800, 1)], 900))
    assert effects[0] == Noted("book differs from REST", f"polymarket {YES}")
    assert judged(effects) == [
        (YES, "resync", "REST shows another book"),
        (YES, "live", ""),
    ]
    assert fetches(effects) == []
    assert (asks(desk), desk.book(YES).proven_ns) == ([(4_800, 1)], desk.now_ns)


def test_an_image_older_than_the_book_says_nothing(desk: Desk):
    asked = wanted(desk, "verify")
    assert desk.fetched(asked, desk.image(YES, [], [(100, 1)], 499)) == ()
    assert (desk.state(YES), asks(desk)) == (LIVE, YES_ASKS)
    assert desk.book(YES).proven_ns == 0
    assert desk.engine.counts.late == 1


def test_a_book_that_spoke_since_it_was_asked_for_is_not_compared(desk: Desk):
    asked = wanted(desk, "verify")
    desk.wait(20)
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_200, 1), time_ms=2_010))
    desk.wait(20)
    assert desk.fetched(asked, desk.image(YES, [], YES_ASKS, 2_011)) == ()
    assert (desk.state(YES), desk.book(YES).proven_ns) == (LIVE, 0)


def test_an_image_contradicts_a_streamed_book_but_cannot_replace_it(desk: Desk):
    asked = wanted(desk, "verify", TICKER)
    image = BookReplaced(TICKER, [(3_600, ONE)], [])
    effects = desk.fetched(asked, image)
    assert judged(effects) == [(TICKER, "resync", "REST shows another book")]
    assert effects[-1] == RequestSnapshots(KALSHI, STREAM, (TICKER,))
    assert desk.book(TICKER).bids.price_e4 == 3_700
    desk.tick(100)
    assert desk.state(TICKER) is RESYNC
    assert desk.fetched(wanted(desk, "resync", TICKER), image) == ()


def test_an_image_replaces_a_polled_book():
    desk = Desk(is_slow=True)
    desk.hear(KALSHI, BookReplaced(TICKER, [(3_700, ONE)], []))
    desk.wait(500)
    desk.fetched(wanted(desk, "verify", TICKER), BookReplaced(TICKER, [(3_600, ONE)], []))
    assert (desk.state(TICKER), desk.book(TICKER).bids.price_e4) == (LIVE, 3_600)


def lose_a_change(desk: Desk) -> FetchBooks:
    (asked,) = fetches(desk.hear(POLYMARKET, FrameRejected("bad", "sample", (YES,))))
    return asked


def test_an_image_heals_a_book_and_what_was_said_since_still_stands(desk: Desk):
    asked = lose_a_change(desk)
    desk.wait(20)
    desk.hear(
        POLYMARKET,
        desk.change(YES, ("ask", 4_000, 0), time_ms=2_010),
        desk.change(YES, ("ask", 4_300, 2), time_ms=2_010, claims=("", "0.42")),
    )
    desk.wait(20)
    image = desk.image(YES, [(3_000, 9)], [*YES_ASKS, (4_200, 6)], 2_005)
    assert judged(desk.fetched(asked, image)) == [(YES, "live", "")]
    assert asks(desk) == [(4_200, 6), (4_300, 2), (4_500, 7)]
    assert desk.book(YES).bids.price_e4 == 3_000
    assert claim_verdict(desk.book(YES)) is True
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_200, 1), time_ms=2_004))
    assert asks(desk)[0] == (4_200, 6)
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_200, 1), time_ms=2_006))
    assert asks(desk)[0] == (4_200, 1)


def test_an_image_asked_for_before_another_loss_is_asked_for_again(desk: Desk):
    first = lose_a_change(desk)
    desk.wait(20)
    assert fetches(desk.hear(POLYMARKET, FrameRejected("bad", "sample", (YES,)))) == []
    desk.wait(20)
    effects = desk.fetched(first, desk.image(YES, [], YES_ASKS, 2_005))
    assert effects == (FetchBooks(Venue.POLYMARKET, (YES,), "resync", desk.now_ns),)
    assert desk.state(YES) is RESYNC
    desk.fetched(effects[0], desk.image(YES, [], YES_ASKS, 2_035))
    assert desk.state(YES) is LIVE


def test_an_image_older_than_the_whole_book_heals_nothing(desk: Desk):
    asked = lose_a_change(desk)
    assert desk.fetched(asked, desk.image(YES, [], [(100, 1)], 499)) == ()
    assert (desk.state(YES), asks(desk)) == (RESYNC, YES_ASKS)


def test_an_image_that_comes_when_the_book_is_whole_again_changes_nothing(desk: Desk):
    asked = lose_a_change(desk)
    desk.wait(20)
    desk.polymarket(YES, [], [(4_400, 2)], time_ms=2_015)
    assert desk.fetched(asked, desk.image(YES, [], [(4_800, 1)], 2_016)) == ()
    assert asks(desk) == [(4_400, 2)]


def test_an_image_after_a_reconnect_seeds_the_book_whatever_was_known_before(desk: Desk):
    desk.close(POLYMARKET)
    desk.open_polymarket()
    desk.wait(30)
    desk.fetched(wanted(desk, "resync"), desk.image(YES, [], [(4_400, 2)], 400))
    assert (desk.state(YES), asks(desk)) == (LIVE, [(4_400, 2)])


def test_an_image_asked_for_before_the_reconnect_is_asked_for_again(desk: Desk):
    asked = wanted(desk, "resync")
    desk.wait(10)
    desk.close(POLYMARKET)
    desk.open_polymarket()
    again = desk.fetched(asked, desk.image(YES, [], [(4_400, 2)], 400))
    assert again == (FetchBooks(Venue.POLYMARKET, (YES,), "resync", desk.now_ns),)
    assert desk.state(YES) is RESYNC


def test_unknown_books_are_counted(desk: Desk):
    assert desk.fetched(wanted(desk, "verify"), desk.image("nobody")) == ()
    assert desk.engine.counts.unknown == 1
