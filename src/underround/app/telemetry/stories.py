"""Signals and trades as they happened, kept until a span can be made of them: a few numbers each.

Hears what the pipeline tells, on its thread, and does the least there; makes no spans.
"""

from collections.abc import Callable

from msgspec import Struct

from underround.app.recordings.told import Told
from underround.app.telemetry.names import TraceNames, trade_named
from underround.app.wiring import Running
from underround.core.opportunity import Signal, SignalKind
from underround.core.trading.effect import JournalWanted, TradingEffect
from underround.core.trading.journal_record import JournalRecord, TradeMoved, TradePlanned
from underround.core.trading.order_event import OrderSent
from underround.core.trading.portfolio import Portfolio
from underround.core.trading.trade import TERMINAL, TradeState, next_state
from underround.core.trading.trade_record import TradePlan

MOST_RECORDS = 500
"""Of one trade; a trade has a few dozen, and none may fill the memory."""


class SignalStory(Struct, frozen=True):
    """An opening: when the engine had it and when it was journaled and passed on.

    Not `is_journaled`: the journal could not be written, and the signal waits for it.
    """

    key: str
    signal: Signal
    raised_ns: int
    journaled_ns: int
    is_journaled: bool = True


class TradeStory(Struct):
    """A trade: its plan, and every record with when it was heard. `is_resumed`: begun before."""

    plan: TradePlan
    state: TradeState
    records: list[tuple[int, JournalRecord]]
    is_resumed: bool = False
    ended_ns: int = 0

    @property
    def is_over(self) -> bool:
        """Whether it has reached a state that it never leaves."""
        return self.state in TERMINAL


Story = SignalStory | TradeStory


class Stories:
    """Listens to one run, and gives every story that has ended to `take`."""

    def __init__(self, run: Running, names: TraceNames, take: Callable[[Story], None]) -> None:
        self._pipeline = run.pipeline
        self._clock_ns = run.clock_ns
        self._names = names
        self._take = take
        self._delivery = run.delivery
        self._raised_ns = 0
        self._portfolio = None if run.trading is None else run.trading.desk.portfolio
        self._trades: dict[str, TradeStory] = {}
        if self._portfolio is not None:
            for trade in self._portfolio.active.values():
                story = TradeStory(trade.plan, trade.state, [], is_resumed=True)
                self._trades[trade.plan.id] = story
        run.pipeline.on_signal.insert(0, self._raised)
        run.pipeline.on_signal.append(self._journaled)
        run.pipeline.on_trading.append(self._traded)
        run.pipeline.on_told.append(self._told)

    def end(self) -> None:
        """Stop listening, and tell of the trades that are under way as far as they have come."""
        self._pipeline.on_signal.remove(self._raised)
        self._pipeline.on_signal.remove(self._journaled)
        self._pipeline.on_trading.remove(self._traded)
        self._pipeline.on_told.remove(self._told)
        for story in self._trades.values():
            if story.records:
                story.ended_ns = self._clock_ns()
                self._take(story)
        self._trades.clear()

    def _raised(self, _: Signal) -> None:
        self._raised_ns = self._clock_ns()

    def _journaled(self, signal: Signal) -> None:
        if signal.kind is SignalKind.OPENED:
            key = f"{self._names.run}/{signal.id}"
            is_journaled = self._delivery is None or not self._delivery.waiting
            story = SignalStory(key, signal, self._raised_ns, self._clock_ns(), is_journaled)
            self._take(story)

    def _traded(self, effect: TradingEffect) -> None:
        if isinstance(effect, JournalWanted) and self._portfolio is not None:
            self._hear(effect.record, self._portfolio)

    def _told(self, event: Told) -> None:
        # Journaled before it is told: the only record that the desk does not ask to be written.
        if isinstance(event, OrderSent) and self._portfolio is not None:
            self._hear(event, self._portfolio)

    def _hear(self, record: JournalRecord, portfolio: Portfolio) -> None:
        name = trade_named(record, portfolio)
        if name is None:
            return
        heard_ns = self._clock_ns()
        if isinstance(record, TradePlanned):
            self._trades[name] = TradeStory(record.plan, TradeState.SIGNAL, [])
        story = self._trades.get(name)
        if story is None:  # it was over, and told of
            return
        if len(story.records) < MOST_RECORDS:
            story.records.append((heard_ns, record))
        if isinstance(record, TradeMoved):
            story.state = next_state(story.state, record.trigger)
            if story.is_over:
                story.ended_ns = heard_ns
                self._take(self._trades.pop(name))
