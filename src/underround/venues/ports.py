"""What a feed is plugged into: the session that speaks, the sink that listens, limits, counters.

Shapes only; no behaviour, no transport.
"""

from dataclasses import dataclass
from typing import Final, Protocol

STOPPED: Final = "stopped"
"""The reason of a close that we asked for ourselves."""


class Session(Protocol):
    """What to say on a connection; sans-io, one per venue and connection."""

    heartbeat: bytes | None
    heartbeat_every_s: float
    silence_s: float | None
    """How long a subscription may bring no data before it counts as frozen; None: for ever."""
    fatal_closes: frozenset[int]
    """Close codes after which the venue will not have us again."""

    def opened(self) -> list[bytes]:
        """Return the frames to send at once after the handshake; forget the last connection."""
        ...

    def is_data(self, frame: bytes) -> bool:
        """Tell in O(1) whether a frame proves that data flows (a PONG does not)."""
        ...


class Sink(Protocol):
    """Where everything goes that happens on a connection; must not block."""

    def opened(self, connection: str, at_ns: int) -> None:
        """Learn that a connection is open; its frames follow."""
        ...

    def batch(self, connection: str, frames: list[bytes], at_ns: int) -> None:
        """Take all that one socket read delivered, at least one frame."""
        ...

    def sent(self, connection: str, frame: bytes, at_ns: int) -> None:
        """Learn what we said."""
        ...

    def closed(self, connection: str, at_ns: int, code: int | None, reason: str) -> None:
        """Learn that a connection ended, or that an attempt to open it failed."""
        ...


@dataclass(frozen=True, slots=True)
class FeedLimits:
    """Times in seconds and sizes in bytes; None switches a watch off.

    A dead peer is noticed within ping_every_s + pong_within_s + 2 ticks (11 s by default).
    """

    connect_s: float = 10.0
    ping_every_s: float = 5.0
    pong_within_s: float = 5.0
    first_data_s: float | None = 10.0
    tick_s: float = 0.5
    backoff_base_s: float = 0.5
    backoff_cap_s: float = 30.0
    stable_s: float = 10.0
    close_grace_s: float = 0.2
    max_message_bytes: int = 32 << 20
    max_unsent_bytes: int = 1 << 20
    read_buffer_bytes: int = 256 << 10


DEFAULT_LIMITS: Final = FeedLimits()


@dataclass(slots=True)
class FeedCounters:
    """Plain integers, read by whoever wants them."""

    frames: int = 0
    bytes: int = 0
    batches: int = 0
    fragments: int = 0
    connects: int = 0
    disconnects: int = 0
    attempts: int = 0
    refused: int = 0
    errors: int = 0
    invalid_texts: int = 0
    sent: int = 0
    unsent: int = 0
    silent: int = 0
    half_open: int = 0
    no_first_data: int = 0
    last_data_at_ns: int = 0
