"""The background: sizes that flicker, small trades, and tops that step one unit at a time.

It never makes an edge: a top steps only while the pair is free and the other venue's top has
stood long enough, and every step is smaller than the spreads.
"""

from typing import Final

from underround.core.instrument import Venue
from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.simulation.book import ASK, BID, Change, Side, mirrored
from underround.simulation.desk import Desk, Script, other
from underround.simulation.sizes import MIN_TOP_E6, draw_size

_FIRM_LEVELS: Final = 5
"""So many best levels keep at least the minimum top size."""
_STEP_SHARE: Final = 0.1
_DRIFT_UNITS: Final = 6


def background(desk: Desk, venue: Venue, messages_per_s: float) -> Script:
    """Play one market's background for ever; about so many actions a simulated second."""
    rng = desk.rng
    while True:
        yield max(int(rng.expovariate(messages_per_s) * NS_PER_SECOND), NS_PER_MS)
        if desk.pair.is_over:
            return
        if not desk.pair.is_open:
            continue
        if rng.random() < _STEP_SHARE and not desk.locked and desk.is_calm(venue):
            step(desk, venue)
        elif rng.random() < 0.06:
            small_trade(desk, venue)
        else:
            flicker(desk, venue)


def step(desk: Desk, venue: Venue) -> None:
    """Move one venue's quotes by a unit: after the other venue, or else around the fair price."""
    unit_e4 = desk.pair.unit_e4
    mine, theirs = desk.centre_e4[venue], desk.centre_e4[other(venue)]
    if abs(mine - theirs) >= unit_e4:
        sign = 1 if theirs > mine else -1
    else:
        away = (mine - desk.pair.fair_e4) / (unit_e4 * _DRIFT_UNITS)
        sign = 1 if desk.rng.random() > 0.5 + away / 2 else -1
    desk.centre_e4[venue] = mine + sign * unit_e4
    desk.rest(venue)


def small_trade(desk: Desk, venue: Venue) -> None:
    """Let a taker take a part of the best level that leaves enough of it."""
    taker: Side = desk.rng.choice((BID, ASK))
    resting: Side = ASK if taker == BID else BID
    best = desk.market(venue).book.best_first(resting)
    if not best or best[0][1] < 2 * MIN_TOP_E6:
        return
    most = (best[0][1] - MIN_TOP_E6) // 10_000
    size_e6 = desk.rng.randrange(1, most) * 10_000
    if venue is Venue.POLYMARKET:
        desk.exchange.trade_polymarket(desk.pair, taker, size_e6)
    else:
        desk.exchange.trade_kalshi(desk.pair, taker, size_e6)


def flicker(desk: Desk, venue: Venue) -> None:
    """Change one to four levels at or behind the top in one action, now and then split."""
    rng = desk.rng
    count = rng.choices((1, 2, 3, 4), (60, 20, 12, 8))[0]
    changes: dict[tuple[Side, int], Change] = {}
    for _ in range(count):
        change = _one_level(desk, venue)
        if change is not None:
            changes[change[0], change[1]] = change
    if not changes:
        return
    found = list(changes.values())
    parts: tuple[int, ...] = ()
    if venue is Venue.KALSHI and len(found) > 1 and rng.random() < 0.5:
        cut = rng.randrange(1, len(found))
        parts = (cut, len(found) - cut)
    message = desk.change(venue, found, parts)
    if venue is Venue.POLYMARKET and rng.random() < 0.03:
        desk.exchange.repeat_polymarket(desk.pair, message)


def _one_level(desk: Desk, venue: Venue) -> Change | None:
    """Draw a change of one level that leaves the top's price where it is (pair's scale)."""
    rng = desk.rng
    book = desk.market(venue).book
    side: Side = rng.choice((BID, ASK))
    levels = book.best_first(side)
    if not levels:
        return None
    what = rng.random()
    change: Change
    if what < 0.2 and len(levels) > _FIRM_LEVELS + 2:
        change = (side, rng.choice(levels[_FIRM_LEVELS:])[0], 0)
    elif what < 0.45:
        grid = desk.market(venue).grid
        slot = grid.slots[levels[0][0]] + rng.randint(1, 12) * (-1 if side == BID else 1)
        if not 0 <= slot < len(grid) or len(levels) > 16:
            return None
        change = (side, grid.prices_e4[slot], draw_size(rng, MIN_TOP_E6))
    else:
        index = min(int(rng.expovariate(0.5)), len(levels) - 1)
        least_e6 = MIN_TOP_E6 if index < _FIRM_LEVELS else 10_000
        change = (side, levels[index][0], draw_size(rng, least_e6))
    return mirrored(change) if venue is Venue.KALSHI and desk.pair.inverse else change
