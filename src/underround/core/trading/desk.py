"""The trading part of the engine: signals and order events in, orders and journal records out.

Pure like the engine. Every change of what it knows is a journal record first, so that the journal
makes the same state again. One trade a signal; how a trade goes on is in `trade_steps`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from underround.core.book import Book
from underround.core.effect import Effect
from underround.core.event import Command, Timer
from underround.core.instrument import Venue
from underround.core.offers import Offers
from underround.core.opportunity import Signal, SignalKind
from underround.core.part import Route
from underround.core.trading.accounts import Accounts, fills_wanted_ns
from underround.core.trading.blocking import blocked, is_paused_after
from underround.core.trading.circumstances import circumstances, room_e6
from underround.core.trading.effect import JournalWanted, PersonPaged
from underround.core.trading.event import KillSwitched, SignalTaken
from underround.core.trading.forgetting import Forgetting
from underround.core.trading.journal_record import (
    HaltCleared,
    HaltSet,
    IntentWritten,
    JournalRecord,
    TradeMoved,
    TradePlanned,
)
from underround.core.trading.order import Approved, OrderIntent, PlaceOrders, QueryAccount, Refused
from underround.core.trading.order_event import (
    AccountRead,
    Filled,
    OrderAcknowledged,
    OrderDone,
    OrderMissing,
    OrderRejected,
    OrderSeen,
    OrderSent,
    OrderUnanswered,
    PositionAdopted,
    PrivateStreamChanged,
    QueryFailed,
    RejectReason,
    Settled,
)
from underround.core.trading.portfolio import Portfolio
from underround.core.trading.refusals import Refusals
from underround.core.trading.risk import decide
from underround.core.trading.settings import TradingSettings
from underround.core.trading.trade import TradeTrigger
from underround.core.trading.trade_plan import order_room_e6, plan_trade
from underround.core.trading.trade_record import Role, Trade
from underround.core.trading.trade_steps import TradeSteps
from underround.core.units import NS_PER_SECOND

ACCOUNT_EVERY_NS: Final = 60 * NS_PER_SECOND
ACCOUNT_AGAIN_NS: Final = 2 * NS_PER_SECOND


class TradingDesk:
    """All trading of one account; `run` makes the ids of this start unlike any other's.

    `blocker` says why a book may not be traded on, None when it may. Give it to an engine with
    `attach`, and its `take` to whoever raises signals.
    """

    def __init__(
        self,
        settings: TradingSettings,
        run: str,
        blocker: Callable[[Book, int], str | None],
        portfolio: Portfolio | None = None,
        venues: tuple[Venue, ...] = tuple(Venue),
    ) -> None:
        self.settings = settings
        self.run = run
        self.portfolio = portfolio or Portfolio()
        self.accounts = Accounts(venues)
        self.refusals = Refusals(self.want)
        self.books: Mapping[str, Book] = {}
        self.is_paused = False
        self._blocker = blocker
        self._out: list[Effect] = []
        self._count = 0
        self._offers = Offers()
        self._changed_ns: dict[Venue, int] = {}
        self._account_due_ns: dict[Venue, int] = dict.fromkeys(venues, 0)
        self._steps = TradeSteps(self)
        self._forgetting = Forgetting(self.portfolio, self.accounts, self._steps.forget)

    def joined(self, books: Mapping[str, Book], out: list[Effect]) -> Mapping[type, Route]:
        """Take the engine's books and effects; return what is listened to."""
        self.books, self._out = books, out
        for trade in self.portfolio.active.values():
            self._steps.resumed(trade)
        heard: dict[type, Route] = dict.fromkeys(
            (OrderAcknowledged, OrderRejected, OrderUnanswered, OrderDone, OrderSeen),
            self._order_told,
        )
        return heard | {
            Timer: self._timer,
            OrderSent: self._sent,
            OrderMissing: self._missing,
            Filled: self._filled,
            QueryFailed: self._query_failed,
            AccountRead: self._account_read,
            PrivateStreamChanged: self._stream_changed,
            Settled: self._settled,
            KillSwitched: self._kill_switched,
            SignalTaken: lambda told: self.consider(told.key, told.signal, told.at_ns),
            PositionAdopted: self._position_adopted,
            Command: self._commanded,
        }

    def take(self, signal: Signal) -> None:
        """Consider a signal of this engine's own."""
        if signal.kind is SignalKind.CLOSED:
            self._offers.closed(signal)
        else:
            self.consider(f"{self.run}/{signal.id}", signal, signal.at_ns)

    def pays(self, venue: Venue, instrument: str, value_e4: int, at_ns: int) -> None:
        """Learn what a venue says that an instrument pays; noted only for what was traded."""
        if (venue, instrument) in self.portfolio.positions_e6:
            self._settled(Settled(venue, instrument, value_e4, None, at_ns))

    def consider(self, key: str, signal: Signal, now_ns: int, *, may_wait: bool = True) -> None:
        """Trade a signal unless a rail is in the way; where money is short, with the next tick."""
        if key in self.portfolio.signals:
            return
        limits = self.settings.limits
        forbidden = blocked(signal, self.portfolio, self.accounts, limits, now_ns)
        if self.is_paused or forbidden is not None:
            self.refusals.say(key, None, forbidden or "paused", now_ns)
            return
        room = room_e6(signal, self.portfolio, self.accounts, limits, now_ns, self.books)
        if may_wait and room < min(signal.size_e6, order_room_e6(signal.legs, self.settings)):
            self._offers.wait(key, signal)
            return
        name = f"{self.run}-{self._count + 1}"
        plan = plan_trade(signal, self.books, self.settings, room, name, key, now_ns)
        if isinstance(plan, str):
            self.refusals.say(key, None, plan, now_ns)
            return
        self._count += 1
        self.record(TradePlanned(plan))
        self._enter(self.portfolio.trades[name], now_ns)

    def _enter(self, trade: Trade, now_ns: int) -> None:
        count = len(trade.plan.legs) if trade.plan.together else 1
        # The hedge is judged too, as far as it can be now: no first leg without a way to a second.
        intents = self._steps.entries(trade, now_ns)
        verdicts = [self.judge(intent, trade, now_ns) for intent in intents]
        for verdict in verdicts:
            if isinstance(verdict, Refused):
                text = f"{verdict.limit}: {verdict.value}; {verdict.change}"
                self.move(trade, TradeTrigger.REFUSED, now_ns, f"{verdict.code}: {text}")
                self.refusals.say(trade.plan.signal, verdict.code, text, now_ns)
                return
        self.move(trade, TradeTrigger.APPROVED, now_ns)
        self.place(
            trade, [v for v in verdicts[:count] if isinstance(v, Approved)], Role.ENTRY, now_ns
        )

    def judge(self, intent: OrderIntent, trade: Trade, now_ns: int) -> Approved | Refused:
        """Show one order to the risk gate."""
        book = self.books.get(intent.instrument)
        blocker = None if book is None else self._blocker(book, now_ns)
        at = circumstances(intent, trade, self.portfolio, self.accounts, book, blocker, now_ns)
        return decide(intent, at, self.settings.limits)

    def place(self, trade: Trade, orders: list[Approved], role: Role, now_ns: int) -> None:
        """Write down and send approved orders together."""
        for order in orders:
            self.record(IntentWritten(order.intent, role, now_ns))
        self._out.append(PlaceOrders(tuple(orders), now_ns))

    def record(self, record: JournalRecord) -> None:
        """Take a record into the state and have it journaled."""
        self.portfolio.apply(record)
        self._out.append(JournalWanted(record))

    def move(self, trade: Trade, trigger: TradeTrigger, now_ns: int, reason: str = "") -> None:
        """Let a trade take a trigger."""
        self.record(TradeMoved(trade.plan.id, trigger, now_ns, reason))

    def want(self, effect: Effect) -> None:
        """Have something done."""
        self._out.append(effect)

    def halt(self, reason: str, now_ns: int) -> None:
        """Stop everything that increases risk, and call a person."""
        if self.portfolio.halt is None:
            self.record(HaltSet(reason, now_ns))
            self._out.append(PersonPaged(reason, now_ns))

    def _active(self) -> list[Trade]:
        """Return the trades that time or an answer may still change."""
        return list(self.portfolio.standings.now.watched)

    def _sent(self, event: OrderSent) -> None:
        self.portfolio.apply(event)  # journaled already, before it was told
        self._go_on(event.order, event.at_ns)

    def _order_told(self, event: Any) -> None:
        order = self.portfolio.order(event.order)
        if order is None:
            return
        self._changed_ns[order.intent.venue] = event.at_ns
        self.record(event)
        if isinstance(event, OrderRejected) and event.reason is RejectReason.FORBIDDEN:
            self.halt(f"{order.intent.venue} forbids us to trade: {event.text}", event.at_ns)
        self._go_on(event.order, event.at_ns)

    def _missing(self, event: OrderMissing) -> None:
        self._steps.missing(event)
        self._go_on(event.order, event.at_ns)

    def _filled(self, fill: Filled) -> None:
        order = self._noted(fill)
        if order is not None:
            self._go_on(order, fill.at_ns)

    def _noted(self, fill: Filled) -> str | None:
        """Note a fill; return which order of ours it is news of, None for no news."""
        order = self.portfolio.order_of(fill)
        foreign = self.portfolio.foreign.get((fill.venue, fill.venue_order_id, fill.trade))
        known = foreign if order is None else order.fills.get(fill.trade)
        if known is not None and (known.status is fill.status or known.is_final):
            return None
        self._changed_ns[fill.venue] = fill.at_ns
        self.record(fill)
        if order is None:
            return None
        trade = self.portfolio.trades[order.intent.trade]
        if trade.is_over and not trade.is_balanced:
            self.halt(f"trade {trade.plan.id} was over when {order.intent.id} filled", fill.at_ns)
        return order.intent.id

    def _query_failed(self, event: QueryFailed) -> None:
        if event.order is None:
            self._account_due_ns[event.venue] = event.at_ns + ACCOUNT_AGAIN_NS

    def _account_read(self, event: AccountRead) -> None:
        # All that one read tells is known before anything follows from any of it.
        for order in dict.fromkeys([self._noted(fill) for fill in event.fills]):
            if order is not None:
                self._go_on(order, event.at_ns)
        is_moving = any(
            order.is_under_way and order.intent.venue is event.venue
            for trade in self._active()
            for order in trade.orders.values()
        )
        changed_ns = event.at_ns if is_moving else self._changed_ns.get(event.venue, 0)
        settles = self.accounts.compare(event, self.portfolio, changed_ns)
        pause_ns = ACCOUNT_EVERY_NS if settles else ACCOUNT_AGAIN_NS
        self._account_due_ns[event.venue] = event.at_ns + pause_ns

    def _stream_changed(self, event: PrivateStreamChanged) -> None:
        if event.is_open:
            self._account_due_ns[event.venue] = event.at_ns
        else:
            self.accounts.doubt(event.venue, "its private stream was lost")

    def _settled(self, event: Settled) -> None:
        if (event.venue, event.instrument) not in self.portfolio.settled:
            self.record(event)

    def _kill_switched(self, event: KillSwitched) -> None:
        if event.is_set:
            self.halt(event.reason, event.at_ns)
        elif self.portfolio.halt is not None:
            self.record(HaltCleared(event.at_ns))

    def _commanded(self, event: Command) -> None:
        self.is_paused = is_paused_after(event, self.is_paused)

    def _position_adopted(self, event: PositionAdopted) -> None:
        self.record(event)
        self._account_due_ns[event.venue] = event.at_ns

    def _timer(self, event: Timer) -> None:
        now_ns = event.at_ns
        for venue, due_ns in self._account_due_ns.items():
            if now_ns >= due_ns:
                self._account_due_ns[venue] = now_ns + ACCOUNT_AGAIN_NS * 5
                self.want(QueryAccount(venue, fills_wanted_ns(self.portfolio, now_ns), now_ns))
        for trade in self._active():
            self._steps.tick(trade, now_ns)
        # Last: what has just gone wrong with another trade must stand in their way.
        for key, signal in self._offers.best_first():
            self.consider(key, signal, now_ns, may_wait=False)
        self._forgetting.tick(now_ns)

    def _go_on(self, order: str, now_ns: int) -> None:
        trade = self.portfolio.trade_of(order)
        if trade is not None:
            self._steps.drive(trade, now_ns)
