"""Polymarket's market channel: subscriptions in, books and changes out.

Speaks `wss://…/ws/market` as measured: an array answers each subscription, everything later is
a single object, text PING gets text PONG. It changes no book.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final

from websockets.asyncio.server import Server
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from underround.simulation.book import Change, Side, Top
from underround.simulation.gate import Gate
from underround.simulation.market import PolymarketMarket
from underround.simulation.outlet import MOST_UNREAD_BYTES, Frame, Outlet, WireFault, ready
from underround.simulation.polymarket.announcements import (
    best_bid_ask,
    market_resolved,
    new_market,
    token_top,
)
from underround.simulation.polymarket.listing import Listing
from underround.simulation.polymarket.messages import (
    compact,
    fresh_book,
    last_trade,
    opening_book,
    price_change,
    tick_size_change,
)
from underround.simulation.polymarket.subscriber import Subscriber
from underround.simulation.server import listening
from underround.simulation.wire import Wired, close, cut

PATH: Final = "/ws/market"
IDLE_S: Final = 125.0
_MOST_CONNECTIONS: Final = 200
_OPENED_AT_MOST: Final = 500
"""A connection that follows more tokens silently gets no opening books of the others."""
_NAMED_AT_MOST: Final = 2_000
"""A frame that names more tokens ends its connection."""


class MarketChannel:
    """The feed of all markets to all connections; also the exchange's Polymarket publisher."""

    def __init__(
        self,
        markets: Listing | Iterable[PolymarketMarket],
        on_subscribed: Callable[[], None],
        *,
        idle_s: float = IDLE_S,
        most_unread: int = MOST_UNREAD_BYTES,
    ) -> None:
        self.gate = Gate(PATH, _MOST_CONNECTIONS)
        self.faults: list[WireFault] = []
        self.subscribers: list[Subscriber] = []
        self._listing = markets if isinstance(markets, Listing) else Listing(markets)
        self._by_token = self._listing.by_token
        # In the order of subscribing, so that one seed writes to its readers in one order.
        self._listeners: defaultdict[str, dict[Subscriber, None]] = defaultdict(dict)
        self._tops: dict[str, Top] = {}
        self._on_subscribed = on_subscribed
        self._idle_s = idle_s
        self._most_unread = most_unread

    @property
    def outlets(self) -> list[Outlet]:
        """The ways out of the connections that stand."""
        return [subscriber.outlet for subscriber in self.subscribers]

    async def listen(self) -> Server:
        """Serve on a free loopback port until the returned server is closed."""
        return await listening(self.converse, self.check_handshake)

    def check_handshake(self, _connection: object, request: Request) -> Response | None:
        """Return the refusal of a handshake, None when the connection may stand."""
        return self.gate.check(request, len(self.subscribers))

    async def converse(self, connection: Wired) -> None:
        """Hear and answer one connection until it ends."""
        outlet = Outlet(connection, self.faults, _give_up, self._most_unread)
        subscriber = Subscriber(outlet)
        self.subscribers.append(subscriber)
        loop = asyncio.get_running_loop()
        idle = loop.call_later(self._idle_s, cut, connection)
        try:
            async for frame in connection:
                idle.cancel()
                idle = loop.call_later(self._idle_s, cut, connection)
                outlet.say(self._answer(subscriber, frame))
                if subscriber.tokens:
                    self._on_subscribed()
        except ConnectionClosed:
            pass
        finally:
            idle.cancel()
            self.subscribers.remove(subscriber)
            self._drop(subscriber, subscriber.tokens)

    def _answer(self, subscriber: Subscriber, frame: str | bytes) -> list[Frame]:
        """Act on one client frame and return the frames that answer it at once."""
        if frame == "PING":
            return [ready("PONG")]
        wanted = subscriber.understand(frame)
        if wanted is None:
            return [ready("INVALID OPERATION")]
        action, tokens, dump = wanted
        if len(tokens) > _NAMED_AT_MOST:
            cut(subscriber.outlet.connection)
            return []
        if action == "unsubscribe":
            self._drop(subscriber, tokens)
            return []
        return self._subscribe(subscriber, tokens, dump)

    def _subscribe(self, subscriber: Subscriber, tokens: Sequence[str], dump: bool) -> list[Frame]:
        known = [token for token in dict.fromkeys(tokens) if token in self._by_token]
        room = max(_OPENED_AT_MOST - len(subscriber.tokens - set(known)), 0)
        for token in known:
            self._listeners[token][subscriber] = None
            self._tops.setdefault(token, token_top(self._by_token[token], token))
            subscriber.tokens.add(token)
        if not dump:
            return []
        books = [
            opening_book(self._by_token[token], token)
            for token in known[:room]
            if self._by_token[token].winner is None
        ]
        text = compact(books) + "\n"
        return [Frame(lambda: text, tuple(known), is_opening=True)]

    def _drop(self, subscriber: Subscriber, tokens: Iterable[str]) -> None:
        for token in list(tokens):
            self._listeners[token].pop(subscriber, None)
            subscriber.tokens.discard(token)

    def say(self, tokens: Sequence[str], message: object, *, custom: bool = False) -> None:
        """Send a message to whoever follows one of the tokens; with `custom` to those who asked."""
        found = (listener for token in tokens for listener in self._listeners[token])
        listeners = dict.fromkeys(found)
        self._say_to(listeners, message, tuple(tokens), custom=custom)

    def _say_to(
        self, listeners: Iterable[Subscriber], message: object, about: tuple[str, ...], custom: bool
    ) -> None:
        text: str | None = None
        for listener in listeners:
            if listener.is_custom or not custom:
                text = text or compact(message)
                listener.outlet.say([Frame(partial(str, text), about)])

    def _is_heard(self, market: PolymarketMarket) -> bool:
        return any(self._listeners[token] for token in market.tokens)

    def changed(
        self, market: PolymarketMarket, changes: Sequence[Change], at_ms: int
    ) -> dict[str, Any] | None:
        """Send one price_change to whoever listens to either token, and moved best prices."""
        if not self._is_heard(market):
            return None
        message = price_change(market, changes, at_ms)
        self.say(market.tokens, message)
        self._tell_best(market, at_ms)
        return message

    def _tell_best(self, market: PolymarketMarket, at_ms: int) -> None:
        for token in market.tokens:
            top = token_top(market, token)
            if self._tops.get(token) != top:
                self._tops[token] = top
                self.say((token,), best_bid_ask(market, token, at_ms), custom=True)

    def repeated(self, market: PolymarketMarket, message: dict[str, Any]) -> None:
        """Send an old message with its old timestamp and its entries the other way round."""
        entries = list(reversed(message["price_changes"]))
        self.say(market.tokens, {**message, "price_changes": entries})

    def traded(
        self, market: PolymarketMarket, taker: Side, price_e4: int, size_e6: int, at_ms: int
    ) -> None:
        """Send the trade, then the fresh books that the venue sends after trades."""
        if self._is_heard(market):
            self.say(market.tokens[:1], last_trade(market, taker, price_e4, size_e6, at_ms))
            self.refreshed(market)

    def refreshed(self, market: PolymarketMarket) -> None:
        """Send a fresh book of each token."""
        for token in market.tokens:
            if self._listeners[token]:
                self.say((token,), fresh_book(market, token))

    def reticked(self, market: PolymarketMarket, old_tick_e4: int, at_ms: int) -> None:
        """Send the new tick size of each token."""
        for token in market.tokens:
            self.say((token,), tick_size_change(market, token, old_tick_e4, at_ms))

    def listed(self, market: PolymarketMarket, at_ms: int) -> None:
        """Take a new market in and announce it to everybody who asked for such news."""
        self._listing.add(market)
        message = new_market(market, at_ms)
        self._say_to(list(self.subscribers), message, market.tokens, custom=True)

    def resolved(self, market: PolymarketMarket, at_ms: int) -> None:
        """Announce the token that pays; close whatever follows resolved tokens alone."""
        self.say(market.tokens, market_resolved(market, at_ms), custom=True)
        for subscriber in list(self.subscribers):
            if subscriber.tokens and all(
                self._by_token[token].winner is not None for token in subscriber.tokens
            ):
                close(subscriber.outlet.connection, 1000, "all subscribed assets resolved")


def _give_up(outlet: Outlet) -> None:
    """Close a connection whose reader leaves too much unread."""
    close(outlet.connection, 1013, "slow consumer: send buffer full")
