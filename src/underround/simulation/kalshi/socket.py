"""Kalshi's WebSocket: the signed handshake, the sessions, heartbeats, and what they are sent.

Speaks `wss://…/trade-api/ws/v2`. It changes no book.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from typing import Final

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.protocol import State

from underround.core.units import NS_PER_MS
from underround.simulation.book import Side
from underround.simulation.exchange import Delta, Parts
from underround.simulation.kalshi.auth import Credentials
from underround.simulation.kalshi.messages import compact, delta_body, trade_body
from underround.simulation.kalshi.session import Session, Subscription
from underround.simulation.market import KalshiMarket
from underround.simulation.wire import write, write_parts

PATH: Final = "/trade-api/ws/v2"
HEARTBEAT_S: Final = 10.0


class TradeSocket:
    """All sessions; also the exchange's Kalshi publisher."""

    def __init__(
        self,
        markets: Iterable[KalshiMarket],
        credentials: Credentials,
        now_ns: Callable[[], int],
        on_subscribed: Callable[[], None],
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        self._heartbeat_s = heartbeat_s
        self._markets = {market.ticker: market for market in markets}
        self._credentials = credentials
        self._now_ns = now_ns
        self._on_subscribed = on_subscribed
        self._sessions: dict[ServerConnection, Session] = {}
        self.frames_sent = 0

    async def listen(self) -> Server:
        """Serve on a free loopback port until the returned server is closed."""
        return await serve(
            self._converse,
            "127.0.0.1",
            0,
            process_request=self._check_handshake,
            compression=None,
            ping_interval=None,
            close_timeout=0.5,
        )

    def _check_handshake(self, connection: ServerConnection, request: Request) -> Response | None:
        path = request.path.split("?")[0]
        if path != PATH:
            return connection.respond(HTTPStatus.NOT_FOUND, "not found\n")
        now_ms = self._now_ns() // NS_PER_MS
        named = {name.upper(): value for name, value in request.headers.raw_items()}
        if self._credentials.accepts(named, "GET", path, now_ms):
            return None
        refusal = {
            "code": "token_authentication_failure",
            "message": "token authentication failure",
        }
        return connection.respond(HTTPStatus.UNAUTHORIZED, compact(refusal))

    async def _converse(self, connection: ServerConnection) -> None:
        session = Session(self._markets, lambda: self._now_ns() // NS_PER_MS)
        self._sessions[connection] = session
        heartbeat = asyncio.create_task(_beat(connection, self._heartbeat_s))
        try:
            async for frame in connection:
                answers = session.answer(frame)
                self.frames_sent += len(answers)
                write(connection, answers)
                if session.by_channel:
                    self._on_subscribed()
        except ConnectionClosed:
            pass
        finally:
            heartbeat.cancel()
            del self._sessions[connection]

    def _listeners(
        self, channel: str, market: KalshiMarket
    ) -> list[tuple[ServerConnection, Session, Subscription]]:
        found = []
        for connection, session in self._sessions.items():
            subscription = session.by_channel.get(channel)
            if subscription is None:
                continue
            whole_channel = channel == "trade" and not subscription.tickers
            if market.ticker in subscription.tickers or whole_channel:
                found.append((connection, session, subscription))
        return found

    def acted(
        self,
        market: KalshiMarket,
        deltas: Sequence[Delta],
        parts: Parts,
        pause_s: float,
        at_ns: int,
    ) -> None:
        """Send one action's deltas in so many socket writes."""
        for connection, session, subscription in self._listeners("orderbook_delta", market):
            yes = subscription.use_yes_price
            texts = [
                session.frame(
                    subscription,
                    "orderbook_delta",
                    delta_body(market, delta, at_ns, use_yes_price=yes),
                )
                for delta in deltas
            ]
            self.frames_sent += len(texts)
            write_parts(connection, texts, parts, pause_s)

    def traded(
        self, market: KalshiMarket, taker: Side, price_e4: int, size_e6: int, at_ns: int
    ) -> None:
        """Send the trade to whoever follows trades."""
        for connection, session, subscription in self._listeners("trade", market):
            body = trade_body(market, taker, price_e4, size_e6, at_ns)
            self.frames_sent += 1
            write(connection, (session.frame(subscription, "trade", body),))

    def refreshed(self, market: KalshiMarket) -> None:
        """Send a snapshot that nobody asked for."""
        for connection, session, subscription in self._listeners("orderbook_delta", market):
            self.frames_sent += 1
            write(connection, (session.snapshot(subscription, market.ticker),))


async def _beat(connection: ServerConnection, every_s: float) -> None:
    """Ping with the venue's payload while the connection lasts."""
    while True:
        await asyncio.sleep(every_s)
        if connection.protocol.state is not State.OPEN:
            return
        connection.protocol.send_ping(b"heartbeat")
        write(connection, ())
