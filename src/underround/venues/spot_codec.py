"""What the eight spot exchanges' codecs have in common: their shape, levels, stamps, faults.

A codec takes bytes and gives events; it holds no socket, reads no clock and never raises for what
an exchange sent. What is peculiar to one exchange may not stand here.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, TypeAlias

import msgspec

from underround.core.windows.spot_event import (
    Asset,
    Exchange,
    Level,
    SpotEvent,
    SpotFault,
    SpotFaultKind,
)
from underround.core.windows.spot_units import parse_e8
from underround.venues.errors import printable

Number: TypeAlias = str | int | float
Row: TypeAlias = list[Number]
"""A wire level: price, size, and on some exchanges a count of orders."""

FAULTS: Final = (
    msgspec.MsgspecError,
    ValueError,
    OverflowError,
    LookupError,
    TypeError,
    RecursionError,
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_OLDEST_NS: Final = 1_230_768_000 * 1_000_000_000  # 2009: no trade in bitcoin is older


class SpotCodec(Protocol):
    """One exchange's words, one symbol, one connection.

    `heartbeat` is to be sent every `heartbeat_every_s` seconds; `protocol_pings` tells whether the
    exchange bears WebSocket pings from us; `on_by_default` whether its messages are known for sure.
    """

    exchange: Exchange
    symbol: str
    url: str
    heartbeat: bytes | None
    heartbeat_every_s: float
    protocol_pings: bool
    on_by_default: bool

    def __init__(self, asset: Asset = Asset.BTC) -> None: ...

    def opened(self) -> list[bytes]:
        """Return the frames to send after the handshake; forget the last connection."""
        ...

    def reopened(self) -> list[bytes]:
        """Return the frames that fetch the book anew on this connection; none: reconnect."""
        ...

    def is_data(self, frame: bytes) -> bool:
        """Tell in O(1) whether a frame proves that book messages flow."""
        ...

    def decode(self, frame: bytes, received_at_ns: int, events: list[SpotEvent]) -> None:
        """Append to `events` what one frame says."""
        ...


class SnapshotTaker(Protocol):
    """A codec that needs a book over REST before its deltas mean anything."""

    def take_snapshot(self, body: bytes, received_at_ns: int, events: list[SpotEvent]) -> None:
        """Append what the answer to a `SpotRequest` says."""
        ...


def snapshot_levels(rows: Iterable[Row]) -> list[Level]:
    """Return the levels of a whole book; an entry without a price and size above 0 is dropped.

    The index method drops such entries and keeps the book.
    """
    levels = []
    for row in rows:
        try:
            price_e8, size_e8 = parse_e8(row[0]), parse_e8(row[1])
        except ValueError:
            continue
        if price_e8 > 0 and size_e8 > 0:
            levels.append((price_e8, size_e8))
    return levels


def delta_levels(rows: Iterable[Row]) -> list[Level]:
    """Return changed levels with their new sizes.

    A size that is no number, or below 0, takes its level out: the method would drop the entry.
    """
    levels = []
    for row in rows:
        try:
            price_e8 = parse_e8(row[0])
        except ValueError:
            continue
        if price_e8 <= 0:
            continue
        try:
            size_e8 = max(parse_e8(row[1]), 0)
        except ValueError:
            size_e8 = 0
        levels.append((price_e8, size_e8))
    return levels


def by_side(changes: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Return bids and asks of changes that begin with "buy" or "sell"; KeyError for others."""
    sides: dict[Number, list[Row]] = {"buy": [], "sell": []}
    for side, *level in changes:
        sides[side].append(level)
    return sides["buy"], sides["sell"]


def iso_ns(text: str) -> int | None:
    """Return an ISO 8601 time as nanoseconds since 1970, to the microsecond.

    None for what is no time, or one that no market of ours knew ("0001-01-01T00:00:00Z").
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return plausible_ns((moment - _EPOCH) // _MICROSECOND * 1_000)


def plausible_ns(stamp_ns: int) -> int | None:
    """Return a stamp, None for zeros and other times before there were markets."""
    return stamp_ns if stamp_ns > _OLDEST_NS else None


def malformed(exchange: Exchange, frame: bytes, fault: Exception, at_ns: int) -> SpotFault:
    """Return the fault of a frame that could not be read."""
    sample = printable(frame[:120].decode("utf-8", "backslashreplace"), 120)
    detail = f"{printable(str(fault), 120)}: {sample}"
    return SpotFault(exchange, SpotFaultKind.MALFORMED, detail, at_ns)
