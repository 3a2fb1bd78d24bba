"""Markets that Gamma lists as closed, asked for because the market channel may not say so."""

import json

import pytest

from tests.venues.http_peer import Asked, Reply, http_peer, rest_client
from underround.venues.errors import UnreadableError
from underround.venues.polymarket.catalog import fetch_closed


async def test_only_what_is_said_to_be_closed_is():
    def answer(asked: Asked) -> Reply:
        markets = [
            {"conditionId": "0xa", "closed": True, "acceptingOrders": False},
            {"conditionId": "0xb", "closed": False},
            {"conditionId": "0xc"},
            {"closed": True},
            {"conditionId": "0xelse", "closed": True},
        ]
        return Reply(json.dumps({"markets": markets}).encode())

    asked_for = ["0xa", "0xb", "0xc", *(f"0x{number}" for number in range(50))]
    async with http_peer(answer) as peer, rest_client(peer.root) as gamma:
        assert await fetch_closed(gamma, asked_for) == {"0xa"}
    first, second = (asked.query for asked in peer.asked)
    assert (len(first["condition_ids"]), len(second["condition_ids"])) == (50, 3)
    assert (first["closed"], first["version"]) == (["true"], ["v1", "v2"])


async def test_nothing_is_asked_about_nothing():
    async with http_peer(lambda asked: Reply()) as peer, rest_client(peer.root) as gamma:
        assert await fetch_closed(gamma, []) == set()
    assert peer.asked == []


async def test_an_unreadable_list():
    async with http_peer(lambda asked: Reply(b"[]")) as peer, rest_client(peer.root) as gamma:
        with pytest.raises(UnreadableError, match="list of markets cannot be read"):
            await fetch_closed(gamma, ["0xa"])
