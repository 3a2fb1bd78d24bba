"""The page's stream: one update for everybody, at most ten a second, the latest for the slow.

The update is made once and shared. A client that has not taken the last one yet misses those in
between and then gets the whole state, so that nothing waits for it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

from underround.app.page.run_sight import FaceCounts

EVERY_S: Final = 0.1
KEEP_ALIVE_S: Final = 10.0
MOST_STREAMS: Final = 64
"""A browser needs one for all its tabs; the rest of the server's room is for who wants to act."""

Update = Callable[[], bytes | None]
"""Returns what changed since the last call as JSON, None when nothing did."""
Whole = Callable[[], bytes]
"""Returns the whole state as of the last update."""


class _Client:
    """One open stream: the update that waits for it, if any, and whether it has missed one."""

    __slots__ = ("is_behind", "ready", "waiting")

    def __init__(self) -> None:
        self.ready = asyncio.Event()
        self.waiting: bytes | None = None
        self.is_behind = True  # the first thing it needs is the whole


class Broadcast:
    """Makes updates while anybody listens, and gives them to every stream."""

    def __init__(self, update: Update, whole: Whole, counts: FaceCounts) -> None:
        self._update = update
        self._whole = whole
        self._counts = counts
        self._clients: set[_Client] = set()
        self._arrived = asyncio.Event()
        self._is_over = False

    async def run(self) -> None:
        """Make updates until cancelled; with nobody listening, rest."""
        loop = asyncio.get_running_loop()
        while True:
            await self._arrived.wait()
            due_s = loop.time() + EVERY_S
            update = self._update()
            if update is not None:
                self._offer(update)
            await asyncio.sleep(max(due_s - loop.time(), EVERY_S / 2))

    def end(self) -> None:
        """Let every stream end, so that the server can."""
        self._is_over = True
        for client in self._clients:
            client.ready.set()

    @property
    def is_full(self) -> bool:
        """Whether nobody more may listen."""
        return len(self._clients) >= MOST_STREAMS

    async def events(self) -> AsyncIterator[bytes]:
        """Yield a client's part of the stream as server-sent events, until the end of the page.

        Who comes when it is full gets none.
        """
        if self.is_full:
            return
        client = _Client()
        if not self._clients:
            self._update()  # nobody listened: what is whole is of long ago
        self._clients.add(client)
        self._counts.clients += 1
        self._arrived.set()
        try:
            yield b"retry: 1000\n\n"
            if not self._is_over:
                yield self._whole_for(client)
            while not self._is_over:
                try:
                    async with asyncio.timeout(KEEP_ALIVE_S):
                        await client.ready.wait()
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                client.ready.clear()
                if client.is_behind:
                    yield self._whole_for(client)
                elif client.waiting is not None:
                    event, client.waiting = client.waiting, None
                    yield _event(b"update", event)
        finally:
            self._clients.discard(client)
            self._counts.clients -= 1
            if not self._clients:
                self._arrived.clear()

    def _whole_for(self, client: _Client) -> bytes:
        client.is_behind, client.waiting = False, None
        return _event(b"whole", self._whole())

    def _offer(self, update: bytes) -> None:
        for client in self._clients:
            if client.waiting is not None or client.is_behind:
                client.waiting, client.is_behind = None, True
                self._counts.lost += 1
            else:
                client.waiting = update
                self._counts.updates += 1
            client.ready.set()


def _event(name: bytes, content: bytes) -> bytes:
    return b"event: " + name + b"\ndata: " + content + b"\n\n"
