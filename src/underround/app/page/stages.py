"""How long each stage of the pipe takes, as histograms that only grow.

Samples a few batches a second beside the hot path: between two samples nothing of it is there.
Changes nothing that it measures.
"""

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Sequence
from enum import StrEnum
from itertools import islice
from typing import Final

from underround.app.clock import monotonic_ns
from underround.app.codecs import CODECS
from underround.app.frame_stamp import stamp_ms
from underround.app.pipeline import Pipeline
from underround.core.event import MarketEvent
from underround.core.opportunity import Signal
from underround.core.units import NS_PER_MS, NS_PER_SECOND

BOUNDS_S: Final = (
    0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
    0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
)  # fmt: skip
_BOUNDS_NS: Final = [round(bound_s * NS_PER_SECOND) for bound_s in BOUNDS_S]
SAMPLE_EVERY_S: Final = 0.25
LARGEST_BYTES: Final = 100_000
"""A frame above this is an opening dump: decoding it again would hold everything up."""


class Stage(StrEnum):
    """The stages from a venue to the page, in order."""

    ARRIVAL = "arrival"  # a venue's own time stamp to our receipt; both clocks' offset included
    DECODE = "decode"  # bytes to events (sampled)
    PROCESS = "process"  # record, decode and engine of one socket read (sampled)
    DETECT = "detect"  # the frame that made an edge to its signal
    HOLD = "hold"  # an opening held back until its books were whole or confirmed
    DELIVER = "deliver"  # journal, digest and queue of one signal
    JOURNAL = "journal"  # an order's decision to its note on the disk
    ANSWER = "answer"  # that note to the venue's first answer
    LOOP = "loop"  # how late the event loop comes to what is due
    PAGE = "page"  # making one update of the page


class Durations:
    """A histogram of durations: counts by upper bound (the last has none), and their sum."""

    __slots__ = ("counts", "sum_ns")

    def __init__(self) -> None:
        self.counts = [0] * (len(_BOUNDS_NS) + 1)
        self.sum_ns = 0

    def add(self, value_ns: int) -> None:
        """Take one duration; below zero, which two clocks can make, counts as zero."""
        value_ns = max(value_ns, 0)
        self.counts[bisect_left(_BOUNDS_NS, value_ns)] += 1
        self.sum_ns += value_ns

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self.counts)

    def quantile_s(self, share: float) -> float | None:
        """Return the bound under which `share` (0…1) of them lie; None without any."""
        wanted, seen = share * self.count, 0
        for bound_s, count in zip((*BOUNDS_S, BOUNDS_S[-1]), self.counts, strict=True):
            seen += count
            if count and seen >= wanted:
                return bound_s
        return None


class StageProbe:
    """Every stage's histogram of one run."""

    def __init__(self, pipeline: Pipeline, clock_ns: Callable[[], int]) -> None:
        self.stages = {stage: Durations() for stage in Stage}
        self._pipeline = pipeline
        self._clock_ns = clock_ns
        self._seen: dict[str, Sequence[bytes]] = {}
        self._folded = {Stage.DETECT: 0, Stage.HOLD: 0}
        self._raised_ns = 0
        pipeline.on_signal.insert(0, self._delivery_begins)
        pipeline.on_signal.append(self._delivery_ends)

    async def run(self) -> None:
        """Sample until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due_s = loop.time() + SAMPLE_EVERY_S
            await asyncio.sleep(SAMPLE_EVERY_S)
            late_s = loop.time() - due_s
            self.stages[Stage.LOOP].add(round(late_s * NS_PER_SECOND))
            self.sample()

    def end(self) -> None:
        """Leave the pipeline as it was."""
        vars(self._pipeline).pop("batch", None)
        self._pipeline.on_signal.remove(self._delivery_begins)
        self._pipeline.on_signal.remove(self._delivery_ends)

    def sample(self) -> None:
        """Look at what came since the last time, and have the next batch timed."""
        self.fold()
        for connection, frames in list(self._pipeline.last_batches.items()):
            if self._seen.get(connection) is not frames:
                self._seen[connection] = frames
                self._look(connection, frames)
        # An attribute of the instance takes the method's place for one call, then is gone.
        vars(self._pipeline)["batch"] = self._timed_batch

    def fold(self) -> None:
        """Take in the signals' latencies that the pipeline has kept since the last call."""
        latency = self._pipeline.latency
        for stage, values_ns, count in (
            (Stage.DETECT, latency.immediate_ns, latency.immediate_count),
            (Stage.HOLD, latency.held_ns, latency.held_count),
        ):
            known = len(values_ns) - (count - self._folded[stage])
            for value_ns in islice(values_ns, max(known, 0), None):
                self.stages[stage].add(value_ns)
            self._folded[stage] = count

    def _timed_batch(self, connection: str, frames: Sequence[bytes], at_ns: int) -> None:
        del vars(self._pipeline)["batch"]
        started_ns = monotonic_ns()
        self._pipeline.batch(connection, frames, at_ns)
        self.stages[Stage.PROCESS].add(monotonic_ns() - started_ns)
        sent_ms = stamp_ms(frames[-1])
        if sent_ms is not None:
            self.stages[Stage.ARRIVAL].add(at_ns - sent_ms * NS_PER_MS)

    def _look(self, connection: str, frames: Sequence[bytes]) -> None:
        frame = frames[-1]
        if len(frame) > LARGEST_BYTES:
            return
        decode = CODECS[self._pipeline.venue_of(connection)][0]
        events: list[MarketEvent] = []
        started_ns = monotonic_ns()
        decode(frame, events)
        self.stages[Stage.DECODE].add(monotonic_ns() - started_ns)

    def _delivery_begins(self, _: Signal) -> None:
        self._raised_ns = monotonic_ns()

    def _delivery_ends(self, _: Signal) -> None:
        self.stages[Stage.DELIVER].add(monotonic_ns() - self._raised_ns)
