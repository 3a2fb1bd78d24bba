"""Gamma's pages for readers of rules: both versions, to the end of the list, and no circle."""

import json

import pytest

from tests.venues.http_peer import Asked, Reply, http_peer, rest_client
from underround.venues.errors import UnreadableError
from underround.venues.polymarket.texts import fetch_named, fetch_open

PAGES = {"": ([1, 2], "a"), "a": ([3], "b"), "b": ([], None)}


def paged(asked: Asked) -> Reply:
    markets, cursor = PAGES[asked.query.get("after_cursor", [""])[0]]
    page = {"markets": [{"id": number} for number in markets]}
    return Reply(json.dumps(page | ({"next_cursor": cursor} if cursor else {})).encode())


async def test_every_page_of_both_versions_is_asked_for():
    async with http_peer(paged) as peer, rest_client(peer.root, "polymarket") as gamma:
        bodies = [body async for body in fetch_open(gamma)]
    numbers = [each["id"] for body in bodies for each in json.loads(body)["markets"]]
    assert numbers == [1, 2, 3]
    assert [asked.query["version"] for asked in peer.asked] == [["v1", "v2"]] * 3
    assert {asked.query["closed"][0] for asked in peer.asked} == {"false"}
    assert [asked.query.get("after_cursor") for asked in peer.asked] == [None, ["a"], ["b"]]


@pytest.mark.parametrize(
    "body", [b'{"markets":[],"next_cursor":"x"}', b"[]", b"<html>", b'{"data":[]}']
)
async def test_a_list_without_an_end_or_that_is_none_is_the_venue_s_fault(body: bytes):
    async with (
        http_peer(lambda _: Reply(body)) as peer,
        rest_client(peer.root, "polymarket") as rest,
    ):
        with pytest.raises(UnreadableError, match="list of markets cannot be read"):
            _ = [each async for each in fetch_open(rest)]


async def test_named_markets_are_asked_fifty_at_a_time():
    names = [f"0x{number:064x}" for number in range(60)]

    def answer(asked: Asked) -> Reply:
        return Reply(json.dumps({"markets": asked.query["condition_ids"]}).encode())

    async with http_peer(answer) as peer, rest_client(peer.root, "polymarket") as gamma:
        bodies = [body async for body in fetch_named(gamma, names)]
    assert [json.loads(body)["markets"] for body in bodies] == [names[:50], names[50:]]
