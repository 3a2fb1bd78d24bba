"""The Bitcoin world over its real sockets: catalogs, the index relayed, strikes that come late."""

import asyncio
import base64
import json
import time
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from websockets.asyncio.client import connect

from underround.simulation.bitcoin_world.windows import SeriesPlan
from underround.simulation.bitcoin_world.world import BitcoinWorld

PLANS = (SeriesPlan("KXBTC15M", 3, 2), SeriesPlan("KXBTCD", 6, 2, rungs=3))


@pytest.fixture
async def world():
    async with BitcoinWorld(4, PLANS) as made:
        yield made


def signed(kalshi) -> dict[str, str]:
    key = serialization.load_pem_private_key(
        Path(kalshi["private_key_path"]).read_bytes(), password=None
    )
    stamp = str(int(time.time() * 1_000))
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    signature = key.sign(f"{stamp}GET/trade-api/ws/v2".encode(), pss, hashes.SHA256())
    return {
        "KALSHI-ACCESS-KEY": kalshi["key_id"],
        "KALSHI-ACCESS-TIMESTAMP": stamp,
        "KALSHI-ACCESS-SIGNATURE": base64.b64encode(signature).decode(),
    }


async def test_the_index_is_relayed_and_strikes_are_told_after_the_open(world):
    kalshi = world.addresses["kalshi"]
    async with connect(kalshi["ws"], additional_headers=signed(kalshi)) as socket:
        channels = ["cfbenchmarks_value", "cfbenchmarks_value_5hz", "market_lifecycle_v2"]
        params = {"channels": channels, "index_ids": ["BRTI"]}
        await socket.send(json.dumps({"id": 1, "cmd": "subscribe", "params": params}))
        heard = {}
        async with asyncio.timeout(60):
            while set(heard) != {"subscribed", *channels}:
                message = json.loads(await socket.recv())
                heard.setdefault(message["type"], message)
    value = heard["cfbenchmarks_value"]["msg"]
    inner = json.loads(value["data"])
    assert inner["time"] % 1_000 == 0
    assert abs(float(inner["value"]) - 80_000) < 2_000
    assert heard["cfbenchmarks_value_5hz"]["msg"]["source_ts_ms"] % 200 == 0
    told = heard["market_lifecycle_v2"]["msg"]
    assert told["event_type"] == "metadata_updated"
    assert told["strike_type"] == "greater_or_equal"


async def test_the_catalogs_list_windows_ahead_and_resolve_them_by_the_ledger(world):
    root = world.addresses["kalshi"]["rest"]
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(40):
        settled = []
        while not settled:
            await asyncio.sleep(0.1)
            answer = await client.get(f"{root}/markets", params={"series_ticker": "KXBTC15M"})
            markets = answer.json()["markets"]
            settled = [market for market in markets if market["result"]]
        coming = [market for market in markets if market["status"] == "initialized"]
        assert coming
        assert all("floor_strike" not in market for market in coming)
        ledger = (await client.get(f"{world.addresses['control']}/ledger")).json()
        truth = {t: w for w in ledger["windows"] for t in w["tickers"]}
        for market in settled:
            window = truth[market["ticker"]]
            assert market["result"] == ("yes" if window["pays_yes"][0] else "no")
            assert round(float(market["expiration_value"]) * 100) == window["value_cents"]
            assert round(market["floor_strike"] * 100) == window["strikes_cents"][0]


async def test_polymarket_s_twin_has_its_opening_price_only_after_the_open(world):
    gamma = world.addresses["polymarket"]["gamma"]
    first = world.twins[0]
    coming = world.twins[-1]
    assert coming.window.opens_at_ns > first.window.opens_at_ns
    async with httpx.AsyncClient(trust_env=False) as client:
        answers = [
            (await client.get(f"{gamma}/events/slug/{twin.market.slug}")).json()
            for twin in (first, coming)
        ]
        missing = await client.get(f"{gamma}/events/slug/none")
    assert answers[0]["eventMetadata"]["priceToBeat"] == first.window.strikes_cents[0] / 100
    assert "eventMetadata" not in answers[1]
    assert missing.status_code == 404


async def test_faults_are_switched_by_name(world):
    control = world.addresses["control"]
    async with httpx.AsyncClient(trust_env=False) as client:
        for name, kind, status in (
            ("kraken", "down", 200),
            ("kalshi", "frozen", 200),
            ("kalshi", "down", 400),
            ("nyse", "down", 400),
            ("kraken", "melted", 400),
        ):
            answer = await client.post(f"{control}/fault", params={"name": name, "kind": kind})
            assert answer.status_code == status
    assert world.fleet.exchanges["kraken"].fault == "down"
    assert world.frozen == {"kalshi"}
