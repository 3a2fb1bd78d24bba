"""What venues tell beside their books: closed, halted and restarting things carry no signal."""

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
    judged,
    kinds,
    snapshots_asked,
)
from underround.core.book_state import BookState
from underround.core.effect import LookUpMarket, Noted, RepriceEvent, Unsubscribe
from underround.core.event import MarketClosed, SequenceTaken, StreamOpened
from underround.core.instrument import Venue
from underround.core.units import NS_PER_SECOND
from underround.core.venue_event import (
    BooksDoubted,
    BooksProven,
    CloseMoved,
    FeesAnnounced,
    IndexPrinted,
    MarketAppeared,
    MarketsEnded,
    TermsChanged,
    TopClaimed,
    TradingHalted,
    VenueStatusChanged,
)
from underround.core.venue_status import VenueState

NORMAL, PAUSED, RESTARTING, POST_ONLY = (
    VenueState.NORMAL,
    VenueState.PAUSED,
    VenueState.RESTARTING,
    VenueState.POST_ONLY,
)


@pytest.fixture
def desk() -> Desk:
    """An open underround: YES at 0.40 there, NO at 0.37 here (a bid of 0.63 for YES)."""
    made = Desk()
    made.opening([(4_000, 10)], [(9_000, 10)], ([(6_300, 10)], [(9_900, 10)]))
    made.tick(10)
    assert kinds(made.heard) == ["opened"]
    made.heard.clear()
    return made


def status(desk: Desk, state: VenueState, venue=Venue.POLYMARKET, shard=None) -> tuple:
    return desk.process(VenueStatusChanged(venue, state, "told so", desk.now_ns, shard))


def quotes(desk: Desk) -> tuple:
    """Let both venues speak again, so that nothing is quiet."""
    said = desk.hear(POLYMARKET, desk.change(YES, ("ask", 9_500, 1)))
    return said + desk.hear(KALSHI, desk.delta("ask", 9_900, 1)) + desk.tick(6)


@pytest.mark.parametrize("state", [PAUSED, RESTARTING, POST_ONLY, VenueState.HALTED])
@pytest.mark.parametrize("venue", list(Venue))
def test_no_signal_stands_or_opens_while_a_venue_is_not_normal(
    desk: Desk, state: VenueState, venue: Venue
):
    assert kinds(status(desk, state, venue)) == [f"closed {venue} {state}"]
    assert kinds(quotes(desk)) == []
    assert kinds(status(desk, state, venue)) == []
    opened = status(desk, NORMAL, venue) + quotes(desk)
    assert kinds(opened) == ["opened"]


def test_a_new_state_is_noted_once(desk: Desk):
    noted = [effect for effect in status(desk, RESTARTING) if isinstance(effect, Noted)]
    assert noted == [Noted("polymarket restarting", "told so")]
    assert status(desk, RESTARTING) == ()
    assert status(desk, POST_ONLY) == (Noted("polymarket post only", "told so"),)
    assert desk.engine.trust.statuses.rows() == {"polymarket": "post only: told so"}
    status(desk, NORMAL)
    assert desk.engine.trust.statuses.rows() == {}


def test_a_paused_shard_pauses_its_own_instruments():
    desk = Desk(kalshi_facts={"shard": 2})
    desk.opening([(4_000, 10)], [(9_000, 10)], ([(6_300, 10)], [(9_900, 10)]))
    desk.tick(10)
    assert kinds(status(desk, PAUSED, Venue.KALSHI, shard=3)) == []
    assert kinds(status(desk, PAUSED, Venue.KALSHI, shard=2)) == ["closed kalshi paused"]
    assert kinds(status(desk, NORMAL, Venue.KALSHI, shard=3)) == []
    assert kinds(quotes(desk)) == []
    assert kinds(status(desk, NORMAL, Venue.KALSHI, shard=2) + quotes(desk)) == ["opened"]


def test_a_halted_instrument_carries_nothing_until_it_trades_again(desk: Desk):
    halted = TradingHalted(TICKER, is_halted=True, reason="deactivated")
    assert kinds(desk.hear(KALSHI, halted)) == ["closed halted"]
    assert kinds(quotes(desk)) == []
    resumed = desk.hear(KALSHI, TradingHalted(TICKER, is_halted=False, reason="activated"))
    assert kinds(resumed + quotes(desk)) == ["opened"]


def test_an_unknown_instrument_that_begins_to_trade_is_looked_up(desk: Desk):
    assert desk.hear(KALSHI, TradingHalted("KXNEW", is_halted=True, reason="")) == ()
    assert desk.hear(KALSHI, TradingHalted("KXNEW", is_halted=False, reason="")) == (
        LookUpMarket(Venue.KALSHI, "KXNEW", ("KXNEW",), "", desk.now_ns),
    )


def test_a_closed_market_is_given_up_and_never_asked_for_again(desk: Desk):
    effects = desk.hear(POLYMARKET, MarketClosed(YES, "resolved"), MarketClosed(NO, "resolved"))
    assert kinds(effects) == ["closed closed"]
    assert [effect for effect in effects if isinstance(effect, Unsubscribe)] == [
        Unsubscribe(Venue.POLYMARKET, (YES,), "resolved"),
        Unsubscribe(Venue.POLYMARKET, (NO,), "resolved"),
    ]
    assert desk.hear(POLYMARKET, MarketClosed(YES, "resolved")) == ()
    assert kinds(quotes(desk)) == []
    asked = [
        name
        for step in range(80)
        for wanted in fetches(desk.tick(500 + step))
        for name in wanted.instruments
    ]
    assert YES not in asked
    assert NO not in asked


def test_what_the_catalog_says_has_ended_has(desk: Desk):
    ended = MarketsEnded(Venue.KALSHI, (TICKER, "KXELSE"), "settled", desk.now_ns)
    effects = desk.process(ended)
    assert kinds(effects) == ["closed closed"]
    assert effects[-1] == Unsubscribe(Venue.KALSHI, (TICKER,), "settled")


def test_a_moved_close_holds_at_once(desk: Desk):
    desk.hear(KALSHI, CloseMoved(TICKER, desk.now_ns + NS_PER_SECOND))
    assert kinds(desk.tick(500)) == []
    assert kinds(desk.tick(600)) == ["closed closed"]
    assert kinds(quotes(desk)) == []
    later = CloseMoved(TICKER, desk.now_ns + 60 * NS_PER_SECOND)
    assert kinds(desk.hear(KALSHI, later) + desk.tick(6)) == ["opened"]


def test_new_markets_are_looked_up_unless_known(desk: Desk):
    seen = desk.hear(POLYMARKET, MarketAppeared("0xnew", ("1", "2"), "will-it-snow"))
    names = ("1", "2")
    assert seen == (LookUpMarket(Venue.POLYMARKET, "0xnew", names, "will-it-snow", desk.now_ns),)
    assert desk.hear(POLYMARKET, MarketAppeared("0xrain", (YES, NO), "rain")) == ()


def test_fees_terms_and_indices_are_handed_on_or_kept(desk: Desk):
    assert desk.hear(KALSHI, FeesAnnounced("KXRAIN", None, "0.5")) == (
        RepriceEvent(Venue.KALSHI, "KXRAIN", None, "0.5", desk.now_ns),
    )
    terms = TermsChanged(TICKER, "greater", "5", None, "above 5")
    newer = IndexPrinted("cf_benchmarks", "BRTI", 2, time_ms=2_000)
    older = IndexPrinted("cf_benchmarks", "BRTI", 1, time_ms=1_000)
    assert desk.hear(KALSHI, terms, newer, older) == ()
    assert desk.engine.told.terms == {TICKER: terms}
    assert desk.engine.told.indices == {("cf_benchmarks", "BRTI"): newer}


def claim(ask_e4: int | None, time_ms: int | None = None) -> TopClaimed:
    return TopClaimed(YES, None, ask_e4, time_ms)


@pytest.mark.parametrize(
    ("claimed", "is_lost"),
    [
        (claim(3_900), True),
        (claim(None), True),
        (claim(4_000), False),
        (claim(3_900, time_ms=0), False),
        (claim(3_900, time_ms=10**9), True),
    ],
)
def test_a_claim_counts_when_it_has_aged(desk: Desk, claimed: TopClaimed, is_lost: bool):
    desk.hear(POLYMARKET, claimed)
    desk.tick(900)
    assert desk.state(YES) is BookState.LIVE
    effects = desk.tick(200)
    reason = "the venue claims other best prices"
    assert judged(effects) == ([(YES, "resync", reason)] if is_lost else [])
    assert [wanted.instruments for wanted in fetches(effects) if wanted.purpose == "resync"] == (
        [(YES,)] if is_lost else []
    )


def test_a_claim_that_the_book_follows_is_forgotten(desk: Desk):
    desk.hear(POLYMARKET, claim(3_900))
    desk.wait(100)
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 3_900, 1)))
    assert judged(desk.tick(1_100)) == []


def test_a_claim_without_a_book_is_nothing(desk: Desk):
    assert desk.hear(POLYMARKET, TopClaimed("other", 1, 2)) == ()


def test_a_matching_hash_proves_and_heals(desk: Desk):
    desk.wait(5_000)
    desk.process(BooksProven(Venue.POLYMARKET, (YES, "other"), desk.now_ns - 7, desk.now_ns))
    assert desk.book(YES).proven_ns == desk.now_ns - 7
    desk.process(BooksProven(Venue.POLYMARKET, (YES,), START_NS, desk.now_ns))
    assert desk.book(YES).proven_ns == desk.now_ns - 7


def test_a_hash_that_does_not_match_is_asked_about_and_only_many_count(desk: Desk):
    doubt = BooksDoubted(Venue.POLYMARKET, (YES, "other"), desk.now_ns)
    assert [wanted.purpose for wanted in fetches(desk.process(doubt))] == ["agree"]
    for _ in range(3):
        assert judged(desk.process(doubt)) == []
    desk.process(BooksProven(Venue.POLYMARKET, (YES,), desk.now_ns, desk.now_ns))
    for _ in range(4):
        assert judged(desk.process(doubt)) == []
    assert judged(desk.process(doubt)) == [(YES, "resync", "not the book that the venue hashed")]


def test_a_gap_in_a_stream_without_books_costs_no_book_its_trust(desk: Desk):
    desk.hear(KALSHI, SequenceTaken(STREAM + 1, 1))
    assert judged(desk.hear(KALSHI, SequenceTaken(STREAM + 1, 7))) == []
    assert desk.engine.counts.gaps == 1
    assert desk.state(TICKER) is BookState.LIVE


def test_a_book_s_stream_is_known_beside_others():
    desk = Desk()
    desk.hear(KALSHI, StreamOpened(STREAM), SequenceTaken(STREAM + 1, 1))
    asked = [each for _ in range(60) for each in snapshots_asked(desk.tick(100))]
    assert [(each.stream, each.instruments) for each in asked[:1]] == [(STREAM, (TICKER,))]
