"""A plain WebSocket server for the price sockets: connections, outlets, and their one door.

What is said on a connection is its talk's business.
"""

from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar

from websockets.asyncio.server import Server, ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from underround.simulation.gate import Gate
from underround.simulation.outlet import MOST_UNREAD_BYTES, Outlet, WireFault
from underround.simulation.server import listening

_MOST_CONNECTIONS: Final = 200


class Talk(Protocol):
    """One connection's conversation."""

    outlet: Outlet

    def heard(self, frame: str | bytes) -> None:
        """Act on a client's frame."""
        ...


AnyTalk = TypeVar("AnyTalk", bound=Talk)


class PriceSocket(Generic[AnyTalk]):
    """Serves one path; each connection gets a talk of its own."""

    def __init__(
        self,
        path: str,
        begin: Callable[[Outlet], AnyTalk],
        on_overflow: Callable[[Outlet], None] | None = None,
        ping_every_s: float | None = None,
        most_unread: int = MOST_UNREAD_BYTES,
    ) -> None:
        self.gate = Gate(path, _MOST_CONNECTIONS)
        self.faults: list[WireFault] = []
        self.talks: list[AnyTalk] = []
        self._begin = begin
        self._on_overflow = on_overflow
        self._ping_every_s = ping_every_s
        self._most_unread = most_unread

    @property
    def outlets(self) -> list[Outlet]:
        """The ways out of the connections that stand."""
        return [talk.outlet for talk in self.talks]

    async def listen(self) -> Server:
        """Serve on a free loopback port until the returned server is closed."""
        return await listening(
            self._converse, self._check_handshake, ping_every_s=self._ping_every_s
        )

    def _check_handshake(self, _connection: ServerConnection, request: Request) -> Response | None:
        return self.gate.check(request, len(self.talks))

    async def _converse(self, connection: ServerConnection) -> None:
        outlet = Outlet(connection, self.faults, self._on_overflow, self._most_unread)
        talk = self._begin(outlet)
        self.talks.append(talk)
        try:
            async for frame in connection:
                talk.heard(frame)
        except ConnectionClosed:
            pass
        finally:
            self.talks.remove(talk)
