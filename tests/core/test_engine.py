"""The one door: what the engine takes in besides market events, and what it gives back."""

from msgspec.structs import replace

from tests.core.desk import (
    FREE,
    KALSHI,
    NO,
    POLYMARKET,
    TICKER,
    YES,
    Desk,
    fetches,
    judged,
    kinds,
    token,
)
from underround.core.book_state import BookState
from underround.core.counts import Counts
from underround.core.effect import Noted
from underround.core.event import Batch, InstrumentsExpected, InstrumentsListed, Timer
from underround.core.instrument import Outcome


def opened() -> Desk:
    desk = Desk()
    desk.opening([(9_000, 10)], [(9_000, 10)], ([(5_500, 10)], [(5_600, 10)]))
    desk.engine.take_marked()
    return desk


def marked(desk: Desk) -> list[str]:
    return [book.instrument.id for book in desk.engine.take_marked()]


def test_nothing_to_be_done_is_always_the_same_nothing():
    desk = opened()
    assert desk.engine.process(Batch(POLYMARKET, desk.now_ns, ())) == ()
    assert desk.engine.process(Timer(desk.now_ns)) == ()


def test_books_whose_best_prices_moved_are_marked_once_until_taken():
    desk = opened()
    desk.hear(KALSHI, desk.delta("bid", 5_400, 1), desk.delta("ask", 5_700, 1))
    assert marked(desk) == []
    desk.hear(KALSHI, desk.delta("ask", 5_550, 1), desk.delta("bid", 5_520, 1))
    desk.hear(POLYMARKET, desk.change(NO, ("ask", 8_900, 1)))
    assert sorted(marked(desk)) == [TICKER, NO]
    assert marked(desk) == []
    desk.hear(KALSHI, desk.delta("ask", 5_550, -1))
    assert marked(desk) == [TICKER]


def test_one_read_is_applied_whole_before_anything_is_looked_at():
    desk = opened()
    desk.hear(
        POLYMARKET,
        desk.change(YES, ("ask", 4_000, 10)),
        desk.change(YES, ("ask", 4_000, 0)),
    )
    assert kinds(desk.heard) == []


def test_sweeps_come_no_more_often_than_the_settings_say():
    desk = opened()
    desk.tick()
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 3_999, 1), time_ms=9, claims=("0", "")))
    assert desk.state(YES) is BookState.SUSPECT
    assert judged(desk.tick(99)) == []
    assert judged(desk.tick(1)) == [(YES, "live", "")]


def test_a_known_instrument_with_new_facts_keeps_its_levels():
    desk = opened()
    before = desk.book(YES).instrument
    desk.process(InstrumentsListed((replace(before, min_size_e6=7),), desk.now_ns))
    assert desk.book(YES).instrument.min_size_e6 == 7
    assert (desk.state(YES), desk.book(YES).asks.price_e4) == (BookState.LIVE, 9_000)


def test_a_known_instrument_on_another_grid_waits_for_a_whole_book():
    desk = opened()
    finer = replace(desk.book(YES).instrument, ranges=((0, 10_000, 10),))
    effects = desk.process(InstrumentsListed((finer,), desk.now_ns))
    assert judged(effects) == [(YES, "resync", "price grid changed")]
    assert [wanted.instruments for wanted in fetches(effects)] == [(YES,)]


def test_a_new_instrument_has_a_book_when_its_connection_expects_it():
    desk = opened()
    fresh = token("fresh", "other", Outcome.YES, FREE[0])
    desk.process(InstrumentsListed((fresh,), desk.now_ns))
    desk.process(InstrumentsExpected(POLYMARKET, (YES, "fresh", "unlisted"), desk.now_ns))
    assert (desk.state("fresh"), desk.state(YES)) == (BookState.EMPTY, BookState.LIVE)
    desk.polymarket("fresh", [], [(4_000, 1)])
    assert desk.state("fresh") is BookState.LIVE
    desk.close(POLYMARKET)
    assert [desk.state(name) for name in ("fresh", YES)] == [BookState.RESYNC] * 2


def test_what_is_expected_of_a_connection_that_is_not_open_waits_for_it():
    desk = opened()
    desk.close(POLYMARKET)
    event = InstrumentsExpected(POLYMARKET, (YES,), desk.now_ns)
    assert desk.process(event) == desk.process(replace(event, connection="nobody")) == ()


def test_a_connection_that_never_opened_may_close():
    desk = opened()
    assert desk.close("nobody") == ()
    assert desk.state(YES) is BookState.LIVE


def test_an_unknown_command_is_named():
    assert opened().command("dance") == (Noted("unknown command", "dance"),)


def test_counts_are_plain_integers_by_name():
    counts = Counts()
    counts.gaps += 2
    assert counts.as_dict()["gaps"] == 2
    assert set(counts.as_dict().values()) == {0, 2}
    assert list(counts.as_dict()) == sorted(Counts.__slots__)
