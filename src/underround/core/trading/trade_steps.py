"""How a trade goes on: what each state waits for, which order comes next, and when to give up.

Pure. Every move is one of the table in `trade`; every order goes through the risk gate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from underround.core.instrument import Outcome, Venue
from underround.core.trading.hedge_limit import hedge_limit_e4
from underround.core.trading.order import Approved, OrderIntent, TimeInForce
from underround.core.trading.order_event import OrderMissing
from underround.core.trading.order_patience import OrderPatience
from underround.core.trading.trade import TradeState, TradeTrigger
from underround.core.trading.trade_record import LiveOrder, OrderStage, Role, Trade
from underround.core.trading.unwind import cheapest_way_out, is_too_small
from underround.core.units import NS_PER_SECOND

if TYPE_CHECKING:
    from underround.core.trading.desk import TradingDesk

UNWIND_PATIENCE_NS: Final = 60 * NS_PER_SECOND
UNSENT_FOR_ONE: Final = 20
"""So many orders that never left count as one that did: a full disk is no reason to give up."""
MOST_MOVES: Final = 20
_S, _T = TradeState, TradeTrigger
_OPEN: Final = (OrderStage.PLANNED, OrderStage.SENT, OrderStage.OPEN)


class TradeSteps:
    """The next step of any trade of one desk."""

    def __init__(self, desk: TradingDesk) -> None:
        self._desk = desk
        self._patience = OrderPatience(desk)
        self._steps: dict[TradeState, Callable[[Trade, int], TradeTrigger | None]] = {
            _S.SIGNAL: lambda _trade, _now_ns: _T.REFUSED,  # a restart: it was never approved
            _S.RESERVED: self._reserved,
            _S.JOURNALED: lambda _trade, _now_ns: _T.SENT,
            _S.A_SENT: self._first_sent,
            _S.A_UNKNOWN: self._first_unknown,
            _S.A_VOID: self._first_void,
            _S.A_DONE: self._first_done,
            _S.B_SENT: self._hedge_sent,
            _S.B_UNKNOWN: self._hedge_unknown,
            _S.B_DONE: self._hedge_done,
            _S.HEDGE_RETRY: self._hedge_retry,
            _S.HEDGED: self._hedged,
            _S.UNWIND_A: self._unwinding,
            _S.UNWIND_B: self._unwinding,
            _S.HALT: self._halted,
        }

    def entries(self, trade: Trade, now_ns: int) -> list[OrderIntent]:
        """Return an order for every leg of the plan, whole, in the order in which they go."""
        return [
            self._entry(trade, leg, trade.plan.size_e6, Role.ENTRY, now_ns)
            for leg in range(len(trade.plan.legs))
        ]

    def resumed(self, trade: Trade) -> None:
        """Take up a trade after a restart: what was sent and not answered is unknown."""
        self._patience.resumed(trade)

    def missing(self, event: OrderMissing) -> None:
        """Take the answer that an order is nowhere to be seen."""
        self._patience.missing(event)

    def forget(self, trade: Trade) -> None:
        """Have nothing more to do with a trade that is over for good."""
        self._patience.forget(trade)

    def tick(self, trade: Trade, now_ns: int) -> None:
        """Let time pass for a trade."""
        self._patience.tick(trade, now_ns)
        if not trade.is_over:
            self.drive(trade, now_ns)
        self._watch_naked(trade, now_ns)

    def drive(self, trade: Trade, now_ns: int) -> None:
        """Move a trade on as far as it goes now."""
        for _ in range(MOST_MOVES):
            step = self._steps.get(trade.state)
            trigger = None if step is None else step(trade, now_ns)
            if trigger is None:
                return
            self._desk.move(trade, trigger, now_ns)

    def _watch_naked(self, trade: Trade, now_ns: int) -> None:
        since_ns = trade.naked_since_ns
        if since_ns is None or since_ns <= self._desk.portfolio.halt_cleared_ns:
            return  # a person has seen it, and let trading go on
        if abs(now_ns - since_ns) > self._desk.settings.limits.max_naked_ns:
            self._desk.halt(
                f"trade {trade.plan.id} held {trade.naked_e6 / 1e6:g} contracts uncovered", now_ns
            )

    def _reserved(self, trade: Trade, _now_ns: int) -> TradeTrigger | None:
        if not trade.orders:
            return _T.DISK_FAILED  # a restart: its orders never reached the disk
        first = _first(trade)
        if first.stage is OrderStage.PLANNED:
            return None
        if first.stage is OrderStage.VOID and not first.is_sent:
            return _T.DISK_FAILED
        return _T.SYNCED

    def _first_sent(self, trade: Trade, _now_ns: int) -> TradeTrigger | None:
        first = _first(trade)
        if first.stage is OrderStage.UNKNOWN:
            return _T.UNANSWERED
        return None if first.is_under_way else _T.ANSWERED

    def _first_unknown(self, trade: Trade, _now_ns: int) -> TradeTrigger | None:
        first = _first(trade)
        if first.is_under_way:
            return None
        return _T.ABSENT if first.stage is OrderStage.VOID else _T.ANSWERED

    def _first_void(self, trade: Trade, now_ns: int) -> TradeTrigger | None:
        return _T.ANSWERED if any(trade.holdings_e6) else self._first_done(trade, now_ns)

    def _first_done(self, trade: Trade, now_ns: int) -> TradeTrigger | None:
        if not trade.is_quiet:
            return _T.HEDGE  # it is on its way already
        if max(trade.holdings_e6) <= trade.dust_e6:
            return _T.NOTHING_HELD if trade.is_final else None
        return _T.HEDGE if self._hedge(trade, now_ns) else _T.GIVEN_UP

    def _hedge_sent(self, trade: Trade, _now_ns: int) -> TradeTrigger | None:
        stages = [order.stage for order in trade.orders.values()]
        if any(stage in _OPEN for stage in stages):
            return None
        return _T.UNANSWERED if OrderStage.UNKNOWN in stages else _T.ANSWERED

    def _hedge_unknown(self, trade: Trade, _now_ns: int) -> TradeTrigger | None:
        return _T.ANSWERED if trade.is_quiet else None

    def _hedge_done(self, trade: Trade, now_ns: int) -> TradeTrigger | None:
        if max(trade.holdings_e6) <= trade.dust_e6:
            return _T.NOTHING_HELD if trade.is_final else None
        if trade.is_balanced:
            return _T.BALANCED
        may_retry = trade.retries < self._desk.settings.hedge_tries
        if may_retry and now_ns < trade.plan.deadline_ns:
            return _T.FELL_SHORT
        return _fullest(trade)

    def _hedge_retry(self, trade: Trade, now_ns: int) -> TradeTrigger | None:
        is_under_way = not trade.is_quiet
        if is_under_way or (now_ns < trade.plan.deadline_ns and self._hedge(trade, now_ns)):
            return _T.HEDGE
        return _fullest(trade)

    def _hedged(self, trade: Trade, _now_ns: int) -> TradeTrigger | None:
        if not trade.is_balanced:
            return _fullest(trade)
        return _T.CONFIRMED if trade.is_final else None

    def _unwinding(self, trade: Trade, now_ns: int) -> TradeTrigger | None:
        if not trade.is_quiet:
            return None
        if trade.is_balanced:
            return _T.CONFIRMED if trade.is_final else None
        side = _S.UNWIND_A if _fullest(trade) is _T.GIVEN_UP else _S.UNWIND_B
        if trade.state is not side:
            return _fullest(trade)
        settings = self._desk.settings
        tries = settings.unwind_tries * (len(trade.plan.legs) - 1)
        last_ns = max(order.ended_at_ns for order in trade.orders.values())
        tried = sum(order.role is Role.UNWIND for order in trade.orders.values())
        is_spent = trade.unwinds >= tries or tried >= UNSENT_FOR_ONE * tries
        if is_spent or now_ns - max(trade.moved_at_ns, last_ns) > UNWIND_PATIENCE_NS:
            return _T.SPENT
        # A clock that was set back must not keep a leg waiting for what seems to be to come.
        if not tried or not 0 <= now_ns - last_ns < settings.unwind_pause_ns:
            self._unwind(trade, now_ns)
        return None

    def _halted(self, trade: Trade, now_ns: int) -> TradeTrigger | None:
        self._desk.halt(
            f"trade {trade.plan.id} could not be unwound: {trade.naked_e6 / 1e6:g} contracts"
            " are uncovered",
            now_ns,
        )
        return _T.PAGED

    def _hedge(self, trade: Trade, now_ns: int) -> bool:
        """Send what brings every leg up to the fullest; False when nothing can be sent."""
        held = trade.holdings_e6
        orders = []
        for number, leg in enumerate(trade.plan.legs):
            size_e6 = max(held) - held[number]
            size_e6 -= size_e6 % leg.lot_e6
            if size_e6 <= trade.dust_e6:
                continue
            intent = self._entry(trade, number, size_e6, Role.HEDGE, now_ns)
            if is_too_small(intent.venue, intent.limit_e4, size_e6, self._desk.settings):
                return False
            verdict = self._desk.judge(intent, trade, now_ns)
            if not isinstance(verdict, Approved):
                return False
            orders.append(verdict)
        if orders:
            self._desk.place(trade, orders, Role.HEDGE, now_ns)
        return bool(orders)

    def _unwind(self, trade: Trade, now_ns: int) -> None:
        """Send what brings every leg down to the least held, all at once."""
        held = trade.holdings_e6
        desk, orders = self._desk, []
        if min(held) < 0:  # more was given back than was delivered in the end
            wanted = {held.index(min(held)): max(held) - min(held)}
        else:
            wanted = {n: size_e6 - min(held) for n, size_e6 in enumerate(held)}
        for number, excess_e6 in wanted.items():
            size_e6 = excess_e6 - excess_e6 % trade.plan.legs[number].lot_e6
            if size_e6 <= trade.dust_e6:
                continue
            way = cheapest_way_out(
                trade, number, size_e6, desk.books, desk.settings, adds=min(held) < 0
            )
            if way is None:
                continue
            intent = self._intent(
                trade,
                number,
                way.instrument,
                way.outcome,
                way.limit_e4,
                size_e6,
                Role.UNWIND,
                now_ns,
                is_buy=way.is_buy,
            )
            verdict = desk.judge(intent, trade, now_ns)
            if isinstance(verdict, Approved):
                orders.append(verdict)
        if orders:
            desk.place(trade, orders, Role.UNWIND, now_ns)

    def _entry(
        self, trade: Trade, number: int, size_e6: int, role: Role, now_ns: int
    ) -> OrderIntent:
        leg, desk = trade.plan.legs[number], self._desk
        limit_e4 = leg.limit_e4
        if role is Role.HEDGE:
            book = desk.books.get(leg.instrument)
            limit_e4 = hedge_limit_e4(leg, book, trade.retries, desk.settings)
        return self._intent(
            trade, number, leg.instrument, leg.outcome, limit_e4, size_e6, role, now_ns, is_buy=True
        )

    def _intent(
        self,
        trade: Trade,
        leg: int,
        instrument: str,
        outcome: Outcome,
        limit_e4: int,
        size_e6: int,
        role: Role,
        now_ns: int,
        *,
        is_buy: bool,
    ) -> OrderIntent:
        venue = trade.plan.legs[leg].venue
        now_or_never = TimeInForce.FAK if venue is Venue.POLYMARKET else TimeInForce.IOC
        settings = self._desk.settings
        whole = settings.all_or_nothing and role is Role.ENTRY
        return OrderIntent(
            id=f"{trade.plan.id}-{role.value[0]}{leg}-{len(trade.orders)}",
            trade=trade.plan.id,
            leg=leg,
            venue=venue,
            instrument=instrument,
            outcome=outcome,
            is_buy=is_buy,
            size_e6=size_e6,
            limit_e4=limit_e4,
            time_in_force=TimeInForce.FOK if whole else now_or_never,
            dies_at_ns=now_ns + settings.order_life_ns,
            reduces=role is not Role.ENTRY,
        )


def _first(trade: Trade) -> LiveOrder:
    return next(iter(trade.orders.values()))


def _fullest(trade: Trade) -> TradeTrigger:
    """Return which side must give back: the first leg (GIVEN_UP) or the hedge (OVERFILLED)."""
    held = trade.holdings_e6
    return _T.GIVEN_UP if held[0] == max(held) else _T.OVERFILLED
