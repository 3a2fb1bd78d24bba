"""When a book is believed: claims, silence, proof over REST, and the requests that heal."""

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
    snapshots_asked,
)
from underround.core.book import Book
from underround.core.book_state import BookState
from underround.core.counts import Counts
from underround.core.effect import Effect, FetchBooks, Noted, RequestSnapshots
from underround.core.event import BookReplaced, SequenceTaken
from underround.core.instrument import Venue
from underround.core.settings import Settings
from underround.core.trust import Trust, claim_verdict, same_top
from underround.core.units import NS_PER_MS

LIVE, SUSPECT, STALE, RESYNC = (
    BookState.LIVE,
    BookState.SUSPECT,
    BookState.STALE,
    BookState.RESYNC,
)


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.opening([(4_000, 10)], [(6_200, 10)], ([(3_700, 10)], [(4_100, 10)]))
    made.heard.clear()
    return made


def plain_book(bids: list, asks: list) -> Book:
    book = Desk().book(YES)
    book.bids.fill(bids)
    book.asks.fill(asks)
    return book


BIDS, ASKS = [(4_000, 5), (3_900, 6)], [(4_200, 7), (4_300, 8)]


@pytest.mark.parametrize(
    ("bids", "asks", "claims", "verdict"),
    [
        (BIDS, ASKS, ("", ""), True),
        (BIDS, ASKS, ("0.4", "0.42"), True),
        (BIDS, ASKS, ("0.40", ""), True),
        (BIDS, ASKS, ("0.39", "0.42"), False),
        (BIDS, ASKS, ("0.4", "0.43"), False),
        (BIDS, ASKS, ("0", "0.42"), False),
        (BIDS, ASKS, ("0.4", "1"), False),
        (BIDS, ASKS, ("best", "0.42"), False),
        (BIDS, [(3_900, 1)], ("0.4", "0.39"), False),
        ([], ASKS, ("0", "0.42"), True),
        ([], ASKS, ("", "0.42"), True),
        ([], ASKS, ("0.4", "0.42"), False),
        (BIDS, [], ("0.4", "1"), True),
        (BIDS, [], ("0.4", "0.42"), False),
        ([], [], ("0", "1"), True),
    ],
)
def test_claims(bids: list, asks: list, claims: tuple[str, str], verdict: bool):
    desk = Desk()
    desk.polymarket(YES, bids, asks, time_ms=5)
    desk.hear(POLYMARKET, desk.change(YES, ("bid", 100, 0), time_ms=6, claims=claims))
    assert claim_verdict(desk.book(YES)) is verdict


def test_claims_of_another_book_or_before_the_whole_book_are_none():
    desk = Desk()
    desk.polymarket(NO, BIDS, ASKS, time_ms=5)
    desk.polymarket(YES, BIDS, ASKS, time_ms=7)
    desk.hear(POLYMARKET, desk.change(NO, ("bid", 100, 0), time_ms=8, claims=("0.9", "1")))
    desk.hear(POLYMARKET, desk.change(YES, ("bid", 100, 0), time_ms=7, claims=("0.9", "1")))
    assert (claim_verdict(desk.book(YES)), claim_verdict(desk.book(NO))) == (None, False)


DEEP_BIDS = [(price_e4, 5) for price_e4 in range(100, 800, 100)]
DEEP_ASKS = [(price_e4, 5) for price_e4 in range(900, 1_600, 100)]


@pytest.mark.parametrize(
    ("bids", "asks", "same"),
    [
        (DEEP_BIDS, DEEP_ASKS, True),
        (DEEP_BIDS[::-1], DEEP_ASKS[::-1], True),
        (DEEP_BIDS[2:], DEEP_ASKS[:5], True),
        ([*DEEP_BIDS, (750, 0)], [(850, 0), *DEEP_ASKS], True),
        (DEEP_BIDS[:-1], DEEP_ASKS, False),
        (DEEP_BIDS, DEEP_ASKS[1:], False),
        ([*DEEP_BIDS[:-1], (700, 6)], DEEP_ASKS, False),
        (DEEP_BIDS, [*DEEP_ASKS[:4], (1_300, 4)], False),
        ([], [], False),
    ],
)
def test_two_books_are_the_same_when_their_five_best_levels_are(bids, asks, same):
    assert same_top(plain_book(DEEP_BIDS, DEEP_ASKS), BookReplaced(YES, bids, asks)) is same


def test_a_connection_that_says_nothing_is_probed_at_half_the_limit_and_stale_at_the_limit(desk):
    desk.wait(5_001)
    probes = [
        FetchBooks(Venue.POLYMARKET, (YES, NO), "verify", desk.now_ns),
        FetchBooks(Venue.KALSHI, (TICKER,), "verify", desk.now_ns),
    ]
    assert desk.tick() == tuple(probes)
    assert judged(desk.tick(4_900)) == []
    assert judged(desk.tick(2_600)) == [
        (name, "stale", "no proof of life") for name in (YES, NO, TICKER)
    ]


def test_a_silent_book_is_found_stale_when_it_matters_even_before_a_timer(desk):
    desk.wait(10_001)
    effects = desk.hear(POLYMARKET, desk.change(YES, ("ask", 3_000, 10)))
    assert judged(effects) == [(TICKER, "stale", "no proof of life")]


def test_a_heartbeat_s_answer_is_no_proof_of_life(desk):
    for _ in range(13):
        desk.wait(1_000)
        desk.hear(POLYMARKET)
        desk.hear(KALSHI, SequenceTaken(9, 1))
        desk.tick()
    assert [desk.state(name) for name in (YES, NO, TICKER)] == [STALE, STALE, LIVE]


def test_data_of_a_neighbour_proves_a_quiet_book_alive(desk):
    for _ in range(13):
        desk.wait(1_000)
        desk.hear(POLYMARKET, desk.change(NO, ("ask", 9_000, 1)))
        desk.tick()
    assert [desk.state(name) for name in (YES, NO)] == [LIVE, LIVE]


def test_agreement_over_rest_is_proof_of_life(desk):
    for _ in range(13):
        for wanted in fetches(desk.tick(1_000)):
            if wanted.venue is Venue.POLYMARKET:
                images = [
                    desk.image(YES, [], [(4_000, 10)], 1),
                    desk.image(NO, [], [(6_200, 10)], 1),
                ]
                desk.fetched(wanted, *images)
    assert [desk.state(name) for name in (YES, NO, TICKER)] == [LIVE, LIVE, STALE]


def test_a_stale_book_of_a_stream_is_live_again_when_its_stream_goes_on(desk):
    desk.tick(12_000)
    assert desk.state(TICKER) is STALE
    desk.hear(KALSHI, SequenceTaken(STREAM, desk.number + 1))
    desk.wait(200)
    assert (TICKER, "live", "its stream goes on") in judged(desk.tick())


def test_a_stale_book_without_numbers_is_live_again_when_it_was_read_anew(desk):
    desk.tick(12_000)
    desk.hear(POLYMARKET, desk.change(NO, ("ask", 9_000, 1)))
    wanted = next(w for w in fetches(desk.tick(2_100)) if w.venue is Venue.POLYMARKET)
    assert (wanted.instruments, wanted.purpose) == ((YES, NO), "resync")
    desk.fetched(wanted, desk.image(YES, [], [(4_000, 10)], 1))
    assert [desk.state(name) for name in (YES, NO)] == [LIVE, STALE]


def test_first_books_that_do_not_come_are_asked_for_together_and_again(desk):
    desk.close(POLYMARKET)
    desk.open_polymarket()
    asked_ms = []
    for _ in range(120):
        asked_ms += [desk.now_ms for w in fetches(desk.tick(100)) if w.purpose == "resync"]
    assert asked_ms == [5_100, 10_200]
    assert {w.instruments for w in fetches(desk.heard) if w.purpose == "resync"} == {(YES, NO)}


def test_a_request_is_under_way_once_at_a_time_until_patience_ends():
    out: list[Effect] = []
    trust, book = Trust(Settings(), Counts(), out), Desk().book(YES)
    times_ms = (0, 1_000, 1_999, 2_000, 2_002)
    for ms in times_ms:
        trust.ask(Venue.POLYMARKET, (book,), "verify", ms * NS_PER_MS)
    trust.ask(Venue.POLYMARKET, (book,), "resync", 2_003 * NS_PER_MS)
    trust.answered(YES, "verify")
    trust.ask(Venue.POLYMARKET, (book,), "verify", 2_004 * NS_PER_MS)
    assert [(w.purpose, w.asked_at_ns // NS_PER_MS) for w in fetches(out)] == [
        ("verify", 0),
        ("verify", 2_000),
        ("resync", 2_003),
        ("verify", 2_004),
    ]


def test_an_answer_that_misses_a_book_is_named_and_lets_it_be_asked_for_again(desk):
    (wanted, _) = fetches(desk.tick(5_001))
    effects = desk.fetched(wanted, missing=(YES,))
    assert effects == (Noted("no book over REST", f"polymarket {YES}"),)
    again = fetches(desk.tick(2_600))
    assert [w.instruments for w in again if w.venue is Venue.POLYMARKET] == [(YES, NO)]


def test_a_book_of_a_stream_is_asked_for_inside_it(desk):
    effects = desk.hear(KALSHI, desk.delta("bid", 3_700, -11))
    assert snapshots_asked(effects) == [RequestSnapshots(KALSHI, STREAM, (TICKER,))]
    assert snapshots_asked(desk.tick(1_900)) == []
    assert snapshots_asked(desk.tick(200)) == [RequestSnapshots(KALSHI, STREAM, (TICKER,))]
    desk.hear(KALSHI, desk.snapshot([(3_700, 3)]))
    assert desk.state(TICKER) is LIVE
    assert snapshots_asked(desk.tick(9_000)) == []


def test_a_crossed_book_is_asked_for_when_it_stays_crossed(desk):
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 3_000, 10), ("bid", 3_100, 10)))
    assert (desk.state(YES), fetches(desk.tick(900))) == (SUSPECT, [])
    (wanted,) = fetches(desk.tick(200))
    assert (wanted.instruments, wanted.purpose) == ((YES,), "resync")


def test_books_that_agree_again_are_live_again(desk):
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 3_000, 10), ("bid", 3_100, 10)))
    assert desk.state(YES) is SUSPECT
    desk.hear(POLYMARKET, desk.change(YES, ("bid", 3_100, 0)))
    desk.wait(100)
    assert judged(desk.tick()) == [(YES, "live", "")]
