"""Kalshi's fees over time: now, announced, overridden by event, and given back."""

import json

import pytest

from tests.venues.http_peer import Asked, Reply, http_peer, rest_client
from tests.venues.kalshi.answers import market, page, series
from underround.core.fees import kalshi_terms
from underround.core.instrument import LINEAR_CENT, Instrument, Outcome, Venue
from underround.venues.errors import UnreadableError
from underround.venues.kalshi.catalog import fetch_ended, fetch_fees
from underround.venues.kalshi.fee_changes import decode_event_changes, decode_series_changes

HALF_PAST = "2026-11-21T12:30:00Z"
HALF_PAST_NS = 1_795_264_200_000_000_000
ONE = "2026-11-21T13:00:00Z"
ONE_NS = HALF_PAST_NS + 1_800 * 10**9


def series_change(**changes) -> dict:
    fields = {
        "id": "1",
        "series_ticker": "KXRAINPORTO",
        "fee_type": "quadratic_with_maker_fees",
        "fee_multiplier": 2,
        "scheduled_ts": HALF_PAST,
    }
    return fields | changes


def event_change(**changes) -> dict:
    fields = {
        "id": "2",
        "event_ticker": "E",
        "series_ticker": "KXRAINPORTO",
        "fee_type_override": None,
        "fee_multiplier_override": 0.25,
        "scheduled_ts": ONE,
    }
    return fields | changes


def venue(asked: Asked) -> Reply:
    if asked.path == "/series/fee_changes":
        changes = [series_change(), series_change(series_ticker="OTHER")]
        return Reply(json.dumps({"series_fee_change_arr": changes}).encode())
    if asked.path == "/events/fee_changes":
        is_first = "cursor" not in asked.query
        changes = [event_change() if is_first else event_change(series_ticker="OTHER")]
        answer = {"event_fee_changes": changes, "cursor": "x" if is_first else ""}
        return Reply(json.dumps(answer).encode())
    return Reply(series())


def listed(event: str, multiplier: str) -> Instrument:
    """Make an instrument of an event whose fees have this multiplier now."""
    return Instrument(
        venue=Venue.KALSHI,
        id=f"{event}-T",
        market_id=f"{event}-T",
        outcome=Outcome.YES,
        title="Rain",
        ranges=LINEAR_CENT.ranges,
        fees=kalshi_terms("quadratic", multiplier),
        event_id=event,
        series_id="KXRAINPORTO",
    )


async def test_fees_over_time():
    async with http_peer(venue) as peer, rest_client(peer.root, "kalshi") as kalshi:
        schedules = await fetch_fees(kalshi, [listed("E", "1"), listed("F", "0.5")])
    assert schedules.keys() == {"KXRAINPORTO"}
    schedule = schedules["KXRAINPORTO"]
    makers = "quadratic_with_maker_fees"
    assert schedule.terms("E", HALF_PAST_NS - 1) == kalshi_terms("quadratic", "1")
    assert schedule.terms("E", HALF_PAST_NS) == kalshi_terms(makers, "2")
    assert schedule.terms("E", ONE_NS) == kalshi_terms(makers, "0.25")
    assert schedule.terms("F", HALF_PAST_NS - 1) == kalshi_terms("quadratic", "0.5")
    assert schedule.terms("F", ONE_NS) == kalshi_terms(makers, "0.5")
    assert schedule.next_change_at_ns("E", 0) == HALF_PAST_NS
    assert schedule.next_change_at_ns("E", HALF_PAST_NS) == ONE_NS


@pytest.mark.parametrize("body", [b"", b"[]", b"{}"])
def test_unreadable_lists(body: bytes):
    with pytest.raises(UnreadableError, match="fee changes cannot be read"):
        decode_series_changes(body)
    with pytest.raises(UnreadableError, match="fee changes cannot be read"):
        decode_event_changes(body)


async def test_what_has_ended():
    states = ["active", "inactive", "initialized", "closed", "determined", "finalized"]
    markets = [market(ticker=state.upper(), status=state) for state in states]
    async with (
        http_peer(lambda asked: Reply(page(*markets))) as peer,
        rest_client(peer.root, "kalshi") as kalshi,
    ):
        ended = await fetch_ended(kalshi, [f"T{number}" for number in range(101)])
    assert ended == {state.upper(): state for state in states[3:]}
    assert [len(asked.query["tickers"][0].split(",")) for asked in peer.asked] == [100, 1]
    assert "status" not in peer.asked[0].query


async def test_an_unreadable_list_of_markets():
    async with (
        http_peer(lambda asked: Reply(b"[]")) as peer,
        rest_client(peer.root, "kalshi") as kalshi,
    ):
        with pytest.raises(UnreadableError, match="list of markets cannot be read"):
            await fetch_ended(kalshi, ["A"])
