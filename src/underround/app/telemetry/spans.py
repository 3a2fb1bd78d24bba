"""Spans of a signal from tick to journal, and of a trade from signal over its orders to its end.

Made after the fact from stories, by OpenTelemetry's own tracer, on the sender's thread. A trade's
spans stand below its signal's, in the trace that the signal's name amounts to.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)
from opentelemetry.util.types import AttributeValue

import underround
from underround.app.telemetry.names import OF_ORDERS, Trace, trace_of
from underround.app.telemetry.stories import SignalStory, Story, TradeStory
from underround.core.trading.journal_record import (
    AbsenceProven,
    IntentWritten,
    JournalRecord,
    OrderDecided,
    TradeMoved,
)
from underround.core.trading.order_event import (
    Filled,
    OrderDone,
    OrderRejected,
    OrderSeen,
    OrderSent,
    OrderState,
)
from underround.core.trading.trade import TradeState
from underround.core.trading.trade_record import TradePlan

Attributes = dict[str, AttributeValue]
Heard = Sequence[tuple[int, JournalRecord]]
_FAILED: Final = (TradeState.HALT, TradeState.STRANDED)


class _GivenIds(RandomIdGenerator):
    """Draws ids as usual, but for the root of a trace whose ids are known."""

    def __init__(self) -> None:
        self.given: Trace | None = None

    def generate_trace_id(self) -> int:
        return super().generate_trace_id() if self.given is None else self.given.trace_id

    def generate_span_id(self) -> int:
        return super().generate_span_id() if self.given is None else self.given.span_id


class _Ended(SpanProcessor):
    """Keeps the spans that were sampled and have ended."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        if span.context is not None and span.context.trace_flags.sampled:
            self.spans.append(span)


class SpanMaker:
    """Makes spans of stories; the sampler and the limits are as OTEL_… says."""

    def __init__(self, resource: Resource) -> None:
        self._ids, self._ended = _GivenIds(), _Ended()
        self._provider = TracerProvider(
            resource=resource, shutdown_on_exit=False, id_generator=self._ids
        )
        self._provider.add_span_processor(self._ended)
        self._tracer = self._provider.get_tracer("underround", underround.__version__)

    def spans_of(self, story: Story) -> list[ReadableSpan]:
        """Return the spans of one story; none where its trace is not sampled."""
        if isinstance(story, SignalStory):
            self._signal(story)
        else:
            self._trade(story)
        spans, self._ended.spans = self._ended.spans, []
        return spans

    def _signal(self, story: SignalStory) -> None:
        signal, raised_ns, ended_ns = story.signal, story.raised_ns, story.journaled_ns
        known: Attributes = {
            "underround.signal": story.key,
            "underround.pair": signal.pair,
            "underround.direction": signal.direction,
            "underround.kind": signal.underround.value,
            "underround.edge_usd": signal.edge_e6 / 1e6,
            "underround.size": signal.size_e6 / 1e6,
            "underround.venues": sorted({leg.venue.value for leg in signal.legs}),
        }
        if not story.is_journaled:
            known["underround.is_journaled"] = False
        if signal.held_for:
            known["underround.held_for"] = signal.held_for
        held_since_ns = signal.at_ns - signal.held_ns
        begun_ns = min(signal.tick_at_ns, held_since_ns)
        with self._root("signal", trace_of(story.key), begun_ns, ended_ns, known) as root:
            if signal.held_ns:
                self._below(root, "hold", held_since_ns, signal.at_ns)
            detected_since_ns = signal.at_ns if signal.held_ns else signal.tick_at_ns
            self._below(root, "detect", detected_since_ns, raised_ns)
            self._below(root, "deliver", raised_ns, ended_ns)

    def _trade(self, story: TradeStory) -> None:
        plan, trace = story.plan, trace_of(story.plan.signal)
        known = _plan_known(plan) | {
            "underround.trade.state": story.state.value,
            "underround.trade.is_over": story.is_over,
            "underround.trade.is_resumed": story.is_resumed,
        }
        began_ns = story.records[0][0] if story.is_resumed else plan.at_ns
        span = self._tracer.start_span(
            "trade", self._below_signal(trace), attributes=known, start_time=began_ns
        )
        for at_ns, record in story.records:
            if isinstance(record, TradeMoved):
                why: Attributes = {"reason": record.reason} if record.reason else {}
                span.add_event(record.trigger.name.lower(), why, at_ns)
        if story.state in _FAILED:
            span.set_status(StatusCode.ERROR, "one leg holds what no other covers")
        for at_ns, record in story.records:
            if isinstance(record, IntentWritten):
                self._order(span, at_ns, record, story)
        span.end(story.ended_ns)

    def _order(self, trade: Span, begun_ns: int, written: IntentWritten, story: TradeStory) -> None:
        intent = written.intent
        heard = [each for each in story.records if _is_of(each[1], intent.id, story.records)]
        ended_ns = next((ns for ns, each in heard if _ends(each)), story.ended_ns)
        known: Attributes = {
            "underround.trade": intent.trade,
            "underround.order": intent.id,
            "underround.leg": intent.leg,
            "underround.role": written.role.value,
            "underround.venue": intent.venue.value,
            "underround.instrument": intent.instrument,
            "underround.outcome": intent.outcome.value,
            "underround.side": "buy" if intent.is_buy else "sell",
            "underround.size": intent.size_e6 / 1e6,
            "underround.limit_usd": intent.limit_e4 / 1e4,
        }
        span = self._tracer.start_span(
            f"order {written.role.value}",
            set_span_in_context(trade, Context()),
            attributes=known,
            start_time=begun_ns,
        )
        for at_ns, record in heard:
            span.add_event(*_event(record), at_ns)
            if isinstance(record, OrderSent):
                self._below(span, "journal", begun_ns, at_ns)
                self._below(span, "venue", at_ns, ended_ns)
            if isinstance(record, OrderRejected):
                span.set_status(StatusCode.ERROR, record.text)
        span.end(max(ended_ns, begun_ns))

    @contextmanager
    def _root(
        self, name: str, trace: Trace, begun_ns: int, ended_ns: int, known: Attributes
    ) -> Iterator[Span]:
        self._ids.given = trace
        span = self._tracer.start_span(name, Context(), attributes=known, start_time=begun_ns)
        self._ids.given = None
        yield span
        span.end(max(begun_ns, ended_ns))

    def _below(self, parent: Span, name: str, begun_ns: int, ended_ns: int) -> None:
        span = self._tracer.start_span(
            name, set_span_in_context(parent, Context()), start_time=begun_ns
        )
        span.end(max(begun_ns, ended_ns))

    def _below_signal(self, trace: Trace) -> Context:
        """Return the context of a signal's span, sampled as that was: the trace's id decides."""
        chosen = self._provider.sampler.should_sample(None, trace.trace_id, "signal")
        is_sampled = chosen.decision is Decision.RECORD_AND_SAMPLE
        flags = TraceFlags(TraceFlags.SAMPLED if is_sampled else TraceFlags.DEFAULT)
        signal = SpanContext(trace.trace_id, trace.span_id, is_remote=True, trace_flags=flags)
        return set_span_in_context(NonRecordingSpan(signal), Context())


def _plan_known(plan: TradePlan) -> Attributes:
    return {
        "underround.trade": plan.id,
        "underround.signal": plan.signal,
        "underround.pair": plan.pair,
        "underround.direction": plan.direction,
        "underround.size": plan.size_e6 / 1e6,
        "underround.quoted_usd": plan.quoted_usd_e6 / 1e6,
    }


def _is_of(record: JournalRecord, order: str, all_of_it: Heard) -> bool:
    """Tell whether a record is about an order; a fill may name it by the venue's id alone."""
    if isinstance(record, Filled):
        venue_ids = {
            getattr(each, "venue_order_id", None)
            for _, each in all_of_it
            if getattr(each, "order", None) == order
        }
        return record.order == order or record.venue_order_id in venue_ids
    return isinstance(record, OF_ORDERS) and record.order == order


def _ends(record: JournalRecord) -> bool:
    if isinstance(record, OrderSeen):
        return record.state is OrderState.DONE
    return isinstance(record, OrderDone | OrderRejected | AbsenceProven | OrderDecided)


def _event(record: JournalRecord) -> tuple[str, Attributes]:
    """Return what a record is called among the events of a span, and its figures."""
    known: Attributes = {}
    if isinstance(record, Filled):
        known = {
            "size": record.size_e6 / 1e6,
            "price_usd": record.price_e4 / 1e4,
            "fee_usd": record.fee_usd_e6 / 1e6,
            "status": record.status.value,
        }
    for name in ("reason", "text"):
        if text := getattr(record, name, ""):
            known[name] = str(text)
    return _EVENTS.get(type(record).__name__, type(record).__name__), known


_EVENTS: Final = {
    "OrderSent": "sent",
    "OrderAcknowledged": "acknowledged",
    "OrderRejected": "rejected",
    "OrderUnanswered": "unanswered",
    "OrderDone": "done",
    "OrderSeen": "seen",
    "OrderMissing": "missing",
    "OrderDecided": "decided",
    "AbsenceProven": "absent",
    "Filled": "fill",
}
