"""Every kind of input of a recording of our own, read back as the event it was."""

import io
from pathlib import Path

import pytest

from tests.app.market_day import START_NS
from underround.app.recordings.plan import Plan, plan_arguments
from underround.app.recordings.replay import Replay, describe
from underround.app.recordings.tops import TopsWriter
from underround.core.instrument import FeeTerms, Instrument, Outcome, Venue
from underround.core.settings import Settings
from underround.stores.recording import RecordingWriter

TICKER, CONNECTION = "KXRAIN", "kalshi-1"
MARKET = Instrument(
    venue=Venue.KALSHI,
    id=TICKER,
    market_id=TICKER,
    outcome=Outcome.YES,
    title="Rain",
    ranges=((0, 10_000, 100),),
    fees=FeeTerms("quadratic", 700),
)
SNAPSHOT = (
    b'{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":'
    b'{"market_ticker":"KXRAIN","yes_dollars_fp":[["0.4000","7.00"]]}}'
)
POLLED = b'{"orderbooks":[{"ticker":"KXRAIN","orderbook_fp":{"yes_dollars":[["0.4000","7.00"]]}}]}'
HEADER = describe(Settings(), [MARKET], [])


class Recorded:
    """A recording made by hand, input by input."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writer = RecordingWriter(path, created_at_ns=START_NS, mask=bytes, **HEADER)

    def plan(self, is_slow: bool = False) -> "Recorded":
        plan = Plan(CONNECTION, Venue.KALSHI, (TICKER,), is_slow)
        self.writer.append_command("plan", plan_arguments(plan), START_NS)
        return self

    def opened(self) -> "Recorded":
        self.writer.append_connection(CONNECTION, "opened", START_NS)
        return self

    def batch(self, *frames: bytes) -> "Recorded":
        self.writer.append_batch(CONNECTION, frames, START_NS + 1)
        return self

    def replayed(self) -> Replay:
        self.writer.close()
        run = Replay()
        run.run(self.path)
        return run


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    return Recorded(tmp_path / "run")


def test_every_kind_of_input_is_an_event_again(recorded: Recorded):
    recorded.plan().opened().batch(SNAPSHOT, b"{}")
    writer = recorded.writer
    writer.append_sent(CONNECTION, b"subscribe", START_NS)
    writer.append_timer("tick", START_NS + 2)
    writer.append_command("pause", {}, START_NS + 3)
    request = f"verify {START_NS} {TICKER} other"
    writer.append_rest("kalshi", "books", request, 200, POLLED, START_NS + 4)
    writer.append_rest("kalshi", "books", request, 200, b"<html>", START_NS + 4)
    writer.append_rest("kalshi", "markets", "", 200, b"{}", START_NS + 4)
    run = recorded.replayed()
    assert run.inputs == 10
    assert run.frames == {Venue.KALSHI: 2}
    assert run.engine.detector.is_paused
    book = run.engine.books[TICKER]
    assert (book.state.value, book.top()) == ("resync", (4_000, 7_000_000, None, None))
    assert run.engine.counts.rejected == 1
    assert (run.damage, run.lost, dict(run.misplaced)) == ([], 0, {})


def test_a_closed_connection_closes_again(recorded: Recorded):
    recorded.plan().opened().batch(SNAPSHOT)
    recorded.writer.append_connection(CONNECTION, "closed", START_NS + 9, 1006, "")
    run = recorded.replayed()
    assert run.engine.books[TICKER].reason == "disconnected: 1006"


def test_polled_books_replay(recorded: Recorded):
    recorded.plan(is_slow=True).opened()
    recorded.writer.append_rest("kalshi", "poll", CONNECTION, 200, POLLED, START_NS + 4)
    run = recorded.replayed()
    assert run.engine.books[TICKER].state.value == "live"
    assert run.frames == {Venue.KALSHI: 1}


def test_best_prices_are_written_by_the_number_of_the_input(recorded: Recorded):
    recorded.plan().opened().batch(SNAPSHOT)
    recorded.writer.close()
    out = io.StringIO()
    run = Replay()
    run.tops = TopsWriter(out)
    run.run(recorded.path)
    assert out.getvalue().splitlines()[1:] == ["3,kalshi,KXRAIN,4000,7000000,,"]
