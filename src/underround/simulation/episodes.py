"""Designed true underrounds: one venue's top runs through the other's, stays, and comes back.

Only states that are clearly above the threshold are made here; the ledger, not this module,
says what was true.
"""

import math
from collections.abc import Generator
from typing import Final

from underround.core.instrument import Venue
from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.simulation.book import BID
from underround.simulation.desk import CALM_NS, VENUES, Desk, Script, moved_side, other
from underround.simulation.market import DIRECTIONS, Direction
from underround.simulation.quoting import snapped

LEAST_EDGE_E6: Final = 6_000
MOST_EDGE_E6: Final = 60_000
_SHORTEST_S: Final = 0.06
_LONGEST_S: Final = 10.0
_HANDOVER_S: Final = 1.0
"""Only an underround longer than this may be ended by the venue that did not begin it."""

Plan = tuple[Venue, Direction, list[tuple[int, int]]]


def episode(desk: Desk) -> Script:
    """Open one underround, hold it 0.06–10 s, perhaps change its edge, and end it."""
    duration_s = math.exp(desk.rng.uniform(math.log(_SHORTEST_S), math.log(_LONGEST_S)))
    plan = yield from _plan(desk)
    if plan is None:
        return
    venue, direction, choices = plan
    _open(desk, venue, direction, choices)
    left_ns = int(duration_s * NS_PER_SECOND)
    while left_ns > 600 * NS_PER_MS and desk.rng.random() < 0.5:
        part_ns = desk.rng.randrange(150 * NS_PER_MS, left_ns - 300 * NS_PER_MS)
        yield part_ns
        left_ns -= part_ns
        _open(desk, venue, direction, choices)
    yield left_ns
    if duration_s < _HANDOVER_S or desk.rng.random() > 0.4:
        desk.rest(venue)
        return
    yield from _hand_over(desk, venue, direction)


def _plan(desk: Desk) -> Generator[int, None, Plan | None]:
    """Choose the venue that moves, the direction, and the prices it could move to."""
    options = [(venue, direction) for venue in VENUES for direction in DIRECTIONS]
    desk.rng.shuffle(options)
    for venue, direction in options:
        yield from desk.calm(venue)
        against = desk.top(other(venue))
        choices = desk.candidates(venue, direction, LEAST_EDGE_E6, MOST_EDGE_E6, against)
        if choices:
            return venue, direction, choices
    return None


def _open(desk: Desk, venue: Venue, direction: Direction, choices: list[tuple[int, int]]) -> None:
    """Move to the price whose edge is nearest to one drawn evenly in its logarithm."""
    wanted = math.exp(desk.rng.uniform(math.log(LEAST_EDGE_E6), math.log(MOST_EDGE_E6)))
    price_e4, _ = min(choices, key=lambda choice: abs(choice[1] - wanted))
    desk.quote(venue, *desk.excursion(venue, direction, price_e4))


def _hand_over(desk: Desk, venue: Venue, direction: Direction) -> Script:
    """End it from the other side: the cheap quotes there are taken, then all come back.

    Only the one side that made the edge retreats, so that seeing the two venues' messages in
    the wrong order shows no underround the other way round.
    """
    follower = other(venue)
    bid_e4, ask_e4 = desk.idle(follower)
    leader_bid_e4, leader_ask_e4 = desk.top(venue)
    assert leader_bid_e4 is not None and leader_ask_e4 is not None
    grid, unit_e4 = desk.market(follower).grid, desk.pair.unit_e4
    if moved_side(follower, direction) == BID:
        bid_e4 = min(bid_e4, snapped(grid, leader_ask_e4 - unit_e4, -1))
    else:
        ask_e4 = max(ask_e4, snapped(grid, leader_bid_e4 + unit_e4, +1))
    desk.quote(follower, bid_e4, ask_e4)
    yield CALM_NS + 50 * NS_PER_MS
    desk.rest(venue)
    yield CALM_NS + 50 * NS_PER_MS
    desk.rest(follower)
