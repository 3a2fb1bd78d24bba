"""Fingerprints checked in recordings and in a running engine: what counts, and what cannot."""

import hashlib
import json

import pytest

from tests.core.desk import token
from tests.recordings import recording
from tests.venues.polymarket.wire import MARKET, NO, TIME_MS, YES, book, level, wire
from underround.app.recordings.foreign_replay import ForeignReplay
from underround.app.recordings.hash_audit import EngineHashes
from underround.core.engine import Engine
from underround.core.event import Batch, ConnectionOpened, MarketEvent
from underround.core.instrument import FeeTerms, Outcome, Venue
from underround.core.settings import Settings
from underround.venues.polymarket.codec import decode

SECOND = 10**9


def hashed(message: dict, min_size: str = "15", neg_risk: bool = True, **inputs) -> dict:
    """Give a book the hash that the venue would give it."""
    fields = {
        "market": message["market"],
        "asset_id": message["asset_id"],
        "timestamp": message["timestamp"],
        "hash": "",
        "bids": message["bids"],
        "asks": message["asks"],
        "min_order_size": min_size,
        "tick_size": "0.01",
        "neg_risk": neg_risk,
        "last_trade_price": message.get("last_trade_price", ""),
    }
    text = json.dumps(fields | inputs, separators=(",", ":"))
    return message | {"hash": hashlib.sha1(text.encode()).hexdigest()}


def replayed(tmp_path, *messages: dict) -> dict[str, int]:
    path = tmp_path / "frames.jsonl"
    rows = [{"recv_ns": number, "frame": message} for number, message in enumerate(messages, 1)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    run = ForeignReplay()
    run.run(path, None)
    return run.hashes.as_dict()


def later(time_ms: int, *bids: dict) -> dict:
    return book(timestamp=str(time_ms), bids=list(bids))


def test_inputs_without_a_catalog_are_found_by_trial(tmp_path):
    good = hashed(book())
    other = hashed(later(TIME_MS + 1, level("0.01", "2")))
    spoilt = hashed(later(TIME_MS + 2, level("0.01", "3"))) | {"hash": "00" * 20}
    assert replayed(tmp_path, good, other, spoilt) == {"checked": 3, "matched": 2}


def test_a_market_whose_inputs_are_not_found_is_not_counted(tmp_path):
    odd = hashed(book(), min_size="17")
    assert replayed(tmp_path, odd) == {"checked": 0, "matched": 0}


def test_without_an_opening_book_nothing_can_be_checked(tmp_path):
    refreshed = book(tick_size=..., last_trade_price=...)
    assert replayed(tmp_path, refreshed) == {"checked": 0, "matched": 0}


@pytest.mark.shared
def test_the_recorded_session():
    run = ForeignReplay()
    run.run(recording("polymarket/market_session_synthetic.jsonl"), None)
    assert run.hashes.as_dict() == {"checked": 418, "matched": 418}


class Run:
    """An engine with both tokens of one market, fed frame by frame."""

    def __init__(self, **facts) -> None:
        facts = {"min_size_e6": 15_000_000, "neg_risk": True} | facts
        fees = FeeTerms("polymarket", 0)
        yes = token(YES, NO, Outcome.YES, fees, **facts)
        no = token(NO, YES, Outcome.NO, fees, **facts)
        self.engine = Engine(Settings(), (yes, no), ())
        self.engine.process(ConnectionOpened("1", Venue.POLYMARKET, 1, (YES, NO)))
        self.hashes = EngineHashes(self.engine)
        self.now_ns = SECOND

    def hear(self, message: object) -> bytes:
        events: list[MarketEvent] = []
        frame = wire(message)
        decode(frame, events)
        self.engine.process(Batch("1", self.now_ns, events))
        return frame

    def check(self, frame: bytes) -> tuple[list[str], list[str]]:
        return self.hashes.check(frame, self.now_ns)


def test_a_running_engine_s_books_are_checked_once_a_second():
    run = Run()
    frame = run.hear([hashed(book()), hashed(book(NO)) | {"hash": "00" * 20}])
    assert run.check(frame) == ([YES], [NO])
    assert run.check(frame) == ([], [])
    run.now_ns += SECOND
    assert run.check(frame) == ([YES], [NO])
    assert run.hashes.as_dict() == {"checked": 4, "matched": 2}


def test_a_trade_that_is_yet_to_be_announced_is_no_difference():
    run = Run()
    frame = run.hear([hashed(book(), last_trade_price="0.37")])
    assert run.check(frame) == ([YES], [])


def test_a_book_that_moved_on_is_left_alone():
    run = Run()
    frame = run.hear(hashed(book()))
    run.hear(later(TIME_MS + 5, level("0.01", "1")))
    assert run.check(frame) == ([], [])


@pytest.mark.parametrize("facts", [{"min_size_e6": 0}, {"ranges": ((0, 10_000, 100),)}])
def test_an_input_that_is_not_known_checks_nothing(facts: dict):
    run = Run(**facts)
    message = book(last_trade_price=..., hash="00" * 20)
    assert run.check(run.hear(message)) == ([], [])
    assert run.check(wire({"market": MARKET, "asset_id": "unknown"})) == ([], [])
