"""Redis going away and coming back: nobody waits for it, and what is alive returns."""

import asyncio
import os
import signal

import pytest

from tests.stores.gate import Gate
from underround.stores.embedded import EmbeddedServer
from underround.stores.opening import open_stores
from underround.stores.prices import Price, StoreStatus


async def until(condition) -> None:
    """Wait for a condition that something outside brings about."""
    while not condition():  # noqa: ASYNC110 - there is no event to wait for
        await asyncio.sleep(0.005)


async def test_a_killed_server_is_noticed_even_in_idleness():
    async with EmbeddedServer() as server, open_stores(server.url) as (prices, signals):
        prices.mark("A", "kalshi", 1, 2, 3)
        await prices.flush()
        os.kill(server.pid, signal.SIGKILL)
        await until(lambda: prices.status().state == "disconnected")
        assert signals.status().state == "disconnected"
        assert "\n" not in prices.status().reason


async def test_without_a_server_marking_goes_on_and_nothing_is_forgotten():
    async with (
        EmbeddedServer() as first,
        EmbeddedServer() as second,
        Gate(first.url) as gate,
        open_stores(gate.url) as (prices, signals),
    ):
        prices.mark("live", "kalshi", 1, 2, 3)
        prices.mark("gone", "kalshi", 1, 2, 3)
        signals.put(b"0")
        await signals.take(1)
        await prices.flush()
        os.kill(first.pid, signal.SIGKILL)
        await until(lambda: prices.status().state == "disconnected")
        for yes_e4 in range(1_000):
            prices.mark("fresh", "kalshi", yes_e4, None, 3)
        prices.drop("gone", "kalshi")
        for number in range(1, 250):
            signals.put(b"%d" % number)
        await prices.flush()  # returns: it would wait for nothing
        assert prices.status().pending == 2
        assert signals.status().pending == 249
        assert await prices.get("live", "kalshi") == Price(1, 2, 3)
        assert await prices.get("fresh", "kalshi") == Price(999, None, 3)
        assert await prices.get("gone", "kalshi") is None
        for question in (prices.get("other", "kalshi"), prices.all(), signals.depth()):
            with pytest.raises(ConnectionError):
                await question
        gate.open(second.url)
        await until(lambda: prices.status().state == "connected")
        assert await prices.all() == {
            ("live", "kalshi"): Price(1, 2, 3),
            ("fresh", "kalshi"): Price(999, None, 3),
        }
        assert await signals.take(1_000) == [b"%d" % number for number in range(1, 250)]
        assert prices.status() == signals.status() == StoreStatus("connected")


async def test_what_was_on_its_way_when_the_connection_broke_arrives(redis_url):
    async with Gate(redis_url) as gate, open_stores(gate.url) as (prices, signals):
        gate.freeze()
        prices.mark("A", "kalshi", 1, 2, 3)
        signals.put(b"1")
        flushes = asyncio.gather(prices.flush(), signals.flush())
        await until(lambda: prices.status().pending == 1)
        await asyncio.sleep(0.02)  # the commands are in the gate by now, unanswered
        gate.close()
        await flushes  # nobody is left waiting
        assert (prices.status().state, prices.status().pending) == ("disconnected", 1)
        prices.mark("A", "kalshi", 5, 6, 7)
        gate.open()
        await until(lambda: prices.status().state == "connected")
        assert await prices.all() == {("A", "kalshi"): Price(5, 6, 7)}
        assert await signals.take(9) == [b"1"]


async def test_a_frozen_server_is_given_up(redis_url):
    async with Gate(redis_url) as gate, open_stores(gate.url) as (prices, _):
        gate.freeze()
        with pytest.raises(ConnectionError, match="Timeout"):
            await prices.get("A", "kalshi")
        assert prices.status().state == "disconnected"
        gate.open()
        await until(lambda: prices.status().state == "connected")


async def test_a_cancelled_question_is_never_answered_to_another(redis_url):
    async with open_stores(redis_url) as (prices, _):
        for number in range(200):
            prices.mark(f"K-{number}", "kalshi", number, None, number)
        await prices.flush()

        async def ask(number: int) -> None:
            assert await prices.get(f"K-{number}", "kalshi") == Price(number, None, number)

        questions = [asyncio.create_task(ask(number)) for number in range(200)]
        for number, question in enumerate(questions):
            if number % 3 == 0:
                question.cancel()
            if number % 20 == 0:
                await asyncio.sleep(0.001)
        answers = await asyncio.gather(*questions, return_exceptions=True)
        failed = [answer for answer in answers if isinstance(answer, AssertionError)]
        assert failed == []
        assert sum(answer is None for answer in answers) >= 133


async def test_a_refused_write_is_said_and_tried_again(redis_url, redis_client):
    redis_client.config_set("maxmemory-policy", "noeviction")
    redis_client.config_set("maxmemory", 1)
    try:
        async with open_stores(redis_url) as (prices, _):
            prices.mark("A", "kalshi", 1, 2, 3)
            await until(lambda: prices.status().state == "disconnected")
            assert "used memory > 'maxmemory'" in prices.status().reason
            assert prices.status().pending == 1
            redis_client.config_set("maxmemory", 0)
            await until(lambda: prices.status().state == "connected")
            assert await prices.get("A", "kalshi") == Price(1, 2, 3)
    finally:
        redis_client.config_set("maxmemory", 0)


async def test_a_key_of_the_wrong_kind_stops_the_signals_and_not_the_prices(
    redis_url, redis_client
):
    redis_client.set("signals:{underround}", "not a list")
    async with open_stores(redis_url) as (prices, signals):
        signals.put(b"1")
        await until(lambda: signals.status().state == "disconnected")
        assert "WRONGTYPE" in signals.status().reason
        prices.mark("A", "kalshi", 1, 2, 3)
        await until(lambda: redis_client.exists("price:{A}:kalshi"))
        redis_client.delete("signals:{underround}")
        await until(lambda: signals.status().state == "connected")
        assert await signals.take(9) == [b"1"]


async def test_closing_while_the_server_is_away_ends(redis_url):
    async with Gate(redis_url) as gate, open_stores(gate.url) as (prices, signals):
        gate.close()
        await until(lambda: prices.status().state == "disconnected")
        prices.mark("A", "kalshi", 1, 2, 3)
        signals.put(b"1")
    assert prices.status() == StoreStatus("disconnected", "closed", 1)


async def test_a_loop_that_ends_in_the_midst_of_a_write_ends(redis_url):
    for steps in range(60):  # somewhere among them the write is under way
        async with open_stores(redis_url) as (prices, _):
            prices.mark("m", "kalshi", 4_000, 6_000, 1)
            flushing = asyncio.create_task(prices.flush())
            for _ in range(steps):
                await asyncio.sleep(0)
            (link,) = [task for task in asyncio.all_tasks() if task.get_name() == "redis"]
            link.cancel()  # as asyncio.run does with all that is left
            await asyncio.wait([link])
            await flushing
