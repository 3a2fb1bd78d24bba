"""Both id kinds in the catalog, and the CLOB's prices."""

import json
import random

import httpx
import pytest

from underround.core.units import NS_PER_SECOND
from underround.simulation.book import ASK, BID, Book
from underround.simulation.polymarket.messages import rest_book
from underround.simulation.polymarket.rest import PolymarketRest
from underround.simulation.universe import draw_extras

V2_ZERO_BITS = ((1 << 64) - 1) << 40


@pytest.fixture
def markets():
    drawn = [pair.polymarket for pair in draw_extras(random.Random(7), 4, 30)]
    for market in drawn:
        market.book.apply([(BID, 4_000, 5_000_000), (ASK, 4_500, 6_000_000)])
    return drawn


@pytest.fixture
def rest(markets) -> PolymarketRest:
    return PolymarketRest(markets, lambda: 10**18, lambda s: int(s * NS_PER_SECOND))


def web(app: object) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://venue")


async def test_the_second_id_kind_is_listed_when_asked_for(rest, markets) -> None:
    async with web(rest.gamma) as gamma:
        first = (await gamma.get("/markets")).json()
        second = (await gamma.get("/markets?version=v2")).json()
        both = (await gamma.get("/markets?version=v1&version=v2")).json()
        (named,) = (
            await gamma.get("/markets", params={"version": "v2", "slug": markets[3].slug})
        ).json()
    assert [len(first), len(second), len(both)] == [3, 1, 4]
    assert {market["version"] for market in first} == {"v1"}
    assert all(isinstance(json.loads(market["clobTokenIds"]), list) for market in first)
    assert "clobTokenIds" not in second[0]
    assert second == [named]
    yes, no = (int(position) for position in second[0]["positionIds"])
    assert (yes & V2_ZERO_BITS, no & V2_ZERO_BITS, no - yes) == (0, 0, 1)
    assert f"0x{yes >> 8:062x}" == second[0]["conditionId"]
    assert {int(t) & V2_ZERO_BITS != 0 for m in markets[:3] for t in m.tokens} == {True}


async def test_prices_are_those_of_the_token_asked_for(rest, markets) -> None:
    yes, no = markets[0].tokens
    async with web(rest.clob) as clob:

        async def ask(path: str, token: str, **more: str) -> object:
            return (await clob.get(path, params={"token_id": token, **more})).json()

        assert await ask("/price", yes, side="BUY") == {"price": "0.4"}
        assert await ask("/price", yes, side="SELL") == {"price": "0.45"}
        assert await ask("/price", no, side="BUY") == {"price": "0.55"}
        assert await ask("/midpoint", no) == {"mid": "0.575"}
        assert await ask("/spread", no) == {"spread": "0.05"}
        assert await ask("/neg-risk", yes) == {"neg_risk": markets[0].neg_risk}
        assert await ask("/tick-size", yes) == {"minimum_tick_size": markets[0].tick_e4 / 10_000}
        assert await ask("/price", yes, side="UP") == {"error": "Invalid side"}
        found = (await clob.get(f"/markets-by-token/{no}")).json()
        assert found["condition_id"] == markets[0].condition_id
        for path in ("/midpoint", "/spread", "/tick-size", "/neg-risk", "/last-trade-price"):
            assert (await clob.get(path, params={"token_id": "404"})).status_code == 404


async def test_a_resolved_market_shows_what_it_pays(rest, markets) -> None:
    markets[0].accepting, markets[0].winner = False, 1
    async with web(rest.gamma) as gamma:
        (shown,) = (await gamma.get("/markets?closed=true")).json()
    assert json.loads(shown["outcomePrices"]) == ["0", "1"]
    assert (shown["umaResolutionStatus"], shown["closed"]) == ("resolved", True)


async def test_another_book_can_be_shown_in_the_true_ones_place(rest, markets) -> None:
    ghost = Book()
    ghost.apply([(BID, 100, 1_000_000), (ASK, 9_900, 1_000_000)])
    rest.books.shown[markets[0].condition_id] = ghost
    true, other = markets[0].tokens[0], markets[1].tokens[0]
    async with web(rest.clob) as clob:
        shown = (await clob.post("/books", json=[{"token_id": true}, {"token_id": other}])).json()
    assert [level["price"] for level in shown[0]["bids"]] == ["0.01"]
    assert shown[1] == rest_book(markets[1], other)
