"""Planted bugs: each breaks one thing that keeps trading safe, and has to be caught by the checks.

Switched on for one test by replacing an attribute; nothing in the product knows of them.
"""

from tests.core.trading_world import TradingWorld
from underround.core.trading import desk, order_patience, risk
from underround.core.trading.desk import TradingDesk
from underround.core.trading.journal_record import AbsenceProven
from underround.core.trading.order import Approved, PlaceOrders
from underround.core.trading.order_event import Filled, OrderDone, OrderSent
from underround.core.trading.portfolio import Portfolio
from underround.core.trading.trade_record import LiveOrder, OrderStage, Role, Trade
from underround.core.trading.trade_steps import TradeSteps


def without_rail(patch, *names: str) -> None:
    for table in ("ENTRY_RAILS", "REDUCING_RAILS"):
        kept = tuple(rail for rail in getattr(risk, table) if rail.__name__ not in names)
        patch.setattr(risk, table, kept)


def unblocked(patch, *rails: str) -> None:
    without_rail(patch, *rails)
    patch.setattr(desk, "blocked", lambda *_told: None)


def send_again_on_unknown(patch) -> None:
    tick = order_patience.OrderPatience.tick

    def again(self, trade, now_ns):
        for order in trade.orders.values():
            if order.stage is OrderStage.UNKNOWN and now_ns > order.intent.dies_at_ns:
                self._desk.want(PlaceOrders((Approved(order.intent, now_ns),), now_ns))
        tick(self, trade, now_ns)

    patch.setattr(order_patience.OrderPatience, "tick", again)


def sent_noted_after_the_write(patch) -> None:
    def place(self, effect):
        intents = [order.intent for order in effect.orders]
        self.flush()
        for intent in intents:
            self.venues[intent.venue].post(intent)
        if self._crash():
            return
        for intent in intents:
            note = OrderSent(intent.id, self.venues[intent.venue].hash_of(intent), self.now_ns)
            self.disk.append(note)
            self.give(note)

    patch.setattr(TradingWorld, "_place", place)


def hedge_the_requested_size(patch) -> None:
    entry = TradeSteps._entry
    without_rail(patch, "_no_more_than_held")

    def whole(self, trade, number, size_e6, role, now_ns):
        size_e6 = trade.plan.size_e6 if role is Role.HEDGE else size_e6
        return entry(self, trade, number, size_e6, role, now_ns)

    patch.setattr(TradeSteps, "_entry", whole)


def matched_is_final(patch) -> None:
    patch.setattr(LiveOrder, "is_final", property(lambda order: not order.is_under_way))


def kill_switch_not_kept(patch) -> None:
    patch.setattr(
        TradingDesk, "halt", lambda desk, reason, _now: setattr(desk.portfolio, "halt", reason)
    )
    patch.setattr(TradingWorld, "halts", property(lambda world: [world.desk.portfolio.halt]))


def limits_ignore_reserved(patch) -> None:
    patch.setattr(Trade, "reserves", property(lambda _trade: False))


def limits_ignore_filled(patch) -> None:
    under_way = LiveOrder.at_risk_usd_e6.fget
    patch.setattr(
        LiveOrder,
        "at_risk_usd_e6",
        property(lambda order: under_way(order) if order.is_under_way else 0),
    )


def one_missing_read_is_proof(patch) -> None:
    def missing(self, event):
        order = self._desk.portfolio.order(event.order)
        if order is not None and order.stage is OrderStage.UNKNOWN:
            self._desk.record(AbsenceProven(event.order, event.at_ns))

    patch.setattr(order_patience.OrderPatience, "missing", missing)


def the_same_signal_again(patch) -> None:
    consider = TradingDesk.consider

    def forgetful(self, key, signal, now_ns, **how):
        self.portfolio.signals.clear()
        consider(self, key, signal, now_ns, **how)

    patch.setattr(TradingDesk, "consider", forgetful)


def old_quotes_pass(patch) -> None:
    without_rail(patch, "_quote_age")


def entries_while_unknown(patch) -> None:
    unblocked(patch, "_unknown")


def entries_while_halted(patch) -> None:
    unblocked(patch, "_halted")


def entries_unreconciled(patch) -> None:
    unblocked(patch, "_unreconciled")


def nobody_watches_naked_legs(patch) -> None:
    patch.setattr(TradeSteps, "_watch_naked", lambda _steps, _trade, _now_ns: None)


def failed_settlements_ignored(patch) -> None:
    patch.setattr(LiveOrder, "failed_e6", property(lambda _order: 0))


def fills_keyed_by_trade_alone(patch) -> None:
    filled = Portfolio._filled

    def keyed(self, fill: Filled):
        if any(
            fill.trade in order.fills and order.venue_order_id != fill.venue_order_id
            for trade in self.trades.values()
            for order in trade.orders.values()
        ):
            return
        filled(self, fill)

    patch.setattr(Portfolio, "_filled", keyed)


def fills_counted_twice(patch) -> None:
    filled = Portfolio._filled

    def doubled(self, fill: Filled):
        fields = {name: getattr(fill, name) for name in fill.__struct_fields__}
        filled(self, Filled(**(fields | {"trade": f"{fill.trade}@{fill.at_ns}"})))

    patch.setattr(Portfolio, "_filled", doubled)


def fills_of_dead_orders_ignored(patch) -> None:
    filled = Portfolio._filled

    def deaf(self, fill: Filled):
        order = self.order_of(fill)
        if order is None or order.is_under_way:
            filled(self, fill)

    patch.setattr(Portfolio, "_filled", deaf)


def sent_without_reply_counts_as_never_sent(patch) -> None:
    resumed = order_patience.OrderPatience.resumed

    def hopeful(self, trade):
        for name, order in list(trade.orders.items()):
            if order.stage in (OrderStage.SENT, OrderStage.UNKNOWN):
                self._desk.record(AbsenceProven(name, order.intent.dies_at_ns))
        resumed(self, trade)

    patch.setattr(order_patience.OrderPatience, "resumed", hopeful)


def replies_not_journaled(patch) -> None:
    told = TradingDesk._order_told

    def silent(self, event):
        if isinstance(event, OrderDone):
            self.portfolio.apply(event)
            self._go_on(event.order, event.at_ns)
        else:
            told(self, event)

    patch.setattr(TradingDesk, "_order_told", silent)


def unwinds_beyond_what_is_held(patch) -> None:
    without_rail(patch, "_no_more_than_held")
    intent = TradeSteps._intent

    def more(self, trade, leg, instrument, outcome, limit_e4, size_e6, role, now_ns, *, is_buy):
        if role is Role.UNWIND:
            size_e6 *= 2
        return intent(
            self, trade, leg, instrument, outcome, limit_e4, size_e6, role, now_ns, is_buy=is_buy
        )

    patch.setattr(TradeSteps, "_intent", more)


MUTANTS = {
    each.__name__: each
    for each in (
        send_again_on_unknown,
        sent_noted_after_the_write,
        hedge_the_requested_size,
        matched_is_final,
        kill_switch_not_kept,
        limits_ignore_reserved,
        limits_ignore_filled,
        one_missing_read_is_proof,
        the_same_signal_again,
        old_quotes_pass,
        entries_while_unknown,
        entries_while_halted,
        entries_unreconciled,
        nobody_watches_naked_legs,
        failed_settlements_ignored,
        fills_keyed_by_trade_alone,
        fills_counted_twice,
        fills_of_dead_orders_ignored,
        sent_without_reply_counts_as_never_sent,
        replies_not_journaled,
        unwinds_beyond_what_is_held,
    )
}
