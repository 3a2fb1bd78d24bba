"""Pages of markets with odd text in them: one market's trouble costs no other."""

import json

import pytest

from tests.venues.http_peer import Asked, Reply, http_peer, rest_client
from underround.app.connections import Rest
from underround.app.pairs.catalog_feed import refresh_catalog
from underround.core.instrument import Venue
from underround.matching.catalog import Catalog
from underround.venues.clock_offset import ClockOffset
from underround.venues.errors import UnreadableError

GOOD = {"conditionId": "0x2", "question": "Will it rain?", "outcomes": '["Yes", "No"]'}
RAIN = {"ticker": "KXRAIN-26", "title": "Will it rain?", "status": "active"}
EVENTS = {"events": [{"event_ticker": "KXRAIN", "markets": [RAIN]}], "cursor": ""}


async def refreshed(catalog: Catalog, gamma_page: bytes):
    def answer(asked: Asked) -> Reply:
        return Reply(json.dumps(EVENTS).encode() if asked.path == "/events" else gamma_page)

    async with (
        http_peer(answer) as peer,
        rest_client(peer.root, "polymarket") as gamma,
        rest_client(peer.root, "kalshi") as kalshi,
    ):
        rest = Rest(gamma, gamma, kalshi, {}, ClockOffset())
        return await refresh_catalog(catalog, rest, lambda: 1)


@pytest.mark.parametrize(
    "odd", [rb'"\ud800"', b'"\xff"', b"1e999", b'"x" , "outcomes": "?"', b'""']
)
async def test_an_odd_market_costs_no_other(odd: bytes):
    page = b'{"markets":[{"conditionId":"0x1","question":' + odd + b"},%s]}"
    with Catalog() as catalog:
        taken = await refreshed(catalog, page % json.dumps(GOOD).encode())
        assert "0x2" in [market.id for market in catalog.listed(Venue.POLYMARKET)]
        assert [market.id for market in catalog.listed(Venue.KALSHI)] == ["KXRAIN-26"]
    found = taken[Venue.POLYMARKET]
    assert found.listed + len(found.skipped) == 2


@pytest.mark.parametrize(
    "page", [b"<html>", b"[" * 10_000, b'{"markets":3}', b"", b'{"markets":[NaN]}']
)
async def test_a_page_that_is_none_changes_nothing(page: bytes):
    with Catalog() as catalog:
        with pytest.raises(UnreadableError):
            await refreshed(catalog, page)
        assert catalog.listed(Venue.KALSHI) == []
