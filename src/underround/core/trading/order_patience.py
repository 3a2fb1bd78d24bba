"""Waits for answers about orders: asks for the fate of the unanswered, and when to believe it.

One that the venue still holds open after its life is cancelled.

An order is proven absent by two reads at least five seconds apart, both begun after it could last
have lived, that find it neither among orders of any status nor among fills or trades, with the
position as the journal has it. Until then it stays unknown, and is never sent again. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from underround.core.trading.effect import PersonPaged
from underround.core.trading.journal_record import AbsenceProven
from underround.core.trading.order import CancelOrder, QueryOrder
from underround.core.trading.order_event import (
    OrderMissing,
    OrderRejected,
    OrderUnanswered,
    RejectReason,
)
from underround.core.trading.trade_record import LiveOrder, OrderStage, Trade
from underround.core.units import NS_PER_SECOND

if TYPE_CHECKING:
    from underround.core.trading.desk import TradingDesk

SETTLE_QUERY_NS: Final = 5 * NS_PER_SECOND
PROOF_APART_NS: Final = 5 * NS_PER_SECOND
"""Two reads that miss an order prove it absent when they are at least so far apart."""
LEAST_MOVE_E6: Final = 10_000
"""A position that differs by less has not moved."""


class OrderPatience:
    """The questions that are due about orders of one desk."""

    def __init__(self, desk: TradingDesk) -> None:
        self._desk = desk
        self._asked_ns: dict[str, int] = {}
        self._paged: set[str] = set()

    def resumed(self, trade: Trade) -> None:
        """After a restart: an order noted as sent and not answered is unknown from now on.

        One that was not noted as sent never went out, because the note comes before the writing.
        """
        for name, order in list(trade.orders.items()):
            at_ns = order.intent.dies_at_ns
            if order.stage is OrderStage.SENT:
                text = "the program ended before the answer"
                self._desk.record(OrderUnanswered(name, text, at_ns))
            elif order.stage is OrderStage.PLANNED:
                text = "the program ended before it was sent"
                self._desk.record(OrderRejected(name, RejectReason.NOT_SENT, text, at_ns))

    def tick(self, trade: Trade, now_ns: int) -> None:
        """Ask for what has waited long enough."""
        for order in trade.orders.values():
            due_ns = self._due_ns(order, trade)
            if due_ns is None or now_ns < due_ns:
                continue
            if order.stage is OrderStage.SENT:
                text = "no answer within its life"
                self._desk.record(OrderUnanswered(order.intent.id, text, now_ns))
            self._asked_ns[order.intent.id] = now_ns
            intent = order.intent
            named = intent.venue, intent.id, order.venue_order_id, intent.instrument, now_ns
            if order.stage is OrderStage.OPEN:  # it should be over, and may still fill
                self._desk.want(CancelOrder(*named))
            self._desk.want(QueryOrder(*named))
            self._page_if_late(order, now_ns)

    def forget(self, trade: Trade) -> None:
        """Have nothing more to ask about a trade's orders."""
        for name in trade.orders:
            self._asked_ns.pop(name, None)
            self._paged.discard(name)

    def missing(self, event: OrderMissing) -> None:
        """Take an answer that shows an order nowhere; one alone proves nothing."""
        order = self._desk.portfolio.order(event.order)
        if order is None or order.stage is not OrderStage.UNKNOWN:
            return
        if event.asked_at_ns < order.intent.dies_at_ns or not self._is_unmoved(order, event):
            return
        first_ns = order.missing_at_ns
        self._desk.record(event)
        if first_ns is not None and event.asked_at_ns - first_ns >= PROOF_APART_NS:
            self._desk.record(AbsenceProven(event.order, event.at_ns))

    def _due_ns(self, order: LiveOrder, trade: Trade) -> int | None:
        """Return when the next question about an order is due; None when there is none."""
        asked_ns = self._asked_ns.get(order.intent.id)
        every_ns = self._desk.settings.query_every_ns
        match order.stage:
            case OrderStage.PLANNED:
                return None
            case OrderStage.SENT | OrderStage.OPEN:
                first_ns = order.intent.dies_at_ns
            case OrderStage.UNKNOWN:
                first_ns = 0
            case _:
                if order.is_final:
                    return None
                every_ns = SETTLE_QUERY_NS
                first_ns = order.ended_at_ns + SETTLE_QUERY_NS
        return first_ns if asked_ns is None else max(first_ns, asked_ns + every_ns)

    def _is_unmoved(self, order: LiveOrder, event: OrderMissing) -> bool:
        intent = order.intent
        expected_e6 = self._desk.portfolio.expected_e6(intent.venue, intent.instrument)
        return abs(event.position_e6 - expected_e6) < LEAST_MOVE_E6

    def _page_if_late(self, order: LiveOrder, now_ns: int) -> None:
        name = order.intent.id
        late_ns = now_ns - order.intent.dies_at_ns
        if order.stage is not OrderStage.UNKNOWN or name in self._paged:
            return
        if late_ns > self._desk.settings.page_after_ns:
            self._paged.add(name)
            text = (
                f"nobody knows what became of order {name} at {order.intent.venue}; when the venue"
                f" cannot tell either: `underround trades decide {name}`"
            )
            self._desk.want(PersonPaged(text, now_ns))
