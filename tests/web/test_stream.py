"""One update for all; a slow client misses some and then gets the whole; nobody waits for it."""

import asyncio
from itertools import count

from underround.app.page.run_sight import FaceCounts
from underround.web.stream import Broadcast


class Source:
    """Updates numbered from 1; the whole names the last of them."""

    def __init__(self) -> None:
        self.numbers = count(1)
        self.last = 0

    def update(self) -> bytes:
        self.last = next(self.numbers)
        return b'{"update":%d}' % self.last

    def whole(self) -> bytes:
        return b'{"whole":%d}' % self.last


async def test_each_client_gets_the_whole_and_then_the_same_updates():
    source, counts = Source(), FaceCounts()
    broadcast = Broadcast(source.update, source.whole, counts)
    running = asyncio.create_task(broadcast.run())
    one, two = broadcast.events(), broadcast.events()
    assert await anext(one) == b"retry: 1000\n\n"
    assert await anext(two) == b"retry: 1000\n\n"
    assert (await anext(one)).startswith(b"event: whole\ndata: ")
    assert (await anext(two)).startswith(b"event: whole\ndata: ")
    assert counts.clients == 2
    said = [(await anext(one), await anext(two)) for _ in range(3)]
    assert all(first == second for first, second in said)
    assert all(first.startswith(b"event: update\n") for first, _ in said)
    broadcast.end()
    assert [each async for each in one] == []
    await two.aclose()
    assert counts.clients == 0
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_slow_client_loses_updates_and_catches_up_with_the_whole():
    source, counts = Source(), FaceCounts()
    broadcast = Broadcast(source.update, source.whole, counts)
    slow = broadcast.events()
    await anext(slow)
    await anext(slow)
    for _ in range(5):
        broadcast._offer(source.update())
    assert counts.updates == 1
    assert counts.lost == 4
    assert await anext(slow) == b'event: whole\ndata: {"whole":%d}\n\n' % source.last
    broadcast._offer(source.update())
    assert await anext(slow) == b'event: update\ndata: {"update":%d}\n\n' % source.last
    await slow.aclose()


async def test_with_nobody_listening_nothing_is_made():
    source = Source()
    broadcast = Broadcast(source.update, source.whole, FaceCounts())
    running = asyncio.create_task(broadcast.run())
    for _ in range(3):
        await asyncio.sleep(0)
    assert source.last == 0
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
