"""An underround over time: opened, changed, closed; and the signal that says so.

Pure values; when an opportunity opens or closes is decided by the engine.
"""

from enum import StrEnum

from msgspec import Struct

from underround.core.instrument import Outcome, Venue
from underround.core.sizing import Sizing


class SignalKind(StrEnum):
    """What happened to an opportunity."""

    OPENED = "opened"
    CHANGED = "changed"
    CLOSED = "closed"


class Underround(StrEnum):
    """Which set of outcomes costs less than it pays."""

    CROSS_VENUE = "cross_venue"
    PARTITION = "partition"
    LADDER = "ladder"
    BASKET = "basket"


class Leg(Struct, frozen=True, gc=False):
    """One order of the trade that would take the opportunity.

    `price_e4` is the best price now and `limit_e4` the worst one the size needs, both for the
    outcome bought (NO at 0.44, not YES at 0.56). `size_e6` contracts are to be held in the end,
    `order_size_e6` must be ordered for it (more where a fee is withheld in shares) and cost
    `cost_usd_e6`, fee included. Those three are 0 in signals written before they were kept.
    """

    venue: Venue
    instrument: str
    outcome: Outcome
    price_e4: int
    limit_e4: int
    size_e6: int = 0
    order_size_e6: int = 0
    cost_usd_e6: int = 0


class Signal(Struct, frozen=True, kw_only=True):
    """One moment in the life of an opportunity.

    `pair` names the pair, or the structure of markets, and `direction` the way of buying it.
    Edges per contract in usd_e6, `edge_top_e6` at the best prices and `edge_e6` over the whole
    size; totals in usd_e6. `tick_at_ns` is when the frame that made it was received; `held_ns`
    how long the opening was held back and `held_for` why ("" when it was not). The capital of
    each venue is locked until `resolves_at_ns`, when the last leg is expected to resolve; None
    where a venue does not say. The returns are the edge over all capital, in basis points
    rounded down, as such and by the year. Settled as asked, the size pays cost and edge together;
    `worst_payoff_usd_e6` is what it pays at worst where a venue voids its contracts.
    """

    kind: SignalKind
    id: str
    pair: str
    direction: str
    at_ns: int
    tick_at_ns: int
    edge_top_e6: int
    edge_e6: int
    size_e6: int
    cost_usd_e6: int
    fee_usd_e6: int
    edge_usd_e6: int
    legs: tuple[Leg, ...]
    underround: Underround = Underround.CROSS_VENUE
    capital_usd_e6: dict[Venue, int] = {}
    return_bps: int = 0
    resolves_at_ns: int | None = None
    annual_return_bps: int | None = None
    worst_payoff_usd_e6: int | None = None
    held_ns: int = 0
    held_for: str = ""
    is_slow: bool = False
    reason: str = ""


class Opportunity:
    """An open underround: what was last said of it."""

    __slots__ = ("changed_ns", "id", "opened_ns", "peak_edge_e6", "signal", "sizing")

    def __init__(self, opportunity_id: str, sizing: Sizing, signal: Signal) -> None:
        self.id = opportunity_id
        self.opened_ns = signal.at_ns
        self.changed_ns = signal.at_ns
        self.peak_edge_e6 = signal.edge_top_e6
        self.sizing = sizing
        self.signal = signal


EDGE_STEP_E6 = 1_000
"""A change of the top edge by a tenth of a cent is worth telling."""


def is_material(before: Sizing, now: Sizing) -> bool:
    """Tell whether an opportunity changed enough to say so: 0.1 ¢ of edge or a tenth in size."""
    return (
        abs(now.edge_top_e6 - before.edge_top_e6) >= EDGE_STEP_E6
        or abs(now.size_e6 - before.size_e6) * 10 >= before.size_e6
    )
