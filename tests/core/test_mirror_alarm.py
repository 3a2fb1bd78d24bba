"""YES and NO of one market below a dollar together: an alarm on the books, never a chance."""

from tests.core.desk import NO, YES, Desk, kinds
from underround.core.book_state import BookState
from underround.core.effect import Noted
from underround.core.trust import MIRRORED


def mirrored() -> Desk:
    """YES at 0.40 and NO at 0.55 on Polymarket, and YES at 0.65 wanted on Kalshi."""
    desk = Desk()
    desk.opening([(4_000, 10)], [(5_500, 10)], ([(6_500, 10)], [(9_000, 10)]))
    return desk


def states(desk: Desk) -> tuple[BookState, BookState]:
    return desk.state(YES), desk.state(NO)


def test_what_stands_unmoved_is_suspect_and_closes_its_signals():
    desk = mirrored()
    assert kinds(desk.heard) == ["opened"]
    desk.tick(100)
    assert states(desk) == (BookState.LIVE, BookState.LIVE)
    effects = desk.tick(100)
    assert states(desk) == (BookState.SUSPECT, BookState.SUSPECT)
    assert kinds(effects) == [f"closed {MIRRORED}"]
    assert Noted(MIRRORED, "0xrain") in effects


def test_one_sight_of_it_proves_nothing():
    desk = mirrored()
    desk.tick(100)
    desk.wait(10)
    desk.polymarket(NO, [], [(6_100, 10)])
    desk.tick(90)
    desk.tick(100)
    assert states(desk) == (BookState.LIVE, BookState.LIVE)


def test_a_whole_book_heals_it():
    desk = mirrored()
    desk.tick(100)
    desk.tick(100)
    desk.wait(10)
    desk.polymarket(NO, [], [(6_100, 10)])
    desk.polymarket(YES, [], [(4_000, 10)])
    assert states(desk) == (BookState.LIVE, BookState.LIVE)
    desk.tick(100)
    desk.tick(100)
    assert states(desk) == (BookState.LIVE, BookState.LIVE)
