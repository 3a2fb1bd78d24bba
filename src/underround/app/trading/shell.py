"""Carries out what the trading desk wants: journal first, then the broker, then the answers back.

No order leaves before the records that explain it, and the note that it is sent, are on disk; all
that waits at one moment shares one sync. It decides nothing, sends nothing twice, and retries only
the journal: while that cannot be written trading is halted and the records wait.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from underround.app.side_tasks import SideTasks
from underround.app.trading.journal_line import JournalLine
from underround.core.instrument import Venue
from underround.core.trading.effect import JournalWanted, PersonPaged, TradeRefused, TradingEffect
from underround.core.trading.event import KillSwitched, TradingEvent
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
        self.line = JournalLine(journal, self._halt)
        self._brokers = brokers
        self._tell = tell
        self._clock_ns = clock_ns
        self._is_halted = is_halted
        self._most_late_ns = most_late_ns
        self._places: list[PlaceOrders] = []
        self._wake = asyncio.Event()
        self._tasks = SideTasks(self._failed)

    def take(self, effect: TradingEffect) -> None:
        """Take one effect; nothing is done before the next turn of the loop."""
        match effect:
            case JournalWanted(record=record):
                self.line.add(record)
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
        await self.line.open()
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._write()

    async def close(self) -> None:
        """Write what is left and end what is under way."""
        await self._tasks.close()
        await self.line.close()

    async def _write(self) -> None:
        places, self._places = self._places, []
        orders = [order for place in places for order in place.orders]
        prepared = [each for order in orders if (each := self._prepare(order)) is not None]
        now_ns = self._clock_ns()
        notes = [OrderSent(each.intent.id, each.venue_order_id, now_ns) for each in prepared]
        if not await self.line.write(notes):
            self._refuse([each.intent.id for each in prepared], "the journal cannot be written")
            # With the reserve's room the way out of a trade under way is written at once.
            if not self.line.give_room():
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

    def _refuse(self, orders: Sequence[str], text: str) -> None:
        for order in orders:
            told: OrderEvent = OrderRejected(order, RejectReason.NOT_SENT, text, self._clock_ns())
            self._tell(told)

    def _halt(self, reason: str) -> None:
        self._tell(KillSwitched(is_set=True, reason=reason, at_ns=self._clock_ns()))

    def _failed(self, fault: BaseException) -> None:
        """Halt trading after a fault of ours in a broker: who knows what it did."""
        self._halt(f"a broker failed: {type(fault).__name__}: {fault}")
