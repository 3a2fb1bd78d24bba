"""Between sockets and engine: what is recorded replays to the same books and signals."""

import logging

import pytest

from tests.app.market_day import ANY_EDGE, START_NS, Day
from underround.app.pipeline import LATENCIES_KEPT, Latency
from underround.app.recordings.digest import SignalDigest
from underround.app.recordings.plan import Plan
from underround.app.recordings.replay import Replay, describe
from underround.core.effect import FetchBooks
from underround.core.engine import Engine
from underround.core.event import CommandAnswered
from underround.core.instrument import Venue
from underround.core.opportunity import SignalKind
from underround.stores.recording import RecordingWriter


def recorder(path, day: Day, **options) -> RecordingWriter:
    header = describe(ANY_EDGE, day.corpus.instruments, day.corpus.pairs)
    return RecordingWriter(path, created_at_ns=START_NS, mask=bytes, **header, **options)


def books(engine: Engine) -> dict:
    return {
        name: (book.state, book.reason, book.bids.depth(), book.asks.depth(), book.instrument)
        for name, book in engine.books.items()
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_recorded_day_replays_to_the_same_books_and_signals(tmp_path, seed: int):
    writer = recorder(tmp_path / "run", Day(seed), segment_limit_bytes=1, flush_interval_s=0.001)
    day, digest = Day(seed, writer), SignalDigest()
    day.pipeline.on_signal.append(digest.add)
    day.run()
    writer.close()
    replay = Replay()
    replay.run(tmp_path / "run")
    assert digest.count > 20
    assert (replay.digest.count, replay.digest.hex) == (digest.count, digest.hex)
    assert books(replay.engine) == books(day.pipeline.engine)
    assert replay.engine.counts.as_dict() == day.pipeline.engine.counts.as_dict()
    assert replay.frames == day.pipeline.frames
    assert (replay.lost, replay.damage) == (0, [])


def test_a_day_is_the_same_day_unrecorded(tmp_path):
    digests = []
    for writer in (None, recorder(tmp_path / "run", Day(5))):
        day, digest = Day(5, writer), SignalDigest()
        day.pipeline.on_signal.append(digest.add)
        day.run()
        digests.append(digest.hex)
        if writer is not None:
            writer.close()
    assert digests[0] == digests[1]


class HastyDay(Day):
    """A day whose connection is lost while books are being asked for."""

    def fetch_books(self, wanted: FetchBooks) -> None:
        self.pipeline.closed("polymarket", self.now_ns, 1006, "")


def test_what_happened_is_told_before_what_it_brings_about():
    day = HastyDay(1)
    for venue in Venue:
        day.open(venue)
    first, _, _, second, *_ = (one.id for one in day.corpus.instruments)
    closed = []
    day.pipeline.on_signal.append(lambda signal: closed.append((signal.pair, signal.reason)))
    bad = b'{"event_type":"book","asset_id":"%s","bids":[]}' % first.encode()
    empty = b'{"event_type":"book","asset_id":"%s","bids":[],"asks":[],"timestamp":"9999"}'
    day.pipeline.batch("polymarket", [bad, empty % second.encode()], day.now_ns)
    pairs = [pair.id for pair in day.corpus.pairs]
    assert closed[:2] == [(pairs[0], "bad polymarket message"), (pairs[1], "edge gone")]
    assert {reason for _, reason in closed[2:]} == {"disconnected: 1006"}
    assert len(closed) > 3


def test_a_first_mention_is_logged_and_every_one_counted(caplog):
    day = Day(1)
    day.open(Venue.POLYMARKET)
    with caplog.at_level(logging.WARNING, "underround"):
        for _ in range(3):
            day.pipeline.batch("polymarket", [b"<html>\n502"], day.now_ns)
        day.pipeline.batch("polymarket", [b"[1"], day.now_ns)
    assert [record.getMessage() for record in caplog.records] == [
        "unreadable polymarket frame: <html> 502 (said once, counted from now on)"
    ]
    assert day.pipeline.noted == {"unreadable polymarket frame": 4}


def test_answers_reach_the_hands():
    day = Day(1)
    day.open(Venue.KALSHI)
    frame = b'{"id":6,"type":"unsubscribed","sid":9,"seq":1}'
    day.pipeline.batch("kalshi", [frame], day.now_ns)
    assert day.answers == [CommandAnswered("unsubscribed", 6, 9, None, None, None, "")]


def test_latency_tells_immediate_openings_from_held_ones():
    day = Day(3)
    opened = []
    day.pipeline.on_signal.append(
        lambda signal: opened.append(signal) if signal.kind is SignalKind.OPENED else None
    )
    day.run()
    held = [signal for signal in opened if signal.held_for]
    latency = day.pipeline.latency
    assert (len(latency.held_ns), len(latency.immediate_ns)) == (
        len(held),
        len(opened) - len(held),
    )
    assert held
    assert list(latency.held_ns) == [signal.held_ns for signal in held]
    assert set(latency.immediate_ns) == {0}


def test_latencies_are_counted_without_end_and_kept_up_to_a_bound():
    latency = Latency()
    for number in range(LATENCIES_KEPT + 5):
        latency.add(number, is_held=True)
    latency.add(7, is_held=False)
    assert (latency.held_count, latency.immediate_count) == (LATENCIES_KEPT + 5, 1)
    assert list(latency.held_ns) == list(range(5, LATENCIES_KEPT + 5))
    assert list(latency.immediate_ns) == [7]


def test_polled_books_are_taken_as_if_pushed():
    day = Day(1)
    name = day.corpus.instruments[2].id
    day.pipeline.plan(Plan("kalshi-rest", Venue.KALSHI, (name,), is_slow=True))
    day.pipeline.opened("kalshi-rest", day.now_ns)
    body = b'{"orderbooks":[{"ticker":"%s","orderbook_fp":{"yes_dollars":[["0.4000","7.00"]]}}]}'
    day.pipeline.polled("kalshi-rest", body % name.encode())
    day.pipeline.polled("kalshi-rest", b"<html>")
    book = day.pipeline.engine.books[name]
    assert (book.top(), book.link.is_slow) == ((4_000, 7_000_000, None, None), True)
    assert day.pipeline.frames == {Venue.KALSHI: 1}
    assert day.pipeline.noted == {"unreadable books": 1}


def test_books_over_rest_name_what_is_missing():
    day = Day(1)
    yes, no, _ = (one.id for one in day.corpus.instruments[:3])
    day.pipeline.opened("polymarket", day.now_ns)
    wanted = FetchBooks(Venue.POLYMARKET, (yes, no, "nobody"), "resync", day.now_ns)
    day.pipeline.fetched(wanted, day.corpus.opening[0][1])
    assert day.pipeline.noted == {"no book over REST": 1}
    assert day.pipeline.engine.books[yes].state.value == "live"
