"""Kalshi's order entry: what is taken, refused, matched, amended, decreased and cancelled.

Acts at once and tells `told` what members are to be sent; speaks no HTTP and reads no clock but
the one handed in. https://docs.kalshi.com/api-reference/orders/create-order-v2
"""

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from underround.core.units import NS_PER_SECOND
from underround.simulation.book import ASK, BID
from underround.simulation.exchange import Exchange
from underround.simulation.kalshi.members import Fill, Group, Member
from underround.simulation.kalshi.order_words import OrderRefusedError, Wanted, read_order
from underround.simulation.market import KalshiMarket, Pair
from underround.simulation.own_orders import Match, OwnOrder, opposite, reaches

GROUP_WINDOW_NS: Final = 15 * NS_PER_SECOND


class Told(Protocol):
    """What members are sent on their private channels."""

    def filled(self, member: Member, fill: Fill) -> None:
        """Send a fill and the position after it."""
        ...

    def changed(self, member: Member, order: OwnOrder) -> None:
        """Send an order's new state."""
        ...


class OrderEntry:
    """All members' orders on all markets; the exchange's registrar for Kalshi."""

    def __init__(self, exchange: Exchange, now_ns: Callable[[], int], told: Told) -> None:
        self.exchange = exchange
        self.members: dict[str, Member] = {}
        self._now_ns = now_ns
        self._told = told
        exchange.own.registrars[KalshiMarket] = self

    def member(self, key_id: str) -> Member:
        """Return the member of a key, made at first sight."""
        if key_id not in self.members:
            self.members[key_id] = Member(key_id)
        return self.members[key_id]

    def place(self, member: Member, fields: Mapping[str, Any]) -> tuple[OwnOrder, list[Fill]]:
        """Take an order; OrderRefusedError when the venue does not."""
        wanted = read_order(fields)
        pair = self._pair(wanted.ticker)
        market = pair.kalshi
        self._check(member, market, wanted)
        order = OwnOrder(
            id=str(uuid.uuid4()),
            owner=member.key_id,
            market=market,
            side=wanted.side,
            price_e4=wanted.price_e4,
            size_e6=wanted.size_e6,
            created_ns=self._now_ns(),
            facts={
                "wanted": wanted,
                "status": "resting",
                "fills": [],
                "reason": None,
                "expires_ns": wanted.expires_ns,
                "changed_ns": self._now_ns(),
            },
        )
        member.orders[order.id] = order
        if wanted.post_only and self._crosses(order):
            self._finish(member, order, "canceled", "PostOnlyCrossCancel")
            return order, []
        fills = self._take(pair, member, order)
        if order.remaining_e6 and order.facts["status"] == "resting":
            if wanted.time_in_force == "good_till_canceled":
                self.exchange.show_kalshi(pair, [self.exchange.own.rest(order)])
                self._told.changed(member, order)
            else:
                self._finish(member, order, "canceled", None)
        self._judge_group(member, order)
        return order, fills

    def _check(self, member: Member, market: KalshiMarket, wanted: Wanted) -> None:
        if market.halted:
            raise OrderRefusedError(409, "trading_is_paused", "trading is paused")
        if not market.is_open:
            raise OrderRefusedError(409, "market_inactive", "market is not active")
        if wanted.price_e4 not in market.grid:
            raise OrderRefusedError(400, "invalid_price", "price is not on the market's grid")
        if wanted.group is not None:
            group = member.groups.get(wanted.group)
            if group is None:
                raise OrderRefusedError(404, "order_group_not_found", "order group not found")
            if group.is_tripped:
                raise OrderRefusedError(409, "order_group_tripped", "order group is tripped")
        for order in member.orders.values():
            if order.is_resting and order.facts["wanted"].client_id == wanted.client_id is not None:
                raise OrderRefusedError(409, "order_already_exists", "order already exists")
        if wanted.reduce_only:
            held_e6 = member.holdings[market].position_e6 if market in member.holdings else 0
            if wanted.size_e6 > max(-held_e6 if wanted.side == BID else held_e6, 0):
                raise OrderRefusedError(400, "invalid_order", "reduce_only would open a position")
        needed = member.needs_usd_e6(market, wanted.side, wanted.price_e4, wanted.size_e6)
        if needed > member.spendable_usd_e6(market.shard):
            raise OrderRefusedError(400, "insufficient_balance", "insufficient balance")
        if wanted.time_in_force == "fill_or_kill" and not self._can_fill(member, market, wanted):
            raise OrderRefusedError(
                409,
                "fill_or_kill_insufficient_resting_volume",
                "fill or kill order could not be filled",
            )

    def _can_fill(self, member: Member, market: KalshiMarket, wanted: Wanted) -> bool:
        own_e6 = sum(
            order.remaining_e6
            for order in self.exchange.own.of(market)
            if order.owner == member.key_id
            and order.side != wanted.side
            and reaches(wanted.side, wanted.price_e4, order.price_e4)
        )
        shown_e6 = sum(
            size_e6
            for price_e4, size_e6 in market.book.side(opposite(wanted.side)).items()
            if reaches(wanted.side, wanted.price_e4, price_e4)
        )
        return shown_e6 - own_e6 >= wanted.size_e6

    def _crosses(self, order: OwnOrder) -> bool:
        levels = order.market.book.side(opposite(order.side))
        return any(reaches(order.side, order.price_e4, price_e4) for price_e4 in levels)

    def _take(self, pair: Pair, member: Member, order: OwnOrder) -> list[Fill]:
        wanted: Wanted = order.facts["wanted"]
        limit_e4 = order.price_e4
        for own in self._own_opposite(member, order):
            if wanted.self_trade == "maker":
                self.cancel(member, own, "SelfTradeCancel")
            else:
                step = 1 if order.side == ASK else -1
                limit_e4 = own.price_e4 + step  # fills stop before the member's own order
                order.facts["reason"] = "SelfTradeCancel"
                break
        met: list[Match]
        market = pair.kalshi
        met, changes = self.exchange.own.take(market, order.side, limit_e4, order.remaining_e6, ())
        if not met:
            if order.facts["reason"] == "SelfTradeCancel":
                self._finish(member, order, "canceled", "SelfTradeCancel")
            return []
        self.exchange.show_kalshi(pair, changes)
        fills = []
        for match in met:
            order.filled_e6 += match.size_e6
            trade = (str(uuid.uuid4()), True, self._now_ns())
            fills.append(member.book(order, match.price_e4, match.size_e6, trade))
            self.exchange.print_kalshi(pair, order.side, match.price_e4, match.size_e6)
        order.facts["fills"] += fills
        if not order.remaining_e6:
            order.facts["status"] = "executed"
        elif order.facts["reason"] == "SelfTradeCancel":
            order.facts["status"] = "canceled"
        self.exchange.own.tell()
        for fill in fills:
            self._told.filled(member, fill)
        self._told.changed(member, order)
        self._count(member, order, sum(fill.size_e6 for fill in fills))
        return fills

    def _own_opposite(self, member: Member, order: OwnOrder) -> list[OwnOrder]:
        found = [
            own
            for own in self.exchange.own.of(order.market)
            if own.owner == member.key_id
            and own.side != order.side
            and reaches(order.side, order.price_e4, own.price_e4)
        ]
        sign = 1 if order.side == BID else -1
        return sorted(found, key=lambda own: sign * own.price_e4)

    def cancel(self, member: Member, order: OwnOrder, reason: str | None = None) -> int:
        """Cancel what rests of an order; return how much that was (size_e6)."""
        if not order.is_resting:
            return 0
        market = order.market
        assert isinstance(market, KalshiMarket)
        left_e6 = order.remaining_e6
        changes = self.exchange.own.withdraw(order)
        self.exchange.show_kalshi(self._pair(market.ticker), changes)
        self._finish(member, order, "canceled", reason)
        return left_e6

    def decrease(self, member: Member, order: OwnOrder, size_e6: int, reason: str) -> int:
        """Take so much of a resting order away, keeping its place; return how much."""
        market = order.market
        assert isinstance(market, KalshiMarket)
        gone_e6 = min(size_e6, order.remaining_e6)
        changes = self.exchange.own.withdraw(order, gone_e6)
        self.exchange.show_kalshi(self._pair(market.ticker), changes)
        order.facts["reason"], order.facts["changed_ns"] = reason, self._now_ns()
        if not order.remaining_e6:
            order.facts["status"] = "canceled"
        self._told.changed(member, order)
        return gone_e6

    def amend(self, member: Member, order: OwnOrder, price_e4: int, count_e6: int) -> list[Fill]:
        """Give a resting order another price and count (filled and remaining together).

        Only a smaller count keeps its place in the queue.
        """
        if price_e4 == order.price_e4 and count_e6 <= order.size_e6:
            self.decrease(member, order, order.size_e6 - count_e6, "Amend")
            return []
        market = order.market
        assert isinstance(market, KalshiMarket)
        pair = self._pair(market.ticker)
        self.exchange.show_kalshi(pair, self.exchange.own.withdraw(order))
        order.price_e4, order.size_e6 = price_e4, count_e6
        order.facts["reason"], order.facts["changed_ns"] = "Amend", self._now_ns()
        fills = self._take(pair, member, order)
        if order.remaining_e6 and order.facts["status"] == "resting":
            self.exchange.show_kalshi(pair, [self.exchange.own.rest(order)])
        self._told.changed(member, order)
        return fills

    def filled(self, order: OwnOrder, price_e4: int, size_e6: int) -> None:
        """Enter a resting order's fill: its maker pays no fee."""
        member = self.members[order.owner]
        trade = (str(uuid.uuid4()), False, self._now_ns())
        fill = member.book(order, price_e4, size_e6, trade)
        order.facts["fills"].append(fill)
        order.facts["reason"], order.facts["changed_ns"] = "Trade", self._now_ns()
        if not order.remaining_e6:
            order.facts["status"] = "executed"
        self._told.filled(member, fill)
        self._told.changed(member, order)
        self._count(member, order, size_e6)
        self._judge_group(member, order)

    def ended(self, market: KalshiMarket) -> None:
        """Cancel everything at a market's close; the sweep empties the book."""
        for order in self.exchange.own.of(market):
            self.exchange.own.withdraw(order)
            self._finish(self.members[order.owner], order, "canceled", "CloseCancel")

    def settled(self, market: KalshiMarket) -> None:
        """Pay every member."""
        for member in self.members.values():
            member.settle(market, self._now_ns())

    def expire(self) -> None:
        """Cancel orders past their time."""
        now_ns = self._now_ns()
        for member in self.members.values():
            for order in list(member.orders.values()):
                expires_ns = order.facts["expires_ns"]
                if order.is_resting and expires_ns is not None and expires_ns <= now_ns:
                    self.cancel(member, order, "ExpiryCancel")

    def trip(self, member: Member, group: Group) -> None:
        """Cancel a group's orders and take no more of it until it is reset."""
        group.is_tripped = True
        for order in list(member.orders.values()):
            if order.is_resting and order.facts["wanted"].group == group.id:
                self.cancel(member, order)

    def _count(self, member: Member, order: OwnOrder, size_e6: int) -> None:
        group = member.groups.get(order.facts["wanted"].group or "")
        if group is not None and size_e6:
            now_ns = self._now_ns()
            group.matched = [m for m in group.matched if now_ns - m[0] < GROUP_WINDOW_NS]
            group.matched.append((now_ns, size_e6))

    def _judge_group(self, member: Member, order: OwnOrder) -> None:
        group = member.groups.get(order.facts["wanted"].group or "")
        if group is not None and sum(size for _, size in group.matched) >= group.limit_e6:
            self.trip(member, group)

    def _finish(self, member: Member, order: OwnOrder, status: str, reason: str | None) -> None:
        order.facts["status"], order.facts["reason"] = status, reason
        order.facts["changed_ns"] = self._now_ns()
        self._told.changed(member, order)

    def _pair(self, ticker: str) -> Pair:
        for pair in self.exchange.pairs:
            if pair.kalshi.ticker == ticker:
                return pair
        raise OrderRefusedError(404, "market_not_found", "market not found")
