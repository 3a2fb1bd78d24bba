"""When a connection is dead: silence, a half-open peer, a subscription that brings nothing.

Counts ticks of a timer instead of reading a clock: a stalled loop then looks like little time
passed, not like a silent venue. It owns no timer and no socket; the feed acts on its verdicts.
"""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Why a connection must go; the words reach the log, the recording and the metrics."""

    HALF_OPEN = "half open"
    SILENT = "silent"
    NO_FIRST_DATA = "no first data"


@dataclass(frozen=True, slots=True)
class Patience:
    """Limits of a watchdog in seconds; None switches a limit off."""

    tick_s: float
    ping_every_s: float
    pong_within_s: float
    silence_s: float | None
    first_data_s: float | None


class Watchdog:
    """Judges one connection from two counters at every tick."""

    __slots__ = ("_data", "_frames", "_idle", "_patience", "_pinged", "_since_ping", "data_ticks")

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._frames = 0
        self._data = 0
        self._idle = 0
        self._since_ping = 0
        self._pinged = False
        self.data_ticks = 0
        """Ticks since the first data frame: how long the connection has been of use."""

    def tick(self, frames: int, data_frames: int, *, expecting: bool) -> Verdict | None:
        """Return why to drop the connection, or None; call it every `tick_s`.

        `frames` counts everything received on the connection, pongs included: any byte after our
        ping proves that the peer lives. `data_frames` counts the frames that carry data.
        """
        patience = self._patience
        self._since_ping += 1
        if frames != self._frames:
            self._frames = frames
            self._pinged = False
        elif self._pinged and self._since_ping * patience.tick_s >= patience.pong_within_s:
            return Verdict.HALF_OPEN
        if data_frames != self._data:
            self._data = data_frames
            self._idle = 0
        elif expecting:
            self._idle += 1
        if data_frames:
            self.data_ticks += 1
        limit_s = patience.silence_s if data_frames else patience.first_data_s
        if expecting and limit_s is not None and self._idle * patience.tick_s >= limit_s:
            return Verdict.SILENT if data_frames else Verdict.NO_FIRST_DATA
        return None

    def ping_due(self) -> bool:
        """Tell whether to ping now; counts the ping as sent when it says yes."""
        patience = self._patience
        if self._pinged or self._since_ping * patience.tick_s < patience.ping_every_s:
            return False
        self._since_ping = 0
        self._pinged = True
        return True
