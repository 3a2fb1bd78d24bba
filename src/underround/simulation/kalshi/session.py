"""One Kalshi WebSocket session: its commands, its subscriptions, and what answers them.

Commands come as text and answers go back as frames to be written, so that the session can be
tested without a socket. It changes no book.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from underround.simulation.kalshi.refusals import CommandError
from underround.simulation.kalshi.replies import Replies
from underround.simulation.kalshi.subscription import (
    ALL,
    CHANNELS,
    INDEX_CHANNELS,
    Filter,
    Subscription,
    check_shards,
    names,
)
from underround.simulation.market import KalshiMarket
from underround.simulation.outlet import Frame

COMMANDS_PER_S: Final = 10_000
MARKETS_PER_SUBSCRIPTION: Final = 500_000
_MARKET_ACTIONS: Final = ("add_markets", "delete_markets", "get_snapshot")

Params = dict[str, Any]


class Session:
    """The state behind one connection; `indices` are the index ids that can be followed.

    While `forced_error` is set, every command is answered with that code.
    """

    def __init__(
        self,
        markets: Mapping[str, KalshiMarket],
        now_ms: Callable[[], int],
        indices: Sequence[str] = ("BRTI",),
        commands_per_s: int = COMMANDS_PER_S,
        markets_per_subscription: int = MARKETS_PER_SUBSCRIPTION,
    ) -> None:
        self.replies = Replies(markets, now_ms)
        self.by_channel: dict[str, Subscription] = {}
        self.forced_error: int | None = None
        self._markets = markets
        self._now_ms = now_ms
        self._indices = tuple(indices)
        self._most_commands = commands_per_s
        self._most_markets = markets_per_subscription
        self._commands = (0, 0)  # a second, and how many commands came in it
        self._last_sid = 0

    def answer(self, command: str | bytes) -> list[str]:
        """Act on one command and return its answers, written, in order; never raises."""
        return [str(frame.render()) for frame in self.frames(command)]

    def frames(self, command: str | bytes) -> list[Frame]:
        """Act on one command and return its answers in order; never raises."""
        identity: int | None = None
        try:
            try:
                parsed = json.loads(command)
            except ValueError:
                raise CommandError(1) from None
            if not isinstance(parsed, dict):
                raise CommandError(1)
            identity = parsed.get("id")
            self._count_command()
            return self._act(parsed, identity)
        except CommandError as error:
            return [self.replies.refused(identity, error.code)]

    def end(self, subscription: Subscription, code: int) -> Frame:
        """End a subscription by the venue's own doing; return the error that says so."""
        self.by_channel.pop(subscription.channel, None)
        return self.replies.ended(subscription, code)

    def _count_command(self) -> None:
        second, count = self._now_ms() // 1_000, self._commands[1]
        self._commands = (second, count + 1 if second == self._commands[0] else 1)
        if self._commands[1] > self._most_commands:
            raise CommandError(27)
        if self.forced_error is not None:
            raise CommandError(self.forced_error)

    def _act(self, command: Params, identity: int | None) -> list[Frame]:
        name = command.get("cmd")
        if name == "list_subscriptions":
            held = [{"channel": s.channel, "sid": s.sid} for s in self.by_channel.values()]
            return [self.replies.listed(identity, held)]
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

    def _subscribe(self, params: Params, identity: int | None) -> list[Frame]:
        channels = params.get("channels")
        if not isinstance(channels, list) or not channels:
            raise CommandError(3)
        answers = []
        for channel in channels:
            try:
                answers += self._join(channel, params, identity)
            except CommandError as error:
                answers.append(self.replies.refused(identity, error.code))
        return answers

    def _join(self, channel: str, params: Params, identity: int | None) -> list[Frame]:
        """Open the channel, or merge into the one held: then `ok`, not a new sid."""
        if channel not in CHANNELS:
            raise CommandError(8)
        check_shards(params)
        narrows = CHANNELS[channel].filter in (Filter.MARKETS, Filter.ANY_MARKETS)
        tickers = self._tickers(params, channel) if narrows else []
        if CHANNELS[channel].filter is Filter.MARKETS and not tickers:
            raise CommandError(14)
        held = self.by_channel.get(channel)
        subscription = held or Subscription(self._last_sid + 1, channel, params)
        fresh = self._widen(subscription, tickers)
        subscription.indices.update(names(params, "index_id", "index_ids"))
        subscription.underlyings.update(names(params, "underlying_ticker", "underlying_tickers"))
        if held is not None:
            first = self.replies.ok(held, identity)
        else:
            self._last_sid += 1
            self.by_channel[channel] = subscription
            first = self.replies.subscribed(subscription, identity)
        return [first, *self._openings(subscription, fresh, params)]

    def _widen(self, subscription: Subscription, tickers: list[str]) -> list[str]:
        """Add markets to a subscription; return those that it did not have."""
        fresh = [t for t in dict.fromkeys(tickers) if t not in subscription.tickers]
        if len(subscription.tickers) + len(fresh) > self._most_markets:
            raise CommandError(26)
        subscription.tickers.update(fresh)
        subscription.is_filtered = subscription.is_filtered or bool(tickers)
        return fresh

    def _openings(
        self, subscription: Subscription, tickers: list[str], params: Params
    ) -> list[Frame]:
        """Return what a channel sends first about markets that are new to it."""
        if subscription.channel == "orderbook_delta":
            return [self.replies.snapshot(subscription, ticker) for ticker in tickers]
        if subscription.channel == "ticker" and params.get("send_initial_snapshot") is True:
            return [self.replies.ticker(subscription, t) for t in tickers if t in self._markets]
        return []

    def _update(self, params: Params, identity: int | None) -> list[Frame]:
        subscription = self._one(params)
        action = params.get("action")
        if not action:
            raise CommandError(15)
        if subscription.channel in INDEX_CHANNELS:
            return [self._update_indices(subscription, action, params, identity)]
        if subscription.channel == "pyth_value":
            return [self._update_underlyings(subscription, action, params, identity)]
        if action not in _MARKET_ACTIONS:
            raise CommandError(13)
        tickers = self._tickers(params, subscription.channel)
        if not tickers:
            raise CommandError(14)
        if action == "get_snapshot":
            return [self.replies.snapshot(subscription, each, identity) for each in tickers]
        if action == "delete_markets":
            subscription.tickers.difference_update(tickers)
            return [self.replies.ok(subscription, identity)]
        fresh = self._widen(subscription, tickers)
        openings = self._openings(subscription, fresh, params)
        return [self.replies.ok(subscription, identity), *openings]

    def _update_indices(
        self, subscription: Subscription, action: str, params: Params, identity: int | None
    ) -> Frame:
        if action == "indexlist":
            kind, listed = f"{subscription.channel}_indexlist", {"index_ids": list(self._indices)}
            return self.replies.message(subscription, kind, listed, identity=identity)
        named = names(params, "index_id", "index_ids")
        left = _renamed(subscription.indices, action, "indices", named, code_of_none=24)
        return self.replies.named(subscription, identity, "index_ids", left)

    def _update_underlyings(
        self, subscription: Subscription, action: str, params: Params, identity: int | None
    ) -> Frame:
        if action == "underlying_list":
            kind, none = "pyth_value_underlying_list", {"underlying_tickers": list[str]()}
            return self.replies.message(subscription, kind, none, identity=identity)
        named = names(params, "underlying_ticker", "underlying_tickers")
        left = _renamed(subscription.underlyings, action, "underlyings", named, code_of_none=28)
        return self.replies.named(subscription, identity, "underlying_tickers", left)

    def _unsubscribe(self, params: Params, identity: int | None) -> list[Frame]:
        sids = params.get("sids") or ([params["sid"]] if "sid" in params else [])
        if not sids:
            raise CommandError(4)
        answers = []
        for sid in sids:
            subscription = self._by_sid(sid)
            if subscription is None:
                answers.append(self.replies.refused(identity, 7))
                continue
            del self.by_channel[subscription.channel]
            answers.append(self.replies.unsubscribed(subscription, identity))
        return answers

    def _one(self, params: Params) -> Subscription:
        """Return the subscription named by `sid` or by a list of one in `sids`."""
        sids = params.get("sids", [params["sid"]] if "sid" in params else [])
        if not isinstance(sids, list) or len(sids) != 1 or ("sid" in params and "sids" in params):
            raise CommandError(12)
        found = self._by_sid(sids[0])
        if found is None:
            raise CommandError(7)
        return found

    def _by_sid(self, sid: object) -> Subscription | None:
        return next((s for s in self.by_channel.values() if s.sid == sid), None)

    def _tickers(self, params: Params, channel: str) -> list[str]:
        """Return the markets that a command names by ticker or, for tickers only, by id."""
        tickers = names(params, "market_ticker", "market_tickers")
        ids = set(names(params, "market_id", "market_ids"))
        if not ids:
            return tickers
        if channel != "ticker" or tickers:
            raise CommandError(11)
        return [ticker for ticker, market in self._markets.items() if market.market_id in ids]


def _renamed(
    held: set[str], action: str, what: str, named: list[str], *, code_of_none: int
) -> list[str]:
    """Add names to a set or take them away, as the action says; return those left."""
    if action not in (f"subscribe_{what}", f"unsubscribe_{what}"):
        raise CommandError(13)
    if not named:
        raise CommandError(code_of_none)
    if action.startswith("un"):
        held.difference_update(named)
    else:
        held.update(named)
    return [ALL] if ALL in held else sorted(held)
