"""Serves HTTP applications and WebSockets, each on a free loopback port, in the running event loop.

Leaves signals alone: whoever owns the process decides when it ends.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping
from email.utils import formatdate

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from websockets.asyncio.server import Server as WebSocketServer
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from underround.simulation.clock import wall_ns


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Install no signal handler."""
        yield


class _ByPort:
    """Hands each request to the application of the port that it came to; answers carry a `Date`.

    The server's own is renewed by a timer, which a busy machine lets be late by seconds.
    """

    def __init__(self, apps: Mapping[int, ASGIApp]) -> None:
        self._apps = apps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                headers.setdefault("date", formatdate(wall_ns() / 1e9, usegmt=True))
            await send(message)

        await self._apps[scope["server"][1]](scope, receive, dated)


@contextlib.asynccontextmanager
async def served(*apps: ASGIApp) -> AsyncIterator[list[str]]:
    """Serve until the block ends; yields each application's address ("http://127.0.0.1:PORT")."""
    listeners = [free_listener() for _ in apps]
    ports = [int(listener.getsockname()[1]) for listener in listeners]
    config = uvicorn.Config(
        _ByPort(dict(zip(ports, apps, strict=True))),
        log_config=None,
        access_log=False,
        date_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=listeners))
    try:
        while not server.started:
            if task.done():
                task.result()
            await asyncio.sleep(0.005)
        yield [f"http://127.0.0.1:{port}" for port in ports]
    finally:
        server.should_exit = True
        await task
        for listener in listeners:
            listener.close()


async def listening(
    talk: Callable[[ServerConnection], Awaitable[None]],
    admit: Callable[[ServerConnection, Request], Response | None],
    *,
    ping_every_s: float | None = None,
) -> WebSocketServer:
    """Talk on every WebSocket that `admit` does not refuse, until the returned server is closed."""
    return await serve(
        talk,
        "127.0.0.1",
        0,
        process_request=admit,
        compression=None,
        ping_interval=ping_every_s,
        close_timeout=0.5,
    )


def free_listener() -> socket.socket:
    """Bind a free port with the protocol named: asyncio sets TCP_NODELAY on such sockets alone.

    Without it every answer would wait some 40 ms for a delayed acknowledgement.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener
