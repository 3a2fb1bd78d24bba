"""PolyBolt, Polymarket's newer price socket: a key, acknowledgements, snapshots, numbers.

Speaks `wss://ws-live-v2.polymarket.com/ws`, its Bitcoin channels only.
See https://docs.polymarket.com/api-reference/live-data/overview
"""

import json
import secrets
import uuid
from collections.abc import Callable
from typing import Any, Final

from underround.simulation.outlet import Frame, Outlet, ready
from underround.simulation.polymarket.messages import compact
from underround.simulation.polymarket.price_socket import PriceSocket
from underround.simulation.polymarket.spot_prices import Point, SpotPrices
from underround.simulation.wire import close

PATH: Final = "/ws"
AUTH, SLOW, DRAIN, POLICY = 4001, 4002, 4003, 4008
_SOURCES: Final = {"price.crypto": "pyth", "price.crypto.twap": "chainlink"}
_MOST_SUBSCRIPTIONS: Final = 64
_MOST_FRAMES_PER_S: Final = 20
_MOST_AUTHS: Final = 8
_LONGEST_BYTES: Final = 64 << 10
_PING_EVERY_S: Final = 25.0


class ApiKey:
    """The one key that opens the socket, made at start."""

    def __init__(self) -> None:
        self.key = str(uuid.uuid4())
        self.secret = secrets.token_urlsafe(32)
        self.passphrase = secrets.token_hex(16)

    def matches(self, auth: object) -> bool:
        """Say whether these are its three parts."""
        wanted = {"apiKey": self.key, "secret": self.secret, "passphrase": self.passphrase}
        return auth == wanted


class BoltTalk:
    """One connection: whether it showed the key, the channels it follows, and their numbers."""

    def __init__(
        self, outlet: Outlet, prices: SpotPrices, key: ApiKey, now_ms: Callable[[], int]
    ) -> None:
        self.outlet = outlet
        self.channels: set[str] = set()
        self._prices = prices
        self._key = key
        self._now_ms = now_ms
        self._is_known = False
        self._auths = 0
        self._frames = (0, 0)  # a second, and how many subscribe frames came in it
        self._seq: dict[str, int] = {}

    def heard(self, frame: str | bytes) -> None:
        """Act on an operation and acknowledge it; hang up on who breaks the limits."""
        if len(frame) > _LONGEST_BYTES:
            close(self.outlet.connection, POLICY, "frame too large")
            return
        try:
            command = json.loads(frame)
        except ValueError:
            command = None
        if not isinstance(command, dict):
            self._acknowledge("error", None, code="bad_op")
            return
        rid = command.get("rid")
        match command.get("op"):
            case "ping":
                self._acknowledge("pong", rid)
            case "auth":
                self._authenticate(command.get("auth"), rid)
            case "subscribe" | "unsubscribe" as operation:
                self._subscribe(operation, command, rid)
            case _:
                self._acknowledge("error", rid, code="bad_op")

    def tell(self, channel: str, point: Point) -> None:
        """Send a channel's newest price to this connection if it follows it."""
        if channel in self.channels:
            payload = {"symbol": "btcusd", "source": _SOURCES[channel], **_priced(point)}
            self.outlet.say([self._envelope(channel, point.at_ms, payload)])

    def _authenticate(self, auth: object, rid: object) -> None:
        self._auths += 1
        if self._auths > _MOST_AUTHS:
            close(self.outlet.connection, POLICY, "too many auth attempts")
        elif self._key.matches(auth):
            self._is_known = True
            self._acknowledge("authed", rid)
        else:
            self._acknowledge("error", rid, code="auth_invalid")

    def _subscribe(self, operation: str, command: dict[str, Any], rid: object) -> None:
        second = self._now_ms() // 1_000
        self._frames = (second, self._frames[1] + 1 if second == self._frames[0] else 1)
        if self._frames[1] > _MOST_FRAMES_PER_S:
            close(self.outlet.connection, POLICY, "rate limited")
            return
        wanted = command.get("subscriptions", [command])
        for each in wanted if isinstance(wanted, list) else []:
            channel = str(each.get("channel")) if isinstance(each, dict) else ""
            code = self._problem(channel, each)
            if code is not None:
                self._acknowledge("error", rid, channel, code)
            elif operation == "unsubscribe":
                self.channels.discard(channel)
                self._acknowledge("unsubscribed", rid, channel)
            else:
                self._acknowledge("subscribed", rid, channel)
                if channel not in self.channels:
                    self.channels.add(channel)
                    self._snapshot(channel)

    def _problem(self, channel: str, wanted: dict[str, Any]) -> str | None:
        """Return the error code of a subscription that cannot be had, None when it can."""
        if channel not in _SOURCES:
            return "bad_channel"
        if not self._is_known:
            return "auth_required"
        filter_ = wanted.get("filter")
        if not isinstance(filter_, dict) or filter_.get("symbol") != "btcusd":
            return "bad_filter"
        if channel.endswith("twap") and filter_.get("window_seconds") != 60:
            return "bad_filter"
        return "sub_limit" if len(self.channels) >= _MOST_SUBSCRIPTIONS else None

    def _snapshot(self, channel: str) -> None:
        points = list(channel_points(self._prices, channel))
        payload: dict[str, Any] = {
            "symbol": "btcusd",
            "source": _SOURCES[channel],
            "data": [_priced(point) for point in points],
        }
        at_ms = points[-1].at_ms if points else self._now_ms()
        self.outlet.say([self._envelope(channel, at_ms, payload, snapshot=True)])

    def _envelope(
        self, channel: str, at_ms: int, payload: dict[str, Any], *, snapshot: bool = False
    ) -> Frame:
        """Return a numbered frame; numbers run per channel and are drawn when it leaves."""
        if channel.endswith("twap"):
            payload = {**payload, "window_seconds": 60}

        def render() -> str:
            seq = self._seq[channel] = self._seq.get(channel, 0) + 1
            envelope: dict[str, Any] = {"v": 1, "channel": channel, "seq": seq, "ts": at_ms}
            if snapshot:
                envelope["snapshot"] = True
            return compact(envelope | {"payload": payload})

        return Frame(render, (channel,), is_opening=snapshot)

    def _acknowledge(
        self, op: str, rid: object, channel: str | None = None, code: str | None = None
    ) -> None:
        told = {"op": op, "code": code, "channel": channel, "rid": rid}
        said = {name: value for name, value in told.items() if value is not None}
        self.outlet.say([ready(compact(said))])


class PolyBolt(PriceSocket[BoltTalk]):
    """The socket; `publish` tells every connection the newest prices."""

    def __init__(self, prices: SpotPrices, now_ms: Callable[[], int]) -> None:
        self.key = ApiKey()
        super().__init__(
            PATH,
            lambda outlet: BoltTalk(outlet, prices, self.key, now_ms),
            lambda outlet: close(outlet.connection, SLOW, "slow consumer"),
            ping_every_s=_PING_EVERY_S,
        )
        self._prices = prices

    def publish(self) -> None:
        """Send the newest price of every channel."""
        for channel in _SOURCES:
            for talk in self.talks:
                talk.tell(channel, channel_points(self._prices, channel)[-1])


def channel_points(prices: SpotPrices, channel: str) -> Any:
    """Return the points that a channel tells."""
    return prices.twaps[60] if channel.endswith("twap") else prices.spot


def _priced(point: Point) -> dict[str, Any]:
    return {
        "timestamp": point.at_ms,
        "value": point.price_e4 / 10_000,
        "full_accuracy_value": f"{point.price_e4 / 10_000:.8f}",
    }
