"""The twelve invariants of trading, held against a world from outside; no code of the desk's.

Each offence is a line that begins with the invariant's number.
"""

import msgspec

from underround.core.trading.journal_record import (
    AbsenceProven,
    IntentWritten,
    TradeMoved,
    TradePlanned,
)
from underround.core.trading.order_event import FillStatus, OrderMissing, OrderSent
from underround.core.trading.portfolio import Portfolio

DUST_E6 = 10**6
"""Fewer contracts than one are worth less than a dollar, Polymarket's smallest purchase."""
TERMINAL = {"rejected", "no_fill", "hedged_settled", "unwound", "stranded"}


class Checks:
    """Listens to a world and, at its end, says what did not hold."""

    def __init__(self, world) -> None:
        self.world = world
        self.offences: list[str] = []
        self.was_halted = False
        self._naked_ns: dict[str, int] = {}
        world.on_decided.append(self._decided)
        world.on_event.append(self._look)

    def offend(self, number: int, text: str) -> None:
        self.offences.append(f"{number}: {text} (seed {self.world.seed})")

    def _decided(self, effect, desk) -> None:
        """Look at orders at the moment when they are decided on."""
        world, portfolio = self.world, desk.portfolio
        limits = world.settings.limits
        for order in effect.orders:
            intent = order.intent
            trade = portfolio.trades[intent.trade]
            if intent.reduces:
                self._check_reduction(intent, trade)
                continue
            if portfolio.halt is not None or portfolio.unknown or desk.accounts.difference:
                self.offend(5, f"{intent.id} increases risk while trading may not")
            for leg in trade.plan.legs:
                book = world.books[leg.instrument]
                if world.now_ns - max(book.updated_ns, book.proven_ns) > limits.max_quote_age_ns:
                    self.offend(8, f"{intent.id} on an old quote of {leg.instrument}")
            self._check_limits(portfolio, limits, trade.plan.pair, intent.id)

    def _check_reduction(self, intent, trade) -> None:
        """A hedge or an unwind never goes beyond what fills have shown so far."""
        held = [0] * len(trade.plan.legs)
        for order in trade.orders.values():
            size_e6 = _held(order)
            if order.intent.id == intent.id:
                size_e6 = intent.size_e6
            elif order.stage.value in ("planned", "sent", "open", "unknown"):
                size_e6 = order.intent.size_e6 if order.intent.reduces else size_e6
            leg = trade.plan.legs[order.intent.leg]
            gives = order.intent.is_buy == (order.intent.outcome is leg.outcome)
            held[order.intent.leg] += size_e6 if gives else -size_e6
        others = [h for number, h in enumerate(held) if number != intent.leg]
        leg = trade.plan.legs[intent.leg]
        adds = intent.is_buy == (intent.outcome is leg.outcome)
        if adds and held[intent.leg] > max(others):
            self.offend(6, f"{intent.id} hedges {held[intent.leg]} against {max(others)}")
        if not adds and held[intent.leg] < min(others):
            self.offend(6, f"{intent.id} unwinds down to {held[intent.leg]}, under {min(others)}")

    def _check_limits(self, portfolio, limits, pair: str, name: str) -> None:
        """Count every dollar promised, open, filled or unsettled, by pair and by venue."""
        by_pair, by_venue = {}, {}
        for trade in portfolio.trades.values():
            if trade.state.value in ("rejected", "no_fill"):
                continue
            for number, leg in enumerate(trade.plan.legs):
                usd_e6 = sum(
                    max(_held(order), order.intent.size_e6 if _lives(order) else 0)
                    * order.intent.limit_e4
                    for order in trade.orders.values()
                    if order.intent.leg == number and order.intent.is_buy
                )
                is_begun = trade.state.value in ("hedged", "hedged_settled", "unwound", "stranded")
                if not is_begun and not trade.state.value.startswith("unwind"):
                    usd_e6 = max(usd_e6, trade.plan.size_e6 * leg.limit_e4)
                usd_e6 /= 10_000
                by_pair[trade.plan.pair] = by_pair.get(trade.plan.pair, 0) + usd_e6
                by_venue[leg.venue] = by_venue.get(leg.venue, 0) + usd_e6
        # Other pairs may be above it: what gives contracts back is never refused for a limit.
        if by_pair[pair] > limits.max_pair_usd_e6 + 1:
            self.offend(7, f"{name} takes a pair to {by_pair[pair]}")
        if max(by_venue.values()) > limits.max_venue_usd_e6 + 1:
            self.offend(7, f"{name} takes a venue to {max(by_venue.values())}")

    def _look(self, _event) -> None:
        """Look at everything between two events."""
        world = self.world
        portfolio = world.desk.portfolio
        if self.was_halted and portfolio.halt is None:
            self.offend(10, "the halt is gone")
            self.was_halted = False
        self.was_halted = self.was_halted or (portfolio.halt is not None and any(world.halts))
        for name, trade in portfolio.trades.items():
            held = [0] * len(trade.plan.legs)
            for order in trade.orders.values():
                leg = trade.plan.legs[order.intent.leg]
                gives = order.intent.is_buy == (order.intent.outcome is leg.outcome)
                held[order.intent.leg] += _held(order) if gives else -_held(order)
            if trade.state.value in ("hedged_settled", "unwound") and min(held) <= -DUST_E6:
                self.offend(6, f"{name} ends with {held}")
            if max(held) - min(held) < DUST_E6:
                self._naked_ns.pop(name, None)
                continue
            since_ns = self._naked_ns.setdefault(name, world.now_ns)
            late_ns = world.now_ns - since_ns - world.settings.limits.max_naked_ns
            if late_ns > 2 * 10**9 and portfolio.halt is None:
                self.offend(3, f"{name} is naked {held} and nothing is halted")

    def finish(self) -> list[str]:
        """Look at the end of the history; return every offence."""
        world = self.world
        portfolio = world.desk.portfolio
        for venue in world.venues.values():
            for name, count in venue.posts.items():
                if count > 1:
                    self.offend(1, f"{name} was sent {count} times")
        noted = {record.order for record in world.disk if isinstance(record, OrderSent)}
        for venue in world.venues.values():
            for name in venue.posts:
                if name not in noted:
                    self.offend(1, f"{name} was sent before it was noted as sent")
        if not portfolio.unknown and not world.disk_is_full:
            self._compare_positions(portfolio)
        for name, trade in portfolio.trades.items():
            if trade.state.value not in TERMINAL:
                self.offend(4, f"{name} ends as {trade.state}")
        moves = [r for r in world.disk if isinstance(r, TradeMoved)]
        ended = {}
        for move in moves:
            ended.setdefault(move.trade, []).append(move.trigger)
        signals = [r.plan.signal for r in world.disk if isinstance(r, TradePlanned)]
        if len(signals) != len(set(signals)):
            self.offend(11, "one signal was traded twice")
        self._check_absences()
        self._check_closings()
        replayed = Portfolio()
        for record in world.disk:
            replayed.apply(record)
        if shown(replayed) != shown(portfolio):
            self.offend(9, "the journal does not make the live state again")
        return self.offences

    def _compare_positions(self, portfolio) -> None:
        for venue in self.world.venues.values():
            theirs = {k: v for k, v in venue.positions().items() if v}
            ours = {
                name: size
                for (place, name), size in portfolio.positions_e6.items()
                if place is venue.venue and size
            }
            if theirs != ours:
                self.offend(2, f"{venue.venue} holds {theirs}, the journal {ours}")

    def _check_absences(self) -> None:
        """An order is called absent only after two reads, apart, both after it could last live."""
        dies_ns, asked_ns = {}, {}
        for record in self.world.disk:
            if isinstance(record, IntentWritten):
                dies_ns[record.intent.id] = record.intent.dies_at_ns
            elif isinstance(record, OrderMissing):
                asked_ns.setdefault(record.order, []).append(record.asked_at_ns)
            elif isinstance(record, AbsenceProven):
                asked = [at for at in asked_ns.get(record.order, ()) if at >= dies_ns[record.order]]
                if not asked or max(asked) - min(asked) < 5 * 10**9:
                    self.offend(2, f"{record.order} was called absent after {len(asked)} reads")

    def _check_closings(self) -> None:
        """A trade never ends well while one of its fills may still fail."""
        portfolio = Portfolio()
        for record in self.world.disk:
            portfolio.apply(record)
            if not isinstance(record, TradeMoved):
                continue
            trade = portfolio.trades[record.trade]
            if trade.state.value not in ("hedged_settled", "unwound", "no_fill"):
                continue
            for order in trade.orders.values():
                told = sum(fill.size_e6 for fill in order.fills.values())
                soft = any(
                    fill.status not in (FillStatus.CONFIRMED, FillStatus.FAILED)
                    for fill in order.fills.values()
                )
                if soft or told < order.reported_e6:
                    self.offend(12, f"{record.trade} ends as {trade.state}, a fill is open")


def shown(portfolio: Portfolio) -> bytes:
    """Return a portfolio as text, to compare two."""
    return msgspec.json.encode(
        {
            "trades": {name: msgspec.to_builtins(t) for name, t in portfolio.trades.items()},
            "positions": {
                f"{v} {n}": s for (v, n), s in sorted(portfolio.positions_e6.items()) if s
            },
            "halt": portfolio.halt,
            "cash": portfolio.cash_usd_e6,
            "active": sorted(portfolio.active),
        }
    )


def _held(order) -> int:
    fills = order.fills.values()
    failed = sum(fill.size_e6 for fill in fills if fill.status is FillStatus.FAILED)
    return max(sum(fill.size_e6 for fill in fills), order.reported_e6) - failed


def _lives(order) -> bool:
    return order.stage.value in ("planned", "sent", "open", "unknown")
