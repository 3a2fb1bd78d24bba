"""The official index as Kalshi relays it, and strikes as they are told: bytes in, events out.

A connection of its own: `cfbenchmarks_value` once a second, `cfbenchmarks_value_5hz` in between,
`market_lifecycle_v2` for strikes that come after the open. Holds no socket. Kalshi's own averages
are not used: its window is shifted by a second, and they restart with each subscription.
https://docs.kalshi.com/websockets/cfbenchmarks-value
"""

from collections.abc import Iterable
from typing import Final, TypeAlias

import msgspec

from underround.core.event import FrameRejected, MarketEvent
from underround.core.units import NS_PER_MS
from underround.core.venue_event import IndexPrinted, TermsChanged
from underround.core.windows.reference_event import OfficialValue, StrikeTold
from underround.core.windows.settlement import (
    PRINTS_LIVE,
    Comparison,
    SettlementTerms,
    terms_from_catalog,
)
from underround.core.windows.spot_event import Asset
from underround.core.windows.spot_units import parse_e8
from underround.venues.kalshi import codec
from underround.venues.kalshi.announcements import INDEX_SOURCE, INDEX_SOURCE_5HZ

INDEX_IDS: Final = {
    Asset.BTC: "BRTI",
    Asset.ETH: "ETHUSD_RTI",
    Asset.SOL: "SOLUSD_RTI",
    Asset.XRP: "XRPUSD_RTI",
}
_ASSETS: Final = {name: asset for asset, name in INDEX_IDS.items()}
_CHANNELS: Final = ("cfbenchmarks_value", "cfbenchmarks_value_5hz")
_SOURCES: Final = {INDEX_SOURCE: False, INDEX_SOURCE_5HZ: True}
_CENTS_UNSAID: Final = ("KXBTC", "KXETH")
"""Series whose settlement at a strike of "greater or equal" is rounded to cents where the catalog
does not say so (rules of August 2026). Of a coin of two dollars a cent would be far too much."""
_ABSURD_E8: Final = 10**17  # a billion dollars a coin

IndexEvent: TypeAlias = OfficialValue | StrikeTold | FrameRejected


class IndexSession:
    """The subscriptions of the index connection; the same at every reconnect."""

    heartbeat: bytes | None = None  # the venue pings, the transport answers
    heartbeat_every_s: float = 10.0
    silence_s: float | None = 15.0  # a value comes every second
    fatal_closes: frozenset[int] = frozenset()

    def __init__(self, assets: Iterable[Asset]) -> None:
        self._ids = [INDEX_IDS[asset] for asset in assets]

    def opened(self) -> list[bytes]:
        """Return the frames that subscribe to values and strikes."""
        values: dict[str, object] = {"channels": _CHANNELS, "index_ids": self._ids}
        strikes: dict[str, object] = {"channels": ["market_lifecycle_v2"]}
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
    said: list[MarketEvent] = []
    codec.decode(frame, said)
    for event in said:
        if isinstance(event, FrameRejected):
            events.append(event)
        elif isinstance(event, IndexPrinted):
            _value(event, at_ns, events)
        elif isinstance(event, TermsChanged) and event.floor_strike is not None:
            _strike(event, event.floor_strike, at_ns, prints, events)


def _value(told: IndexPrinted, at_ns: int, events: list[IndexEvent]) -> None:
    asset, is_fast = _ASSETS.get(told.index), _SOURCES.get(told.source)
    if asset is None or is_fast is None:
        return
    if not 0 < told.value_e8 < _ABSURD_E8:
        events.append(FrameRejected("absurd index value", f"{told.index} {told.value_e8} e-8"))
        return
    events.append(OfficialValue(asset, told.time_ms * NS_PER_MS, told.value_e8, at_ns, is_fast))


def _strike(
    told: TermsChanged, text: str, at_ns: int, prints: int, events: list[IndexEvent]
) -> None:
    try:
        strike_e8 = parse_e8(text)
    except ValueError:
        strike_e8 = 0
    if not 0 < strike_e8 < _ABSURD_E8:
        events.append(FrameRejected("absurd strike", f"{told.instrument} {text}"))
        return
    terms = stated_terms(told.instrument, told.strike_type, None, prints)
    events.append(StrikeTold(told.instrument, strike_e8, at_ns, terms))


def stated_terms(
    ticker: str, strike_type: str, round_digits: str | int | None, prints: int
) -> SettlementTerms | None:
    """Return the terms that a catalog's words state; None for a comparison not priced here."""
    digits = None if round_digits is None else int(round_digits)
    is_rounded = strike_type == Comparison.GREATER_OR_EQUAL and ticker.startswith(_CENTS_UNSAID)
    if digits is None and is_rounded:
        digits = 2
    try:
        return terms_from_catalog(strike_type, digits, prints)
    except ValueError:
        return None
