"""Carries out what the trading desk wants: journal first, then the broker, then the answers back.

No order leaves before the records that explain it, and the note that it is sent, are on disk; all
that waits at one moment shares one sync. It decides nothing, sends nothing twice, and retries only
the journal.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from underround.app.side_tasks import SideTasks
from underround.core.instrument import Venue
from underround.core.trading.effect import JournalWanted, PersonPaged, TradeRefused, TradingEffect
from underround.core.trading.event import KillSwitched, TradingEvent
from underround.core.trading.journal_record import JournalRecord
from underround.core.trading.order import (
    Approved,
    CancelOrder,
    OrderIntent,
    PlaceOrders,
    QueryAccount,
    QueryOrder,
)
from underround.core.trading.order_event import OrderEvent, OrderRejected, OrderSent, RejectReason
from underround.core.trading.risk_limits import RiskLimits
from underround.core.units import NS_PER_MS
from underround.execution.broker import Broker, PreparedOrder
from underround.stores.journal import TradeJournal

_log = logging.getLogger("underround")
RETRY_S: Final = 1.0


class TradingShell:
    """One journal and the brokers of one account; `tell` gives an input to the engine.

    What enters a trade leaves within `most_late_ns` of its decision and while nothing is halted, or
    not at all: a disk may take long. What makes an exposure smaller leaves whenever it can.
    """

    def __init__(
        self,
        journal: TradeJournal,
        brokers: Mapping[Venue, Broker],
        tell: Callable[[TradingEvent], None],
        clock_ns: Callable[[], int],
        is_halted: Callable[[], bool] = lambda: False,
        most_late_ns: int = RiskLimits().max_quote_age_ns,
    ) -> None:
        self.on_page: list[Callable[[str], None]] = []
        self.on_refused: list[Callable[[TradeRefused], None]] = []
        self._journal = journal
        self._brokers = brokers
        self._tell = tell
        self._clock_ns = clock_ns
        self._is_halted = is_halted
        self._most_late_ns = most_late_ns
        self._records: list[JournalRecord] = []
        self._places: list[PlaceOrders] = []
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "journal")
        self._tasks = SideTasks(self._failed)
        self._is_failing = False

    def take(self, effect: TradingEffect) -> None:
        """Take one effect; nothing is done before the next turn of the loop."""
        match effect:
            case JournalWanted(record=record):
                self._records.append(record)
                self._wake.set()
            case PlaceOrders():
                self._places.append(effect)
                self._wake.set()
            case CancelOrder() | QueryOrder() | QueryAccount():
                self._ask(effect)
            case PersonPaged(reason=reason):
                _log.error("look at this now: %s", reason)
                for page in self.on_page:
                    page(reason)
            case TradeRefused():
                for hear in self.on_refused:
                    hear(effect)

    def _ask(self, effect: CancelOrder | QueryOrder | QueryAccount) -> None:
        """Start a question; one for a broker that is not open yet is asked again by the desk."""
        broker = self._brokers.get(effect.venue)
        if broker is None:
            return
        match effect:
            case CancelOrder():
                self._tasks.start(broker.cancel(effect))
            case QueryOrder():
                self._tasks.start(broker.query_order(effect))
            case QueryAccount():
                self._tasks.start(broker.query_account(effect))

    async def run(self) -> None:
        """Write and send until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._write()

    async def close(self) -> None:
        """Write what is left and end what is under way."""
        await self._tasks.close()
        records, self._records = self._records, []
        if records:
            await self._append(records, synced=True)
        self._thread.shutdown()

    async def _write(self) -> None:
        records, self._records = self._records, []
        places, self._places = self._places, []
        orders = [order for place in places for order in place.orders]
        prepared = [each for order in orders if (each := self._prepare(order)) is not None]
        now_ns = self._clock_ns()
        notes = [OrderSent(each.intent.id, each.venue_order_id, now_ns) for each in prepared]
        if not await self._append([*records, *notes], synced=bool(notes)):
            self._records = records + self._records
            self._refuse([each.intent.id for each in prepared], "the journal cannot be written")
            await asyncio.sleep(RETRY_S)
            self._wake.set()
            return
        for note in notes:
            self._tell(note)
        decided_ns = {order.intent.id: order.at_ns for order in orders}
        by_venue: dict[Venue, list[PreparedOrder]] = {}
        for each in prepared:
            why_not = self._too_late(each.intent, decided_ns[each.intent.id])
            if why_not is not None:
                self._refuse([each.intent.id], why_not)
                continue
            by_venue.setdefault(each.intent.venue, []).append(each)
        for venue, together in by_venue.items():
            self._tasks.start(self._brokers[venue].place(together))

    def _too_late(self, intent: OrderIntent, decided_ns: int) -> str | None:
        """Return why an order may leave no more, now that it is on disk; None when it may."""
        if intent.reduces:
            return None
        if self._is_halted():
            return "trading was halted while it was written down"
        late_ns = self._clock_ns() - decided_ns
        if late_ns > self._most_late_ns:
            return f"decided {late_ns // NS_PER_MS} ms ago: the disk was slow"
        return None

    def _prepare(self, order: Approved) -> PreparedOrder | None:
        """Sign an order; one that its venue cannot express never leaves."""
        try:
            return self._brokers[order.intent.venue].prepare(order)
        except (KeyError, ValueError) as fault:
            _log.error("order %s cannot be made: %s", order.intent.id, fault)
            self._refuse([order.intent.id], f"it cannot be expressed: {fault}")
            return None

    async def _append(self, records: Sequence[JournalRecord], *, synced: bool) -> bool:
        """Write records in the journal's thread; tell whether that worked."""
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(
                self._thread, lambda: self._journal.append(records, synced=synced)
            )
        except (sqlite3.Error, OSError) as fault:
            if not self._is_failing:
                self._is_failing = True
                reason = f"the journal cannot be written: {fault}"
                self._tell(KillSwitched(is_set=True, reason=reason, at_ns=self._clock_ns()))
            return False
        self._is_failing = False
        return True

    def _refuse(self, orders: Sequence[str], text: str) -> None:
        for order in orders:
            told: OrderEvent = OrderRejected(order, RejectReason.NOT_SENT, text, self._clock_ns())
            self._tell(told)

    def _failed(self, fault: BaseException) -> None:
        """Halt trading after a fault of ours in a broker: who knows what it did."""
        reason = f"a broker failed: {type(fault).__name__}: {fault}"
        self._tell(KillSwitched(is_set=True, reason=reason, at_ns=self._clock_ns()))
