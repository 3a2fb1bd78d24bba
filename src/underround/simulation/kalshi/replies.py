"""What a Kalshi session writes: numbered messages, acknowledgements and refusals, as frames.

A number is drawn when its frame leaves. Decides nothing: the session says what is to be said.
"""

from collections.abc import Callable, Mapping
from typing import Any

from underround.simulation.kalshi.announcements import ticker_body
from underround.simulation.kalshi.messages import compact, snapshot_body
from underround.simulation.kalshi.refusals import ERRORS
from underround.simulation.kalshi.subscription import Subscription
from underround.simulation.market import KalshiMarket
from underround.simulation.outlet import Frame

Fields = dict[str, Any]
Body = Callable[[], Fields]


class Replies:
    """Writes frames about markets by ticker; `now_ms` stamps the sending."""

    def __init__(self, markets: Mapping[str, KalshiMarket], now_ms: Callable[[], int]) -> None:
        self._markets = markets
        self._now_ms = now_ms

    def message(
        self,
        subscription: Subscription,
        kind: str,
        body: Fields | Body,
        about: tuple[str, ...] = (),
        identity: int | None = None,
    ) -> Frame:
        """Return one message of a subscription; its number, and a callable body, come late."""
        envelope: dict[str, Any] = {"type": kind}
        if identity:
            envelope["id"] = identity
        envelope["sid"] = subscription.sid

        def render() -> str:
            if subscription.is_sequenced:
                envelope["seq"] = subscription.next_seq()
            return self._stamped(envelope, body() if callable(body) else body)

        return Frame(render, about, is_opening=kind == "orderbook_snapshot")

    def snapshot(
        self, subscription: Subscription, ticker: str, identity: int | None = None
    ) -> Frame:
        """Return a snapshot; a ticker that nobody knows looks like an empty book."""

        def body() -> dict[str, Any]:
            market = self._markets.get(ticker)
            if market is None:
                return {"market_ticker": ticker, "market_id": "", "clock": 0}
            return snapshot_body(market, use_yes_price=subscription.use_yes_price)

        return self.message(subscription, "orderbook_snapshot", body, (ticker,), identity)

    def ticker(self, subscription: Subscription, ticker: str) -> Frame:
        """Return a market's ticker as it is when the frame leaves."""

        def body() -> dict[str, Any]:
            return ticker_body(self._markets[ticker], self._now_ms())

        return self.message(subscription, "ticker", body, (ticker,))

    def ok(self, subscription: Subscription, identity: int | None) -> Frame:
        """Return the `ok` that lists all of a subscription's markets; it takes a number."""
        body: dict[str, Any] = {}
        if not subscription.skips_lists:
            named = sorted(subscription.tickers)
            body["market_tickers"] = named
            if subscription.names_ids:
                body["market_ids"] = [
                    self._markets[ticker].market_id for ticker in named if ticker in self._markets
                ]
        return self._answer("ok", subscription, identity, body)

    def named(
        self, subscription: Subscription, identity: int | None, key: str, left: list[str]
    ) -> Frame:
        """Return the `ok` that lists a subscription's indices or underlyings."""
        return self._answer("ok", subscription, identity, {key: left})

    def unsubscribed(self, subscription: Subscription, identity: int | None) -> Frame:
        """Return the acknowledgement of an end; it takes a number of whatever channel."""
        envelope = {"id": identity, "type": "unsubscribed", "sid": subscription.sid}
        return Frame(lambda: self._stamped(envelope | {"seq": subscription.next_seq()}))

    def subscribed(self, subscription: Subscription, identity: int | None) -> Frame:
        """Return the acknowledgement of a new subscription; it takes no number."""
        body = {"channel": subscription.channel, "sid": subscription.sid}
        return Frame(lambda: self._stamped({"id": identity, "type": "subscribed"}, body))

    def listed(self, identity: int | None, held: list[dict[str, Any]]) -> Frame:
        """Return the list of a session's subscriptions."""
        return Frame(lambda: self._stamped({"id": identity, "type": "ok"}, held))

    def refused(self, identity: int | None, code: int) -> Frame:
        """Return an error that answers a command."""
        envelope: dict[str, Any] = {"id": identity} if identity else {}
        body = {"code": code, "msg": ERRORS[code]}
        return Frame(lambda: self._stamped(envelope | {"type": "error"}, body))

    def ended(self, subscription: Subscription, code: int) -> Frame:
        """Return the error with which the venue itself ends a subscription."""
        return self._answer("error", subscription, None, {"code": code, "msg": ERRORS[code]})

    def _answer(
        self, kind: str, subscription: Subscription, identity: int | None, body: Fields
    ) -> Frame:
        envelope: dict[str, Any] = {"id": identity} if identity else {}
        envelope |= {"type": kind, "sid": subscription.sid}

        def render() -> str:
            if subscription.is_sequenced:
                envelope["seq"] = subscription.next_seq()
            return self._stamped(envelope, body)

        return Frame(render)

    def _stamped(self, envelope: dict[str, Any], body: object = None) -> str:
        stamped = envelope | {"sending_ts_ms": self._now_ms()}
        return compact(stamped if body is None else stamped | {"msg": body})
