"""Everything that trading knows: trades, positions, halts. The fold of the journal, and only that.

The live state and the state after a restart are made by the same `apply`, so they cannot differ.
Records come in, nothing goes out; no record is refused, because what happened happened.
"""

from collections.abc import Callable

from msgspec.structs import replace

from underround.core.instrument import Venue
from underround.core.trading.decision import DECIDED, decided_fill
from underround.core.trading.journal_record import (
    AbsenceProven,
    HaltCleared,
    HaltSet,
    IntentWritten,
    JournalRecord,
    OrderDecided,
    TradeMoved,
    TradePlanned,
)
from underround.core.trading.order_event import (
    DoneReason,
    Filled,
    FillStatus,
    OrderAcknowledged,
    OrderDone,
    OrderMissing,
    OrderRejected,
    OrderSeen,
    OrderSent,
    OrderState,
    OrderUnanswered,
    PositionAdopted,
    RejectReason,
    Settled,
)
from underround.core.trading.standing import Standings, day_of
from underround.core.trading.trade import TradeState, TradeTrigger, next_state
from underround.core.trading.trade_record import LiveOrder, OrderStage, Trade, signed_e6
from underround.core.units import NS_PER_SECOND


class Portfolio:
    """All trades of one account, by id, and what follows from them."""

    def __init__(self) -> None:
        self.trades: dict[str, Trade] = {}
        self.active: dict[str, Trade] = {}
        self.signals: dict[str, str] = {}
        self.by_day: dict[int, list[Trade]] = {}
        self.positions_e6: dict[tuple[Venue, str], int] = {}
        self.adopted_e6: dict[tuple[Venue, str], int] = {}
        self.cash_usd_e6: dict[Venue, int] = dict.fromkeys(Venue, 0)
        self.settled: dict[tuple[Venue, str], Settled] = {}
        self.foreign: dict[tuple[Venue, str, str], Filled] = {}  # of orders nobody here knows
        self.halt: str | None = None
        self.halt_cleared_ns = 0
        self.sent_at_ns: list[int] = []
        self.late: list[str] = []  # orders that filled after their trade was over
        self.on_forgotten: list[Callable[[Trade], None]] = []
        self.standings = Standings(self)
        self._orders: dict[str, str] = {}
        self._by_venue_id: dict[tuple[Venue, str], str] = {}
        self._routes = {
            TradePlanned: self._planned,
            TradeMoved: self._moved,
            IntentWritten: self._intent_written,
            AbsenceProven: self._absent,
            OrderDecided: self._decided,
            HaltSet: self._halt_set,
            HaltCleared: self._halt_cleared,
            OrderSent: self._sent,
            OrderAcknowledged: self._acknowledged,
            OrderRejected: self._rejected,
            OrderUnanswered: self._unanswered,
            OrderDone: self._done,
            Filled: self._filled,
            OrderSeen: self._seen,
            OrderMissing: self._missing,
            Settled: self._settled,
            PositionAdopted: self._adopted,
        }

    def apply(self, record: JournalRecord) -> None:
        """Take one record, in the order in which they were journaled."""
        self._routes[type(record)](record)  # type: ignore[operator]  # each type has its own
        if (trade := self.trade_concerned(record)) is None:
            return
        if trade.is_over:
            self.standings.changed(trade)
        if trade.is_balanced:
            trade.naked_since_ns = None
        elif trade.naked_since_ns is None:
            trade.naked_since_ns = getattr(record, "at_ns", trade.moved_at_ns)

    def let_go(self, trade: Trade) -> None:
        """Have nothing more to do with a trade that is over for good; money stays counted."""
        for by_trade in (self.trades, self.active):
            by_trade.pop(trade.plan.id, None)
        self.signals.pop(trade.plan.signal, None)
        self.standings.changed(trade)
        for order in trade.orders.values():
            self._orders.pop(order.intent.id, None)
            if order.venue_order_id is not None:
                self._by_venue_id.pop((order.intent.venue, order.venue_order_id), None)

    def trade_concerned(self, record: JournalRecord) -> Trade | None:
        """Return the trade whose fills a record may have changed."""
        match record:
            case Filled():
                order = self.order_of(record)
                return None if order is None else self.trades[order.intent.trade]
            case OrderAcknowledged() | OrderDone() | OrderSeen() | OrderDecided():
                return self.trade_of(record.order)
        return None

    def order(self, order: str) -> LiveOrder | None:
        """Return an order of ours by its own id; None for one that is not known."""
        trade = self._orders.get(order)
        return None if trade is None else self.trades[trade].orders[order]

    def trade_of(self, order: str) -> Trade | None:
        """Return the trade that an order belongs to; None for an order that is not known."""
        return self.trades.get(self._orders.get(order, ""))

    def order_of(self, fill: Filled) -> LiveOrder | None:
        """Return the order that a fill belongs to; None when it is not one of ours."""
        known = self._by_venue_id.get((fill.venue, fill.venue_order_id))
        return self.order(known or fill.order or "")

    def expected_e6(self, venue: Venue, instrument: str) -> int:
        """Return what a venue should say is held: traded, and adopted."""
        key = (venue, instrument)
        return self.positions_e6.get(key, 0) + self.adopted_e6.get(key, 0)

    @property
    def unknown(self) -> list[LiveOrder]:
        """Orders that were sent and of which nobody knows what became."""
        return [
            order
            for trade in self.standings.now.moving
            for order in trade.orders.values()
            if order.stage is OrderStage.UNKNOWN
        ]

    def _planned(self, record: TradePlanned) -> None:
        trade = Trade(plan=record.plan, moved_at_ns=record.plan.at_ns)
        self.trades[record.plan.id] = self.active[record.plan.id] = trade
        self.signals[record.plan.signal] = record.plan.id
        self.by_day.setdefault(day_of(record.plan.at_ns), []).append(trade)
        self.standings.began(trade)

    def _moved(self, record: TradeMoved) -> None:
        trade = self.trades[record.trade]
        trade.state = next_state(trade.state, record.trigger)
        trade.moved_at_ns = record.at_ns
        if record.trigger is TradeTrigger.FELL_SHORT:
            trade.retries += 1
        if trade.state in (TradeState.REJECTED, TradeState.NO_FILL) or self._is_settled(trade):
            self.active.pop(record.trade, None)
        if trade.is_over:
            self.standings.changed(trade)

    def _intent_written(self, record: IntentWritten) -> None:
        intent = record.intent
        order = LiveOrder(intent=intent, role=record.role)
        self.trades[intent.trade].orders[intent.id] = order
        self._orders[intent.id] = intent.trade

    def _sent(self, event: OrderSent) -> None:
        order = self.order(event.order)
        if order is not None:
            order.stage, order.is_sent = OrderStage.SENT, True
            self._named(order, event.venue_order_id)
            self.sent_at_ns = [
                at_ns for at_ns in self.sent_at_ns if at_ns > event.at_ns - 60 * NS_PER_SECOND
            ]
            self.sent_at_ns.append(event.at_ns)

    def _acknowledged(self, event: OrderAcknowledged) -> None:
        order = self.order(event.order)
        if order is not None:
            self._named(order, event.venue_order_id)
            order.reported_e6 = max(order.reported_e6, event.filled_e6)
            if order.is_under_way:
                order.stage = OrderStage.OPEN

    def _rejected(self, event: OrderRejected) -> None:
        order = self.order(event.order)
        if order is None:
            return
        if event.reason is RejectReason.DUPLICATE:
            order.stage = OrderStage.UNKNOWN
        elif order.is_under_way:
            order.stage, order.ended_at_ns = OrderStage.VOID, event.at_ns

    def _unanswered(self, event: OrderUnanswered) -> None:
        order = self.order(event.order)
        if order is not None and order.stage in (OrderStage.PLANNED, OrderStage.SENT):
            order.stage = OrderStage.UNKNOWN

    def _done(self, event: OrderDone) -> None:
        order = self.order(event.order)
        if order is not None:
            self._named(order, event.venue_order_id)
            order.reported_e6 = max(order.reported_e6, event.filled_e6)
            if order.is_under_way:
                order.stage, order.ended_at_ns = OrderStage.DONE, event.at_ns

    def _seen(self, event: OrderSeen) -> None:
        told = event.order, event.venue_order_id, event.filled_e6
        if event.state is OrderState.DONE:
            self._done(OrderDone(*told, DoneReason.EXPIRED, event.at_ns))
        else:
            self._acknowledged(OrderAcknowledged(*told, event.at_ns))

    def _missing(self, event: OrderMissing) -> None:
        order = self.order(event.order)
        if order is not None and order.missing_at_ns is None:
            order.missing_at_ns = event.asked_at_ns

    def _absent(self, record: AbsenceProven) -> None:
        order = self.order(record.order)
        if order is not None:
            order.stage, order.ended_at_ns = OrderStage.VOID, record.at_ns

    def _decided(self, record: OrderDecided) -> None:
        order = self.order(record.order)
        if order is not None:
            order.stage = OrderStage.DONE if record.filled_e6 else OrderStage.VOID
            order.ended_at_ns = record.at_ns
            if record.filled_e6:
                self._filled(decided_fill(order, record))

    def _filled(self, fill: Filled) -> None:
        order = self.order_of(fill)
        if order is None:
            self.foreign[fill.venue, fill.venue_order_id, fill.trade] = fill
            return
        self._named(order, fill.venue_order_id)
        before = order.fills.get(fill.trade)
        if before is not None and before.status in (FillStatus.CONFIRMED, FillStatus.FAILED):
            return
        if before is not None:
            fill = replace(fill, at_ns=before.at_ns)  # when it filled, not when it settled
        cash_before_e6 = order.cash_usd_e6
        # What a person decided stands only until the venue tells of a real fill.
        decided = None if fill.trade == DECIDED else order.fills.pop(DECIDED, None)
        order.fills[fill.trade] = fill
        self.cash_usd_e6[fill.venue] += order.cash_usd_e6 - cash_before_e6
        held_before = sum(signed_e6(each) for each in (before, decided) if each is not None)
        key = (fill.venue, fill.instrument)
        self.positions_e6[key] = self.positions_e6.get(key, 0) + signed_e6(fill) - held_before
        trade = self.trades[order.intent.trade]
        if before is None and trade.is_over:
            self.late.append(order.intent.id)
            if not self._is_settled(trade):
                self.active[trade.plan.id] = trade

    def _settled(self, event: Settled) -> None:
        self.settled[event.venue, event.instrument] = event
        self.positions_e6.pop((event.venue, event.instrument), None)
        self.active = {k: each for k, each in self.active.items() if not self._is_settled(each)}

    def _is_settled(self, trade: Trade) -> bool:
        """Tell whether every leg has settled; one that is not held needs not."""
        legs = [(leg.venue, leg.instrument) in self.settled for leg in trade.plan.legs]
        if not (trade.is_over and any(legs)):
            return False
        held = zip(legs, trade.holdings_e6, strict=True)
        return all(is_settled or abs(size) <= trade.dust_e6 for is_settled, size in held)

    def _adopted(self, record: PositionAdopted) -> None:
        self.adopted_e6[record.venue, record.instrument] = record.size_e6

    def _halt_set(self, record: HaltSet) -> None:
        self.halt = self.halt or record.reason

    def _halt_cleared(self, record: HaltCleared) -> None:
        self.halt, self.halt_cleared_ns = None, record.at_ns

    def _named(self, order: LiveOrder, venue_order_id: str | None) -> None:
        if venue_order_id is not None:
            order.venue_order_id = venue_order_id
            self._by_venue_id[order.intent.venue, venue_order_id] = order.intent.id
