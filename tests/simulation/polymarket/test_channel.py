"""The market channel's newer messages, its limits and its ways to hang up."""

import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.simulation.clients import hear, polymarket, say
from tests.simulation.world import World
from underround.simulation.book import ASK, BID
from underround.simulation.market import PolymarketMarket
from underround.simulation.polymarket.messages import price_text
from underround.simulation.polymarket.socket import PATH, MarketChannel
from underround.simulation.universe import draw_extras
from underround.simulation.venues import SimulatedVenues


@pytest.fixture
async def venues() -> AsyncIterator[SimulatedVenues]:
    async with SimulatedVenues(7, pairs=3) as made:
        yield made


async def follow(channel: ClientConnection, *tokens: str, custom: bool = True) -> list[Any]:
    wanted = {"type": "market", "assets_ids": list(tokens), "custom_feature_enabled": custom}
    await say(channel, wanted)
    books: list[Any] = await hear(channel)
    return books


async def test_best_prices_are_told_to_who_asked_and_only_when_they_move(venues) -> None:
    pair = venues.pairs[1]
    yes, no = pair.polymarket.tokens
    async with polymarket(venues.addresses) as one, polymarket(venues.addresses) as other:
        await follow(one, yes, no)
        await follow(other, yes, no, custom=False)
        bid_e4, ask_e4 = pair.polymarket.book.top()
        assert bid_e4 is not None and ask_e4 is not None
        venues.exchange.change_polymarket(pair, [(BID, bid_e4, 0)])
        venues.exchange.change_polymarket(pair, [(ASK, ask_e4, 77_000_000)])
        kinds = [(await hear(one))["event_type"] for _ in range(4)]
        assert kinds == ["price_change", "best_bid_ask", "best_bid_ask", "price_change"]
        assert [(await hear(other))["event_type"] for _ in range(2)] == ["price_change"] * 2


async def test_a_best_price_message_has_both_and_their_distance(venues) -> None:
    pair = venues.pairs[1]
    yes, _ = pair.polymarket.tokens
    async with polymarket(venues.addresses) as channel:
        await follow(channel, yes)
        levels = [(ASK, price_e4, 0) for price_e4 in list(pair.polymarket.book.asks)]
        venues.exchange.change_polymarket(pair, levels)
        assert (await hear(channel))["event_type"] == "price_change"
        best = await hear(channel)
    bid_e4 = pair.polymarket.book.top()[0] or 0
    assert (best["best_bid"], best["best_ask"]) == (price_text(bid_e4), "1")
    assert best["spread"] == price_text(10_000 - bid_e4)
    assert best["asset_id"] == yes


async def test_a_new_market_is_announced_to_all_who_asked_and_can_be_followed(venues) -> None:
    async with polymarket(venues.addresses) as channel:
        await follow(channel, venues.pairs[1].polymarket.tokens[0])
        venues.faults.read({"name": "new_market", "seed": 3})
        announced = await hear(channel)
        assert announced["event_type"] == "new_market"
        assert announced["assets_ids"] == announced["clob_token_ids"]
        await say(channel, {"operation": "subscribe", "assets_ids": announced["assets_ids"]})
        books = await hear(channel)
    assert [book["asset_id"] for book in books] == announced["assets_ids"]
    assert books[0]["bids"]


async def test_resolution_is_announced_and_closes_who_follows_nothing_else(venues) -> None:
    one, two = venues.pairs[1].polymarket, venues.pairs[2].polymarket
    async with polymarket(venues.addresses) as both, polymarket(venues.addresses) as only:
        await follow(both, *one.tokens, *two.tokens)
        await follow(only, *one.tokens)
        venues.lifecycle.resolve(venues.pairs[1], 1)
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                last = await hear(only)
        assert last["event_type"] == "market_resolved"
        assert (last["winning_asset_id"], last["winning_outcome"]) == (one.tokens[1], "No")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1000
        await say(both, {"operation": "subscribe", "assets_ids": list(one.tokens)})
        while True:
            answer = await hear(both)
            if isinstance(answer, list):
                break
        assert answer == []


class Served:
    """A channel of its own, with limits for a test."""

    def __init__(self, markets: list[PolymarketMarket], **limits: Any) -> None:
        self.channel = MarketChannel(markets, lambda: None, **limits)

    async def __aenter__(self) -> "Served":
        self._server = await self.channel.listen()
        port = next(iter(self._server.sockets)).getsockname()[1]
        self.url = f"ws://127.0.0.1:{port}{PATH}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()


async def test_above_five_hundred_tokens_opening_books_are_lost() -> None:
    markets = [pair.polymarket for pair in draw_extras(random.Random(7), 300, 0)]
    tokens = [token for market in markets for token in market.tokens]
    async with Served(markets) as served, connect(served.url, max_size=None) as channel:
        first = await follow(channel, *tokens[:450])
        await say(channel, {"operation": "subscribe", "assets_ids": tokens[450:]})
        second = await hear(channel)
    assert [len(first), len(second)] == [450, 50]


async def test_a_frame_with_thousands_of_tokens_ends_the_connection() -> None:
    async with Served([]) as served, connect(served.url) as channel:
        names = [str(number) for number in range(2_001)]
        await say(channel, {"type": "market", "assets_ids": names})
        with pytest.raises(ConnectionClosed) as closed:
            await channel.recv()
    assert closed.value.rcvd is None


async def test_an_idle_connection_is_cut_without_a_close_frame() -> None:
    async with Served([], idle_s=0.05) as served, connect(served.url) as channel:
        with pytest.raises(ConnectionClosed) as closed:
            await channel.recv()
    assert closed.value.rcvd is None


async def test_a_slow_reader_is_closed_with_1013() -> None:
    world = World(7, pairs=2)
    pair = world.pairs[1]
    async with (
        Served([pair.polymarket], most_unread=100_000) as served,
        connect(served.url, max_queue=1) as channel,
    ):
        world.exchange.polymarket = served.channel
        await follow(channel, *pair.polymarket.tokens)
        channel.transport.pause_reading()
        size_e6 = 0
        while served.channel.outlets[0].connection.protocol.state.name == "OPEN":
            size_e6 += 1_000_000
            world.exchange.change_polymarket(pair, [(BID, 100, size_e6)])
        channel.transport.resume_reading()
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                await channel.recv()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (
        1013,
        "slow consumer: send buffer full",
    )


async def test_too_many_connections_are_turned_away() -> None:
    async with Served([]) as served:
        served.channel.gate.most_connections = 1
        async with connect(served.url) as channel:
            await channel.send("PING")
            assert await channel.recv() == "PONG"
            with pytest.raises(InvalidStatus, match="429"):
                await connect(served.url)
