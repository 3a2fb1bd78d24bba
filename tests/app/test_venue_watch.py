"""The venues' states: asked for, told to the engine when they change, and only then."""

import json
from contextlib import asynccontextmanager

from tests.app.desk import Desk, rest_of
from tests.venues.http_peer import Asked, Reply, http_peer, rest_client
from underround.app.venue_watch import SCHEDULE_EVERY_NS, VenueWatch
from underround.core.instrument import Venue
from underround.core.venue_event import VenueStatusChanged
from underround.core.venue_status import VenueState

THURSDAY_GAP_NS = 1_795_680_000 * 10**9  # 2026-11-26T08:00:00Z, three in the morning in New York


class Venues:
    """What Kalshi says of itself; a test changes it."""

    def __init__(self) -> None:
        self.status: Reply = Reply(b'{"exchange_active":true,"trading_active":true}')
        self.schedule = Reply(b'{"schedule":{}}')
        self.order = Reply(b'{"error":"Unauthorized/Invalid api key"}', 401)
        self.asked: list[Asked] = []

    def says(self, **fields) -> None:
        answer = {"exchange_active": True, "trading_active": True} | fields
        self.status = Reply(json.dumps(answer).encode())

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        if asked.path == "/exchange/schedule":
            return self.schedule
        return self.order if asked.path == "/order" else self.status


@asynccontextmanager
async def watching(venues: Venues):
    desk = Desk()
    async with http_peer(venues.answer) as peer, rest_client(peer.root) as client:
        watch = VenueWatch(rest_of(client), desk.pipeline, desk.clock_ns, is_keyed=True)
        yield watch, desk


def told(desk: Desk) -> list[tuple]:
    return [
        (event.venue, event.shard, event.state, event.reason)
        for event in desk.given(VenueStatusChanged)
    ]


NORMAL, PAUSED, RESTARTING, POST_ONLY = (
    VenueState.NORMAL,
    VenueState.PAUSED,
    VenueState.RESTARTING,
    VenueState.POST_ONLY,
)


async def test_a_pause_is_told_when_it_begins_and_ends():
    venues = Venues()
    async with watching(venues) as (watch, desk):
        await watch._look_at_status()
        venues.says(trading_active=False)
        await watch._look_at_status()
        await watch._look_at_status()
        venues.says()
        await watch._look_at_status()
    assert told(desk) == [
        (Venue.KALSHI, None, PAUSED, "trading is paused"),
        (Venue.KALSHI, None, NORMAL, ""),
    ]


async def test_shards_are_told_apart():
    venues = Venues()
    async with watching(venues) as (watch, desk):
        shards = [{"exchange_index": 0}, {"exchange_index": 2, "trading_active": False}]
        venues.says(exchange_index_statuses=shards)
        await watch._look_at_status()
        venues.says()
        await watch._look_at_status()
    assert told(desk) == [
        (Venue.KALSHI, 2, PAUSED, "trading is paused"),
        (Venue.KALSHI, 2, NORMAL, ""),
    ]


async def test_the_schedule_pauses_before_the_status_does():
    gap = [
        {"open_time": "00:00", "close_time": "03:00"},
        {"open_time": "05:00", "close_time": "24:00"},
    ]
    days = ("monday", "tuesday", "wednesday", "friday", "saturday", "sunday")
    whole = [{"open_time": "00:00", "close_time": "24:00"}]
    week = dict.fromkeys(days, whole) | {"thursday": gap}
    week |= {"start_time": "2026-01-01T00:00:00Z", "end_time": "2027-12-31T00:00:00Z"}
    venues = Venues()
    venues.schedule = Reply(json.dumps({"schedule": {"standard_hours": [week]}}).encode())
    async with watching(venues) as (watch, desk):
        for after_s in (-1, 0, 7_199, 7_200):
            desk.now_ns = THURSDAY_GAP_NS + after_s * 10**9
            await watch._look_at_schedule()
            await watch._look_at_status()
    assert told(desk) == [
        (Venue.KALSHI, None, PAUSED, "outside the scheduled hours"),
        (Venue.KALSHI, None, NORMAL, ""),
    ]


async def test_the_schedule_is_asked_for_once_an_hour():
    venues = Venues()
    async with watching(venues) as (watch, desk):
        for _ in range(3):
            await watch._look_at_schedule()
        desk.now_ns += SCHEDULE_EVERY_NS
        venues.schedule = Reply(b"{}", 404)
        await watch._look_at_schedule()
    assert len(venues.asked) == 2
    assert desk.pipeline.noted == {"a venue's schedule is not known": 1}


async def test_a_status_that_cannot_be_read_counts_the_second_time():
    venues = Venues()
    async with watching(venues) as (watch, desk):
        venues.status = Reply(b"<html>", 502)
        await watch._look_at_status()
        assert told(desk) == []
        await watch._look_at_status()
        venues.says()
        await watch._look_at_status()
    assert told(desk) == [
        (Venue.KALSHI, None, RESTARTING, "no readable status (HTTP 502)"),
        (Venue.KALSHI, None, NORMAL, ""),
    ]


async def test_a_status_told_with_an_error_code_is_read_all_the_same():
    venues = Venues()
    async with watching(venues) as (watch, desk):
        venues.status = Reply(b'{"exchange_active":false,"trading_active":false}', 503)
        await watch._look_at_status()
    assert told(desk) == [(Venue.KALSHI, None, PAUSED, "the exchange is down")]


async def test_a_venue_that_does_not_answer_at_all_is_no_news():
    desk = Desk()
    async with http_peer(lambda asked: Reply()) as peer:
        root = peer.root
    async with rest_client(root) as client:
        watch = VenueWatch(rest_of(client), desk.pipeline, desk.clock_ns, is_keyed=True)
        await watch._look_at_status()
    assert told(desk) == []
    assert desk.pipeline.noted == {"asking for a venue's state failed": 1}


async def test_a_restart_of_the_matching_engine_is_followed_to_its_end():
    venues = Venues()
    async with watching(venues) as (watch, desk):
        for status, body in (
            (401, b'{"error":"Unauthorized/Invalid api key"}'),
            (425, b'{"error":"Too Early"}'),
            (503, b'{"error":"post_only_mode"}'),
            (401, b'{"error":"Unauthorized/Invalid api key"}'),
        ):
            venues.order = Reply(body, status)
            await watch._probe()
    assert [(state, shard) for _, shard, state, _ in told(desk)] == [
        (RESTARTING, None),
        (POST_ONLY, None),
        (NORMAL, None),
    ]
    assert {(asked.method, asked.path, asked.body) for asked in venues.asked} == {
        ("POST", "/order", b"{}")
    }
