"""Between a feed and the pipeline: how old frames are on arrival, and how long they take here.

Hands everything on unchanged. The venue's stamp is looked for in the bytes of a batch's last
frame; nothing is decoded.
"""

import re
from collections.abc import Callable
from typing import Final

from underround.app.bitcoin.latency import Durations
from underround.app.clock import monotonic_ns
from underround.app.pipeline import Pipeline
from underround.core.units import NS_PER_MS

_CHANGES: Final = (b'"orderbook_delta"', b'"price_change"')
"""What says that a market moves; books that we asked for and answers to us do not."""

# Kalshi's envelope says when it was sent, its deltas when they happened; Polymarket's are texts.
_STAMP: Final = re.compile(rb'"(?:sending_ts_ms|ts_ms|timestamp)":\s*"?(\d{13})\b')


class TimedSink:
    """A pipeline that is listened to."""

    def __init__(self, pipeline: Pipeline, clock_ns: Callable[[], int]) -> None:
        self.age: dict[str, Durations] = {}
        self.check = Durations()
        self.first_at_ns: dict[str, int] = {}
        self.last_at_ns: dict[str, int] = {}
        self.messages: dict[str, int] = {}
        self.last_change_ns: dict[str, int] = {}
        self.longest_still_ns: dict[str, int] = {}
        self._pipeline = pipeline
        self._clock_ns = clock_ns

    def opened(self, connection: str, at_ns: int) -> None:
        """Hand on."""
        self._pipeline.opened(connection, at_ns)

    def batch(self, connection: str, frames: list[bytes], at_ns: int) -> None:
        """Hand on, and time it."""
        started_ns = monotonic_ns()
        self._pipeline.batch(connection, frames, at_ns)
        self.check.add(monotonic_ns() - started_ns)
        self.first_at_ns.setdefault(connection, at_ns)
        self.last_at_ns[connection] = at_ns
        self.messages[connection] = self.messages.get(connection, 0) + len(frames)
        if any(change in frame for frame in frames for change in _CHANGES):
            before_ns = self.last_change_ns.get(connection, self.first_at_ns[connection])
            still_ns = max(at_ns - before_ns, self.longest_still_ns.get(connection, 0))
            self.longest_still_ns[connection] = still_ns
            self.last_change_ns[connection] = at_ns
        found = _STAMP.search(frames[-1])
        if found is not None:
            age = self.age.setdefault(connection, Durations())
            age.add(at_ns - int(found[1]) * NS_PER_MS)

    def still_ns(self, connection: str, now_ns: int) -> int | None:
        """Return the longest time without a change of any book; None before the first message."""
        first_ns = self.first_at_ns.get(connection)
        if first_ns is None:
            return None
        since_ns = now_ns - self.last_change_ns.get(connection, first_ns)
        return max(since_ns, self.longest_still_ns.get(connection, 0))

    def sent(self, connection: str, frame: bytes, at_ns: int) -> None:
        """Hand on."""
        self._pipeline.sent(connection, frame, at_ns)

    def closed(self, connection: str, at_ns: int, code: int | None, reason: str) -> None:
        """Hand on."""
        self._pipeline.closed(connection, at_ns, code, reason)
