"""What a detector can want: a fixed set of legs that may cost less than it pays; and its signals.

A pair's direction is one, so is a purchase within a structure. Says what is wanted, not whether.
"""

from collections.abc import Mapping
from typing import Protocol

from msgspec.structs import replace

from underround.core.book import Side
from underround.core.carry import annual_return_bps, capital_by_venue, latest, return_bps
from underround.core.opportunity import Leg, Opportunity, Signal, SignalKind, Underround
from underround.core.sizing import Sizing


class Offered(Protocol):
    """Legs to be bought together, and what became of the wish; compared by identity.

    `is_active`: open, or seen and held back. `whole`: what a side cost at the end of its book's
    last group of changes, while it is held back. `seen_ns`: when it first stood, 0 while it does
    not. `awaits_size`: an edge stands, but too little of it to trade.
    """

    opportunity: Opportunity | None
    is_active: bool
    whole: dict[Side, int]
    seen_ns: int
    held_for: str
    awaits_size: bool

    @property
    def subject(self) -> str:
        """The pair's or the structure's id."""

    @property
    def name(self) -> str:
        """The way of buying it."""

    @property
    def underround(self) -> Underround:
        """The kind."""

    @property
    def ended(self) -> str:
        """Why there is no size any more, "" where the edge is simply gone."""

    @property
    def can_await_size(self) -> bool:
        """Whether it is worth waiting for more of these very legs."""

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides it would take from."""

    @property
    def has_edge(self) -> bool:
        """Whether the best prices leave the threshold or more, after fees."""

    def stands_at(self, costs: Mapping[Side, int]) -> bool:
        """Tell whether the edge stands too where some sides cost as given (usd_e6 a contract)."""

    @property
    def is_thin(self) -> bool:
        """Whether a best level alone is smaller than the smallest order."""

    def size(self) -> Sizing | None:
        """Walk the ladders; None when nothing tradable leaves the threshold."""

    def legs(self, sizing: Sizing) -> tuple[Leg, ...]:
        """Describe the orders that would take `sizing`."""


def signal_of(
    kind: SignalKind, opportunity_id: str, offered: Offered, sizing: Sizing, at_ns: int
) -> Signal:
    """Return the signal that an opportunity opened or changed."""
    seen_ns = offered.seen_ns or at_ns
    is_opening = kind is SignalKind.OPENED
    legs = offered.legs(sizing)
    edge_usd_e6, cost_usd_e6 = sizing.edge_usd_e6, sizing.cost_usd_e6
    resolves_at_ns = latest([side.book.instrument.resolves_at_ns for side in offered.sides])
    return Signal(
        kind=kind,
        id=opportunity_id,
        pair=offered.subject,
        direction=offered.name,
        at_ns=at_ns,
        tick_at_ns=seen_ns if is_opening else at_ns,
        edge_top_e6=sizing.edge_top_e6,
        edge_e6=sizing.edge_e6,
        size_e6=sizing.size_e6,
        cost_usd_e6=cost_usd_e6,
        fee_usd_e6=sizing.fee_usd_e6,
        edge_usd_e6=edge_usd_e6,
        legs=legs,
        underround=offered.underround,
        capital_usd_e6=capital_by_venue(legs),
        return_bps=return_bps(edge_usd_e6, cost_usd_e6),
        resolves_at_ns=resolves_at_ns,
        annual_return_bps=annual_return_bps(edge_usd_e6, cost_usd_e6, at_ns, resolves_at_ns),
        held_ns=at_ns - seen_ns if is_opening else 0,
        held_for=offered.held_for if is_opening else "",
        is_slow=any(
            side.book.link is not None and side.book.link.is_slow for side in offered.sides
        ),
    )


def closing_signal(last: Signal, reason: str, at_ns: int) -> Signal:
    """Return the signal that the opportunity last told of in `last` is over."""
    return replace(
        last,
        kind=SignalKind.CLOSED,
        at_ns=at_ns,
        tick_at_ns=at_ns,
        held_ns=0,
        held_for="",
        reason=reason,
    )
