"""Ways to simulated venues in this process: WebSockets and requests through memory, with delays.

The product's own sockets, sessions and clients run on them unchanged; only the network is left
out. Delays are drawn from a seed, so that one seed gives one order of events.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, cast
from urllib.parse import urlsplit

import httpx
from picows import WSListener, WSMsgType, WSTransport
from starlette.types import ASGIApp
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from underround.simulation.memory_wire import CLOSE, PING, TEXT, Frame, MemoryConnection
from underround.venues.errors import RETRYABLE_STATUS, RefusedError

LEAST_DELAY_S: Final = 0.000_1
MOST_DELAY_S: Final = 0.003
"""What a write is under way at least and at most: two machines in one building."""


class Speaker(Protocol):
    """A simulated venue's WebSocket, apart from the network."""

    def check_handshake(self, _connection: object, request: Request) -> Response | None:
        """Return the refusal of a handshake, None when the connection may stand."""
        ...

    async def converse(self, connection: MemoryConnection) -> None:
        """Hear and answer one connection until it ends."""
        ...


class MemoryWays:
    """Opens connections to venues by port, and asks applications by port.

    `open` stands in for `open_socket`, `http` for the network of a REST client.
    """

    def __init__(
        self, seed: int, sockets: Mapping[int, Speaker], services: Mapping[int, ASGIApp]
    ) -> None:
        self._random = random.Random(f"{seed} delays")
        self._sockets = sockets
        self._conversations: set[asyncio.Task[None]] = set()
        self.http = _MemoryHttp(services, self.delay_s)

    def delay_s(self) -> float:
        """Draw how long something is under way."""
        return self._random.uniform(LEAST_DELAY_S, MOST_DELAY_S)

    async def open(
        self, socket: WSListener, connection: str, url: str, **settings: Any
    ) -> WSTransport:
        """Connect `socket` to the venue of a URL's port; RefusedError as the venue refuses."""
        parts = urlsplit(url)
        venue = self._sockets[parts.port or 0]
        await asyncio.sleep(self.delay_s())
        request = Request(parts.path, Headers(settings["headers"] or {}))
        refusal = venue.check_handshake(None, request)
        await asyncio.sleep(self.delay_s())
        if refusal is not None:
            status = refusal.status_code
            problem = f"handshake refused with HTTP {status}"
            raise RefusedError(
                connection, problem, retryable=status in RETRYABLE_STATUS, status=status
            )
        wired = MemoryConnection(self.delay_s, request)
        task = asyncio.create_task(venue.converse(wired))
        self._conversations.add(task)
        task.add_done_callback(self._conversations.discard)
        transport = MemoryTransport(socket, wired)
        wired.reader = transport
        socket.on_ws_connected(cast(WSTransport, transport))
        return cast(WSTransport, transport)

    async def close(self) -> None:
        """End every conversation."""
        tasks = tuple(self._conversations)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class MemoryFrame:
    """A frame as the product's sockets read one."""

    __slots__ = ("_payload", "fin", "last_in_buffer", "msg_type", "payload_size", "rsv1", "rsv2")

    rsv3 = False

    def __init__(self, kind: int, payload: bytes, *, is_last: bool) -> None:
        self.msg_type = WSMsgType(kind)
        self.payload_size = len(payload)
        self.fin, self.rsv1, self.rsv2 = True, False, False
        self.last_in_buffer = is_last
        self._payload = payload

    def get_payload_as_bytes(self) -> bytes:
        """Return what the frame carries."""
        return self._payload


class MemoryTransport:
    """The product's end of a connection, in the shape of the transport that it usually has."""

    close_handshake = None

    def __init__(self, socket: WSListener, connection: MemoryConnection) -> None:
        self.underlying_transport = connection.transport
        self._socket = socket
        self._connection = connection
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def send(self, kind: WSMsgType, payload: bytes) -> None:
        """Send a message."""
        del kind
        self._connection.hear(TEXT, payload)

    def send_ping(self, payload: bytes = b"") -> None:
        """Send a ping."""
        self._connection.hear(PING, payload)

    def send_pong(self, payload: bytes = b"") -> None:
        """Answer a ping; the venues do not count who answers."""

    def send_close(self, code: int, reason: bytes = b"") -> None:
        """Send a close frame."""
        self._connection.hear(CLOSE, reason)

    def disconnect(self, *, graceful: bool = True) -> None:
        """Cut the connection."""
        del graceful
        self._connection.hang_up()
        self.lost()

    async def wait_disconnected(self) -> None:
        """Return once the connection is gone."""
        await asyncio.shield(self._gone)

    def arrived(self, frames: list[Frame]) -> None:
        """Hand on what one write delivered."""
        last = len(frames) - 1
        transport = cast(WSTransport, self)
        for index, (kind, payload) in enumerate(frames):
            frame: Any = MemoryFrame(kind, payload, is_last=index == last)
            self._socket.on_ws_frame(transport, frame)

    def lost(self) -> None:
        """Tell the socket, once."""
        if not self._gone.done():
            self._gone.set_result(None)
            self._socket.on_ws_disconnected(cast(WSTransport, self))


class _MemoryHttp(httpx.AsyncBaseTransport):
    """Asks the application of a URL's port, with a delay there and back."""

    def __init__(self, services: Mapping[int, ASGIApp], delay_s: Callable[[], float]) -> None:
        self._services = {port: httpx.ASGITransport(app=app) for port, app in services.items()}
        self._delay_s = delay_s

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(self._delay_s())
        response = await self._services[request.url.port or 0].handle_async_request(request)
        await asyncio.sleep(self._delay_s())
        return response
