"""Kalshi's WebSocket: the signed handshake, commands and their order, heartbeats, slow readers.

Speaks `wss://…/trade-api/ws/v2`. What sessions are sent is the publisher's business.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from websockets.asyncio.server import Server
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.protocol import State

from underround.core.units import NS_PER_MS
from underround.simulation.gate import Gate, Refusal, upgrade_headers
from underround.simulation.kalshi.auth import KEY_HEADER, Credentials, http_date
from underround.simulation.kalshi.messages import compact
from underround.simulation.kalshi.publisher import Conversation, KalshiPublisher
from underround.simulation.kalshi.refusals import BUFFER_OVERFLOW
from underround.simulation.kalshi.session import Session
from underround.simulation.market import KalshiMarket
from underround.simulation.outlet import MOST_UNREAD_BYTES, Outlet, WireFault
from underround.simulation.server import listening
from underround.simulation.wire import Wired, write

PATH: Final = "/trade-api/ws/v2"
HEARTBEAT_S: Final = 10.0
GATHER_S: Final = 0.002
"""Commands that come within this time are answered in no particular order."""
_MOST_CONNECTIONS: Final = 200


class TradeSocket:
    """All conversations, and the door to them."""

    def __init__(
        self,
        markets: Iterable[KalshiMarket],
        credentials: Credentials,
        now_ns: Callable[[], int],
        on_subscribed: Callable[[], None],
        heartbeat_s: float = HEARTBEAT_S,
        *,
        close_at_ns: Callable[[KalshiMarket], int] | None = None,
        indices: Sequence[str] = ("BRTI",),
        seed: int = 0,
        most_unread: int = MOST_UNREAD_BYTES,
    ) -> None:
        self.publisher = KalshiPublisher(markets, now_ns, close_at_ns)
        self.gate = Gate(PATH, _MOST_CONNECTIONS)
        self.faults: list[WireFault] = []
        self.forced_error: int | None = None
        self._heartbeat_s = heartbeat_s
        self._credentials = credentials
        self._now_ns = now_ns
        self._on_subscribed = on_subscribed
        self._indices = indices
        self._random = random.Random(f"{seed} order of replies")
        self._most_unread = most_unread

    @property
    def outlets(self) -> list[Outlet]:
        """The ways out of the connections that stand."""
        return [conversation.outlet for conversation in self.publisher.conversations]

    async def listen(self) -> Server:
        """Serve on a free loopback port until the returned server is closed."""
        return await listening(self.converse, self.check_handshake)

    def check_handshake(self, _connection: object, request: Request) -> Response | None:
        """Return the refusal of a handshake, None when the connection may stand."""
        refusal = self.gate.check(request, len(self.publisher.conversations))
        if refusal is not None:
            return refusal
        now_ms = self._now_ns() // NS_PER_MS
        named = {name.upper(): value for name, value in request.headers.raw_items()}
        if self._credentials.accepts(named, "GET", PATH, now_ms):
            return None
        told = {
            "code": "token_authentication_failure",
            "message": "token authentication failure",
        }
        date = http_date(now_ms + self._credentials.skew_ms)
        return self.gate.refuse(Refusal(401, compact(told), headers={"Date": date}))

    async def converse(self, connection: Wired) -> None:
        """Hear and answer one connection until it ends."""
        session = Session(self.publisher.markets, self._now_ms, self._indices)
        session.forced_error = self.forced_error
        outlet = Outlet(connection, self.faults, most_unread=self._most_unread)
        key_id = upgrade_headers(connection).get(KEY_HEADER, "")
        conversation = Conversation(session, outlet, key_id)
        outlet.rearm(partial(self._overflow, conversation))
        self.publisher.conversations.append(conversation)
        heartbeat = asyncio.create_task(_beat(outlet, self._heartbeat_s))
        try:
            async for command in connection:
                self._take(conversation, command)
        except ConnectionClosed:
            pass
        finally:
            heartbeat.cancel()
            self.publisher.conversations.remove(conversation)

    def _now_ms(self) -> int:
        return self._now_ns() // NS_PER_MS

    def _take(self, conversation: Conversation, command: str | bytes) -> None:
        """Let a command wait a moment for others that come with it."""
        conversation.waiting.append(command)
        if len(conversation.waiting) == 1:
            asyncio.get_running_loop().call_later(GATHER_S, self._answer, conversation)

    def _answer(self, conversation: Conversation) -> None:
        """Answer what waits, in an order that the client did not choose."""
        commands, conversation.waiting = conversation.waiting, []
        self._random.shuffle(commands)
        session = conversation.session
        for command in commands:
            conversation.outlet.say(session.frames(command))
        if session.by_channel:
            self._on_subscribed()

    def force_error(self, code: int | None) -> None:
        """Answer every command, of new connections too, with an error code; None ends that."""
        self.forced_error = code
        for conversation in self.publisher.conversations:
            conversation.session.forced_error = code

    def end_subscriptions(self, code: int, channel: str | None = None) -> None:
        """End subscriptions by the venue's own doing, of one channel or of all."""
        for conversation in self.publisher.conversations:
            self._end(conversation, code, channel)

    def _overflow(self, conversation: Conversation, outlet: Outlet) -> None:
        self._end(conversation, BUFFER_OVERFLOW, None)
        outlet.rearm(partial(self._overflow, conversation))

    def _end(self, conversation: Conversation, code: int, channel: str | None) -> None:
        session = conversation.session
        for subscription in list(session.by_channel.values()):
            if channel in (None, subscription.channel):
                conversation.outlet.leave([session.end(subscription, code).render()])


async def _beat(outlet: Outlet, every_s: float) -> None:
    """Ping with the venue's payload while the connection lasts."""
    while True:
        await asyncio.sleep(every_s)
        if outlet.connection.protocol.state is not State.OPEN:
            return
        if not outlet.is_mute:
            outlet.connection.protocol.send_ping(b"heartbeat")
            write(outlet.connection, ())
