"""One frame now and then: fields nobody knows are named, fingerprints become inputs."""

import json

from msgspec.structs import replace

from tests.app.desk import MARKET, NO_TOKEN, YES_TOKEN, Desk
from tests.app.recordings.test_hash_audit import hashed
from tests.venues.kalshi.wire import delta
from tests.venues.polymarket.wire import NO, YES, book, wire
from underround.app.frame_watch import LARGEST_BYTES, FrameWatch
from underround.app.recordings.plan import Plan
from underround.core.instrument import Venue
from underround.core.venue_event import BooksDoubted, BooksProven

FACTS = {"min_size_e6": 15_000_000, "neg_risk": True}


class Scene:
    def __init__(self) -> None:
        yes = replace(YES_TOKEN, id=YES, complement_id=NO, **FACTS)
        no = replace(NO_TOKEN, id=NO, complement_id=YES, **FACTS)
        self.desk = Desk([yes, no, MARKET])
        self.watch = FrameWatch(self.desk.pipeline)
        for name, venue in (("p", Venue.POLYMARKET), ("k", Venue.KALSHI)):
            self.desk.pipeline.plan(Plan(name, venue, (YES, NO, MARKET.id)))
            self.desk.pipeline.opened(name, self.desk.now_ns)

    def hear(self, connection: str, *frames: bytes) -> None:
        self.desk.pipeline.batch(connection, list(frames), self.desk.now_ns)

    def look(self) -> None:
        self.desk.now_ns += 10**9
        self.watch.look(self.desk.now_ns)

    def told(self, kind: type) -> list[tuple]:
        return [tuple(event.instruments) for event in self.desk.given(kind)]


def test_a_field_that_nobody_knows_is_named_once():
    scene = Scene()
    for _ in range(3):
        scene.hear("k", wire(delta(theta="0.5")))
        scene.look()
    scene.hear("p", wire(book(depth=5)))
    scene.look()
    assert scene.desk.pipeline.noted["unknown field of kalshi, orderbook_delta: msg.theta"] == 3
    assert scene.desk.pipeline.noted["unknown field of polymarket, book: depth"] == 1


def test_an_unknown_field_is_named_wherever_its_frame_is_cut():
    scene = Scene()
    for length in range(3):
        scene.hear("k", wire(delta(theta="x" * length + "é" * 200)))
        scene.look()
    assert scene.desk.pipeline.noted["unknown field of kalshi, orderbook_delta: msg.theta"] == 3


def test_the_same_frame_is_looked_at_once():
    scene = Scene()
    scene.hear("k", wire(delta(theta="0.5")))
    scene.look()
    scene.look()
    assert scene.desk.pipeline.noted["unknown field of kalshi, orderbook_delta: msg.theta"] == 1


def test_fingerprints_prove_and_doubt():
    scene = Scene()
    heard_ns = scene.desk.now_ns
    scene.hear("p", wire([hashed(book()), hashed(book(NO)) | {"hash": "00" * 20}]))
    scene.look()
    assert scene.told(BooksProven) == [(YES,)]
    assert scene.told(BooksDoubted) == [(NO,)]
    (proven,) = scene.desk.given(BooksProven)
    assert proven.proven_ns == heard_ns
    assert scene.watch.hashes.as_dict() == {"checked": 2, "matched": 1}


def test_only_the_last_frame_of_a_batch_is_looked_at():
    scene = Scene()
    scene.hear("p", wire(hashed(book())), b"PONG")
    scene.look()
    assert scene.told(BooksProven) == []


def test_what_is_large_or_no_json_is_left_alone():
    scene = Scene()
    scene.hear("p", json.dumps([book(note="x" * LARGEST_BYTES)]).encode())
    scene.look()
    scene.hear("k", b'{"type":')
    scene.look()
    assert set(scene.desk.pipeline.noted) == {"unreadable kalshi frame"}


def test_a_connection_that_ended_is_forgotten():
    scene = Scene()
    scene.hear("k", wire(delta(theta="0.5")))
    scene.desk.pipeline.closed("k", scene.desk.now_ns, None, "gone")
    scene.look()
    assert "unknown field of kalshi, orderbook_delta: msg.theta" not in scene.desk.pipeline.noted
