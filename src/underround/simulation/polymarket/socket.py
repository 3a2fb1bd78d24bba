"""Polymarket's market channel: subscriptions in, books and changes out.

Speaks `wss://…/ws/market` as measured: an array answers each subscription, everything later is
a single object, text PING gets text PONG. It changes no book.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from underround.simulation.book import Change, Side
from underround.simulation.market import PolymarketMarket
from underround.simulation.polymarket.messages import (
    compact,
    fresh_book,
    last_trade,
    opening_book,
    price_change,
    tick_size_change,
)
from underround.simulation.wire import write

PATH = "/ws/market"


class Subscriber:
    """One connection: the tokens it asked for, and whether its first frame has come."""

    __slots__ = ("begun", "connection", "tokens")

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection
        self.begun = False
        self.tokens: set[str] = set()


class MarketChannel:
    """The feed of all markets to all connections; also the exchange's Polymarket publisher."""

    def __init__(
        self, markets: Iterable[PolymarketMarket], on_subscribed: Callable[[], None]
    ) -> None:
        self._by_token = {token: market for market in markets for token in market.tokens}
        self._listeners: dict[str, set[Subscriber]] = {token: set() for token in self._by_token}
        self._on_subscribed = on_subscribed
        self.frames_sent = 0

    async def listen(self) -> Server:
        """Serve on a free loopback port until the returned server is closed."""
        return await serve(
            self._converse,
            "127.0.0.1",
            0,
            process_request=_check_path,
            compression=None,
            ping_interval=None,
            close_timeout=0.5,
        )

    async def _converse(self, connection: ServerConnection) -> None:
        subscriber = Subscriber(connection)
        try:
            async for frame in connection:
                for answer in self.answer(subscriber, frame):
                    self.frames_sent += 1
                    write(connection, (answer,))
        except ConnectionClosed:
            pass
        finally:
            self._drop(subscriber, subscriber.tokens)

    def answer(self, subscriber: Subscriber, frame: str | bytes) -> list[str]:
        """Act on one client frame and return the frames that answer it at once."""
        if frame == "PING":
            return ["PONG"]
        try:
            command = json.loads(frame)
        except ValueError:
            return ["INVALID OPERATION"]
        if not isinstance(command, dict):
            return ["INVALID OPERATION"]
        tokens = [str(token) for token in command.get("assets_ids") or ()]
        match command.get("operation"):
            case None if command.get("type") == "market" and not subscriber.begun:
                subscriber.begun = True
                return self._subscribe(subscriber, tokens, command.get("initial_dump", True))
            case "subscribe" if subscriber.begun:
                return self._subscribe(subscriber, tokens, command.get("initial_dump", True))
            case "unsubscribe" if subscriber.begun:
                self._drop(subscriber, tokens)
                return []
        return ["INVALID OPERATION"]

    def _subscribe(
        self,
        subscriber: Subscriber,
        tokens: Sequence[str],
        dump: bool,
    ) -> list[str]:
        known = [token for token in tokens if token in self._by_token]
        for token in known:
            self._listeners[token].add(subscriber)
            subscriber.tokens.add(token)
        if known:
            self._on_subscribed()
        if not dump:
            return []
        books = [opening_book(self._by_token[token], token) for token in known]
        return [compact(books) + "\n"]

    def _drop(self, subscriber: Subscriber, tokens: Iterable[str]) -> None:
        for token in list(tokens):
            self._listeners.get(token, set()).discard(subscriber)
            subscriber.tokens.discard(token)

    def _send(self, tokens: Iterable[str], message: dict[str, Any]) -> None:
        listeners = {listener for token in tokens for listener in self._listeners[token]}
        if listeners:
            text = compact(message)
            for listener in listeners:
                self.frames_sent += 1
                write(listener.connection, (text,))

    def _is_heard(self, market: PolymarketMarket) -> bool:
        return any(self._listeners[token] for token in market.tokens)

    def changed(
        self, market: PolymarketMarket, changes: Sequence[Change], at_ms: int
    ) -> dict[str, Any] | None:
        """Send one price_change to whoever listens to either token."""
        if not self._is_heard(market):
            return None
        message = price_change(market, changes, at_ms)
        self._send(market.tokens, message)
        return message

    def repeated(self, market: PolymarketMarket, message: dict[str, Any]) -> None:
        """Send an old message with its old timestamp and its entries the other way round."""
        entries = list(reversed(message["price_changes"]))
        self._send(market.tokens, {**message, "price_changes": entries})

    def traded(
        self, market: PolymarketMarket, taker: Side, price_e4: int, size_e6: int, at_ms: int
    ) -> None:
        """Send the trade, then the fresh books that the venue sends after trades."""
        if self._is_heard(market):
            self._send(market.tokens[:1], last_trade(market, taker, price_e4, size_e6, at_ms))
            self.refreshed(market)

    def refreshed(self, market: PolymarketMarket) -> None:
        """Send a fresh book of each token."""
        for token in market.tokens:
            if self._listeners[token]:
                self._send((token,), fresh_book(market, token))

    def reticked(self, market: PolymarketMarket, old_tick_e4: int, at_ms: int) -> None:
        """Send the new tick size of each token."""
        for token in market.tokens:
            self._send((token,), tick_size_change(market, token, old_tick_e4, at_ms))


def _check_path(connection: ServerConnection, request: Request) -> Response | None:
    if request.path.split("?")[0] == PATH:
        return None
    return connection.respond(HTTPStatus.NOT_FOUND, "not found\n")
