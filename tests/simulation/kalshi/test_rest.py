"""Kalshi's public REST answers over HTTP."""

import random
from typing import Any

import httpx
import pytest

from tests.simulation.world import World
from underround.simulation.kalshi.rest import KalshiRest

EPOCH_S = 1_786_000_000


@pytest.fixture
def markets() -> list[Any]:
    return [pair.kalshi for pair in World(7).pairs]


@pytest.fixture
def web(markets: list[Any]) -> httpx.AsyncClient:
    rest = KalshiRest(markets, lambda after_s: int((EPOCH_S + after_s) * 1e9))
    transport = httpx.ASGITransport(rest.app)
    return httpx.AsyncClient(transport=transport, base_url="http://venue/trade-api/v2")


async def listed(web: httpx.AsyncClient, **query: Any) -> list[str]:
    answer = (await web.get("/markets", params=query)).json()
    return [market["ticker"] for market in answer["markets"]]


async def test_markets_page_until_the_cursor_is_empty(web, markets) -> None:
    found, cursor = [], ""
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = (await web.get("/markets", params={"limit": 7} | more)).json()
        assert len(page["markets"]) <= 7
        found += [market["ticker"] for market in page["markets"]]
        cursor = page["cursor"]
        if not cursor:
            break
    assert found == [market.ticker for market in markets]


async def test_markets_are_filtered(web, markets) -> None:
    markets[1].status, markets[2].status = "closed", "finalized"
    tickers = [market.ticker for market in markets]
    assert await listed(web, status="open") == [tickers[0], *tickers[3:]]
    assert await listed(web, status="closed") == [tickers[1]]
    assert await listed(web, status="settled") == [tickers[2]]
    assert await listed(web, status="unopened") == []
    assert len(await listed(web, series_ticker="KXBTC15M")) == 2
    assert await listed(web, event_ticker=markets[4].event_ticker) == [tickers[4]]
    assert await listed(web, tickers=f"{tickers[5]},{tickers[3]},NO") == [tickers[3], tickers[5]]
    soon = await listed(web, max_close_ts=EPOCH_S + 60)
    assert soon == [market.ticker for market in markets if market.closes_after_s < 60]
    assert len(await listed(web, min_close_ts=EPOCH_S + 60)) == 24 - len(soon)
    assert (await web.get("/markets?status=active")).status_code == 400


async def test_a_market_has_fixed_point_fields(web, markets) -> None:
    market = random.Random(1).choice(markets)
    answer = (await web.get(f"/markets/{market.ticker}")).json()["market"]
    bid, ask = market.book.top()
    assert answer["yes_bid_dollars"] == f"{bid / 10_000:.4f}"
    assert answer["yes_ask_dollars"] == f"{ask / 10_000:.4f}"
    assert answer["no_ask_dollars"] == f"{1 - bid / 10_000:.4f}"
    assert answer["yes_bid_size_fp"] == f"{market.book.bids[bid] / 1e6:.2f}"
    assert answer["status"] == "active"
    assert answer["close_time"].endswith("Z")
    assert answer["rules_primary"]
    assert {tuple(r) for r in answer["price_ranges"]} == {("start", "end", "step")}


async def test_an_empty_market_shows_sentinels(web, markets) -> None:
    markets[0].book.clear()
    answer = (await web.get(f"/markets/{markets[0].ticker}")).json()["market"]
    assert (answer["yes_bid_dollars"], answer["yes_ask_dollars"]) == ("0.0000", "1.0000")


async def test_order_books_one_and_many(web, markets) -> None:
    one, two = markets[0].ticker, markets[1].ticker
    book = (await web.get(f"/markets/{one}/orderbook?depth=2")).json()["orderbook_fp"]
    assert [len(book[side]) for side in ("yes_dollars", "no_dollars")] == [2, 2]
    best = max(markets[0].book.bids)
    assert book["yes_dollars"][-1][0] == f"{best / 10_000:.4f}"
    many = (await web.get("/markets/orderbooks", params={"tickers": [two, "NO", one]})).json()
    assert [each["ticker"] for each in many["orderbooks"]] == [two, one]
    assert (await web.get("/markets/orderbooks")).status_code == 400
    assert (await web.get("/markets/NO/orderbook")).status_code == 404
    assert (await web.get("/markets/NO")).status_code == 404
    assert (await web.get(f"/markets/{one}/orderbook?depth=101")).status_code == 400


async def test_events_and_series_carry_fees(web, markets) -> None:
    nested = {"with_nested_markets": "true", "series_ticker": "KXBTC15M", "status": "open"}
    events = (await web.get("/events", params=nested)).json()["events"]
    assert [event["markets"][0]["event_ticker"] for event in events] == [
        event["event_ticker"] for event in events
    ]
    assert len(events) == 2
    plain = (await web.get("/events", params={"limit": 5})).json()
    assert len(plain["events"]) == 5
    assert "markets" not in plain["events"][0]
    assert plain["cursor"]
    event = (await web.get(f"/events/{markets[3].event_ticker}")).json()
    assert [market["ticker"] for market in event["markets"]] == [markets[3].ticker]
    half = (await web.get("/series/KXHIGHNY")).json()["series"]
    assert (half["fee_type"], half["fee_multiplier"]) == ("quadratic", 0.5)
    series = (await web.get("/series")).json()["series"]
    assert {s["ticker"] for s in series} == {market.series_ticker for market in markets}
    crypto = (await web.get("/series", params={"category": "Crypto"})).json()["series"]
    assert {s["fee_multiplier"] for s in crypto} == {1}
    assert (await web.get("/series/NO")).status_code == 404
    assert (await web.get("/events/NO")).status_code == 404


async def test_the_exchange_tells_its_state_and_hours(web) -> None:
    status = (await web.get("/exchange/status")).json()
    assert (status["exchange_active"], status["trading_active"]) == (True, True)
    assert [shard["exchange_index"] for shard in status["exchange_index_statuses"]] == [0, 1, 2, 3]
    (hours,) = (await web.get("/exchange/schedule")).json()["schedule"]["standard_hours"]
    assert len(hours["thursday"]) == 2
    assert hours["friday"] == [{"open_time": "00:00", "close_time": "24:00"}]
