"""Sends a run's metrics and spans from a thread of its own: whoever gives them never waits.

What waits is bounded: of metrics only the newest reading, of stories so many, and one too many is
counted and let go. A collector that is away is named once an outage; what it missed is not kept.
"""

import logging
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from opentelemetry.sdk.metrics.export import MetricExportResult
from opentelemetry.sdk.trace.export import SpanExportResult
from prometheus_client import Metric as Family

from underround.app.telemetry.exporters import SCOPE, Exporters, plain
from underround.app.telemetry.families import told
from underround.app.telemetry.spans import SpanMaker
from underround.app.telemetry.stories import Story

_log = logging.getLogger("underround.telemetry")
STEP_S: Final = 0.0005


@contextmanager
def _giving_way() -> Iterator[None]:
    """Let the loop's thread have the interpreter back ten times sooner than usual."""
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(min(STEP_S, before_s))
    try:
        yield
    finally:
        sys.setswitchinterval(before_s)


class Sender:
    """The thread between a run and its collector."""

    def __init__(self, exporters: Exporters, began_ns: int) -> None:
        self.lost = 0
        """Stories that found the queue full, and those that the collector did not take."""
        self._exporters = exporters
        self._began_ns = began_ns
        self._makes = SpanMaker(exporters.resource)
        self._stories: deque[Story] = deque()
        self._reading: tuple[Sequence[Family], int] | None = None
        self._wake = threading.Event()
        self._is_over = self._is_closed = False
        self._failing: set[str] = set()
        # A daemon: a call that hangs must not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name="telemetry", daemon=True)
        self._thread.start()

    def take(self, story: Story) -> None:
        """Keep a story until it is sent; one too many is counted and let go."""
        if self._exporters.spans is None:
            return
        if len(self._stories) >= self._exporters.batching.most:
            self.lost += 1
        else:
            self._stories.append(story)

    def read(self, families: Sequence[Family], at_ns: int) -> None:
        """Send this reading of the metrics instead of any that still waits."""
        if self._exporters.metrics is not None:
            self._reading = families, at_ns
            self._wake.set()

    def close(self, patience_s: float) -> None:
        """Send what waits, for so long at most; blocks."""
        self._is_over = True
        self._wake.set()
        self._thread.join(patience_s)
        if self._thread.is_alive():
            self._said("the last of it", is_taken=False, why=f"no answer in {patience_s:g} s")
        self._is_closed = True
        self._exporters.close()

    def _run(self) -> None:
        is_last = False
        while not is_last:
            self._wake.wait(self._exporters.batching.every_s)
            self._wake.clear()
            is_last = self._is_over
            try:
                with _giving_way():
                    self._send()
            except Exception as error:  # noqa: BLE001 - somebody else's code; the run goes on
                self._said(
                    "anything", is_taken=False, why=plain(f"{type(error).__name__}: {error}")
                )

    def _send(self) -> None:
        reading, self._reading = self._reading, None
        if reading is not None and self._exporters.metrics is not None:
            families, at_ns = reading
            message = told(families, self._exporters.resource, SCOPE, self._began_ns, at_ns)
            taken = self._exporters.metrics.export(message)
            self._said("metrics", is_taken=taken is MetricExportResult.SUCCESS)
        while self._stories and self._exporters.spans is not None and not self._is_closed:
            stories = self._batch()
            spans = []
            for story in stories:
                spans += self._makes.spans_of(story)
            if spans:
                is_taken = self._exporters.spans.export(spans) is SpanExportResult.SUCCESS
                self.lost += 0 if is_taken else len(stories)
                self._said("traces", is_taken=is_taken)

    def _batch(self) -> list[Story]:
        count = min(len(self._stories), self._exporters.batching.together)
        return [self._stories.popleft() for _ in range(count)]

    def _said(self, what: str, *, is_taken: bool, why: str = "") -> None:
        """Say that an outage begins, or that it is over; once each."""
        where, complaints = self._exporters.where, self._exporters.complaints
        reason, complaints.first = complaints.first or why or "it does not say why", ""
        if self._is_closed or is_taken is (what not in self._failing):
            return
        if is_taken:
            self._failing.discard(what)
            _log.info("telemetry: %s takes %s again", where, what)
            return
        self._failing.add(what)
        _log.warning(
            "telemetry: %s does not take %s: %s (said once; the run goes on without)",
            where,
            what,
            reason,
        )
