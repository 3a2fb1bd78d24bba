"""What is known of one trade: its plan, its orders, their fills, and what it holds of each leg.

Kept only by folding journal records over it; decides nothing and places nothing.
"""

from enum import StrEnum

from msgspec import Struct

from underround.core.instrument import Outcome, Venue
from underround.core.trading.order import OrderIntent
from underround.core.trading.order_event import Filled, FillStatus
from underround.core.trading.trade import TERMINAL, TradeState
from underround.core.units import (
    SIZE_ONE_E6,
    USD_ONE_E6,
    notional_down_usd_e6,
    notional_up_usd_e6,
)


class Role(StrEnum):
    """What an order is for."""

    ENTRY = "entry"
    HEDGE = "hedge"
    UNWIND = "unwind"


class OrderStage(StrEnum):
    """How far an order of ours has come."""

    PLANNED = "planned"  # on disk, not yet noted as sent
    SENT = "sent"  # may be at the venue
    OPEN = "open"  # the venue has it, it may still fill
    UNKNOWN = "unknown"  # sent and not answered
    DONE = "done"  # lives no more
    VOID = "void"  # never arrived, or was refused


UNDER_WAY = frozenset((OrderStage.PLANNED, OrderStage.SENT, OrderStage.OPEN, OrderStage.UNKNOWN))


class PlannedLeg(Struct, frozen=True, kw_only=True):
    """One leg as it was planned; prices are of `outcome`.

    `price_e4` was its best price, `limit_e4` the worst at which the edge holds, `widest_e4` the
    worst that a retry may go to.
    """

    venue: Venue
    instrument: str
    outcome: Outcome
    price_e4: int
    limit_e4: int
    widest_e4: int
    lot_e6: int


class TradePlan(Struct, frozen=True, kw_only=True):
    """What is to be done about one signal. `together`: all legs are sent at once.

    `legs` stand in the order in which they go; a complete set surely pays `payoff_e6` (usd_e6).
    `quoted_usd_e6` is the edge that was seen for `size_e6`; after `deadline_ns` no hedge is tried,
    only the unwind. `dust_e6`: a difference between legs that no order of theirs can remove.
    """

    id: str
    signal: str
    pair: str
    direction: str
    legs: tuple[PlannedLeg, ...]
    size_e6: int
    together: bool
    policy: str
    quoted_usd_e6: int
    at_ns: int
    deadline_ns: int
    payoff_e6: int = USD_ONE_E6
    dust_e6: int = 0


class LiveOrder(Struct, kw_only=True):
    """One order of a trade. `reported_e6`: the most that the venue said has filled in all."""

    intent: OrderIntent
    role: Role
    stage: OrderStage = OrderStage.PLANNED
    venue_order_id: str | None = None
    is_sent: bool = False
    reported_e6: int = 0
    fills: dict[str, Filled] = {}
    missing_at_ns: int | None = None
    asked_at_ns: int = 0
    ended_at_ns: int = 0

    @property
    def told_e6(self) -> int:
        """What its fills come to, failed ones included."""
        return sum(fill.size_e6 for fill in self.fills.values())

    @property
    def failed_e6(self) -> int:
        """What matched and did not settle."""
        return sum(f.size_e6 for f in self.fills.values() if f.status is FillStatus.FAILED)

    @property
    def filled_e6(self) -> int:
        """What it holds: fills told or reported, whichever is more, less those that failed."""
        return max(self.told_e6, self.reported_e6) - self.failed_e6

    @property
    def is_under_way(self) -> bool:
        """Whether it may still fill, as far as is known."""
        return self.stage in UNDER_WAY

    @property
    def is_final(self) -> bool:
        """Whether nothing more can become of it: ended, every fill told and confirmed or failed."""
        return (
            not self.is_under_way
            and self.told_e6 >= self.reported_e6
            and all(
                fill.status in (FillStatus.CONFIRMED, FillStatus.FAILED)
                for fill in self.fills.values()
            )
        )

    @property
    def at_risk_usd_e6(self) -> int:
        """What it has cost and what it can still cost (buying)."""
        if not self.intent.is_buy:
            return 0
        size_e6 = self.intent.size_e6 if self.is_under_way else self.filled_e6
        return notional_up_usd_e6(self.intent.limit_e4, size_e6)

    @property
    def cash_usd_e6(self) -> int:
        """Money that its standing fills brought (plus) or took (minus), fees included."""
        cash_e6 = 0
        for fill in self.fills.values():
            if fill.status is FillStatus.FAILED:
                continue
            if fill.is_buy:
                cash_e6 -= notional_up_usd_e6(fill.price_e4, fill.size_e6)
            else:
                cash_e6 += notional_down_usd_e6(fill.price_e4, fill.size_e6)
            cash_e6 -= fill.fee_usd_e6
        return cash_e6


class Trade(Struct, kw_only=True):
    """One trade: plan, state, orders."""

    plan: TradePlan
    state: TradeState = TradeState.SIGNAL
    orders: dict[str, LiveOrder] = {}
    retries: int = 0
    moved_at_ns: int = 0
    naked_since_ns: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has reached a state that it never leaves."""
        return self.state in TERMINAL

    @property
    def is_quiet(self) -> bool:
        """Whether none of its orders may still fill."""
        return not any(order.is_under_way for order in self.orders.values())

    @property
    def is_final(self) -> bool:
        """Whether nothing more can become of any of its orders."""
        return all(order.is_final for order in self.orders.values())

    @property
    def is_at_rest(self) -> bool:
        """Whether it is over and nothing more can become of any of its orders."""
        return self.is_over and self.is_final

    @property
    def holdings_e6(self) -> tuple[int, ...]:
        """What is held of each leg; buying its complement counts as giving it back."""
        held = [0] * len(self.plan.legs)
        for order in self.orders.values():
            intent = order.intent
            gives = intent.is_buy == (intent.outcome is self.plan.legs[intent.leg].outcome)
            held[intent.leg] += order.filled_e6 if gives else -order.filled_e6
        return tuple(held)

    @property
    def naked_e6(self) -> int:
        """Contracts of the fullest leg that another leg does not cover."""
        held = self.holdings_e6
        return max(held) - min(held)

    @property
    def dust_e6(self) -> int:
        """The difference that no order can remove: less than a lot, or than the plan says."""
        return max(self.plan.dust_e6, max(leg.lot_e6 for leg in self.plan.legs) - 1)

    @property
    def is_balanced(self) -> bool:
        """Whether every leg holds the same, but for dust."""
        return self.naked_e6 <= self.dust_e6

    @property
    def merged_usd_e6(self) -> int:
        """What both outcomes of one market, held together after an unwind, pay: a dollar."""
        pairs_e6 = 0
        for order in self.orders.values():
            intent = order.intent
            if intent.outcome is not self.plan.legs[intent.leg].outcome:
                pairs_e6 += order.filled_e6 if intent.is_buy else -order.filled_e6
        return pairs_e6 * USD_ONE_E6 // SIZE_ONE_E6

    @property
    def cash_usd_e6(self) -> int:
        """Money that all its fills brought or took."""
        return sum(order.cash_usd_e6 for order in self.orders.values())

    @property
    def fee_usd_e6(self) -> int:
        """Fees of all its standing fills; a match that failed to settle is charged none."""
        fills = [fill for order in self.orders.values() for fill in order.fills.values()]
        return sum(f.fee_usd_e6 for f in fills if f.status is not FillStatus.FAILED)

    @property
    def presumed_usd_e6(self) -> int:
        """What its holdings surely pay: complete sets their payoff, what stands alone nothing.

        A contract given back that was never delivered is owed, and may cost a whole dollar.
        """
        held = self.holdings_e6
        owed_e6 = -sum(min(size_e6, 0) for size_e6 in held)
        sets_usd_e6 = max(min(held), 0) * self.plan.payoff_e6 // SIZE_ONE_E6
        return sets_usd_e6 - owed_e6 * USD_ONE_E6 // SIZE_ONE_E6

    @property
    def unwinds(self) -> int:
        """How many orders were spent on giving back; one that never left was not."""
        return sum(
            order.role is Role.UNWIND and (order.is_sent or order.is_under_way)
            for order in self.orders.values()
        )

    def at_risk_usd_e6(self, venue: Venue | None = None) -> int:
        """Return what it has cost, may still cost and has reserved, in all or at one venue."""
        total_e6 = 0
        for number, leg in enumerate(self.plan.legs):
            if venue is not None and leg.venue is not venue:
                continue
            spent_e6 = sum(
                order.at_risk_usd_e6 for order in self.orders.values() if order.intent.leg == number
            )
            if self.reserves:
                planned_e6 = notional_up_usd_e6(leg.limit_e4, self.plan.size_e6)
                spent_e6 = max(spent_e6, planned_e6)
            total_e6 += spent_e6
        return total_e6

    @property
    def planned_usd_e6(self) -> int:
        """What all legs of the plan cost at their limits."""
        return sum(notional_up_usd_e6(leg.limit_e4, self.plan.size_e6) for leg in self.plan.legs)

    @property
    def reserves(self) -> bool:
        """Whether its plan still counts in full against the limits."""
        return self.state in _RESERVING


_RESERVING = frozenset(
    (
        TradeState.RESERVED,
        TradeState.JOURNALED,
        TradeState.A_SENT,
        TradeState.A_UNKNOWN,
        TradeState.A_DONE,
        TradeState.A_VOID,
        TradeState.B_SENT,
        TradeState.B_UNKNOWN,
        TradeState.B_DONE,
        TradeState.HEDGE_RETRY,
    )
)


def signed_e6(fill: Filled) -> int:
    """Return what a fill adds to the position that its venue keeps; 0 for a failed one."""
    if fill.status is FillStatus.FAILED:
        return 0
    adds = fill.is_buy
    if fill.venue is Venue.KALSHI and fill.outcome is Outcome.NO:
        adds = not adds
    return fill.size_e6 if adds else -fill.size_e6
