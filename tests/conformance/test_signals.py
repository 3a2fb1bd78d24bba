"""Every signal queue does the same: the one in memory, and the one in a real server."""

import asyncio
from contextlib import suppress

import pytest

from underround.stores.memory import MemorySignals
from underround.stores.opening import open_stores
from underround.stores.redis_link import RedisLink
from underround.stores.redis_signals import RedisSignals
from underround.stores.signals import SignalQueue


@pytest.fixture(params=["memory", "redis"])
def store_url(request):
    return "memory://" if request.param == "memory" else request.getfixturevalue("redis_url")


@pytest.fixture
async def signals(store_url):
    async with open_stores(store_url) as (_, signals):
        yield signals


@pytest.fixture
async def small(store_url):
    """A queue that holds five signals."""
    if store_url == "memory://":
        yield MemorySignals(limit=5)
        return
    link = RedisLink(store_url)
    await link.open()
    yield RedisSignals(link, limit=5)
    await link.close()


async def test_signals_are_taken_once_and_in_order(signals: SignalQueue):
    for number in range(250):
        signals.put(b"%d" % number)
    assert await signals.depth() == 250
    assert await signals.take(100) == [b"%d" % number for number in range(100)]
    signals.put(b"250")
    assert await signals.take(1_000) == [b"%d" % number for number in range(100, 251)]
    assert (await signals.take(10), await signals.depth()) == ([], 0)


async def test_a_mapping_becomes_json_and_bytes_stay_as_they_are(signals: SignalQueue):
    signals.put({"pair": "P", "edge_e4": 50, "indicative": False})
    signals.put(b"\xff\x00\r\n")
    assert await signals.take(2) == [
        b'{"pair":"P","edge_e4":50,"indicative":false}',
        b"\xff\x00\r\n",
    ]
    with pytest.raises(TypeError):
        signals.put({"no": object()})
    assert await signals.depth() == 0


async def test_a_full_queue_gives_up_the_oldest_and_counts_them(small: SignalQueue):
    for number in range(3):
        small.put(b"%d" % number)
    await small.flush()
    for number in range(3, 8):
        small.put(b"%d" % number)
    assert await small.take(10) == [b"3", b"4", b"5", b"6", b"7"]
    assert small.status().lost == 3
    for number in range(7):
        small.put(b"%d" % number)
    assert await small.take(10) == [b"2", b"3", b"4", b"5", b"6"]
    assert small.status().lost == 5


async def test_clear_forgets_all(signals: SignalQueue):
    signals.put(b"1")
    await signals.flush()
    signals.put(b"2")
    await signals.clear()
    assert (await signals.depth(), signals.status().pending) == (0, 0)


async def test_takers_at_the_same_time_share_without_overlap(signals: SignalQueue):
    for number in range(60):
        signals.put(b"%d" % number)
    shares = await asyncio.gather(*(signals.take(7) for _ in range(10)))
    assert [signal for share in shares for signal in share] == [b"%d" % n for n in range(60)]


@pytest.mark.parametrize("turns", range(12))
async def test_a_cancelled_taker_loses_nothing(signals: SignalQueue, turns):
    """Cancelled at whatever point of its way, the signals go to the next taker, in order."""
    for number in range(3):
        signals.put(b"%d" % number)
    await signals.flush()
    taker = asyncio.create_task(signals.take(2))
    for _ in range(turns):
        await asyncio.sleep(0)
    taker.cancel()
    found = []
    with suppress(asyncio.CancelledError):
        found += await taker
    while len(found) < 3:
        found += await signals.take(3)
    assert (found, await signals.depth()) == ([b"0", b"1", b"2"], 0)
