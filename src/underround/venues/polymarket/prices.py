"""Polymarket's live reference prices: what windows of up and down settle on.

Two services. RTDS needs no key and is deprecated; PolyBolt needs one. Of PolyBolt's channels only
`price.crypto.twap` is Chainlink's (its `price.crypto` is Pyth's). Sans-io: sessions say what to
send, `decode` reads what comes; nothing here knows a market.
https://docs.polymarket.com/developers/RTDS/RTDS-crypto-prices
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

import msgspec
from msgspec import Raw, Struct

from underround.core.event import CommandAnswered, FrameRejected, MarketEvent
from underround.core.venue_event import IndexPrinted
from underround.core.windows.spot_units import parse_e8
from underround.venues.unreadable import described, is_remark, sample

RTDS_URL: Final = "wss://ws-live-data.polymarket.com"
POLYBOLT_URL: Final = "wss://ws-live-v2.polymarket.com/ws"
SUBSCRIPTIONS_PER_CONNECTION: Final = 64
CHAINLINK_TWAP: Final = "chainlink_twap"
_PLAIN: Final = Decimal(1)
_E18: Final = Decimal(10) ** 18
_HEARTBEATS: Final = frozenset({b"PONG", b"PING", b""})
_FAULTS: Final = (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError)

_RTDS_TOPICS: Final = {
    "crypto_prices": ("binance", 0, _PLAIN),
    "crypto_prices_chainlink": ("chainlink", 0, _E18),
    "crypto_prices_twap_thirty": (CHAINLINK_TWAP, 30, _E18),
    "crypto_prices_twap_sixty": (CHAINLINK_TWAP, 60, _E18),
}
"""Who calculates a topic's prices, over how many seconds, and the unit of its exact values."""


class WirePoint(Struct):
    """One price: `value` is approximate where `full_accuracy_value` is given too."""

    timestamp: int
    value: Decimal | None = None
    full_accuracy_value: str | None = None


class WirePayload(WirePoint, kw_only=True):
    """A price of a symbol, or under `data` its recent ones."""

    timestamp: int = 0
    symbol: str
    source: str = ""
    received_at: int | None = None
    window_s: int | None = None
    window_seconds: int | None = None
    data: list[WirePoint] | None = None


class WirePrice(Struct):
    """Any message of either service: RTDS has a topic, PolyBolt a channel, answers an `op`."""

    topic: str = ""
    channel: str = ""
    op: str = ""
    rid: str = ""
    code: str = ""
    dropped: int | None = None
    payload: Raw = Raw(b"")


_message = msgspec.json.Decoder(WirePrice).decode
_payload = msgspec.json.Decoder(WirePayload, strict=False).decode


def decode(frame: bytes, events: list[MarketEvent]) -> None:
    """Append to `events` what one frame of either service says; never raises for what it is."""
    if frame.strip() in _HEARTBEATS:
        return
    try:
        message = _message(frame)
        if message.op:
            if message.op != "pong":
                events.append(_answered(message))
        elif message.topic in _RTDS_TOPICS:
            source, window_s, unit = _RTDS_TOPICS[message.topic]
            events.extend(_printed(message, lambda _: source, window_s, unit))
        elif message.channel in ("price.crypto", "price.crypto.twap"):
            suffix = "_twap" if message.channel.endswith(".twap") else ""
            events.extend(_printed(message, lambda named: f"{named}{suffix}", None, _PLAIN))
            if message.dropped:
                lost = f"{message.dropped} of {message.channel}"
                events.append(FrameRejected("polymarket left prices out", lost))
        else:
            kind = message.topic or message.channel
            events.append(FrameRejected("unknown polymarket price message", repr(kind)))
    except _FAULTS as fault:
        kind = "polymarket price remark" if is_remark(frame) else "bad polymarket price message"
        detail = sample(frame) if is_remark(frame) else described(fault, frame)
        events.append(FrameRejected(kind, detail))


def _printed(
    message: WirePrice, source_of: Callable[[str], str], window_s: int | None, unit: Decimal
) -> list[IndexPrinted]:
    """Read one price, or the recent ones that a subscription begins with."""
    if not bytes(message.payload):
        raise ValueError("no payload")
    payload = _payload(message.payload)
    window = next(
        (each for each in (window_s, payload.window_s, payload.window_seconds) if each is not None),
        0,
    )
    points: Sequence[WirePoint] = (payload,) if payload.data is None else payload.data
    return [
        IndexPrinted(
            source_of(payload.source),
            payload.symbol.lower(),
            _value_e8(point, unit),
            point.timestamp,
            relayed_ms=payload.received_at,
            window_s=window,
        )
        for point in points
    ]


def _value_e8(point: WirePoint, unit: Decimal) -> int:
    """Return a price in 1e-8 dollar; an exact value without a point is a whole number of units."""
    if point.full_accuracy_value is None:
        if point.value is None:
            raise ValueError("a price without a value")
        return parse_e8(point.value)
    try:
        exact = Decimal(point.full_accuracy_value)
    except InvalidOperation:
        raise ValueError(f"price {point.full_accuracy_value!r} is not a number") from None
    return parse_e8(exact if "." in point.full_accuracy_value else exact / unit)


def _answered(message: WirePrice) -> CommandAnswered:
    return CommandAnswered(
        kind=message.op,
        id=int(message.rid) if message.rid.isdecimal() else None,
        stream=None,
        channel=message.channel or None,
        instruments=None,
        code=None,
        text=message.code,
    )


class RtdsSession:
    """The subscription of one RTDS connection: symbols by topic, for instance "btc/usd"."""

    heartbeat: bytes | None = b"PING"
    heartbeat_every_s: float = 5.0
    silence_s: float | None = 20.0  # it freezes while it answers heartbeats
    fatal_closes: frozenset[int] = frozenset()

    def __init__(self, topics: Iterable[tuple[str, str | None]]) -> None:
        """Take (topic, symbol) pairs; without a symbol all of the topic's are sent."""
        self._topics = tuple(topics)

    def opened(self) -> list[bytes]:
        """Return the frame that subscribes a new connection to everything."""
        wanted = [_rtds_subscription(topic, symbol) for topic, symbol in self._topics]
        return [msgspec.json.encode({"action": "subscribe", "subscriptions": wanted})]

    def is_data(self, frame: bytes) -> bool:
        """Tell a price from a heartbeat's answer, by length."""
        return len(frame) > 8


def _rtds_subscription(topic: str, symbol: str | None) -> dict[str, str]:
    if topic == "crypto_prices_chainlink":
        wanted = {"topic": topic, "type": "*"}
        if symbol is not None:
            wanted["filters"] = msgspec.json.encode({"symbol": symbol}).decode()
        return wanted
    wanted = {"topic": topic, "type": "update"}
    if symbol is not None:
        wanted["filters"] = symbol
    return wanted


def masked(frame: bytes) -> bytes:
    """Return a frame as it may be recorded: one that shows a key shows only that it does."""
    return b'{"op":"auth"}' if b'"auth"' in frame else frame


class PolyboltKey(Struct, frozen=True):
    """A CLOB API key; prints without its secrets."""

    api_key: str
    secret: str
    passphrase: str

    def __repr__(self) -> str:
        return f"PolyboltKey(api_key={self.api_key!r}, secret=<secret>)"


class PolyboltSession:
    """The subscriptions of one PolyBolt connection: first the key, then what it opens."""

    heartbeat: bytes | None = b'{"op":"ping"}'
    heartbeat_every_s: float = 25.0
    silence_s: float | None = 20.0
    fatal_closes: frozenset[int] = frozenset({4001, 4008})  # the key is refused; policy

    def __init__(self, key: PolyboltKey, channels: Iterable[tuple[str, str]]) -> None:
        """Take (channel, symbol) pairs, at most 64; ValueError for more."""
        self._key = key
        self._channels = tuple(channels)
        if len(self._channels) > SUBSCRIPTIONS_PER_CONNECTION:
            raise ValueError(f"{len(self._channels)} subscriptions: a connection carries 64")
        self.refused: list[str] = []
        """The codes of what the venue refused."""

    def opened(self) -> list[bytes]:
        """Return the frame that shows the key of a new connection."""
        auth = {
            "apiKey": self._key.api_key,
            "secret": self._key.secret,
            "passphrase": self._key.passphrase,
        }
        return [msgspec.json.encode({"op": "auth", "auth": auth, "rid": "1"})]

    def is_data(self, frame: bytes) -> bool:
        """Tell a price from an answer: only prices carry a channel's version."""
        return b'"payload"' in frame

    def on_reply(self, answer: CommandAnswered) -> list[bytes]:
        """Return the frames that an answer makes necessary: the subscriptions, after the key."""
        if answer.kind == "error":
            self.refused.append(answer.text)
        if answer.kind != "authed":
            return []
        wanted = [_polybolt_subscription(*each) for each in self._channels]
        return [msgspec.json.encode({"op": "subscribe", "subscriptions": wanted, "rid": "2"})]


def _polybolt_subscription(channel: str, symbol: str) -> dict[str, object]:
    wanted: dict[str, object] = {"symbol": symbol}
    if channel.endswith(".twap"):
        wanted["window_seconds"] = 60
    return {"channel": channel, "filter": wanted}
