"""What Kalshi's sessions are sent: books, trades, tickers, lives of markets, index values.

The exchange's Kalshi feed. Knows sessions and outlets, no handshake and no key; changes no book.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.simulation.book import Side
from underround.simulation.feeds import Delta, Parts
from underround.simulation.index import Print
from underround.simulation.kalshi.announcements import (
    created_facts,
    event_body,
    fast_index_body,
    fee_body,
    index_body,
    lifecycle_body,
)
from underround.simulation.kalshi.messages import delta_body, trade_body
from underround.simulation.kalshi.session import Session
from underround.simulation.kalshi.subscription import Subscription
from underround.simulation.market import KalshiMarket
from underround.simulation.outlet import Outlet

Listener = tuple["Conversation", Subscription]


class Conversation:
    """One connection: its session, its way out, whose key, and commands not yet answered."""

    __slots__ = ("key_id", "outlet", "session", "waiting")

    def __init__(self, session: Session, outlet: Outlet, key_id: str = "") -> None:
        self.key_id = key_id
        self.session = session
        self.outlet = outlet
        self.waiting: list[str | bytes] = []


class KalshiPublisher:
    """Publishes to all conversations; `close_at_ns` tells when a market is to close."""

    def __init__(
        self,
        markets: Iterable[KalshiMarket],
        now_ns: Callable[[], int],
        close_at_ns: Callable[[KalshiMarket], int] | None = None,
    ) -> None:
        self.markets = {market.ticker: market for market in markets}
        self.conversations: list[Conversation] = []
        self._now_ns = now_ns
        self._close_at_ns = close_at_ns or (lambda _market: 0)
        self._changed: dict[str, KalshiMarket] = {}

    def acted(
        self,
        market: KalshiMarket,
        deltas: Sequence[Delta],
        parts: Parts,
        pause_s: float,
        at_ns: int,
    ) -> None:
        """Send one action's deltas in so many socket writes."""
        self._changed[market.ticker] = market
        about = (market.ticker,)
        for conversation, subscription in self._about("orderbook_delta", market.ticker):
            yes = subscription.use_yes_price
            message = conversation.session.replies.message
            frames = [
                message(
                    subscription,
                    "orderbook_delta",
                    delta_body(market, delta, at_ns, use_yes_price=yes),
                    about,
                )
                for delta in deltas
            ]
            conversation.outlet.say(frames, parts, pause_s)

    def traded(
        self, market: KalshiMarket, taker: Side, price_e4: int, size_e6: int, at_ns: int
    ) -> None:
        """Send the trade to whoever follows trades."""
        self._changed[market.ticker] = market
        body = trade_body(market, taker, price_e4, size_e6, at_ns)
        self._say("trade", "trade", body, market.ticker)

    def refreshed(self, market: KalshiMarket) -> None:
        """Send a snapshot that nobody asked for."""
        self._changed[market.ticker] = market
        for conversation, subscription in self._about("orderbook_delta", market.ticker):
            snapshot = conversation.session.replies.snapshot(subscription, market.ticker)
            conversation.outlet.say([snapshot])

    def listed(self, market: KalshiMarket, facts: Mapping[str, Any]) -> None:
        """Announce a new market, and its event when that is new too."""
        events = {each.event_ticker for each in self.markets.values()}
        self.markets[market.ticker] = market
        now_s, close_s = (
            self._now_ns() // NS_PER_SECOND,
            self._close_at_ns(market) // NS_PER_SECOND,
        )
        if market.event_ticker not in events:
            self._say("market_lifecycle_v2", "event_lifecycle", event_body(market))
        self.lived(market, "created", created_facts(market, now_s, close_s) | dict(facts))

    def lived(self, market: KalshiMarket, kind: str, facts: Mapping[str, Any]) -> None:
        """Announce one step of a market's life."""
        body = lifecycle_body(market, kind, facts)
        self._say("market_lifecycle_v2", "market_lifecycle_v2", body, market.ticker)

    def repriced(self, event_ticker: str, multiplier_e4: int | None) -> None:
        """Announce an event's own fee multiplier, nulls when it is cleared."""
        body = fee_body(event_ticker, multiplier_e4)
        self._say("market_lifecycle_v2", "event_fee_update", body)

    def printed(self, print_: Print, *, is_fast: bool) -> None:
        """Send an index value: one of five a second, or the second's own with its averages."""
        channel = "cfbenchmarks_value_5hz" if is_fast else "cfbenchmarks_value"
        received_ms = self._now_ns() // NS_PER_MS
        body = (fast_index_body if is_fast else index_body)(print_, received_ms)
        for conversation, subscription in self._of(channel):
            if subscription.hears_index(print_.name):
                message = conversation.session.replies.message
                conversation.outlet.say([message(subscription, channel, body)])

    def flush_tickers(self) -> None:
        """Send one ticker for every market that changed since the last call."""
        changed, self._changed = self._changed, {}
        for conversation, subscription in self._of("ticker"):
            ticker = conversation.session.replies.ticker
            frames = [ticker(subscription, name) for name in changed if subscription.hears(name)]
            conversation.outlet.say(frames)

    def _say(
        self, channel: str, kind: str, body: dict[str, Any], ticker: str | None = None
    ) -> None:
        about = () if ticker is None else (ticker,)
        listeners = self._of(channel) if ticker is None else self._about(channel, ticker)
        for conversation, subscription in listeners:
            message = conversation.session.replies.message
            conversation.outlet.say([message(subscription, kind, body, about)])

    def _of(self, channel: str) -> Iterator[Listener]:
        for conversation in self.conversations:
            subscription = conversation.session.by_channel.get(channel)
            if subscription is not None:
                yield conversation, subscription

    def _about(self, channel: str, ticker: str) -> Iterator[Listener]:
        for conversation, subscription in self._of(channel):
            if subscription.hears(ticker):
                yield conversation, subscription
