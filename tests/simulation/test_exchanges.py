"""The simulated exchanges over loopback: books arrive whole, and each fault shows in the index."""

import asyncio
import json
import urllib.request
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from underround.app.bitcoin.spot_codecs import CODECS
from underround.core.windows.index import IndexCalculator, IndexQuality
from underround.core.windows.index_exclusions import RefusalReason
from underround.core.windows.index_parameters import IndexParameters
from underround.core.windows.spot_event import (
    Exchange,
    SpotFault,
    SpotFaultKind,
    SpotNotice,
    SpotReply,
    SpotRequest,
)
from underround.simulation.exchanges.exchange import ExchangeFault
from underround.simulation.exchanges.fleet import ExchangeFleet

START_NS = 1_790_000_000 * 10**9


class Listeners:
    """A client for each exchange, the index calculator behind them, and a clock of steps."""

    def __init__(self, seed):
        self.now_ns = START_NS
        self.fleet = ExchangeFleet(seed, clock_ns=lambda: self.now_ns)
        self.calculator = IndexCalculator(IndexParameters())

    async def listen(self, name):
        codec = CODECS[name]()
        exchange = self.fleet.exchanges[name]
        async with connect(exchange.url, compression=None, max_size=None) as socket:
            for frame in codec.opened():
                await socket.send(frame, text=True)
            try:
                async for frame in socket:
                    events = []
                    codec.decode(frame.encode(), self.now_ns, events)
                    await self.take(events, codec, socket, exchange)
            except ConnectionClosed:
                pass
        self.calculator.apply(SpotFault(name, SpotFaultKind.LOST, "closed", self.now_ns))

    async def take(self, events, codec, socket, exchange):
        for event in events:
            if isinstance(event, SpotReply):
                await socket.send(event.frame, text=True)
            elif isinstance(event, SpotRequest):
                path = event.url.removeprefix("https://www.bitstamp.net")
                body = await asyncio.to_thread(fetched, f"http://{exchange.origin}{path}")
                more = []
                codec.take_snapshot(body, self.now_ns, more)
                await self.take(more, codec, socket, exchange)
            elif not isinstance(event, SpotNotice):
                self.calculator.apply(event)

    async def settle(self, is_reached):
        """Let time pass in steps until something shows; return the index that shows it."""
        for _ in range(600):
            self.now_ns += 10**8
            self.fleet.step(0.1)
            await asyncio.sleep(0.002)
            value = self.calculator.calculate(self.now_ns)
            if is_reached(value):
                return value
        raise AssertionError(f"not reached: {value.used} used, {value.refused} refused")


def fetched(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


@asynccontextmanager
async def listening(seed=3):
    listeners = Listeners(seed)
    async with listeners.fleet:
        tasks = [asyncio.create_task(listeners.listen(name)) for name in Exchange]
        try:
            value = await listeners.settle(lambda value: value.quality is IndexQuality.FULL)
            assert value.refused == {}
            yield listeners
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)


def only(name, reason):
    return lambda value: {n: r.reason for n, r in value.refused.items()} == {name: reason}


async def test_all_eight_books_arrive_and_the_index_is_near_the_price():
    async with listening() as listeners:
        value = listeners.calculator.calculate(listeners.now_ns)
        assert abs(value.index - listeners.fleet.path.mid) < 60
        assert set(value.used) == set(Exchange)


@pytest.mark.parametrize(
    ("name", "fault", "reason"),
    [
        ("kraken", ExchangeFault.CHECKSUM, RefusalReason.SUSPECT),
        ("cryptocom", ExchangeFault.GAP, RefusalReason.SUSPECT),
        ("gemini", ExchangeFault.PRICE, RefusalReason.DEVIATING),
        ("coinbase", ExchangeFault.CLOCK, RefusalReason.CLOCK),
        ("bitstamp", ExchangeFault.CLOCK, RefusalReason.CLOCK),
        ("paxos", ExchangeFault.FROZEN, RefusalReason.DELAYED),
        ("bullish", ExchangeFault.DOWN, RefusalReason.SUSPECT),
    ],
)
async def test_a_fault_leaves_its_exchange_out_by_name(name, fault, reason):
    async with listening() as listeners:
        listeners.fleet.set_fault(name, fault)
        value = await listeners.settle(only(name, reason))
        assert value.quality is IndexQuality.REDUCED
        assert abs(value.index - listeners.fleet.path.mid) < 60


async def test_a_mended_price_comes_back():
    async with listening() as listeners:
        listeners.fleet.set_fault("gemini", ExchangeFault.PRICE)
        await listeners.settle(only("gemini", RefusalReason.DEVIATING))
        listeners.fleet.set_fault("gemini", ExchangeFault.NONE)
        await listeners.settle(lambda value: value.refused == {})


async def test_one_after_the_other_goes_down_until_there_is_no_index():
    async with listening() as listeners:
        for left, name in zip(range(7, -1, -1), Exchange, strict=True):
            listeners.fleet.set_fault(name, ExchangeFault.DOWN)
            value = await listeners.settle(lambda value, left=left: len(value.used) == left)
            assert (value.index is None) == (left == 0)
        assert value.quality is IndexQuality.NONE
        with pytest.raises(InvalidStatus, match="503"):
            await connect(listeners.fleet.exchanges["kraken"].url)


async def test_wrong_paths_are_not_found():
    async with ExchangeFleet(1, ["kraken"], clock_ns=lambda: START_NS) as fleet:
        with pytest.raises(InvalidStatus, match="404"):
            await connect(f"ws://{fleet.exchanges['kraken'].origin}/v1")


@pytest.mark.parametrize(("name", "limit_s"), [("coinbase", 5), ("bullish", 100)])
async def test_a_silent_client_is_cut_off(name, limit_s):
    async with (
        ExchangeFleet(1, [name], clock_ns=lambda: START_NS) as fleet,
        connect(fleet.exchanges[name].url, compression=None) as socket,
    ):
        await socket.send("{}", text=True)
        await socket.recv()
        fleet.step(limit_s - 1)
        assert fleet.exchanges[name].connections == 1
        fleet.step(2)
        with pytest.raises(ConnectionClosed):
            while True:
                await socket.recv()


async def test_the_same_seed_says_the_same():
    said = []
    for _ in range(2):
        async with ExchangeFleet(9, ["lmax", "kraken"], clock_ns=lambda: START_NS) as fleet:
            for _ in range(30):
                fleet.step()
            books = [exchange.book for exchange in fleet.exchanges.values()]
            said.append([(book.levels(-1), book.levels(1)) for book in books])
    assert said[0] == said[1]
    assert said[0][0] != said[0][1]


async def test_playing_steps_by_the_clock():
    async with (
        ExchangeFleet(1, ["paxos"]) as fleet,
        connect(fleet.exchanges["paxos"].url, compression=None) as socket,
    ):
        playing = asyncio.create_task(fleet.play(0.001))
        kinds = [json.loads(await socket.recv())["type"] for _ in range(30)]
        playing.cancel()
    assert kinds == ["SNAPSHOT"] * 2 + ["UPDATE"] * 28
