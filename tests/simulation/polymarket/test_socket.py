"""The market channel over a real socket: frames a client sends, and what comes back."""

import json

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.simulation.clients import hear, polymarket, say
from underround.core.units import NS_PER_MS
from underround.simulation.book import BID
from underround.simulation.polymarket.messages import rest_book
from underround.simulation.venues import SimulatedVenues


async def test_the_first_frame_is_answered_with_an_array_that_ends_a_line() -> None:
    async with SimulatedVenues(7, pairs=3) as venues, polymarket(venues.addresses) as channel:
        tokens = venues.pairs[0].polymarket.tokens
        await say(channel, {"type": "market", "assets_ids": [*tokens, "404"]})
        text = await channel.recv()
        assert isinstance(text, str)
        assert text.endswith("]\n")
        books = json.loads(text)
        assert [book["asset_id"] for book in books] == list(tokens)
        bids = [float(level["price"]) for level in books[0]["bids"]]
        asks = [float(level["price"]) for level in books[0]["asks"]]
        assert bids == sorted(bids)
        assert asks == sorted(asks, reverse=True)


async def test_operations_add_and_remove_and_a_second_first_frame_is_refused() -> None:
    async with SimulatedVenues(7, pairs=3) as venues, polymarket(venues.addresses) as channel:
        one, two = venues.pairs[0].polymarket.tokens, venues.pairs[1].polymarket.tokens
        await say(channel, {"operation": "subscribe", "assets_ids": list(one)})
        assert await channel.recv() == "INVALID OPERATION"
        await say(channel, {"type": "market", "assets_ids": ["404"]})
        assert await channel.recv() == "[]\n"
        await say(channel, {"type": "market", "assets_ids": list(one)})
        assert await channel.recv() == "INVALID OPERATION"
        await say(channel, {"operation": "subscribe", "assets_ids": [one[0]]})
        assert len(await hear(channel)) == 1
        await say(channel, {"operation": "subscribe", "assets_ids": list(two)})
        assert len(await hear(channel)) == 2
        await say(channel, {"operation": "unsubscribe", "assets_ids": list(one)})
        await channel.send("PING")
        assert await channel.recv() == "PONG"
        venues.exchange.change_polymarket(venues.pairs[0], [(BID, 100, 1_000_000)])
        venues.exchange.change_polymarket(venues.pairs[1], [(BID, 100, 1_000_000)])
        assert (await hear(channel))["market"] == venues.pairs[1].polymarket.condition_id


async def test_changes_trades_freezes_and_duplicates_reach_the_wire() -> None:
    async with SimulatedVenues(7, pairs=3) as venues, polymarket(venues.addresses) as channel:
        pair = venues.pairs[1]
        market = pair.polymarket
        await say(channel, {"type": "market", "assets_ids": list(market.tokens)})
        await channel.recv()
        message, at_ms = venues.exchange.change_polymarket(
            pair, [(BID, 100, 1_000_000), (BID, 200, 2_000_000)]
        )
        change = await hear(channel)
        assert change == message
        assert change["timestamp"] == str(at_ms)
        hashes = {entry["asset_id"]: entry["hash"] for entry in change["price_changes"]}
        assert hashes == {token: rest_book(market, token)["hash"] for token in market.tokens}
        venues.exchange.trade_polymarket(pair, BID, 1_000_000)
        kinds = [(await hear(channel))["event_type"] for _ in range(4)]
        assert kinds == ["price_change", "last_trade_price", "book", "book"]
        venues.exchange.repeat_polymarket(pair, message)
        again = await hear(channel)
        assert again["timestamp"] == change["timestamp"]
        assert again["price_changes"] == change["price_changes"][::-1]
        venues.exchange.freeze(market)
        venues.exchange.change_polymarket(pair, [(BID, 300, 3_000_000)])
        venues.exchange.thaw(market)
        fresh = await hear(channel)
        assert fresh["event_type"] == "book"
        assert {"price": "0.03", "size": "3"} in fresh["bids"]
        assert "tick_size" not in fresh
        await hear(channel)
        venues.exchange.retick_polymarket(pair, 1)
        ticks = [await hear(channel) for _ in range(2)]
        assert [tick["asset_id"] for tick in ticks] == list(market.tokens)
        assert at_ms * NS_PER_MS > 0


@pytest.mark.parametrize("frame", ["nonsense", "[1]", '{"operation":"dance"}'])
async def test_nonsense_is_refused_and_the_connection_lives(frame: str) -> None:
    async with SimulatedVenues(7, pairs=3) as venues, polymarket(venues.addresses) as channel:
        await channel.send(frame)
        assert await channel.recv() == "INVALID OPERATION"
        await channel.send("PING")
        assert await channel.recv() == "PONG"


async def test_another_path_is_not_found() -> None:
    async with SimulatedVenues(7, pairs=3) as venues:
        address = venues.addresses["polymarket"]["ws"].replace("market", "user")
        with pytest.raises(InvalidStatus) as refusal:
            await connect(address)
        assert refusal.value.response.status_code == 404
