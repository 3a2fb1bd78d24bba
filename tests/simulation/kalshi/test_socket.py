"""Kalshi's socket: the signed handshake, heartbeats, groups, the close."""

import asyncio
import json
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from tests.simulation.clients import KALSHI_PATH, hear, kalshi, kalshi_headers, say
from tests.simulation.world import World
from underround.simulation.book import ASK, BID
from underround.simulation.clock import wall_ns
from underround.simulation.kalshi.auth import Credentials
from underround.simulation.kalshi.socket import TradeSocket
from underround.simulation.venues import SimulatedVenues


@pytest.fixture
async def venues() -> AsyncIterator[SimulatedVenues]:
    async with SimulatedVenues(7, pairs=3) as made:
        yield made


async def follow(socket: ClientConnection, ticker: str, *channels: str) -> None:
    params = {"channels": list(channels), "market_tickers": [ticker], "use_yes_price": True}
    await say(socket, {"id": 1, "cmd": "subscribe", "params": params})
    assert (await hear(socket))["type"] == "subscribed"
    assert (await hear(socket))["type"] == "orderbook_snapshot"


async def test_an_unsigned_handshake_is_refused(venues: SimulatedVenues) -> None:
    for headers in ({}, kalshi_headers(venues.addresses, path="/elsewhere")):
        with pytest.raises(InvalidStatus) as refusal:
            await connect(venues.addresses["kalshi"]["ws"], additional_headers=headers)
        assert refusal.value.response.status_code == 401
        body = json.loads(refusal.value.response.body)
        assert body["code"] == "token_authentication_failure"


async def test_another_path_is_not_found(venues: SimulatedVenues) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        await connect(venues.addresses["kalshi"]["ws"].replace(KALSHI_PATH, "/ws"))
    assert refusal.value.response.status_code == 404


async def test_an_action_makes_deltas_of_one_clock(venues: SimulatedVenues) -> None:
    pair = venues.pairs[1]
    async with kalshi(venues.addresses) as socket:
        await follow(socket, pair.kalshi.ticker, "orderbook_delta")
        changes = [(BID, 100, 12_500_000), (ASK, 9_900, 7_000_000), (BID, 100, 0)]
        venues.exchange.change_kalshi(pair, changes, (1, 2), 0.001)
        deltas = [await hear(socket) for _ in range(3)]
    assert [delta["seq"] for delta in deltas] == [2, 3, 4]
    assert len({delta["msg"]["clock"] for delta in deltas}) == 1
    assert len({delta["msg"]["ts"] for delta in deltas}) == 1
    assert [
        (d["msg"]["side"], d["msg"]["price_dollars"], d["msg"]["delta_fp"]) for d in deltas
    ] == [
        ("yes", "0.0100", "12.50"),
        ("no", "0.9900", "7.00"),
        ("yes", "0.0100", "-12.50"),
    ]
    assert all("sending_ts_ms" in delta for delta in deltas)


async def test_a_close_sweeps_and_settles(venues: SimulatedVenues) -> None:
    pair = venues.pairs[1]
    async with kalshi(venues.addresses) as socket:
        await follow(socket, pair.kalshi.ticker, "orderbook_delta")
        venues.exchange.close_kalshi(pair)
        orders = [(BID, p, -s) for p, s in pair.kalshi.book.bids.items()]
        orders += [(ASK, p, -s) for p, s in pair.kalshi.book.asks.items()]
        venues.exchange.sweep_kalshi(pair, orders)
        venues.exchange.settle_kalshi(pair)
        swept = [await hear(socket) for _ in orders]
        last = await hear(socket)
    assert len({delta["msg"]["ts_ms"] for delta in swept}) == 1
    assert {delta["msg"]["delta_fp"][0] for delta in swept} == {"-"}
    assert last["type"] == "orderbook_snapshot"
    assert last["seq"] == swept[-1]["seq"] + 1
    assert not {"yes_dollars_fp", "no_dollars_fp"} & set(last["msg"])


async def test_a_thawed_market_sends_a_snapshot_on_the_next_seq(venues: SimulatedVenues) -> None:
    pair = venues.pairs[1]
    async with kalshi(venues.addresses) as socket:
        await follow(socket, pair.kalshi.ticker, "orderbook_delta")
        venues.exchange.freeze(pair.kalshi)
        venues.exchange.change_kalshi(pair, [(BID, 100, 12_500_000)])
        venues.exchange.thaw(pair.kalshi)
        snapshot = await hear(socket)
    assert (snapshot["type"], snapshot["seq"]) == ("orderbook_snapshot", 2)
    assert ["0.0100", "12.50"] in snapshot["msg"]["yes_dollars_fp"]


async def test_trades_have_a_channel_of_their_own(venues: SimulatedVenues) -> None:
    pair = venues.pairs[1]
    async with kalshi(venues.addresses) as socket:
        await follow(socket, pair.kalshi.ticker, "orderbook_delta", "trade")
        assert (await hear(socket))["msg"]["channel"] == "trade"
        venues.exchange.trade_kalshi(pair, BID, 1_000_000)
        delta, trade = await hear(socket), await hear(socket)
    assert (delta["type"], delta["msg"]["delta_fp"]) == ("orderbook_delta", "-1.00")
    assert (trade["type"], trade["sid"], trade["seq"]) == ("trade", 2, 1)


async def test_pipelined_commands_are_answered_in_no_particular_order(
    venues: SimulatedVenues,
) -> None:
    tickers = [pair.kalshi.ticker for pair in venues.pairs]
    async with kalshi(venues.addresses) as socket:
        for number in range(12):
            params = {"channels": ["orderbook_delta"], "market_ticker": tickers[number % 3]}
            await say(socket, {"id": number + 1, "cmd": "subscribe", "params": params})
        replies: list[dict[str, Any]] = []
        numbered: list[int] = []
        while len(replies) < 12:
            frame = await hear(socket)
            if "id" in frame:
                replies.append(frame)
            if "seq" in frame:
                numbered.append(frame["seq"])
    assert sorted(reply["id"] for reply in replies) == list(range(1, 13))
    assert [reply["id"] for reply in replies] != list(range(1, 13))
    assert [reply["type"] for reply in replies] == ["subscribed"] + ["ok"] * 11
    assert numbered == list(range(1, len(numbered) + 1))
    assert set(replies[-1]["msg"]["market_tickers"]) == set(tickers)


async def test_a_slow_reader_loses_its_subscriptions_by_code_25(tmp_path: Path) -> None:
    world = World(7, pairs=2)
    pair = world.pairs[1]
    credentials = Credentials(tmp_path)
    credentials.accepts = lambda *_: True  # type: ignore[method-assign]
    served = TradeSocket([pair.kalshi], credentials, lambda: 0, lambda: None, most_unread=1_000)
    world.exchange.kalshi = served.publisher
    server = await served.listen()
    port = next(iter(server.sockets)).getsockname()[1]
    async with connect(f"ws://127.0.0.1:{port}{KALSHI_PATH}", max_queue=1) as socket:
        await follow(socket, pair.kalshi.ticker, "orderbook_delta")
        socket.transport.pause_reading()
        (conversation,) = served.publisher.conversations
        size_e6 = 0
        while conversation.session.by_channel:
            size_e6 += 10_000
            world.exchange.change_kalshi(pair, [(BID, 100, size_e6)])
        socket.transport.resume_reading()
        numbers, last = [], await hear(socket)
        while last["type"] == "orderbook_delta":
            numbers.append(last["seq"])
            last = await hear(socket)
    assert (last["type"], last["msg"]["code"], last["sid"]) == ("error", 25, 1)
    assert last["seq"] == numbers[-1] + 1
    server.close()
    await server.wait_closed()


async def test_a_handshake_tells_the_venues_clock_when_it_is_refused(
    venues: SimulatedVenues,
) -> None:
    venues.faults.read({"name": "auth_skew"})
    with pytest.raises(InvalidStatus) as refusal:
        await connect(
            venues.addresses["kalshi"]["ws"], additional_headers=kalshi_headers(venues.addresses)
        )
    assert refusal.value.response.status_code == 401
    told = parsedate_to_datetime(refusal.value.response.headers["Date"]).timestamp()
    assert abs(told - wall_ns() / 1e9 - 90) < 5


async def test_the_server_pings_with_the_venues_payload(tmp_path) -> None:
    credentials = Credentials(tmp_path)
    served = TradeSocket([], credentials, lambda: 0, lambda: None, heartbeat_s=0.01)
    server = await served.listen()
    port = next(iter(server.sockets)).getsockname()[1]
    heard = asyncio.get_running_loop().create_future()

    class Listener(ClientConnection):
        def process_event(self, event) -> None:  # type: ignore[no-untyped-def]
            if getattr(event, "opcode", None) == 9 and not heard.done():
                heard.set_result(bytes(event.data))
            super().process_event(event)

    credentials.accepts = lambda *_: True  # type: ignore[method-assign]
    async with connect(f"ws://127.0.0.1:{port}{KALSHI_PATH}", create_connection=Listener):
        assert await asyncio.wait_for(heard, 5) == b"heartbeat"
    server.close()
    await server.wait_closed()
