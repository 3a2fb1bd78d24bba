"""RTDS and PolyBolt over real sockets: topics, keys, snapshots, numbers, limits."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.simulation.clients import hear, say
from underround.simulation.polymarket.polybolt import PATH as BOLT_PATH
from underround.simulation.polymarket.polybolt import PolyBolt
from underround.simulation.polymarket.rtds import Rtds
from underround.simulation.polymarket.spot_prices import SpotPrices

FIRST_MS = 1_786_085_188_000
TWAP = {"channel": "price.crypto.twap", "filter": {"symbol": "btcusd", "window_seconds": 60}}
SPOT = {"channel": "price.crypto", "filter": {"symbol": "btcusd"}}


class Sockets:
    """Both sockets over one price path."""

    def __init__(self) -> None:
        self.prices = SpotPrices(7)
        self.rtds = Rtds(self.prices)
        self.bolt = PolyBolt(self.prices, lambda: FIRST_MS)
        self._at_ms = FIRST_MS

    def second(self, value_e2: int) -> None:
        """Let a second pass with an index value."""
        self.prices.add(value_e2, self._at_ms)
        self._at_ms += 1_000
        self.rtds.publish()
        self.bolt.publish()


@pytest.fixture
async def sockets() -> AsyncIterator[Any]:
    made = Sockets()
    servers = [await made.rtds.listen(), await made.bolt.listen()]
    ports = [next(iter(server.sockets)).getsockname()[1] for server in servers]
    made.rtds_url = f"ws://127.0.0.1:{ports[0]}"  # type: ignore[attr-defined]
    made.bolt_url = f"ws://127.0.0.1:{ports[1]}{BOLT_PATH}"  # type: ignore[attr-defined]
    for value_e2 in (8_500_000, 8_501_000):
        made.second(value_e2)
    yield made
    for server in servers:
        server.close()
        await server.wait_closed()


async def test_rtds_opens_with_history_and_goes_on_with_updates(sockets) -> None:
    async with connect(sockets.rtds_url) as socket:
        await socket.send("PING")
        assert await socket.recv() == "PONG"
        topics = ["crypto_prices", "crypto_prices_chainlink", "crypto_prices_twap_sixty"]
        wanted = [{"topic": topic, "type": "*", "filters": ""} for topic in topics]
        await say(socket, {"action": "subscribe", "subscriptions": wanted})
        first = [await hear(socket) for _ in topics]
        assert [(one["topic"], one["type"]) for one in first] == [(t, "subscribe") for t in topics]
        assert [len(one["payload"]["data"]) for one in first] == [2, 2, 2]
        sockets.second(8_502_000)
        updates = {one["topic"]: one["payload"] for one in [await hear(socket) for _ in topics]}
    spot, chainlink, twap = (updates[topic] for topic in topics)
    assert (spot["symbol"], chainlink["symbol"], twap["window_s"]) == ("btcusdt", "btc/usd", 60)
    assert int(chainlink["full_accuracy_value"]) == round(chainlink["value"] * 10_000) * 10**14
    mean = sum(point.price_e4 for point in sockets.prices.spot) / 3
    assert twap["value"] * 10_000 == pytest.approx(mean, abs=1)


async def test_rtds_filters_by_symbol_and_forgets_on_request(sockets) -> None:
    async with connect(sockets.rtds_url) as socket:

        async def ask(action: str, filters: str) -> None:
            wanted = [{"topic": "crypto_prices_chainlink", "type": "*", "filters": filters}]
            await say(socket, {"action": action, "subscriptions": wanted})

        await socket.send("nonsense")
        await ask("subscribe", '{"symbol":"eth/usd"}')
        await ask("subscribe", '{"symbol":"btc/usd"}')
        assert (await hear(socket))["type"] == "subscribe"
        await ask("unsubscribe", "")
        await socket.send("PING")
        assert await socket.recv() == "PONG"
        sockets.second(8_503_000)
        await socket.send("PING")
        assert await socket.recv() == "PONG"


async def show_key(sockets: Sockets, socket: ClientConnection) -> Any:
    key = sockets.bolt.key
    auth = {"apiKey": key.key, "secret": key.secret, "passphrase": key.passphrase}
    await say(socket, {"op": "auth", "rid": "a1", "auth": auth})
    return await hear(socket)


async def test_polybolt_wants_a_key_before_prices(sockets) -> None:
    async with connect(sockets.bolt_url) as socket:
        await say(socket, {"op": "subscribe", "rid": "s1", **SPOT})
        assert await hear(socket) == {
            "op": "error",
            "code": "auth_required",
            "channel": "price.crypto",
            "rid": "s1",
        }
        await say(socket, {"op": "auth", "rid": "a0", "auth": {"apiKey": "no"}})
        assert (await hear(socket))["code"] == "auth_invalid"
        assert await show_key(sockets, socket) == {"op": "authed", "rid": "a1"}
        await say(socket, {"op": "ping", "rid": "p1"})
        assert await hear(socket) == {"op": "pong", "rid": "p1"}


async def test_polybolt_numbers_every_channel_from_its_snapshot_on(sockets) -> None:
    async with connect(sockets.bolt_url) as socket:
        await show_key(sockets, socket)
        await say(socket, {"op": "subscribe", "rid": "s1", "subscriptions": [SPOT, TWAP]})
        heard = [await hear(socket) for _ in range(4)]
        assert [one.get("op") for one in heard] == ["subscribed", None, "subscribed", None]
        snapshot = heard[3]
        assert (snapshot["seq"], snapshot["snapshot"], snapshot["v"]) == (1, True, 1)
        assert snapshot["payload"]["source"] == "chainlink"
        assert [len(one["payload"]["data"]) for one in (heard[1], snapshot)] == [2, 2]
        await say(socket, {"op": "subscribe", "rid": "s2", **TWAP})
        assert await hear(socket) == {
            "op": "subscribed",
            "channel": "price.crypto.twap",
            "rid": "s2",
        }
        sockets.second(8_502_000)
        spot, twap = await hear(socket), await hear(socket)
        assert [(one["channel"], one["seq"]) for one in (spot, twap)] == [
            ("price.crypto", 2),
            ("price.crypto.twap", 2),
        ]
        assert twap["payload"]["window_seconds"] == 60
        assert float(twap["payload"]["full_accuracy_value"]) == twap["payload"]["value"]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"channel": "price.weather", "filter": {}}, "bad_channel"),
        ({"channel": "price.crypto", "filter": {"symbol": "dogeusd"}}, "bad_filter"),
        ({"channel": "price.crypto.twap", "filter": {"symbol": "btcusd"}}, "bad_filter"),
    ],
)
async def test_polybolt_names_what_cannot_be_had(sockets, wanted, code) -> None:
    async with connect(sockets.bolt_url) as socket:
        await show_key(sockets, socket)
        await say(socket, {"op": "subscribe", "rid": "s1", **wanted})
        assert (await hear(socket))["code"] == code


async def test_polybolt_hangs_up_on_who_asks_too_often(sockets) -> None:
    async with connect(sockets.bolt_url) as socket:
        await show_key(sockets, socket)
        with pytest.raises(ConnectionClosed) as closed:
            for _ in range(25):
                await say(socket, {"op": "unsubscribe", **SPOT})
            while True:
                await hear(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4008
