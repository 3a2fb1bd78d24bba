"""No book, no signal: whatever makes a book doubtful closes what stands on it and opens nothing."""

from collections.abc import Callable

import pytest

from tests.core.desk import (
    KALSHI,
    NO,
    POLYMARKET,
    START_NS,
    STREAM,
    TICKER,
    YES,
    Desk,
    fetches,
    kinds,
    signals,
)
from underround.core.book_state import BookState
from underround.core.effect import FetchBooks
from underround.core.event import (
    BookReplaced,
    FrameRejected,
    GridChanged,
    MarketClosed,
    SequenceTaken,
    StreamEnded,
)
from underround.core.instrument import Venue

MS = 10**6
ONE = 1_000_000


@pytest.fixture
def desk() -> Desk:
    made = Desk(kalshi_facts={"close_at_ns": START_NS + 60_000 * MS})
    made.opening([(4_000, 10)], [(9_000, 10)], ([(5_500, 10)], [(5_600, 10)]))
    return made


def gap(desk: Desk) -> None:
    desk.hear(KALSHI, desk.delta("bid", 1_000, 1, group=1, skip=1))


def image_differs(desk: Desk) -> None:
    asked = FetchBooks(Venue.KALSHI, (TICKER,), "verify", desk.now_ns)
    desk.fetched(asked, BookReplaced(TICKER, [(5_500, 9 * ONE)], []))


def crossed(desk: Desk) -> None:
    desk.hear(POLYMARKET, desk.change(YES, ("bid", 4_000, 1)))
    desk.tick(100)


def claims_another_best(desk: Desk) -> None:
    change = desk.change(YES, ("ask", 4_900, 1), time_ms=50, claims=("0", "0.41"))
    desk.hear(POLYMARKET, change)
    desk.tick(100)


def past_its_close(desk: Desk) -> None:
    for _ in range(60):
        desk.wait(1_000)
        desk.hear(POLYMARKET, desk.change(NO, ("ask", 9_100, 1)))
        desk.hear(KALSHI, SequenceTaken(9, 1))
    desk.tick()


WAYS: dict[str, tuple[Callable[[Desk], object], str, BookState]] = {
    "a gap": (gap, "gap in its stream", BookState.RESYNC),
    "Kalshi gone": (
        lambda desk: desk.close(KALSHI, "1006"),
        "disconnected: 1006",
        BookState.RESYNC,
    ),
    "Polymarket gone": (
        lambda desk: desk.close(POLYMARKET, "1013"),
        "disconnected: 1013",
        BookState.RESYNC,
    ),
    "a reconnect nobody announced": (
        lambda desk: desk.open_kalshi(),
        "subscribed, no snapshot yet",
        BookState.RESYNC,
    ),
    "silence": (lambda desk: desk.tick(10_001), "no proof of life", BookState.STALE),
    "an unreadable frame": (
        lambda desk: desk.hear(KALSHI, FrameRejected("unreadable", "<html>", None)),
        "unreadable",
        BookState.RESYNC,
    ),
    "a bad message about it": (
        lambda desk: desk.hear(POLYMARKET, FrameRejected("bad", "…", (YES,))),
        "bad",
        BookState.RESYNC,
    ),
    "a price off its grid": (
        lambda desk: desk.hear(KALSHI, desk.delta("bid", 1_001, 1, group=1)),
        "price off the grid",
        BookState.SUSPECT,
    ),
    "a level below zero": (
        lambda desk: desk.hear(KALSHI, desk.delta("bid", 1_000, -1, group=1)),
        "a level fell below zero",
        BookState.RESYNC,
    ),
    "another tick": (
        lambda desk: desk.hear(POLYMARKET, GridChanged(YES, ((0, 10_000, 10),))),
        "price grid changed",
        BookState.RESYNC,
    ),
    "the end of its stream": (
        lambda desk: desk.hear(KALSHI, StreamEnded(STREAM, "overflow")),
        "stream ended: overflow",
        BookState.RESYNC,
    ),
    "another book over REST": (image_differs, "REST shows another book", BookState.RESYNC),
    "bid at the ask": (crossed, "crossed", BookState.SUSPECT),
    "another best price claimed": (
        claims_another_best,
        "not the best prices it claims",
        BookState.SUSPECT,
    ),
    "a closed market": (
        lambda desk: [desk.hear(KALSHI, MarketClosed(TICKER, "determined")), desk.tick(100)],
        "closed",
        BookState.LIVE,
    ),
    "past its close": (past_its_close, "closed", BookState.LIVE),
}


@pytest.mark.parametrize(("lose", "reason", "state"), WAYS.values(), ids=WAYS)
def test_what_stands_closes_with_the_reason(desk: Desk, lose, reason: str, state: BookState):
    assert kinds(desk.heard) == ["opened"]
    lose(desk)
    assert kinds(desk.heard) == ["opened", f"closed {reason}"]
    assert desk.engine.detector.open == {}
    states = {desk.state(name) for name in (YES, NO, TICKER)}
    assert states - {BookState.LIVE} == {state} - {BookState.LIVE}


@pytest.mark.parametrize("lose", [way[0] for way in WAYS.values()], ids=WAYS)
def test_nothing_opens_until_it_is_trusted_again(lose):
    desk = Desk(kalshi_facts={"close_at_ns": START_NS + 60_000 * MS})
    desk.opening([(9_000, 10)], [(9_000, 10)], ([(5_500, 10)], [(5_600, 10)]))
    lose(desk)
    for ask_e4 in (4_000, 3_900, 3_800):
        desk.hear(
            POLYMARKET,
            desk.change(YES, ("ask", ask_e4, 10))
            if desk.book(YES).has_snapshot
            else desk.image("nobody"),
        )
        desk.wait(10)
    is_doubtful = desk.state(YES) is not BookState.LIVE or desk.state(TICKER) is not BookState.LIVE
    is_closed = desk.book(TICKER).is_closed or desk.now_ms >= 60_000
    assert is_doubtful or is_closed
    assert signals(desk.heard) == []


def test_a_healed_book_opens_what_stands(desk: Desk):
    gap(desk)
    effects = desk.hear(KALSHI, desk.snapshot([(5_500, 10)], []))
    assert kinds(effects) == ["opened"]


def test_a_crossing_that_goes_away_opens_what_stands(desk: Desk):
    crossed(desk)
    desk.hear(POLYMARKET, desk.change(YES, ("bid", 4_000, 0)))
    assert kinds(desk.tick(100)) == ["opened"]


# A book that has been quiet is confirmed over REST first.


@pytest.fixture
def quiet() -> Desk:
    """Give a desk whose Kalshi book says nothing while an edge opens at Polymarket."""
    made = Desk()
    made.opening([(9_000, 10)], [(9_000, 10)], ([(5_500, 10)], []))
    made.wait(251)
    made.hear(POLYMARKET, made.change(YES, ("ask", 4_000, 10)))
    return made


def test_a_quiet_book_is_asked_for_and_then_opens(quiet: Desk):
    assert signals(quiet.heard) == []
    (asked,) = fetches(quiet.heard)
    assert asked == FetchBooks(Venue.KALSHI, (TICKER,), "verify", quiet.now_ns)
    quiet.wait(60)
    (signal,) = signals(quiet.fetched(asked, BookReplaced(TICKER, [(5_500, 10 * ONE)], [])))
    assert (signal.kind, signal.held_for, signal.held_ns) == ("opened", "proof", 60 * MS)
    quiet.hear(POLYMARKET, quiet.change(YES, ("ask", 4_000, 0)))
    quiet.wait(240)
    quiet.hear(POLYMARKET, quiet.change(YES, ("ask", 4_000, 10)))
    assert kinds(quiet.heard)[-1] == "opened"
    assert len(fetches(quiet.heard)) == 1


def test_a_book_that_spoke_lately_needs_no_proof():
    desk = Desk()
    desk.opening([(9_000, 10)], [(9_000, 10)], ([(5_500, 10)], []))
    desk.wait(250)
    assert kinds(desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 10)))) == ["opened"]


def test_a_frozen_book_is_contradicted_and_opens_nothing(quiet: Desk):
    (asked,) = fetches(quiet.heard)
    effects = quiet.fetched(asked, BookReplaced(TICKER, [(3_000, 10 * ONE)], []))
    assert signals(effects) == []
    assert quiet.state(TICKER) is BookState.RESYNC
    quiet.hear(KALSHI, quiet.snapshot([(3_000, 10)], []))
    quiet.tick(100)
    assert signals(quiet.heard) == []


def test_what_spoke_meanwhile_opens_by_itself(quiet: Desk):
    (asked,) = fetches(quiet.heard)
    quiet.wait(30)
    assert quiet.hear(KALSHI, quiet.delta("bid", 1_000, 5, group=1)) == ()
    quiet.wait(6)
    assert kinds(quiet.fetched(asked, BookReplaced(TICKER, [], []))) == ["opened"]


def test_no_answer_is_asked_for_again_after_a_while(quiet: Desk):
    asked_ms = []
    for _ in range(50):
        quiet.wait(100)
        quiet.hear(POLYMARKET, quiet.change(NO, ("ask", 9_000, 10)))
        asked_ms += [quiet.now_ms for w in fetches(quiet.tick()) if w.instruments == (TICKER,)]
        quiet.hear(KALSHI, SequenceTaken(9, 1))
    assert asked_ms == [2_251, 4_251]
    assert signals(quiet.heard) == []


def test_an_edge_that_went_away_while_waiting_opens_nothing(quiet: Desk):
    (asked,) = fetches(quiet.heard)
    quiet.hear(POLYMARKET, quiet.change(YES, ("ask", 4_000, 0)))
    assert quiet.fetched(asked, BookReplaced(TICKER, [(5_500, 10 * ONE)], [])) == ()
