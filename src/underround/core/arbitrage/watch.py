"""A structure under watch and what is wanted of it now: a fixed set of legs, like a pair's two.

Knows costs and sizes; trust, time and when to open are the detector's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from underround.core.arbitrage.share import NOW, Share, legs_of
from underround.core.book import Side
from underround.core.opportunity import Leg, Opportunity, Underround
from underround.core.sizing import Sizing


class Edge(Protocol):
    """One kind's arithmetic over the shares of one structure.

    `edge_e6` is never less than what the best prices leave, usd_e6 a set.
    """

    shares: tuple[Share, ...]
    edge_e6: int

    @property
    def underround(self) -> Underround:
        """The kind."""

    @property
    def name(self) -> str:
        """The way of buying it."""

    def moved(self, share: Share) -> None:
        """Take over that a share costs otherwise than before."""

    def refresh(self) -> None:
        """Make `edge_e6` exact."""

    def solve(self, shares: Sequence[Share]) -> Sizing | None:
        """Return the best purchase from these shares alone."""

    def top_edge_e6(self, shares: Sequence[Share], costs: Mapping[Side, int] = NOW) -> int:
        """Return what the best prices of exactly these shares leave a set, at `costs` if given."""


class Watch:
    """One way of buying into one structure, and the purchase that is open or held back.

    `barren_e6` is the edge at the top for which nothing tradable was found, None otherwise.
    """

    __slots__ = (
        "barren_e6",
        "edge",
        "has_moved",
        "is_due",
        "is_suspended",
        "purchase",
        "subject",
        "threshold_e6",
    )

    def __init__(self, subject: str, edge: Edge, threshold_e6: int) -> None:
        self.subject = subject
        self.edge = edge
        self.threshold_e6 = threshold_e6
        self.purchase: Purchase | None = None
        self.barren_e6: int | None = None
        self.is_due = False
        self.is_suspended = False  # rests on a pair that may not be signalled
        self.has_moved = False
        for share in edge.shares:
            share.watch = self
            share.side.shares = (*share.side.shares, share)

    def take(self, sizing: Sizing, shares: tuple[Share, ...]) -> Purchase:
        """Fix a purchase that was just solved as what is wanted."""
        self.purchase = Purchase(self, shares)
        self.purchase.solved = sizing
        for share in shares:
            share.is_taken = True
        return self.purchase

    def drop(self) -> None:
        """Want nothing any more."""
        if self.purchase is not None:
            for share in self.purchase.shares:
                share.is_taken = False
            self.purchase = None

    def taken(self, sizing: Sizing) -> tuple[Share, ...]:
        """Return the shares that a sizing buys from, in its order."""
        by_place = {(share.leg, share.choice): share for share in self.edge.shares}
        return tuple(by_place[order.leg, order.choice] for order in sizing.orders)


class Purchase:
    """A set of legs that pays more than it costs, as the detector wants it; dead once released.

    `ended` says why it has no size any more where that is not simply that the edge is gone.
    """

    __slots__ = (
        "awaits_size",
        "ended",
        "held_for",
        "is_active",
        "opportunity",
        "seen_ns",
        "shares",
        "sides",
        "solved",
        "watch",
        "whole",
    )

    def __init__(self, watch: Watch, shares: tuple[Share, ...]) -> None:
        self.watch = watch
        self.shares = shares
        self.sides: tuple[Side, ...] = tuple(share.side for share in shares)
        self.opportunity: Opportunity | None = None
        self.is_active = False
        self.whole: dict[Side, int] = {}
        self.seen_ns = 0
        self.held_for = ""
        self.awaits_size = False
        self.ended = ""
        self.solved: Sizing | None = None  # this very moment's answer, so that it is found once

    @property
    def subject(self) -> str:
        """The structure's id."""
        return self.watch.subject

    @property
    def name(self) -> str:
        """The way of buying it."""
        return self.watch.edge.name

    @property
    def underround(self) -> Underround:
        """The kind."""
        return self.watch.edge.underround

    @property
    def has_edge(self) -> bool:
        """Whether the best prices of its legs leave the threshold or more, after fees."""
        return self.watch.edge.top_edge_e6(self.shares) >= self.watch.threshold_e6

    def stands_at(self, costs: Mapping[Side, int]) -> bool:
        """Tell whether the edge stands too where some sides cost as given (usd_e6 a contract)."""
        return self.watch.edge.top_edge_e6(self.shares, costs) >= self.watch.threshold_e6

    @property
    def is_thin(self) -> bool:
        """Whether any best level alone is smaller than its smallest order."""
        return any(side.levels[side.best] < side.book.instrument.min_size_e6 for side in self.sides)

    @property
    def can_await_size(self) -> bool:
        """Never: other legs may do instead, and its structure is looked at again anyway."""
        return False

    def size(self) -> Sizing | None:
        """Solve for its own legs; None without a size, or where it would need other legs."""
        if self.solved is not None:
            return self.solved
        sizing = self.watch.edge.solve(self.shares)
        if sizing is not None and len(sizing.orders) < len(self.shares):
            self.ended = "other legs"
            return None
        return sizing

    def legs(self, sizing: Sizing) -> tuple[Leg, ...]:
        """Describe the orders that would take `sizing`."""
        return legs_of(sizing, self.shares)
