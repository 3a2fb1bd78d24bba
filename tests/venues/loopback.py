"""Peers on loopback for transport tests: a recording sink, a plain session, two kinds of server."""

import asyncio
import base64
import contextlib
import hashlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from websockets.asyncio.server import ServerConnection, serve

from underround.venues.feed import Feed, FeedLimits

QUICK = FeedLimits(
    connect_s=5.0,
    ping_every_s=0.05,
    pong_within_s=0.1,
    first_data_s=None,
    tick_s=0.01,
    backoff_base_s=0.001,
    backoff_cap_s=0.01,
    stable_s=60.0,
    close_grace_s=0.05,
)


@dataclass
class Words:
    """A session that says fixed words."""

    hello: list[bytes] = field(default_factory=lambda: [b"subscribe"])
    heartbeat: bytes | None = None
    heartbeat_every_s: float = 0.02
    silence_s: float | None = None
    fatal_closes: frozenset[int] = frozenset()

    def opened(self) -> list[bytes]:
        return list(self.hello)

    def is_data(self, frame: bytes) -> bool:
        return frame != b"PONG"


class Ears:
    """A sink that keeps what it hears and can be waited for."""

    def __init__(self) -> None:
        self.log: list[tuple[str, object]] = []
        self.changed = asyncio.Event()
        self.on_batch: Callable[[list[bytes]], None] | None = None

    def _hear(self, kind: str, what: object) -> None:
        self.log.append((kind, what))
        self.changed.set()

    def opened(self, connection: str, at_ns: int) -> None:
        self._hear("opened", connection)

    def batch(self, connection: str, frames: list[bytes], at_ns: int) -> None:
        self._hear("batch", frames)
        if self.on_batch is not None:
            self.on_batch(frames)

    def sent(self, connection: str, frame: bytes, at_ns: int) -> None:
        self._hear("sent", frame)

    def closed(self, connection: str, at_ns: int, code: int | None, reason: str) -> None:
        self._hear("closed", (code, reason))

    def all(self, kind: str) -> list:
        return [what for name, what in self.log if name == kind]

    def frames(self) -> list[bytes]:
        return list(itertools.chain.from_iterable(self.all("batch")))

    async def until(self, met: Callable[[], bool], patience_s: float = 20.0) -> None:
        """Wait for a condition; the patience only ends a test that would hang."""
        async with asyncio.timeout(patience_s):
            while not met():
                self.changed.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.changed.wait(), 0.05)

    async def hears(self, kind: str, count: int = 1) -> list:
        await self.until(lambda: len(self.all(kind)) >= count)
        return self.all(kind)


def a_feed(url: str, ears: Ears, session: Words | None = None, **options) -> Feed:
    ticks = itertools.count(1)
    options.setdefault("limits", QUICK)
    options.setdefault("randomness", lambda: 0.5)
    return Feed("test-1", url, session or Words(), ears, clock_ns=lambda: next(ticks), **options)


@asynccontextmanager
async def running(feed: Feed) -> AsyncIterator[asyncio.Task]:
    """Run a feed in a task of its own and stop it at the end."""
    task = asyncio.create_task(feed.run())
    try:
        yield task
    finally:
        await feed.stop()
        if not task.done():
            await task


@asynccontextmanager
async def websockets_server(
    serve_one: Callable[[ServerConnection], Awaitable[None]], **options
) -> AsyncIterator[str]:
    """Serve with the `websockets` library on a free port; gives the address."""
    options.setdefault("ping_interval", None)
    async with serve(serve_one, "127.0.0.1", 0, **options) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ws/market"


Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def raw_server(script: Script, *, upgrade: bool = True) -> AsyncIterator[str]:
    """Serve bytes written by hand, after a correct upgrade unless told otherwise."""
    tasks: set[asyncio.Task] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
            request = await reader.readuntil(b"\r\n\r\n")
            if upgrade:
                writer.write(accept(request))
            await script(reader, writer)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    try:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ws/market"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


def accept(request: bytes) -> bytes:
    key = next(
        line.split(b":", 1)[1].strip()
        for line in request.split(b"\r\n")
        if line.lower().startswith(b"sec-websocket-key:")
    )
    digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n"
    )


def frame(payload: bytes, opcode: int = 1, *, fin: bool = True, rsv: int = 0) -> bytes:
    """Write one unmasked server frame."""
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    if len(payload) < 126:
        return head + bytes([len(payload)]) + payload
    if len(payload) < 1 << 16:
        return head + b"\x7e" + len(payload).to_bytes(2, "big") + payload
    return head + b"\x7f" + len(payload).to_bytes(8, "big") + payload


async def read_client_frame(reader: asyncio.StreamReader) -> tuple[int, bool, bytes]:
    """Read one short client frame: opcode, whether masked, payload unmasked."""
    first, second = await reader.readexactly(2)
    masked, length = bool(second & 0x80), second & 0x7F
    if length == 126:
        length = int.from_bytes(await reader.readexactly(2), "big")
    mask = await reader.readexactly(4) if masked else b"\0\0\0\0"
    payload = await reader.readexactly(length)
    return first & 0x0F, masked, bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
