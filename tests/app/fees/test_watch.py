"""Kalshi's fees while running: announced changes at their instant, sudden ones at once."""

import json
from contextlib import asynccontextmanager

from msgspec.structs import replace

from tests.app.desk import MARKET, Desk, rest_of
from tests.venues.http_peer import Asked, Reply, http_peer, rest_client
from tests.venues.kalshi.answers import series
from underround.app.fees.watch import RELOAD_NS, RETRY_NS, FeeWatch
from underround.core.effect import RepriceEvent
from underround.core.fees import kalshi_terms
from underround.core.instrument import Venue

USUAL = kalshi_terms("quadratic", "1")
LISTED = replace(MARKET, event_id="KXRAIN-26", series_id="KXRAIN", fees=USUAL)
SOON = "2026-11-18T11:10:00Z"
SOON_NS = 1_795_000_200 * 10**9


def venue(asked: Asked) -> Reply:
    if asked.path == "/series/fee_changes":
        change = {
            "series_ticker": "KXRAIN",
            "fee_type": "quadratic",
            "fee_multiplier": 2,
            "scheduled_ts": SOON,
        }
        return Reply(json.dumps({"series_fee_change_arr": [change]}).encode())
    if asked.path == "/events/fee_changes":
        return Reply(b'{"event_fee_changes":[],"cursor":""}')
    return Reply(series(ticker="KXRAIN"))


@asynccontextmanager
async def watching(answer=venue, instrument=LISTED):
    desk = Desk([instrument])
    async with http_peer(answer) as peer, rest_client(peer.root) as client:
        yield FeeWatch(rest_of(client), desk.pipeline, desk.clock_ns), desk


def fees(desk: Desk):
    return desk.engine.books[MARKET.id].instrument.fees


async def test_an_announced_change_is_applied_at_its_instant():
    async with watching() as (watch, desk):
        await watch._reload()
        watch._apply()
        assert fees(desk) == USUAL
        assert watch._next_ns() == SOON_NS
        desk.now_ns = SOON_NS
        watch._apply()
        assert fees(desk) == kalshi_terms("quadratic", "2")
        assert watch._next_ns() > SOON_NS


async def test_an_event_s_fee_changes_at_once_and_is_given_back():
    async with watching() as (watch, desk):
        await watch._reload()
        watch.changed(RepriceEvent(Venue.KALSHI, "KXRAIN-26", None, "0.5", desk.now_ns))
        watch._apply()
        assert fees(desk) == kalshi_terms("quadratic", "0.5")
        watch.changed(RepriceEvent(Venue.KALSHI, "KXRAIN-26", None, None, desk.now_ns + 1))
        desk.now_ns += 1
        watch._apply()
        assert fees(desk) == USUAL


async def test_a_change_of_another_event_changes_nothing():
    async with watching() as (watch, desk):
        await watch._reload()
        watch.changed(RepriceEvent(Venue.KALSHI, "KXSNOW-26", None, "0.5", desk.now_ns))
        watch._apply()
        assert fees(desk) == USUAL


async def test_an_override_in_force_is_kept():
    half = kalshi_terms("quadratic", "0.5")
    async with watching(instrument=replace(LISTED, fees=half)) as (watch, desk):
        await watch._reload()
        watch._apply()
        assert fees(desk) == half


async def test_a_fee_type_that_is_not_known_is_named_and_changes_nothing():
    async with watching() as (watch, desk):
        await watch._reload()
        watch.changed(RepriceEvent(Venue.KALSHI, "KXRAIN-26", "cubic", None, desk.now_ns))
        watch._apply()
        assert fees(desk) == USUAL
    assert desk.pipeline.noted == {"a fee that is not known": 1}


async def test_what_cannot_be_loaded_is_tried_again_soon():
    async with watching(lambda asked: Reply(status=404)) as (watch, desk):
        await watch._reload()
        assert watch._next_ns() == desk.now_ns + RETRY_NS
    assert desk.pipeline.noted == {"fee changes are not known": 1}
    async with watching() as (watch, desk):
        await watch._reload()
        desk.now_ns = SOON_NS + 1
        assert watch._next_ns() == 1_795_000_000 * 10**9 + RELOAD_NS


async def test_a_change_before_the_lists_are_there_has_them_loaded_anew():
    async with watching() as (watch, desk):
        watch._reload_ns = desk.now_ns + RELOAD_NS
        watch.changed(RepriceEvent(Venue.KALSHI, "KXRAIN-26", None, "0.5", desk.now_ns))
        assert watch._next_ns() == 0
