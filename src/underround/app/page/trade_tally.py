"""What trading does, counted while somebody looks: states, orders, answers, and how long both took.

Hears what the pipeline tells and only adds up; the counts never go down.
"""

from collections import Counter
from typing import Final

from underround.app.page.stages import Stage, StageProbe
from underround.app.recordings.told import Told
from underround.app.wiring import Running
from underround.core.trading.effect import JournalWanted, TradingEffect
from underround.core.trading.journal_record import IntentWritten, TradeMoved, TradePlanned
from underround.core.trading.order_event import (
    OrderAcknowledged,
    OrderDone,
    OrderRejected,
    OrderSent,
    OrderUnanswered,
)
from underround.core.trading.trade import TERMINAL, TradeState, next_state

MOST_AWAITED: Final = 1_000
"""Orders whose answer is timed at once; one that only a query told of is never answered."""
ANSWERS: Final = {
    OrderAcknowledged: "acknowledged",
    OrderDone: "done",
    OrderRejected: "rejected",
    OrderUnanswered: "unanswered",
}


class TradeTally:
    """Trades of one run since it was first looked at; of a run that does not trade, nothing."""

    def __init__(self, run: Running, probe: StageProbe) -> None:
        self.states: Counter[TradeState] = Counter()
        """How often a trade came to each state."""
        self.orders: Counter[tuple[str, str]] = Counter()
        """Orders decided on, by venue and role."""
        self.answers: Counter[str] = Counter()
        self._run = run
        self._stages = probe.stages
        self._moving: dict[str, TradeState] = {}
        self._decided_ns: dict[str, int] = {}
        self._sent_ns: dict[str, int] = {}
        if run.trading is not None:
            active = run.trading.desk.portfolio.active
            self._moving = {name: trade.state for name, trade in active.items()}
            run.pipeline.on_trading.append(self._traded)
            run.pipeline.on_told.append(self._told)

    def end(self) -> None:
        """Stop listening."""
        if self._run.trading is not None:
            self._run.pipeline.on_trading.remove(self._traded)
            self._run.pipeline.on_told.remove(self._told)

    def _traded(self, effect: TradingEffect) -> None:
        match effect:
            case JournalWanted(record=TradePlanned(plan=plan)):
                self._moving[plan.id] = TradeState.SIGNAL
            case JournalWanted(record=TradeMoved(trade=trade, trigger=trigger)):
                before = self._moving.pop(trade, None)
                if before is not None:
                    state = next_state(before, trigger)
                    self.states[state] += 1
                    if state not in TERMINAL:
                        self._moving[trade] = state
            case JournalWanted(record=IntentWritten(intent=intent, role=role)):
                self.orders[intent.venue.value, role.value] += 1
                self._decided_ns[intent.id] = self._run.clock_ns()
            case JournalWanted(
                record=OrderAcknowledged()
                | OrderDone()
                | OrderRejected()
                | OrderUnanswered() as answer
            ):
                self.answers[ANSWERS[type(answer)]] += 1
                self._decided_ns.pop(answer.order, None)
                sent_ns = self._sent_ns.pop(answer.order, None)
                if sent_ns is not None:
                    self._stages[Stage.ANSWER].add(self._run.clock_ns() - sent_ns)

    def _told(self, event: Told) -> None:
        if isinstance(event, OrderSent):
            now_ns = self._run.clock_ns()
            if len(self._sent_ns) >= MOST_AWAITED:
                self._sent_ns.clear()
            self._sent_ns[event.order] = now_ns
            decided_ns = self._decided_ns.pop(event.order, None)
            if decided_ns is not None:
                self._stages[Stage.JOURNAL].add(now_ns - decided_ns)
