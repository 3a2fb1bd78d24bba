"""What venues say about books: late, twice, with holes, off the grid, below zero, unreadable."""

import pytest

from tests.core.desk import KALSHI, NO, POLYMARKET, STREAM, TICKER, YES, Desk, judged
from underround.core.book_state import BookState
from underround.core.effect import Answered, FetchBooks, Noted, RequestSnapshots
from underround.core.event import (
    CommandAnswered,
    FrameRejected,
    GridChanged,
    SequenceTaken,
    StreamEnded,
    StreamOpened,
    TradePrinted,
)
from underround.core.instrument import CENTI_CENT, Venue
from underround.core.trust import claim_verdict

LIVE, SUSPECT, RESYNC = BookState.LIVE, BookState.SUSPECT, BookState.RESYNC
ONE = 1_000_000


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.wait(1_000)
    made.polymarket(YES, [(3_800, 5)], [(4_000, 10), (4_500, 7)], time_ms=500)
    made.polymarket(NO, [(6_000, 10)], [(6_200, 5)], time_ms=500)
    made.hear(KALSHI, made.snapshot([(3_700, 10)], [(4_100, 10)]))
    made.heard.clear()
    return made


def asks(desk: Desk, name: str = YES) -> list[tuple[int, int]]:
    return [(price_e4, size_e6 // ONE) for price_e4, size_e6 in desk.book(name).asks.depth()]


def counted(desk: Desk) -> dict[str, int]:
    return {name: count for name, count in desk.engine.counts.as_dict().items() if count}


# What Polymarket sends twice, late or out of order. Sizes are absolute.


def test_a_change_twice_changes_nothing(desk: Desk):
    change = desk.change(YES, ("ask", 4_000, 3), time_ms=600)
    desk.hear(POLYMARKET, change, change)
    assert asks(desk) == [(4_000, 3), (4_500, 7)]


def test_a_change_older_than_the_last_whole_book_is_ignored(desk: Desk):
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 3_900, 3), time_ms=499))
    assert asks(desk) == [(4_000, 10), (4_500, 7)]
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 3_900, 3), time_ms=500))
    assert asks(desk) == [(3_900, 3), (4_000, 10), (4_500, 7)]
    assert counted(desk) == {"snapshots": 3, "late": 1}


def test_a_change_older_than_its_level_s_last_change_is_ignored(desk: Desk):
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 3), time_ms=700))
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 9), time_ms=699))
    assert asks(desk) == [(4_000, 3), (4_500, 7)]


def test_a_late_change_of_a_level_that_nobody_touched_since_applies(desk: Desk):
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 3), time_ms=700, claims=("", "0.4")))
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_500, 0), time_ms=650, claims=("", "0.99")))
    assert asks(desk) == [(4_000, 3)]
    assert claim_verdict(desk.book(YES)) is True
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_500, 8), time_ms=640))
    assert asks(desk) == [(4_000, 3)]


def test_a_whole_book_older_than_the_last_change_is_ignored(desk: Desk):
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 3), time_ms=700))
    desk.polymarket(YES, [], [(9_000, 1)], time_ms=699)
    assert asks(desk) == [(4_000, 3), (4_500, 7)]
    desk.polymarket(YES, [], [(9_000, 1)], time_ms=700)
    assert asks(desk) == [(9_000, 1)]


def test_a_change_before_the_first_book_is_ignored():
    desk = Desk()
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 3)))
    desk.hear(KALSHI, desk.delta("bid", 4_000, 3))
    assert (asks(desk), asks(desk, TICKER)) == ([], [])
    assert counted(desk) == {"ignored": 2}


@pytest.mark.parametrize(
    ("book_ms", "shown"), [(800, [(4_400, 1)]), (799, [(4_000, 3), (4_400, 1)])]
)
def test_a_change_before_the_book_counts_if_it_is_later_than_the_book(desk, book_ms, shown):
    desk.close(POLYMARKET)
    desk.open_polymarket()
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 3), time_ms=800))
    assert desk.state(YES) is RESYNC
    desk.polymarket(YES, [], [(4_400, 1)], time_ms=book_ms)
    assert (asks(desk), desk.state(YES)) == (shown, LIVE)


def test_unknown_ids_are_counted_and_harm_nothing(desk: Desk):
    effects = desk.hear(
        POLYMARKET,
        desk.change("nobody", ("ask", 4_000, 3)),
        desk.image("nobody"),
        GridChanged("nobody", ((0, 10_000, 10),)),
        TradePrinted("nobody", 1, 1, 1),
        FrameRejected("bad", "sample", ("nobody",)),
    )
    assert effects == (Noted("bad", "sample"),)
    expected = {"snapshots": 3, "ignored": 1, "unknown": 2, "trades": 1, "rejected": 1}
    assert counted(desk) == expected


# Kalshi's numbered stream.


def test_a_number_twice_is_applied_once(desk: Desk):
    delta = desk.delta("ask", 4_100, 5)
    desk.hear(KALSHI, delta, delta)
    assert asks(desk, TICKER) == [(4_100, 15)]
    assert counted(desk) == {"snapshots": 3, "duplicates": 1}


def test_a_gap_makes_the_book_wait_for_a_whole_one(desk: Desk):
    effects = desk.hear(KALSHI, desk.delta("ask", 4_100, 5, skip=1))
    assert judged(effects) == [(TICKER, "resync", "gap in its stream")]
    assert effects[-1] == RequestSnapshots(KALSHI, STREAM, (TICKER,))
    desk.hear(KALSHI, desk.delta("ask", 4_100, 5))
    assert desk.state(TICKER) is RESYNC
    effects = desk.hear(KALSHI, desk.snapshot([], [(4_300, 1)]))
    assert judged(effects) == [(TICKER, "live", "")]
    assert (asks(desk, TICKER), counted(desk)["gaps"]) == ([(4_300, 1)], 1)


def test_a_gap_before_a_whole_book_needs_no_other(desk: Desk):
    effects = desk.hear(KALSHI, desk.snapshot([], [(4_300, 1)], skip=3))
    assert [state for _, state, _ in judged(effects)] == ["resync", "live"]


def test_a_lost_opening_book_is_asked_for_inside_the_stream():
    desk = Desk()
    desk.hear(KALSHI, StreamOpened(STREAM), SequenceTaken(STREAM, 1))
    desk.number = 1
    effects = desk.hear(KALSHI, desk.delta("ask", 4_100, 5, skip=1))
    assert effects[-1] == RequestSnapshots(KALSHI, STREAM, (TICKER,))
    assert desk.hear(KALSHI, desk.delta("ask", 4_100, 5)) == ()
    desk.wait(5_001)
    assert RequestSnapshots(KALSHI, STREAM, (TICKER,)) in desk.tick()


def test_a_message_without_a_book_takes_its_number(desk: Desk):
    desk.hear(KALSHI, SequenceTaken(STREAM, desk.number + 1), SequenceTaken(7, 1))
    desk.number += 1
    desk.hear(KALSHI, desk.delta("ask", 4_100, 5))
    assert (desk.state(TICKER), asks(desk, TICKER)) == (LIVE, [(4_100, 15)])


def test_a_stream_opened_anew_counts_afresh(desk: Desk):
    desk.number = 0
    desk.hear(KALSHI, StreamOpened(STREAM), desk.snapshot([], [(4_300, 1)]))
    assert (desk.state(TICKER), counted(desk)) == (LIVE, {"snapshots": 4})


def test_the_end_of_a_stream_leaves_its_books_incomplete_until_another_brings_them(desk: Desk):
    effects = desk.hear(KALSHI, StreamEnded(9, "other"), StreamEnded(STREAM, "overflow"))
    assert judged(effects) == [(TICKER, "resync", "stream ended: overflow")]
    desk.number = 0
    desk.hear(KALSHI, StreamOpened(STREAM), desk.snapshot([], [(4_300, 1)]))
    assert desk.state(TICKER) is LIVE


def test_an_answer_is_handed_on(desk: Desk):
    answer = CommandAnswered("ok", 2, STREAM, None, (TICKER,), None, "")
    assert desk.hear(KALSHI, answer) == (Answered(KALSHI, answer),)


def test_a_level_below_zero_shows_nothing_and_the_book_waits_for_a_whole_one(desk: Desk):
    effects = desk.hear(KALSHI, desk.delta("ask", 4_100, -11))
    assert effects == (
        Noted("level below zero", TICKER),
        *effects[1:2],
        RequestSnapshots(KALSHI, STREAM, (TICKER,)),
    )
    assert judged(effects) == [(TICKER, "resync", "a level fell below zero")]
    assert (asks(desk, TICKER), counted(desk)["negative"]) == ([], 1)
    assert judged(desk.hear(KALSHI, desk.delta("ask", 4_100, -1))) == []


def test_an_empty_book_is_a_book(desk: Desk):
    desk.hear(KALSHI, desk.snapshot())
    assert (desk.state(TICKER), desk.book(TICKER).top()) == (LIVE, (None,) * 4)


# Grids.


@pytest.mark.parametrize("name", [YES, TICKER])
def test_a_price_off_the_grid_refines_it_and_is_kept(desk: Desk, name: str):
    if name == YES:
        effects = desk.hear(POLYMARKET, desk.change(YES, ("ask", 3_999, 3)))
    else:
        effects = desk.hear(KALSHI, desk.delta("ask", 3_999, 3))
    assert effects[0] == Noted("price off the grid", f"{name} at 0.3999")
    assert judged(effects) == [(name, "suspect", "price off the grid")]
    assert asks(desk, name)[:2] == [(3_999, 3), (4_000 if name == YES else 4_100, 10)]
    assert desk.book(name).instrument.grid is CENTI_CENT
    desk.tick(100)
    assert desk.state(name) is (LIVE if name == YES else SUSPECT)
    asked = RequestSnapshots(KALSHI, STREAM, (TICKER,))
    assert (asked in desk.tick(1_001)) is (name == TICKER)


@pytest.mark.parametrize("price_e4", [0, 10_000])
@pytest.mark.parametrize("size", [0, 3])
def test_a_level_at_nothing_or_at_a_dollar_is_a_lost_change(desk: Desk, price_e4: int, size: int):
    effects = desk.hear(POLYMARKET, desk.change(YES, ("ask", price_e4, size)))
    assert judged(effects) == [(YES, "resync", f"a level at {price_e4 // 10_000} dollars")]
    assert effects[-1] == FetchBooks(Venue.POLYMARKET, (YES,), "resync", desk.now_ns)
    effects = desk.hear(KALSHI, desk.delta("bid", price_e4, size))
    assert effects[-1] == RequestSnapshots(KALSHI, STREAM, (TICKER,))
    assert (asks(desk), asks(desk, TICKER)) == ([(4_000, 10), (4_500, 7)], [(4_100, 10)])
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 0), ("ask", 4_500, 0)))
    assert asks(desk) == []


def test_a_whole_book_off_the_grid_refines_it(desk: Desk):
    effects = desk.polymarket(YES, [(3_805, 2)], [(4_000, 1), (10_000, 1)])
    assert effects == (Noted("price off the grid", f"{YES} in a snapshot"),)
    assert desk.book(YES).top() == (3_805, 2 * ONE, 4_000, ONE)
    assert (desk.state(YES), counted(desk)["off_grid"]) == (LIVE, 2)


def test_a_changed_tick_begins_a_new_epoch(desk: Desk):
    finer = ((0, 10_000, 10),)
    effects = desk.hear(POLYMARKET, GridChanged(YES, finer, 600))
    assert judged(effects) == [(YES, "resync", "price grid changed")]
    wanted = FetchBooks(Venue.POLYMARKET, (YES,), "resync", desk.now_ns)
    assert effects[-1] == wanted
    desk.wait(30)
    desk.fetched(wanted, desk.image(YES, [], [(3_990, 4)], time_ms=600))
    assert (desk.state(YES), asks(desk)) == (LIVE, [(3_990, 4)])
    assert desk.hear(POLYMARKET, GridChanged(YES, finer, 601)) == ()


def test_a_whole_book_brings_its_own_tick(desk: Desk):
    image = desk.image(YES, [], [(3_990, 4)])
    image.ranges = ((0, 10_000, 10),)
    assert desk.hear(POLYMARKET, image) == ()
    assert (desk.state(YES), asks(desk)) == (LIVE, [(3_990, 4)])


# Frames that could not be read.


def test_a_rejected_frame_spoils_the_books_it_names(desk: Desk):
    effects = desk.hear(POLYMARKET, FrameRejected("bad", "sample", (NO, YES)))
    assert effects[0] == Noted("bad", "sample")
    assert judged(effects) == [(NO, "resync", "bad"), (YES, "resync", "bad")]
    assert effects[3:] == (FetchBooks(Venue.POLYMARKET, (NO, YES), "resync", desk.now_ns),)


def test_a_rejected_frame_about_nobody_knows_what_spoils_its_connection(desk: Desk):
    effects = desk.hear(KALSHI, FrameRejected("unreadable", "<html>", None))
    assert judged(effects) == [(TICKER, "resync", "unreadable")]
    assert [desk.state(name) for name in (YES, NO)] == [LIVE, LIVE]
    again = desk.hear(KALSHI, FrameRejected("unreadable", "<html>", None))
    assert again == (Noted("unreadable", "<html>"),)


def test_a_remark_spoils_nothing(desk: Desk):
    effects = desk.hear(POLYMARKET, FrameRejected("polymarket remark", "INVALID OPERATION"))
    assert effects == (Noted("polymarket remark", "INVALID OPERATION"),)
    assert [desk.state(name) for name in (YES, NO)] == [LIVE, LIVE]


def test_a_suspect_book_that_lost_a_change_is_not_live_again_for_agreeing(desk: Desk):
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 3_999, 3)))
    desk.hear(POLYMARKET, FrameRejected("bad", "sample", (YES,)))
    desk.tick(200)
    assert desk.state(YES) is RESYNC
