"""The official index as Kalshi relays it, and strikes as they are told: bytes in, events out.

A connection of its own: `cfbenchmarks_value` once a second, `cfbenchmarks_value_5hz` in between,
`market_lifecycle_v2` for strikes that come after the open. Holds no socket. Kalshi's own averages
are not read: its window is shifted by a second, and they restart with each subscription.
https://docs.kalshi.com/websockets/cfbenchmarks-value
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final, TypeAlias

import msgspec
from msgspec import Struct

from underround.core.event import FrameRejected
from underround.core.reference_event import OfficialValue, StrikeTold
from underround.core.settlement import PRINTS_LIVE, SettlementTerms, terms_from_catalog
from underround.core.spot_event import Asset
from underround.core.spot_units import parse_e8
from underround.core.units import NS_PER_MS
from underround.venues.unreadable import described

INDEX_IDS: Final = {
    Asset.BTC: "BRTI",
    Asset.ETH: "ETHUSD_RTI",
    Asset.SOL: "SOLUSD_RTI",
    Asset.XRP: "XRPUSD_RTI",
}
_ASSETS: Final = {name: asset for asset, name in INDEX_IDS.items()}
_EVERY_SECOND: Final = "cfbenchmarks_value"
_FIVE_TIMES: Final = "cfbenchmarks_value_5hz"
_LIFECYCLE: Final = "market_lifecycle_v2"
_DIGITS_UNSAID: Final = {"greater_or_equal": 2}
"""Decimals of the settlement where the catalog says none (rules of August 2026)."""
_ABSURD_E8: Final = 10**17  # a billion dollars a coin

IndexEvent: TypeAlias = OfficialValue | StrikeTold | FrameRejected


class _Strike(Struct):
    round_digits: str | int | None = None


class _Body(Struct):
    index_id: str = ""
    data: str = ""
    value_usd: str = ""
    source_ts_ms: int = 0
    event_type: str = ""
    market_ticker: str = ""
    strike_type: str = ""
    floor_strike: Decimal | None = None
    custom_strike: _Strike | None = None
    code: int = 0
    msg: str = ""


class _Message(Struct):
    type: str = ""
    msg: _Body | None = None


class _Value(Struct):
    time: int
    value: str


_message = msgspec.json.Decoder(_Message).decode
_value = msgspec.json.Decoder(_Value).decode
_FAULTS: Final = (msgspec.MsgspecError, ValueError, OverflowError, RecursionError)


class IndexSession:
    """The subscriptions of the index connection; the same at every reconnect."""

    heartbeat: bytes | None = None  # the venue pings, the transport answers
    heartbeat_every_s: float = 10.0
    silence_s: float | None = 15.0  # a value comes every second

    def __init__(self, assets: Iterable[Asset]) -> None:
        self._ids = [INDEX_IDS[asset] for asset in assets]

    def opened(self) -> list[bytes]:
        """Return the frames that subscribe to values and strikes."""
        values = {"channels": [_EVERY_SECOND, _FIVE_TIMES], "index_ids": self._ids}
        strikes: dict[str, object] = {"channels": [_LIFECYCLE]}
        return [
            msgspec.json.encode({"id": number, "cmd": "subscribe", "params": params})
            for number, params in enumerate((values, strikes), 1)
        ]

    def is_data(self, frame: bytes) -> bool:
        """Tell a value from everything else."""
        return b'"cfbenchmarks_value' in frame[:60]


def decode(frame: bytes, at_ns: int, events: list[IndexEvent], prints: int = PRINTS_LIVE) -> None:
    """Append to `events` what one frame says; never raises for what the venue sent.

    `prints` is how many a window averages; strikes come with terms.
    """
    try:
        message = _message(frame)
        body = message.msg
        if body is None:
            return
        if message.type == _EVERY_SECOND and body.index_id in _ASSETS:
            value = _value(body.data)
            stamp_ns = value.time * NS_PER_MS
            asset = _ASSETS[body.index_id]
            events.append(OfficialValue(asset, stamp_ns, _price_e8(value.value), at_ns))
        elif message.type == _FIVE_TIMES and body.index_id in _ASSETS:
            stamp_ns, value_e8 = body.source_ts_ms * NS_PER_MS, _price_e8(body.value_usd)
            asset = _ASSETS[body.index_id]
            events.append(OfficialValue(asset, stamp_ns, value_e8, at_ns, is_fast=True))
        elif message.type == _LIFECYCLE and body.event_type == "metadata_updated":
            _strike(body, at_ns, prints, events)
        elif message.type == "error":
            said = f"{body.code} {body.msg}"
            events.append(FrameRejected("kalshi refused an index command", said))
    except _FAULTS as fault:
        events.append(FrameRejected("unreadable kalshi index frame", described(fault, frame)))


def _strike(body: _Body, at_ns: int, prints: int, events: list[IndexEvent]) -> None:
    if body.floor_strike is None:
        return
    digits = None if body.custom_strike is None else body.custom_strike.round_digits
    terms = stated_terms(body.strike_type, digits, prints)
    strike_e8 = _price_e8(str(body.floor_strike))
    events.append(StrikeTold(body.market_ticker, strike_e8, at_ns, terms))


def _price_e8(text: str) -> int:
    price_e8 = parse_e8(text)
    if not 0 < price_e8 < _ABSURD_E8:
        raise ValueError(f"{text!r} is no price of a coin")
    return price_e8


def stated_terms(
    strike_type: str, round_digits: str | int | None, prints: int
) -> SettlementTerms | None:
    """Return the terms that a catalog's words state; None for a comparison not priced here."""
    digits = None if round_digits is None else int(round_digits)
    if digits is None:
        digits = _DIGITS_UNSAID.get(strike_type)
    try:
        return terms_from_catalog(strike_type, digits, prints)
    except ValueError:
        return None
