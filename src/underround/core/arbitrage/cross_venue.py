"""Cross-venue underround: YES here and the opposite outcome there for less than a dollar.

Knows the two ladders it buys from and nothing of feeds, time or trust.
"""

from collections.abc import Mapping

from underround.core.book import Book, Side
from underround.core.instrument import Outcome, Venue
from underround.core.leg import LegOrder
from underround.core.opportunity import Leg, Opportunity, Underround
from underround.core.pair import Claim, Pair
from underround.core.sizing import BuyLadder, Sizing, walk
from underround.core.units import PRICE_ONE_E4, USD_ONE_E6


class Direction:
    """One way of buying a complete set of a pair; watched on every move of either best price."""

    __slots__ = (
        "awaits_size",
        "claims",
        "first",
        "held_for",
        "is_active",
        "least_e6",
        "limit_e6",
        "name",
        "opportunity",
        "pair",
        "second",
        "seen_ns",
        "threshold_e6",
        "whole",
    )

    def __init__(
        self, pair: Pair, name: str, legs: tuple[tuple[Claim, Book], ...], threshold_e6: int
    ) -> None:
        self.pair = pair
        self.name = name
        self.claims = tuple(claim for claim, _ in legs)
        self.first, self.second = (
            book.bids if claim.takes_bids else book.asks for claim, book in legs
        )
        self.threshold_e6 = threshold_e6
        self.limit_e6 = USD_ONE_E6 - threshold_e6
        self.least_e6 = max(side.book.instrument.min_size_e6 for side in self.sides)
        self.opportunity: Opportunity | None = None
        self.is_active = False  # open, or seen and held back
        self.whole: dict[Side, int] = {}  # costs at the end of groups, while it is held back
        self.seen_ns = 0  # when the edge first stood, 0 while it does not
        self.held_for = ""
        self.awaits_size = False  # an edge stands, but too little of it to trade
        for side in (self.first, self.second):
            side.watchers.append(self)

    @property
    def subject(self) -> str:
        """The pair's id."""
        return self.pair.id

    @property
    def underround(self) -> Underround:
        """The kind."""
        return Underround.CROSS_VENUE

    @property
    def ended(self) -> str:
        """Nothing beside the edge can end it."""
        return ""

    @property
    def can_await_size(self) -> bool:
        """Always: its two sides are all there is to wait for."""
        return True

    @property
    def sides(self) -> tuple[Side, Side]:
        """The two sides it would take from."""
        return self.first, self.second

    @property
    def has_edge(self) -> bool:
        """Whether the best prices leave the threshold or more, after fees."""
        return self.first.cost + self.second.cost <= self.limit_e6

    def stands_at(self, costs: Mapping[Side, int]) -> bool:
        """Tell whether the edge stands too where some sides cost as given (usd_e6 a contract)."""
        cost_e6 = sum(costs.get(side, side.cost) for side in self.sides)
        return cost_e6 <= self.limit_e6

    @property
    def is_thin(self) -> bool:
        """Whether either best level alone is smaller than the smallest order."""
        first, second = self.first, self.second
        return min(first.levels[first.best], second.levels[second.best]) < self.least_e6

    def size(self) -> Sizing | None:
        """Walk both ladders; None when nothing tradable leaves the threshold."""
        first, second = self.first, self.second
        ladders = [
            _ladder(first, self.limit_e6 - second.cost),
            _ladder(second, self.limit_e6 - first.cost),
        ]
        return walk(ladders, USD_ONE_E6, self.threshold_e6)

    def legs(self, sizing: Sizing) -> tuple[Leg, ...]:
        """Describe the two orders that would take `sizing`."""
        return tuple(
            leg_of(claim.venue, claim.outcome, side, order)
            for claim, side, order in zip(self.claims, self.sides, sizing.orders, strict=True)
        )


def directions(pair: Pair, books: dict[str, Book], threshold_e6: int) -> list[Direction]:
    """Return both ways of buying a complete set; KeyError when a book of the pair is unknown."""
    return [
        Direction(
            pair,
            name,
            ((first, books[first.instrument]), (second, books[second.instrument])),
            threshold_e6,
        )
        for name, first, second in pair.complete_sets
    ]


def leg_of(venue: Venue, outcome: Outcome, side: Side, order: LegOrder) -> Leg:
    """Describe an order that takes from a side."""
    price_e4 = side.price_e4
    assert price_e4 is not None, "a leg without a price has no edge"
    return Leg(
        venue=venue,
        instrument=side.book.instrument.id,
        outcome=outcome,
        price_e4=PRICE_ONE_E4 - price_e4 if side.is_bid else price_e4,
        limit_e4=order.limit_price_e4,
        size_e6=order.size_e6,
        order_size_e6=order.order_size_e6,
        cost_usd_e6=order.cost_usd_e6,
    )


def _ladder(side: Side, cost_e6: int) -> BuyLadder:
    """Return the levels that can matter: those that leave the threshold with the other's best."""
    instrument = side.book.instrument
    levels = side.depth_within(cost_e6)
    if side.is_bid:
        levels = [(PRICE_ONE_E4 - price_e4, size_e6) for price_e4, size_e6 in levels]
    return BuyLadder(
        levels=levels,
        fees=instrument.fees,
        lot_e6=instrument.lot_e6,
        min_size_e6=instrument.min_size_e6,
    )
