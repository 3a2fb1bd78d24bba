"""One Kalshi WebSocket session: its commands, subscriptions and sequence numbers.

Bytes in, texts out: commands come as text and answers go back as a list of texts, so that the
session can be tested without a socket. It changes no book.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from underround.simulation.kalshi.messages import compact, snapshot_body
from underround.simulation.market import KalshiMarket

CHANNELS: Final = ("orderbook_delta", "trade")

_ERRORS: Final = {
    1: "Unable to process message",
    2: "Params required",
    3: "Channels required",
    4: "Subscription IDs required",
    5: "Unknown command",
    7: "Unknown subscription ID",
    8: "Unknown channel name",
    11: "Invalid parameter",
    12: "Exactly one subscription ID is required",
    13: "Unsupported action",
    14: "Market Ticker required",
    15: "Action required",
}


class CommandError(Exception):
    """A command that the venue answers with one of its error codes."""

    def __init__(self, code: int) -> None:
        super().__init__(_ERRORS[code])
        self.code = code


class Subscription:
    """One channel of a session: its sid, its markets, and the last `seq` it used."""

    __slots__ = ("channel", "seq", "sid", "tickers", "use_yes_price")

    def __init__(self, sid: int, channel: str, *, use_yes_price: bool) -> None:
        self.sid = sid
        self.channel = channel
        self.use_yes_price = use_yes_price
        self.tickers: set[str] = set()
        self.seq = 0

    def next_seq(self) -> int:
        """Return the next sequence number; one count over all the sid's markets."""
        self.seq += 1
        return self.seq


class Session:
    """The state behind one connection."""

    def __init__(self, markets: Mapping[str, KalshiMarket], now_ms: Callable[[], int]) -> None:
        self._markets = markets
        self._now_ms = now_ms
        self._last_sid = 0
        self.by_channel: dict[str, Subscription] = {}

    def answer(self, frame: str | bytes) -> list[str]:
        """Act on one command and return its answers in order; never raises."""
        identity: int | None = None
        try:
            try:
                command = json.loads(frame)
            except ValueError:
                raise CommandError(1) from None
            if not isinstance(command, dict):
                raise CommandError(1)
            identity = command.get("id")
            return self._act(command, identity)
        except CommandError as error:
            return [self._error(identity, error.code)]

    def frame(
        self,
        subscription: Subscription,
        kind: str,
        body: dict[str, Any],
        identity: int | None = None,
    ) -> str:
        """Write one sequenced message of a subscription."""
        envelope: dict[str, Any] = {"type": kind}
        if identity:
            envelope["id"] = identity
        envelope |= {"sid": subscription.sid, "seq": subscription.next_seq()}
        return compact(envelope | {"sending_ts_ms": self._now_ms(), "msg": body})

    def snapshot(self, subscription: Subscription, ticker: str, identity: int | None = None) -> str:
        """Write a snapshot; a ticker that nobody knows looks like an empty book."""
        market = self._markets.get(ticker)
        if market is None:
            body: dict[str, Any] = {"market_ticker": ticker, "market_id": "", "clock": 0}
        else:
            body = snapshot_body(market, use_yes_price=subscription.use_yes_price)
        return self.frame(subscription, "orderbook_snapshot", body, identity)

    def _act(self, command: dict[str, Any], identity: int | None) -> list[str]:
        name = command.get("cmd")
        if name == "list_subscriptions":
            held = [{"channel": s.channel, "sid": s.sid} for s in self.by_channel.values()]
            return [compact({"id": identity, "type": "ok", "msg": held})]
        if name not in ("subscribe", "update_subscription", "unsubscribe"):
            raise CommandError(5)
        params = command.get("params")
        if not isinstance(params, dict):
            raise CommandError(2)
        if name == "subscribe":
            return self._subscribe(params, identity)
        if name == "unsubscribe":
            return self._unsubscribe(params, identity)
        return self._update(params, identity)

    def _subscribe(self, params: dict[str, Any], identity: int | None) -> list[str]:
        channels = params.get("channels")
        if not isinstance(channels, list) or not channels:
            raise CommandError(3)
        answers = []
        for channel in channels:
            if channel not in CHANNELS:
                answers.append(self._error(identity, 8))
            elif channel == "orderbook_delta" and not _tickers(params):
                answers.append(self._error(identity, 14))
            else:
                answers += self._join(channel, params, identity)
        return answers

    def _join(self, channel: str, params: dict[str, Any], identity: int | None) -> list[str]:
        """Open the channel, or merge into the one held: then `ok`, not a new sid."""
        subscription = self.by_channel.get(channel)
        if subscription is None:
            self._last_sid += 1
            subscription = Subscription(
                self._last_sid, channel, use_yes_price=params.get("use_yes_price") is True
            )
            self.by_channel[channel] = subscription
            body = {"channel": channel, "sid": subscription.sid}
            first = compact({"id": identity, "type": "subscribed", "msg": body})
            fresh = _tickers(params)
            subscription.tickers.update(fresh)
        else:
            fresh = [t for t in _tickers(params) if t not in subscription.tickers]
            subscription.tickers.update(fresh)
            first = self._ok(subscription, identity)
        if channel != "orderbook_delta":
            return [first]
        return [first, *(self.snapshot(subscription, ticker) for ticker in dict.fromkeys(fresh))]

    def _update(self, params: dict[str, Any], identity: int | None) -> list[str]:
        subscription = self._one(params)
        action = params.get("action")
        if not action:
            raise CommandError(15)
        tickers = _tickers(params)
        if action not in ("add_markets", "delete_markets", "get_snapshot"):
            raise CommandError(13)
        if not tickers:
            raise CommandError(14)
        if action == "get_snapshot":
            return [self.snapshot(subscription, ticker, identity) for ticker in tickers]
        if action == "delete_markets":
            subscription.tickers.difference_update(tickers)
            return [self._ok(subscription, identity)]
        fresh = [t for t in dict.fromkeys(tickers) if t not in subscription.tickers]
        subscription.tickers.update(fresh)
        answers = [self._ok(subscription, identity)]
        if subscription.channel == "orderbook_delta":
            answers += [self.snapshot(subscription, ticker) for ticker in fresh]
        return answers

    def _unsubscribe(self, params: dict[str, Any], identity: int | None) -> list[str]:
        sids = params.get("sids") or ([params["sid"]] if "sid" in params else [])
        if not sids:
            raise CommandError(4)
        answers = []
        for sid in sids:
            subscription = next((s for s in self.by_channel.values() if s.sid == sid), None)
            if subscription is None:
                answers.append(self._error(identity, 7))
                continue
            del self.by_channel[subscription.channel]
            answer = {"id": identity, "type": "unsubscribed", "sid": sid}
            answers.append(compact(answer | {"seq": subscription.next_seq()}))
        return answers

    def _one(self, params: dict[str, Any]) -> Subscription:
        """Return the subscription named by `sid` or by a list of one in `sids`."""
        sids = params.get("sids", [params["sid"]] if "sid" in params else [])
        if not isinstance(sids, list) or len(sids) != 1 or ("sid" in params and "sids" in params):
            raise CommandError(12)
        for subscription in self.by_channel.values():
            if subscription.sid == sids[0]:
                return subscription
        raise CommandError(7)

    def _ok(self, subscription: Subscription, identity: int | None) -> str:
        body = {"market_tickers": sorted(subscription.tickers)}
        answer = {"id": identity, "type": "ok", "sid": subscription.sid}
        return compact(answer | {"seq": subscription.next_seq(), "msg": body})

    def _error(self, identity: int | None, code: int) -> str:
        answer: dict[str, Any] = {"id": identity} if identity else {}
        return compact(answer | {"type": "error", "msg": {"code": code, "msg": _ERRORS[code]}})


def _tickers(params: dict[str, Any]) -> list[str]:
    """Return the markets named by `market_ticker` or `market_tickers`, which exclude each other."""
    one, many = params.get("market_ticker"), params.get("market_tickers")
    if one is not None and many is not None:
        raise CommandError(11)
    if one is not None:
        return [str(one)]
    if many is None:
        return []
    if not isinstance(many, list):
        raise CommandError(11)
    return [str(ticker) for ticker in many]
