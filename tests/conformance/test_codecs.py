"""One suite for every venue's codec: whatever comes, events go out, and nothing is raised."""

import json
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fuzz.mutation import FOREIGN, mutated
from tests.venues.kalshi import wire as kalshi
from tests.venues.polymarket import wire as polymarket
from underround.app.codecs import CODECS
from underround.core.event import (
    BookReplaced,
    CommandAnswered,
    FrameRejected,
    GridChanged,
    LevelAdded,
    LevelsSet,
    MarketClosed,
    SequenceTaken,
    StreamEnded,
    StreamOpened,
    TradePrinted,
)
from underround.core.instrument import Venue
from underround.core.units import PRICE_ONE_E4, SIZE_LIMIT_E6

GOOD = {
    Venue.POLYMARKET: [
        polymarket.wire([polymarket.book(), polymarket.book(polymarket.NO)]) + b"\n",
        polymarket.wire(polymarket.change(polymarket.entry(), polymarket.entry(polymarket.NO))),
        polymarket.wire(polymarket.book(tick_size=...)),
    ],
    Venue.KALSHI: [
        kalshi.wire(kalshi.snapshot()),
        kalshi.wire(kalshi.delta()),
        b'{"id":1,"type":"subscribed","msg":{"channel":"orderbook_delta","sid":1}}',
        b'{"id":2,"type":"ok","sid":1,"seq":2,"msg":{"market_tickers":["A"]}}',
    ],
}
BODIES = {
    Venue.POLYMARKET: polymarket.wire([polymarket.book(event_type=...)]),
    Venue.KALSHI: b'{"orderbooks":[{"ticker":"A","orderbook_fp":{"yes_dollars":[["0.5","1"]]}}]}',
}
KINDS = {"unreadable {} frame", "bad {} message", "unknown {} message", "{} remark"}
KINDS_OF_ONE = {"kalshi reports an error"}

EVERY = pytest.mark.parametrize("venue", list(CODECS))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "event_type": st.sampled_from(["book", "price_change", "tick_size_change", 5, ""]),
        "type": st.sampled_from(["orderbook_snapshot", "orderbook_delta", "ok", "error", None]),
        **dict.fromkeys(("asset_id", "timestamp", "bids", "asks", "price_changes"), VALUES),
        **dict.fromkeys(("sid", "seq", "id", "msg", "tick_size", "market"), VALUES),
    },
)


def read(venue: Venue, frame: bytes) -> list:
    events = []
    CODECS[venue][0](frame, events)
    return events


def check(venue: Venue, events: list) -> None:
    """Check what may be believed of any event: prices, sizes, times and names are in range."""
    for event in events:
        match event:
            case LevelsSet(changes, time_ms):
                assert 0 < time_ms < 10**13
                for name, is_bid, price_e4, size_e6, bid, ask in changes:
                    assert (type(name), type(is_bid)) == (str, bool)
                    assert 0 <= price_e4 <= PRICE_ONE_E4
                    assert 0 <= size_e6 <= SIZE_LIMIT_E6
                    assert (type(bid), type(ask)) == (str, str)
            case LevelAdded(instrument=name, price_e4=price_e4, change_e6=change_e6):
                assert name
                assert 0 <= price_e4 <= PRICE_ONE_E4
                assert -SIZE_LIMIT_E6 <= change_e6 <= SIZE_LIMIT_E6
            case BookReplaced(bids=bids, asks=asks):
                for price_e4, size_e6 in [*bids, *asks]:
                    assert 0 <= price_e4 <= PRICE_ONE_E4
                    assert 0 <= size_e6 <= SIZE_LIMIT_E6
            case FrameRejected(kind, sample, instruments):
                named = {each.format(venue.value) for each in KINDS}
                assert kind in named | KINDS_OF_ONE
                assert len(sample) < 400
                assert len(sample.splitlines()) <= 1
                assert instruments is None or all(type(name) is str for name in instruments)
            case _:
                assert isinstance(
                    event,
                    SequenceTaken
                    | StreamOpened
                    | StreamEnded
                    | CommandAnswered
                    | GridChanged
                    | TradePrinted
                    | MarketClosed,
                )


@EVERY
def test_every_venue_has_good_messages_here(venue: Venue):
    for frame in GOOD[venue]:
        events = read(venue, frame)
        assert events
        assert not [event for event in events if isinstance(event, FrameRejected)]
        check(venue, events)
    assert len(CODECS[venue][1](BODIES[venue])) == 1


@EVERY
@given(frame=st.binary(max_size=200) | st.text(max_size=80).map(str.encode))
def test_any_bytes(venue: Venue, frame: bytes):
    check(venue, read(venue, frame))


@EVERY
@given(message=VALUES | MESSAGES | st.lists(MESSAGES, max_size=3))
def test_any_json(venue: Venue, message: object):
    check(venue, read(venue, json.dumps(message).encode(errors="replace")))


@EVERY
@example(seed=1989)  # an error code of four hundred digits
@given(seed=st.integers(0, 2**32))
def test_spoilt_messages(venue: Venue, seed: int):
    rng = random.Random(seed)
    for _ in range(10):
        check(venue, read(venue, mutated(rng, rng.choice(GOOD[venue]))))


@EVERY
@given(seed=st.integers(0, 2**32))
def test_spoilt_answers_raise_one_line_or_give_books(venue: Venue, seed: int):
    rng = random.Random(seed)
    for _ in range(10):
        body = mutated(rng, BODIES[venue])
        try:
            books = CODECS[venue][1](body)
        except ValueError as fault:
            assert len(str(fault).splitlines()) == 1
        else:
            check(venue, books)


@EVERY
@pytest.mark.parametrize("frame", FOREIGN, ids=lambda frame: repr(frame[:12]))
def test_foreign_frames_leave_what_was_read_before(venue: Venue, frame: bytes):
    events = ["before"]
    CODECS[venue][0](GOOD[venue][0], events)
    count = len(events)
    CODECS[venue][0](frame, events)
    assert events[0] == "before"
    assert events[:count] == ["before", *read(venue, GOOD[venue][0])]
    check(venue, events[count:])


@EVERY
def test_the_same_frame_reads_the_same(venue: Venue):
    for frame in [*GOOD[venue], *FOREIGN]:
        assert read(venue, frame) == read(venue, frame)


@EVERY
def test_the_words_a_fault_is_named_by_are_few(venue: Venue):
    """A kind is logged once and counted: no price, size or position may stand in it."""
    rng = random.Random(1)
    kinds = {
        event.kind
        for _ in range(3_000)
        for event in read(venue, mutated(rng, rng.choice(GOOD[venue])))
        if isinstance(event, FrameRejected)
    }
    assert kinds <= {each.format(venue.value) for each in KINDS} | KINDS_OF_ONE
    assert len(kinds) >= 4
