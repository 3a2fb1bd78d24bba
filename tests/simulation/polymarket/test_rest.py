"""Gamma's catalog and the CLOB's public answers over HTTP."""

import json
from typing import Any

import httpx
import pytest

from underround.simulation.polymarket.rest import PolymarketRest
from underround.simulation.universe import draw_pairs


@pytest.fixture
def markets() -> list[Any]:
    import random

    return [pair.polymarket for pair in draw_pairs(random.Random(7), 24)]


def client(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://venue")


@pytest.fixture
def rest(markets: list[Any]) -> PolymarketRest:
    return PolymarketRest(
        markets, lambda: 1_786_000_000 * 10**9, lambda after_s: int(after_s * 1e9)
    )


async def test_the_keyset_pages_by_volume(rest: PolymarketRest) -> None:
    query = {"closed": "false", "order": "volume24hr", "ascending": "false", "limit": "10"}
    async with client(rest.gamma) as web:
        listed, cursor = [], None
        for _ in range(3):
            more = {"after_cursor": cursor} if cursor else {}
            page = (await web.get("/markets/keyset", params=query | more)).json()
            listed += page["markets"]
            cursor = page.get("next_cursor")
        assert cursor is None
    volumes = [market["volume24hr"] for market in listed]
    assert len({market["id"] for market in listed}) == 24
    assert volumes == sorted(volumes, reverse=True)


async def test_the_keyset_knows_no_offset(rest: PolymarketRest) -> None:
    async with client(rest.gamma) as web:
        assert (await web.get("/markets/keyset?offset=1")).status_code == 422


async def test_a_market_has_gammas_shapes(rest: PolymarketRest, markets: list[Any]) -> None:
    async with client(rest.gamma) as web:
        listed = (await web.get(f"/markets/{markets[2].gamma_id}")).json()
    assert listed["conditionId"] == markets[2].condition_id
    assert json.loads(listed["clobTokenIds"]) == list(markets[2].tokens)
    assert json.loads(listed["outcomes"]) == ["Yes", "No"]
    assert listed["feeSchedule"] == {
        "exponent": 1,
        "rate": markets[2].fee_rate_e4 / 10_000,
        "takerOnly": True,
        "rebateRate": 0.25,
    }
    assert listed["orderPriceMinTickSize"] == 0.001
    assert (listed["orderMinSize"], listed["acceptingOrders"], listed["closed"]) == (5, True, False)
    assert isinstance(listed["volume"], str)
    assert isinstance(listed["volume24hr"], float)


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("id", "gamma_id"),
        ("slug", "slug"),
        ("condition_ids", "condition_id"),
    ],
)
async def test_markets_are_found_by_any_name(
    rest: PolymarketRest, markets: list[Any], name: str, fact: str
) -> None:
    async with client(rest.gamma) as web:
        values = [getattr(market, fact) for market in markets[:2]]
        found = (await web.get("/markets", params={name: values})).json()
        by_token = await web.get("/markets", params={"clob_token_ids": markets[0].tokens[1]})
        by_slug = (await web.get(f"/markets/slug/{markets[0].slug}")).json()
    assert {market["id"] for market in found} == {market.gamma_id for market in markets[:2]}
    assert [market["slug"] for market in by_token.json()] == [markets[0].slug]
    assert by_slug["id"] == markets[0].gamma_id


async def test_closed_markets_are_listed_apart(rest: PolymarketRest, markets: list[Any]) -> None:
    markets[3].accepting = False
    async with client(rest.gamma) as web:
        still = (await web.get("/markets?limit=100")).json()
        closed = (await web.get("/markets?limit=100&closed=true")).json()
        missing = await web.get("/markets/0")
    assert len(still) == 23
    assert [market["id"] for market in closed] == [markets[3].gamma_id]
    assert missing.status_code == 404


async def test_books_one_and_many(rest: PolymarketRest, markets: list[Any]) -> None:
    yes, no = markets[0].tokens
    async with client(rest.clob) as web:
        one = (await web.get("/book", params={"token_id": yes})).json()
        many = (await web.post("/books", json=[{"token_id": t} for t in (no, "404", yes)])).json()
        missing = await web.get("/book?token_id=404")
        broken = await web.post("/books", json={"token_id": yes})
    assert one["asset_id"] == yes
    assert one["min_order_size"] == "5"
    assert [book["asset_id"] for book in many] == [no, yes]
    assert missing.status_code == 404
    assert missing.json()["error"].startswith("No orderbook exists")
    assert broken.status_code == 400


async def test_one_call_gives_a_markets_terms(rest: PolymarketRest, markets: list[Any]) -> None:
    async with client(rest.clob) as web:
        terms = (await web.get(f"/clob-markets/{markets[0].condition_id}")).json()
        assert (await web.get("/clob-markets/0x0")).status_code == 404
        assert (await web.get("/time")).text == "1786000000"
    assert [token["t"] for token in terms["t"]] == list(markets[0].tokens)
    assert (terms["mos"], terms["mts"], terms["ao"]) == (5, 0.01, True)
    assert terms["fd"] == {"r": 0.07, "e": 1, "to": True}
