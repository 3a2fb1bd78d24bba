"""Kalshi's pages for readers of rules: events with their markets, to the end, and no circle."""

import json

import pytest

from tests.venues.http_peer import Asked, Reply, http_peer, rest_client
from underround.venues.errors import UnreadableError
from underround.venues.kalshi.texts import fetch_named, fetch_open

PAGES = {"": (["A", "B"], "x"), "x": (["C"], "")}


def paged(asked: Asked) -> Reply:
    events, cursor = PAGES[asked.query.get("cursor", [""])[0]]
    return Reply(json.dumps({"events": events, "cursor": cursor}).encode())


async def test_every_page_of_open_events_is_asked_for_with_their_markets():
    async with http_peer(paged) as peer, rest_client(peer.root, "kalshi") as kalshi:
        bodies = [body async for body in fetch_open(kalshi)]
    assert [each for body in bodies for each in json.loads(body)["events"]] == ["A", "B", "C"]
    assert [asked.path for asked in peer.asked] == ["/events", "/events"]
    assert all(asked.query["with_nested_markets"] == ["true"] for asked in peer.asked)
    assert all(asked.query["status"] == ["open"] for asked in peer.asked)


@pytest.mark.parametrize("body", [b'{"events":[],"cursor":"x"}', b"[]", b"<html>", b'{"a":[]}'])
async def test_a_list_without_an_end_or_that_is_none_is_the_venue_s_fault(body: bytes):
    async with http_peer(lambda _: Reply(body)) as peer, rest_client(peer.root, "kalshi") as kalshi:
        with pytest.raises(UnreadableError, match="list of events cannot be read"):
            _ = [each async for each in fetch_open(kalshi)]


async def test_named_markets_are_asked_a_hundred_at_a_time():
    tickers = [f"KXA-{number}" for number in range(120)]

    def answer(asked: Asked) -> Reply:
        return Reply(json.dumps({"markets": asked.query["tickers"][0].split(",")}).encode())

    async with http_peer(answer) as peer, rest_client(peer.root, "kalshi") as kalshi:
        bodies = [body async for body in fetch_named(kalshi, tickers)]
    assert [json.loads(body)["markets"] for body in bodies] == [tickers[:100], tickers[100:]]
