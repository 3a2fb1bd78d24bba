"""A run's metrics in Prometheus' text format, read when somebody asks for them.

The engine and the feeds count plain integers; nothing is counted here, and nothing on the hot path
knows of this module. Units stand last in the names, in Prometheus' base units.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

import underround
from underround.app.page.connection_list import connections
from underround.app.page.run_sight import RunSight
from underround.app.page.stages import BOUNDS_S
from underround.app.page.trading_metrics import TradingMetrics, bounded
from underround.core.book_state import BookState
from underround.core.instrument import Venue
from underround.core.opportunity import SignalKind
from underround.core.units import NS_PER_SECOND

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
CLOSED: Final = "closed"
"""The state of a book whose market is over; nobody waits for it to live."""
_USD_E6: Final = 1e6


class Exposition:
    """The text of one run's metrics, made anew at every call."""

    def __init__(self, sight: RunSight) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(RunCollector(sight))
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """Return all metrics as they stand now."""
        return generate_latest(self._registry)

    def families(self) -> list[Metric]:
        """Return the same metrics, for whoever writes them down in another way."""
        return list(self._registry.collect())


class RunCollector(Collector):
    """Reads one run."""

    def __init__(self, sight: RunSight) -> None:
        self._sight = sight
        trading = sight.run.trading
        self._trading = None if trading is None else TradingMetrics(sight, trading)

    def collect(self) -> Iterator[Metric]:
        """Yield every family of metrics."""
        yield InfoMetricFamily(
            "underround",
            "The program that runs.",
            value={"version": underround.__version__, "kind": self._sight.kind},
        )
        up_s = (self._sight.run.clock_ns() - self._sight.started_ns) / NS_PER_SECOND
        yield GaugeMetricFamily("underround_uptime_seconds", "Since the run began.", value=up_s)
        yield from self._feeds()
        yield from self._books()
        yield from self._opportunities()
        yield from self._engine()
        if self._trading is not None:
            yield from self._trading.families()
        yield from self._stores()
        yield from self._face()
        yield self._stages()

    def _feeds(self) -> Iterator[Metric]:
        run = self._sight.run
        frames = _counter("frames", "Frames received from a venue.", "venue")
        for venue in Venue:
            frames.add_metric([venue.value], run.pipeline.frames[venue])
        yield frames
        for name, help_text, attribute in (
            ("connection_received_bytes", "Bytes of frames received.", "bytes"),
            ("connection_connects", "Times that a connection was made.", "connects"),
            ("connection_disconnects", "Times that a connection ended.", "disconnects"),
            ("connection_errors", "Faults of a connection, failed attempts included.", "errors"),
            ("connection_silences", "Connections dropped because data stopped.", "silent"),
        ):
            family = _counter(name, help_text, "connection")
            for feed in run.feeds:
                if feed.is_given_up:
                    continue
                family.add_metric([feed.connection], getattr(feed.counters, attribute))
            yield family
        up = _gauge("connection_up", "Whether a connection is open (1) or not (0).", "connection")
        age = _gauge("connection_quiet_seconds", "Since a connection brought data.", "connection")
        now_ns = run.clock_ns()
        for each in connections(run):
            up.add_metric([each.name], each.is_open)
            if each.last_data_ns is not None:
                age.add_metric([each.name], (now_ns - each.last_data_ns) / NS_PER_SECOND)
        yield from (up, age)

    def _books(self) -> Iterator[Metric]:
        run = self._sight.run
        states = Counter(
            (book.instrument.venue, CLOSED if book.is_closed else book.state.value)
            for book in run.engine.books.values()
        )
        books = GaugeMetricFamily(
            "underround_books", "Order books by state.", labels=["venue", "state"]
        )
        for venue in Venue:
            for state in (*(each.value for each in BookState), CLOSED):
                books.add_metric([venue.value, state], states[venue, state])
        yield books
        yield GaugeMetricFamily(
            "underround_pairs", "Pairs that are compared.", value=len(run.universe.pairs)
        )
        normal = _gauge("venue_normal", "Whether a venue trades normally (1) or not (0).", "venue")
        for venue in Venue:
            normal.add_metric([venue.value], run.engine.trust.statuses.of(venue) is None)
        yield normal

    def _opportunities(self) -> Iterator[Metric]:
        table = self._sight.opportunities
        signals = _counter("signals", "Signals raised.", "kind")
        for kind in SignalKind:
            signals.add_metric([kind.value], table.counts[kind])
        yield signals
        yield GaugeMetricFamily(
            "underround_opportunities_open", "Opportunities open now.", value=len(table.open)
        )
        yield GaugeMetricFamily(
            "underround_opportunities_opened_day",
            "Opportunities opened within the last 24 hours of this run.",
            value=table.opened_within_a_day(self._sight.run.clock_ns()),
        )
        edges = [standing.signal for standing in table.open.values()]
        yield GaugeMetricFamily(
            "underround_edge_best_usd",
            "The largest open edge a contract at the best prices, after fees; 0 without one.",
            value=max((signal.edge_top_e6 for signal in edges), default=0) / _USD_E6,
        )
        yield GaugeMetricFamily(
            "underround_edge_total_usd",
            "What all open opportunities would leave at their sizes, after fees.",
            value=sum(signal.edge_usd_e6 for signal in edges) / _USD_E6,
        )

    def _engine(self) -> Iterator[Metric]:
        run = self._sight.run
        events = _counter("engine_events", "What the engine saw, by what it was.", "event")
        for name, count in run.engine.counts.as_dict().items():
            events.add_metric([name], count)
        noted = _counter("noted", "Unexpected things, by kind.", "kind")
        for kind, count in bounded(run.pipeline.noted).items():
            noted.add_metric([kind], count)
        yield from (events, noted)
        yield GaugeMetricFamily(
            "underround_detection_paused",
            "Whether openings are paused (1) or not (0).",
            value=run.engine.detector.is_paused,
        )

    def _stores(self) -> Iterator[Metric]:
        run = self._sight.run
        up = _gauge(
            "store_up", "Whether a store is connected or written to (1) or not (0).", "store"
        )
        pending = _gauge("store_pending", "Writes that wait for a store.", "store")
        lost = _counter("store_lost", "Writes given up.", "store")
        for name, status in (("prices", run.prices.status()), ("signals", run.signals.status())):
            up.add_metric([name], status.state == "connected")
            pending.add_metric([name], status.pending)
            lost.add_metric([name], status.lost)
        delivery, audit, trading = run.delivery, run.audit, run.trading
        line = None if trading is None else trading.shell.line
        for name, journal in (
            ("signal_journal", delivery),
            ("audit_log", audit),
            ("trade_journal", line),
        ):
            if journal is not None:
                up.add_metric([name], journal.failure is None)
                pending.add_metric([name], journal.waiting)
                lost.add_metric([name], journal.lost)
        yield from (up, pending, lost)
        recorder = run.recorder
        yield CounterMetricFamily(
            "underround_recording_written_bytes",
            "Compressed bytes of the recording.",
            value=0 if recorder is None else recorder.written_bytes,
        )
        yield CounterMetricFamily(
            "underround_recording_lost_inputs",
            "Inputs that could not be recorded.",
            value=0 if recorder is None else recorder.lost,
        )

    def _face(self) -> Iterator[Metric]:
        face = self._sight.face
        yield GaugeMetricFamily(
            "underround_page_clients", "Streams of the page that are open.", value=face.clients
        )
        yield CounterMetricFamily(
            "underround_page_updates", "Updates sent to all streams.", value=face.updates
        )
        yield CounterMetricFamily(
            "underround_page_updates_lost", "Updates that slow streams missed.", value=face.lost
        )

    def _stages(self) -> Metric:
        probe = self._sight.probe
        probe.fold()
        family = HistogramMetricFamily(
            "underround_stage_duration_seconds",
            "Time that each stage takes; arrival, decode, process and loop are sampled.",
            labels=["stage"],
        )
        for stage, durations in probe.stages.items():
            family.add_metric(
                [stage.value],
                buckets=_buckets(durations.counts),
                sum_value=durations.sum_ns / NS_PER_SECOND,
            )
        return family


def _buckets(counts: Iterable[int]) -> list[tuple[str, float]]:
    bounds = (*(f"{bound_s:g}" for bound_s in BOUNDS_S), "+Inf")
    return list(zip(bounds, map(float, accumulate(counts)), strict=True))


def _counter(name: str, help_text: str, label: str) -> CounterMetricFamily:
    return CounterMetricFamily(f"underround_{name}", help_text, labels=[label])


def _gauge(name: str, help_text: str, label: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"underround_{name}", help_text, labels=[label])
