"""Between the sockets and the engine: record, decode, process, and carry out what comes back.

The path from a frame to a signal is one synchronous call. Whatever can wait (REST, disk, Redis,
printing) is handed to someone else here and never awaited.
"""

import logging
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Final

from underround.app.connection_log import ConnectionLog
from underround.app.ports import Hands
from underround.app.recordings.plan import Plan, books_fetched, fetch_request, plan_arguments
from underround.app.recordings.told import Told, arguments_of, name_of
from underround.core.basket_event import SolveBasket
from underround.core.effect import (
    Answered,
    BookJudged,
    Effect,
    FetchBooks,
    LookUpMarket,
    Noted,
    Reconnect,
    RepriceEvent,
    RequestSnapshots,
    Resubscribe,
    SignalRaised,
    Unsubscribe,
    WakeAt,
)
from underround.core.engine import Engine
from underround.core.event import (
    Batch,
    BookReplaced,
    Command,
    ConnectionClosed,
    ConnectionOpened,
    Event,
    InstrumentsExpected,
    MarketEvent,
    Timer,
)
from underround.core.instrument import Venue
from underround.core.opportunity import Signal, SignalKind
from underround.core.trading.effect import TRADING, TradingEffect
from underround.core.windows.pricing_effect import (
    IndexTicked,
    OfficialCompared,
    PricingEffect,
    ValueRaised,
    WindowEnded,
    WindowsPriced,
)
from underround.stores.recording import RecordingWriter

_log = logging.getLogger("underround")

Decode = Callable[[bytes, list[MarketEvent]], None]
LATENCIES_KEPT: Final = 10_000
DecodeBooks = Callable[[bytes], list[BookReplaced]]


class Latency:
    """Nanoseconds from the frame that made an edge to its signal; held openings apart.

    The latest are kept, the counts are of all.
    """

    def __init__(self) -> None:
        self.immediate_ns: deque[int] = deque(maxlen=LATENCIES_KEPT)
        self.held_ns: deque[int] = deque(maxlen=LATENCIES_KEPT)
        self.immediate_count = 0
        self.held_count = 0

    def add(self, value_ns: int, *, is_held: bool) -> None:
        """Take in one opening."""
        if is_held:
            self.held_ns.append(value_ns)
            self.held_count += 1
        else:
            self.immediate_ns.append(value_ns)
            self.immediate_count += 1


class Pipeline:
    """One engine with everything around it; the sink of every feed."""

    def __init__(
        self,
        engine: Engine,
        codecs: dict[Venue, tuple[Decode, DecodeBooks]],
        hands: Hands,
        recorder: RecordingWriter | None,
        clock_ns: Callable[[], int],
    ) -> None:
        self.engine = engine
        self.latency = Latency()
        self.noted: Counter[str] = Counter()
        self.frames: Counter[Venue] = Counter()
        self.on_signal: list[Callable[[Signal], None]] = []
        self.on_judged: list[Callable[[BookJudged], None]] = []
        self.on_trading: list[Callable[[TradingEffect], None]] = []
        self.on_opened: list[Callable[[str], None]] = []
        self.on_closed: list[Callable[[str, int | None, str], None]] = []
        self.on_told: list[Callable[[Told], None]] = []
        self.last_batches: dict[str, Sequence[bytes]] = {}
        """What each connection delivered last, for whoever looks at a frame now and then."""
        self.on_pricing: list[Callable[[PricingEffect], None]] = []
        self._codecs = codecs
        self._hands = hands
        self._recorder = recorder
        self._clock_ns = clock_ns
        self._plans: dict[str, Plan] = {}
        self._connections = ConnectionLog(stopped_level=logging.INFO)
        self._decoders: dict[str, Decode] = {}

    def plan(self, plan: Plan) -> None:
        """Learn what a connection is to feed, before it opens or when it is to feed more."""
        self._plans[plan.connection] = plan
        self._decoders[plan.connection] = self._codecs[plan.venue][0]
        at_ns = self._clock_ns()
        if self._recorder is not None:
            self._recorder.append_command("plan", plan_arguments(plan), at_ns)
        self.process(InstrumentsExpected(plan.connection, plan.instruments, at_ns))

    def opened(self, connection: str, at_ns: int) -> None:
        """Tell the engine that a connection stands."""
        plan = self._plans[connection]
        if self._recorder is not None:
            self._recorder.append_connection(connection, "opened", at_ns)
        self._connections.opened(connection, self._way(plan))
        self.process(
            ConnectionOpened(connection, plan.venue, at_ns, plan.instruments, plan.is_slow)
        )
        for tell in self.on_opened:
            tell(connection)

    def batch(self, connection: str, frames: Sequence[bytes], at_ns: int) -> None:
        """Record, decode and process what one read delivered. The hot path."""
        if self._recorder is not None:
            self._recorder.append_batch(connection, frames, at_ns)
        decode = self._decoders[connection]
        events: list[MarketEvent] = []
        for frame in frames:
            decode(frame, events)
        effects = self.engine.process(Batch(connection, at_ns, events))
        if effects:
            self._carry_out(effects)
        self.frames[self._plans[connection].venue] += len(frames)
        self.last_batches[connection] = frames

    def sent(self, connection: str, frame: bytes, at_ns: int) -> None:
        """Record what we said."""
        if self._recorder is not None:
            self._recorder.append_sent(connection, frame, at_ns)

    def closed(self, connection: str, at_ns: int, code: int | None, reason: str) -> None:
        """Tell the engine that a connection is gone."""
        if self._recorder is not None:
            self._recorder.append_connection(connection, "closed", at_ns, code, reason)
        why = reason or str(code)
        self._connections.closed(connection, why)
        self.process(ConnectionClosed(connection, at_ns, why))
        self.last_batches.pop(connection, None)
        for tell in self.on_closed:
            tell(connection, code, reason)

    def fetched(self, wanted: FetchBooks, body: bytes) -> None:
        """Give the engine the books that it asked for over REST."""
        at_ns = self._clock_ns()
        if self._recorder is not None:
            request = fetch_request(wanted)
            self._recorder.append_rest(wanted.venue, "books", request, 200, body, at_ns)
        try:
            event = books_fetched(wanted, self._codecs[wanted.venue][1](body), at_ns)
        except ValueError as fault:
            self.note("unreadable books", str(fault))
            return
        self.process(event)

    def polled(self, connection: str, body: bytes) -> None:
        """Take books that were polled over REST as if a socket had pushed them."""
        at_ns = self._clock_ns()
        venue = self._plans[connection].venue
        if self._recorder is not None:
            self._recorder.append_rest(venue, "poll", connection, 200, body, at_ns)
        try:
            books = self._codecs[venue][1](body)
        except ValueError as fault:
            self.note("unreadable books", str(fault))
            return
        self.frames[venue] += 1
        self.process(Batch(connection, at_ns, books))

    def timer(self, name: str) -> None:
        """Tell the engine what time it is."""
        at_ns = self._clock_ns()
        if self._recorder is not None:
            self._recorder.append_timer(name, at_ns)
        self.process(Timer(at_ns))

    def tell(self, told: Told) -> None:
        """Record and give the engine an input that came neither from a socket nor from a clock."""
        if self._recorder is not None:
            self._recorder.append_command(name_of(told), arguments_of(told), told.at_ns)
        self.process(told)
        for tell in self.on_told:
            tell(told)

    def command(self, name: str, arguments: dict[str, str]) -> None:
        """Record and carry out what a person or another program asks for."""
        at_ns = self._clock_ns()
        if self._recorder is not None:
            self._recorder.append_command(name, arguments, at_ns)
        self.process(Command(name, at_ns, arguments))

    def venue_of(self, connection: str) -> Venue:
        """Return the venue of a planned connection; KeyError for another."""
        return self._plans[connection].venue

    def process(self, event: Event) -> None:
        """Give the engine an event that is already recorded, and do what it wants."""
        effects = self.engine.process(event)
        if effects:
            self._carry_out(effects)

    def note(self, kind: str, detail: str) -> None:
        """Count something unexpected, and name it in the log the first time."""
        self.noted[kind] += 1
        if self.noted[kind] == 1:
            _log.warning("%s: %s (said once, counted from now on)", kind, detail)

    def _way(self, plan: Plan) -> str:
        """Say what a connection that opened is; by name only where its venue has several."""
        venue = plan.venue.title()
        if plan.is_slow:
            return f"Polling {venue} over REST (slow)"
        others = sum(each.venue is plan.venue for each in self._plans.values()) - 1
        return f"Connected to {venue} WebSocket" + (f" ({plan.connection})" if others else "")

    def _carry_out(self, effects: tuple[Effect, ...]) -> None:
        """Tell what happened, then act: acting may bring the next event about before it returns.

        A replay hears the events one after the other, so here too all of one is told first.
        """
        for effect in effects:
            match effect:
                case SignalRaised(signal=signal):
                    self._raise(signal)
                case BookJudged():
                    for tell in self.on_judged:
                        tell(effect)
                case Noted(kind=kind, detail=detail):
                    self.note(kind, detail)
                case (
                    IndexTicked()
                    | OfficialCompared()
                    | WindowsPriced()
                    | ValueRaised()
                    | WindowEnded()
                ):
                    for hear in self.on_pricing:
                        hear(effect)
                case _ if isinstance(effect, TRADING):
                    for trade in self.on_trading:
                        trade(effect)
        for effect in effects:
            match effect:
                case WakeAt(at_ns=at_ns):
                    self._hands.wake_at(at_ns)
                case FetchBooks():
                    self._hands.fetch_books(effect)
                case RequestSnapshots():
                    self._hands.request_snapshots(effect)
                case Answered(connection=connection, answer=answer):
                    self._hands.answered(connection, answer)
                case Reconnect(connection=connection, reason=reason):
                    self._hands.reconnect(connection, reason)
                case Resubscribe():
                    self._hands.resubscribe(effect)
                case Unsubscribe():
                    self._hands.unsubscribe(effect)
                case LookUpMarket():
                    self._hands.look_up(effect)
                case RepriceEvent():
                    self._hands.reprice(effect)
                case SolveBasket():
                    self._hands.solve_basket(effect)

    def _raise(self, signal: Signal) -> None:
        if signal.kind is SignalKind.OPENED:
            lasted_ns = self._clock_ns() - signal.tick_at_ns
            self.latency.add(lasted_ns, is_held=bool(signal.held_for))
        for tell in self.on_signal:
            tell(signal)
