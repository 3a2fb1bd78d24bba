"""A scripted HTTP/1.1 server on loopback for tests of REST clients; keeps what it was asked."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from underround.venues.rate_limit import TokenBucket
from underround.venues.rest import RestClient, RestLimits

QUICK = RestLimits(backoff_base_s=0.001, backoff_cap_s=0.002)


@dataclass
class Asked:
    """One request: `query` maps a name to all its values."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    body: bytes = b"{}"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Answer = Callable[[Asked], Reply | Awaitable[Reply]]


@dataclass
class Peer:
    root: str
    asked: list[Asked]


@asynccontextmanager
async def http_peer(answer: Answer) -> AsyncIterator[Peer]:
    """Serve on a free port until the block ends."""
    asked: list[Asked] = []
    tasks: set[asyncio.Task] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
            while True:
                request = await read_request(reader)
                asked.append(request)
                reply = answer(request)
                if not isinstance(reply, Reply):
                    reply = await reply
                headers = {"Content-Length": str(len(reply.body)), **reply.headers}
                lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
                writer.write(f"HTTP/1.1 {reply.status} x\r\n{lines}\r\n".encode() + reply.body)
                await writer.drain()
        with contextlib.suppress(OSError):
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    try:
        yield Peer(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked)
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def read_request(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, target, _ = head[0].split(" ")
    pairs = (line.split(": ", 1) for line in head[1:] if line)
    headers = {name.lower(): value for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    parts = urlsplit(target)
    return Asked(method, parts.path, parse_qs(parts.query), headers, body)


def rest_client(root: str, venue: str = "polymarket", **options) -> RestClient:
    """Make a client whose bucket never makes a test wait."""
    options.setdefault("limits", QUICK)
    options.setdefault("bucket", TokenBucket(1e6, 1e6))
    bucket = options.pop("bucket")
    return RestClient(
        venue, root, bucket, monotonic_ns=lambda: 0, randomness=lambda: 0.5, **options
    )
