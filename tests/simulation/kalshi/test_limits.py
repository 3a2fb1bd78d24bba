"""Request limits, keys of both kinds, cached lists, and what the exchange tells of itself."""

import base64
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding

from tests.simulation.world import World
from underround.simulation.book import ASK
from underround.simulation.kalshi.auth import Credentials
from underround.simulation.kalshi.limits import Bucket, Metered
from underround.simulation.kalshi.rest import KalshiRest

SECOND = 10**9
ROOT = "/trade-api/v2"


class Clock:
    def __init__(self) -> None:
        self.ns = 1_786_085_188 * SECOND

    def now(self) -> int:
        return self.ns


@pytest.fixture(scope="module")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Credentials:
    return Credentials(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world() -> World:
    return World(7, pairs=4)


@pytest.fixture
def web(world: World, credentials: Credentials, clock: Clock) -> httpx.AsyncClient:
    markets = {pair.kalshi.ticker: pair.kalshi for pair in world.pairs}
    rest = KalshiRest(markets, lambda after_s: int(after_s * SECOND), now_ns=clock.now)
    metered = Metered(rest.app, credentials, clock.now)
    transport = httpx.ASGITransport(metered)
    return httpx.AsyncClient(transport=transport, base_url=f"http://venue{ROOT}")


def signed(credentials: Credentials, clock: Clock, path: str, kind: str) -> dict[str, str]:
    """Sign a GET with either key."""
    timestamp = str(clock.ns // 1_000_000)
    text = f"{timestamp}GET{ROOT}{path}".encode()
    if kind == "ed25519":
        file, name = credentials.ed25519_private_key_path, credentials.ed25519_key_id
    else:
        file, name = credentials.private_key_path, credentials.key_id
    key = serialization.load_pem_private_key(file.read_bytes(), None)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        signature = key.sign(text)
    else:
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        signature = key.sign(text, pss, hashes.SHA256())
    return {
        "KALSHI-ACCESS-KEY": name,
        "KALSHI-ACCESS-TIMESTAMP": timestamp,
        "KALSHI-ACCESS-SIGNATURE": base64.b64encode(signature).decode(),
    }


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
async def test_either_key_opens_the_accounts_limits(web, credentials, clock, kind) -> None:
    path = "/account/limits"
    answer = await web.get(path, headers=signed(credentials, clock, path, kind))
    assert answer.json() == {
        "usage_tier": "basic",
        "read": {"refill_rate": 200, "bucket_capacity": 600},
        "write": {"refill_rate": 100, "bucket_capacity": 100},
        "grants": [],
    }


async def test_a_wrong_signature_is_refused_and_so_is_none_where_one_is_needed(
    web, credentials, clock
) -> None:
    wrong = signed(credentials, clock, "/elsewhere", "rsa")
    assert (await web.get("/markets", headers=wrong)).status_code == 401
    assert (await web.get("/account/endpoint_costs")).status_code == 401
    assert (await web.get("/markets")).status_code == 200


async def test_a_clock_that_is_off_is_refused(web, credentials, clock) -> None:
    credentials.skew_ms = 90_000
    try:
        headers = signed(credentials, clock, "/markets", "rsa")
        assert (await web.get("/markets", headers=headers)).status_code == 401
    finally:
        credentials.skew_ms = 0


async def test_an_empty_bucket_answers_429_until_it_fills(web, credentials, clock) -> None:
    headers = signed(credentials, clock, "/exchange/status", "rsa")
    codes = [(await web.get("/exchange/status", headers=headers)).status_code for _ in range(61)]
    assert codes == [200] * 60 + [429]
    clock.ns += SECOND // 20
    assert (await web.get("/exchange/status", headers=headers)).status_code == 200
    refused = await web.get("/exchange/status", headers=headers)
    assert refused.json() == {
        "error": {"code": "too_many_requests", "message": "too many requests"}
    }


async def test_without_a_key_three_requests_a_second_are_served(web, clock) -> None:
    while (await web.get("/exchange/status")).status_code == 200:
        pass
    clock.ns += SECOND
    codes = [(await web.get("/exchange/status")).status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]


def test_a_bucket_holds_no_more_than_its_capacity() -> None:
    bucket = Bucket(10, 20)
    assert [bucket.take(10, 0), bucket.take(10, 0), bucket.take(10, 0)] == [True, True, False]
    assert [bucket.take(10, 9 * SECOND), bucket.take(10, 9 * SECOND)] == [True, True]
    assert not bucket.take(10, 9 * SECOND)


async def test_a_list_of_markets_may_be_fifteen_seconds_old(web, world, clock) -> None:
    market = world.pairs[1].kalshi

    async def listed() -> Any:
        answer = await web.get("/markets", params={"tickers": market.ticker})
        return answer.json()["markets"][0]["status"]

    assert await listed() == "active"
    market.status = "closed"
    clock.ns += 14 * SECOND
    assert await listed() == "active"
    assert (await web.get(f"/markets/{market.ticker}")).json()["market"]["status"] == "closed"
    clock.ns += SECOND
    assert await listed() == "closed"


async def test_trades_are_listed_newest_first(web, world) -> None:
    pair = world.pairs[1]
    for size_e6 in (1_000_000, 2_000_000):
        world.exchange.trade_kalshi(pair, ASK, size_e6)
        world.flow.now_ns += SECOND
    trades = (await web.get("/markets/trades", params={"ticker": pair.kalshi.ticker})).json()
    assert [trade["count_fp"] for trade in trades["trades"]] == ["2.00", "1.00"]
    assert {trade["taker_outcome_side"] for trade in trades["trades"]} == {"no"}
    assert (await web.get("/markets/trades", params={"ticker": "NO"})).json()["trades"] == []


async def test_fee_changes_are_empty_lists_at_first(web) -> None:
    assert (await web.get("/series/fee_changes")).json() == {"series_fee_change_arr": []}
    assert (await web.get("/events/fee_changes")).json() == {"event_fee_changes": [], "cursor": ""}
