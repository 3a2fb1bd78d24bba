"""Who races us for an underround: rivals who take either leg's quotes, the sooner the wider it is.

A frozen flow: its rates were set once, so that a plain policy (Polymarket first, then a Kalshi
FOK, with the delays of its time) fares as a peer's 1,939 live attempts did (25 % both legs, 60 %
first leg missed, 15 % unwound, and fewer fills the wider the displayed edge). Changing a rate
changes what every policy is compared by. Draws from the generator handed in, reads no clock.
"""

import math
import random
from dataclasses import dataclass
from typing import Final

from underround.core.instrument import Venue
from underround.core.units import NS_PER_SECOND
from underround.simulation.book import ASK, BID, Change, Side
from underround.simulation.desk import VENUES, Desk, moved_side, other
from underround.simulation.ledger import gross_edge_e4
from underround.simulation.market import DIRECTIONS, Direction
from underround.simulation.quoting import snapped
from underround.simulation.sizes import MIN_TOP_E6, draw_size

LEAST_EDGE_E4: Final = 200
MOST_EDGE_E4: Final = 3_000
_NARROW_E4: Final = 300
_LASTS_NS: Final = 12 * NS_PER_SECOND
_LOWEST_E4, _HIGHEST_E4 = 2_500, 6_000


@dataclass(frozen=True, slots=True)
class Rivalry:
    """How fast a leg's quotes are taken: so many a second at three cents, and the growth of that.

    The rate grows with the logarithm of the displayed edge over three cents. A share of the rivals
    takes only a part of what stands there.
    """

    polymarket_per_s: float
    kalshi_per_s: float
    growth: float
    partial_share: float

    def per_s(self, venue: Venue, edge_e4: int) -> float:
        """Return the rate at which a venue's leg of an edge is taken."""
        calm = self.polymarket_per_s if venue is Venue.POLYMARKET else self.kalshi_per_s
        return calm * max(1.0 + self.growth * math.log(edge_e4 / _NARROW_E4), 0.1)


FROZEN: Final = Rivalry(polymarket_per_s=1.6, kalshi_per_s=0.33, growth=0.65, partial_share=0.07)


@dataclass(slots=True)
class Contest:
    """One underround and when rivals take each of its legs, in ns after it opened."""

    desk: Desk
    direction: Direction
    edge_e4: int
    taken_after_ns: dict[Venue, int]
    is_partial: dict[Venue, bool]
    ends_after_ns: int = _LASTS_NS

    def side(self, venue: Venue) -> Side:
        """Return the side of a venue's book (pair's scale) that makes the underround."""
        return moved_side(venue, self.direction)

    def rival_takes(self, venue: Venue) -> None:
        """Let the rival take what makes the edge on a venue, or the most of it."""
        desk, side = self.desk, self.side(venue)
        top = desk.top(other(venue))
        limit_e4 = top[0] if side == ASK else top[1]
        changes: list[Change] = []
        for price_e4, size_e6 in desk.levels(venue, side).items():
            is_in = limit_e4 is None or (
                price_e4 < limit_e4 if side == ASK else price_e4 > limit_e4
            )
            if is_in:
                left_e6 = size_e6 // 4 // 10_000 * 10_000 if self.is_partial[venue] else 0
                changes.append((side, price_e4, left_e6))
        if changes:
            desk.change(venue, changes)


def open_contest(desk: Desk, rng: random.Random, rivalry: Rivalry = FROZEN) -> Contest | None:
    """Open an underround of a drawn edge on a desk; None when its grids have no room for it.

    One venue stands at a drawn price, the other's quotes run through it.
    """
    direction = rng.choice(DIRECTIONS)
    leader = rng.choice(VENUES)
    drawn = rng.uniform(math.log(LEAST_EDGE_E4), math.log(MOST_EDGE_E4))
    wanted_e4 = round(math.exp(drawn) / 100) * 100
    centre_e4 = rng.randrange(_LOWEST_E4, _HIGHEST_E4, 100)
    unit_e4 = max(desk.pair.unit_e4, 100)
    follower = other(leader)
    for venue in VENUES:
        desk.centre_e4[venue] = centre_e4
        desk.quote(venue, *_around(desk, venue, centre_e4, unit_e4))
    bid_e4, ask_e4 = desk.top(follower)
    assert bid_e4 is not None and ask_e4 is not None
    if moved_side(leader, direction) == BID:
        price_e4 = snapped(desk.market(leader).grid, ask_e4 + wanted_e4, +1)
    else:
        price_e4 = snapped(desk.market(leader).grid, bid_e4 - wanted_e4, -1)
    if not 500 <= price_e4 <= 9_500:
        return None
    desk.quote(leader, *desk.excursion(leader, direction, price_e4))
    edge_e4 = gross_edge_e4(direction, desk.top(Venue.POLYMARKET), desk.top(Venue.KALSHI))
    assert edge_e4 is not None
    for venue in VENUES:
        _thicken(desk, venue, moved_side(venue, direction), rng)
    return Contest(
        desk,
        direction,
        edge_e4,
        {
            venue: int(rng.expovariate(rivalry.per_s(venue, edge_e4)) * NS_PER_SECOND)
            for venue in VENUES
        },
        {venue: rng.random() < rivalry.partial_share for venue in VENUES},
    )


def _around(desk: Desk, venue: Venue, centre_e4: int, unit_e4: int) -> tuple[int, int]:
    grid = desk.market(venue).grid
    return snapped(grid, centre_e4 - unit_e4, -1), snapped(grid, centre_e4 + unit_e4, +1)


def _thicken(desk: Desk, venue: Venue, side: Side, rng: random.Random) -> None:
    """Give the level that will be raced for a size of its own."""
    top = desk.top(venue)[0 if side == BID else 1]
    assert top is not None
    desk.change(venue, [(side, top, draw_size(rng, MIN_TOP_E6))])
