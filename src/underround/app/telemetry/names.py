"""Which trace a signal or a trade belongs to: worked out from its id, so that nobody asks anybody.

Pure: a log line, a span and a later start of the program find the same trace by the same name.
Knows nothing of OpenTelemetry.
"""

from hashlib import blake2b

from msgspec import Struct

from underround.core.trading.effect import JournalWanted, TradeRefused, TradingEffect
from underround.core.trading.journal_record import (
    AbsenceProven,
    IntentWritten,
    JournalRecord,
    OrderDecided,
    TradeMoved,
    TradePlanned,
)
from underround.core.trading.order_event import (
    Filled,
    OrderAcknowledged,
    OrderDone,
    OrderMissing,
    OrderRejected,
    OrderSeen,
    OrderSent,
    OrderUnanswered,
)
from underround.core.trading.portfolio import Portfolio

OF_ORDERS = (
    AbsenceProven,
    OrderAcknowledged,
    OrderDecided,
    OrderDone,
    OrderMissing,
    OrderRejected,
    OrderSeen,
    OrderSent,
    OrderUnanswered,
)
"""What is said of one order, under our id for it."""


class Trace(Struct, frozen=True):
    """A trace, and the span at its root: 128 and 64 bits."""

    trace_id: int
    span_id: int

    def fields(self) -> dict[str, str]:
        """Return both as a log line bears them."""
        return {"trace_id": f"{self.trace_id:032x}", "span_id": f"{self.span_id:016x}"}


def trace_of(key: str) -> Trace:
    """Return the trace of a signal by the name that is its own for ever."""
    digest = blake2b(key.encode(), digest_size=24).digest()
    return Trace(int.from_bytes(digest[:16]), int.from_bytes(digest[16:]))


def trade_named(record: JournalRecord, portfolio: Portfolio) -> str | None:
    """Return the id of the trade that a record is about; None for one about no trade of ours."""
    match record:
        case TradePlanned(plan=plan):
            return plan.id
        case TradeMoved(trade=trade):
            return trade
        case IntentWritten(intent=intent):
            return intent.trade
        case Filled():
            order = portfolio.order_of(record)
        case _ if isinstance(record, OF_ORDERS):
            order = portfolio.order(record.order)
        case _:
            return None
    return None if order is None else order.intent.trade


class TraceNames:
    """The traces of one run; `run` makes its signals' names unlike any other run's."""

    def __init__(self, run: str, portfolio: Portfolio | None) -> None:
        self.run = run
        self._portfolio = portfolio

    def own(self, key: str) -> str:
        """Return a signal's id of a name that this run gave it; another run's name as it is."""
        return key.removeprefix(f"{self.run}/")

    def of_signal(self, signal_id: str) -> Trace:
        """Return the trace of a signal of this run's own."""
        return trace_of(f"{self.run}/{signal_id}")

    def of_effect(self, effect: TradingEffect) -> Trace | None:
        """Return the trace of what trading decided or learned; None where it is about no trade."""
        match effect:
            case TradeRefused(signal=signal):
                return trace_of(signal)
            case JournalWanted(record=TradePlanned(plan=plan)):
                return trace_of(plan.signal)
            case JournalWanted(record=record) if self._portfolio is not None:
                trade = self._portfolio.trades.get(trade_named(record, self._portfolio) or "")
                return None if trade is None else trace_of(trade.plan.signal)
        return None
