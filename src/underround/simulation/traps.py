"""Designed traps: states and messages that look like an underround to a careless reader.

Each play lays traps of one kind and counts them in the ledger as it does. None of them makes a
true underround; edges stay clearly under the threshold.
"""

from typing import Final

from underround.core.instrument import Venue
from underround.simulation.book import ASK, BID, Change, Top
from underround.simulation.desk import CALM_NS, VENUES, Desk, Script, draw_ms, moved_side, other
from underround.simulation.ledger import net_edge_e6
from underround.simulation.market import DIRECTIONS, Direction
from underround.simulation.sizes import MIN_TOP_E6, draw_size

NEAR_ZERO_E6: Final = 2_000
HARMLESS_E6: Final = 3_000
PHANTOM_E6: Final = 8_000
"""What a trap must look like to its victim, and the most that it may really be."""
_SOUND_SPLIT_SHARE: Final = 0.05


def near_zero(desk: Desk) -> Script:
    """Stand a few times where the edge is positive before fees and about zero after them."""
    options = [(venue, direction) for venue in VENUES for direction in DIRECTIONS]
    desk.rng.shuffle(options)
    for venue, direction in options:
        yield from desk.calm(venue)
        against = desk.top(other(venue))
        choices = desk.candidates(venue, direction, -NEAR_ZERO_E6, NEAR_ZERO_E6, against)
        if choices:
            break
    else:
        return
    for _ in range(desk.rng.randint(2, 5)):
        price_e4, _edge_e6 = desk.rng.choice(choices)
        desk.quote(venue, *desk.excursion(venue, direction, price_e4))
        desk.exchange.ledger.count("near_zero")
        yield draw_ms(desk, 50, 180)
        desk.rest(venue)
        yield draw_ms(desk, 40, 150)


def crossed_mid_group(desk: Desk) -> Script:
    """Send Kalshi groups that end where they began and pass through a wild state midway."""
    for _ in range(desk.rng.randint(2, 5)):
        direction: Direction = desk.rng.choice(DIRECTIONS)
        against = desk.top(Venue.POLYMARKET)
        choices = desk.candidates(Venue.KALSHI, direction, PHANTOM_E6, 70_000, against)
        if choices:
            _wild_group(desk, direction, desk.rng.choice(choices)[0])
            desk.exchange.ledger.count("crossed_mid_group")
        yield draw_ms(desk, 60, 220)


def _wild_group(desk: Desk, direction: Direction, price_e4: int) -> None:
    """Put an order where it makes a wide edge and take it away within one clock.

    Some groups cross the book itself midway; they come in two writes, a third of them with a
    pause between, for less than 5 ms. The others take the opposite side out of the way first, so
    that the book midway looks sound. A reader may rightly believe such a state after 5 ms, and a
    busy machine can hold two writes apart for longer: few of these are split, none pauses.
    """
    rng = desk.rng
    side = moved_side(Venue.KALSHI, direction)
    opposite = ASK if side == BID else BID
    resting_e6 = desk.levels(Venue.KALSHI, side).get(price_e4, 0)
    in_the_way = [
        (p, s)
        for p, s in desk.levels(Venue.KALSHI, opposite).items()
        if (p <= price_e4 if side == BID else p >= price_e4)
    ]
    crosses = bool(in_the_way) and rng.random() < 0.55
    splits = crosses or rng.random() < _SOUND_SPLIT_SHARE
    pause_s = rng.uniform(0.0005, 0.0025) if crosses and rng.random() < 0.34 else 0.0
    best_e4 = desk.top(Venue.KALSHI)[0 if side == BID else 1]
    assert best_e4 is not None
    wild: Change = (side, price_e4, resting_e6 + draw_size(rng, MIN_TOP_E6))
    cleared: list[Change] = [] if crosses else [(opposite, p, 0) for p, _ in in_the_way]
    restored: list[Change] = [] if crosses else [(opposite, p, s) for p, s in in_the_way]
    after: Change = (side, price_e4, resting_e6)
    last: Change = (side, best_e4, draw_size(rng, MIN_TOP_E6))
    changes = [*cleared, wild, after, *restored, last]
    first = len(cleared) + 1 if splits else len(changes)
    desk.change(Venue.KALSHI, changes, (first, len(changes) - first), pause_s)


def late_duplicate(desk: Desk) -> Script:
    """Repeat an old Polymarket message when Kalshi has since moved to where it would matter."""
    direction: Direction = desk.rng.choice(DIRECTIONS)
    yield from desk.calm(Venue.POLYMARKET)
    found = _duplicate_prices(desk, direction)
    if found is None:
        return
    token_price_e4, market_price_e4 = found
    message = desk.quote(
        Venue.POLYMARKET, *desk.excursion(Venue.POLYMARKET, direction, token_price_e4)
    )
    yield draw_ms(desk, 60, 160)
    desk.rest(Venue.POLYMARKET)
    yield CALM_NS + draw_ms(desk, 10, 60)
    desk.quote(Venue.KALSHI, *desk.excursion(Venue.KALSHI, direction, market_price_e4))
    for _ in range(desk.rng.randint(1, 3)):
        yield draw_ms(desk, 60, 140)
        desk.exchange.repeat_polymarket(desk.pair, message)
        desk.exchange.ledger.count("late_duplicate")
    yield draw_ms(desk, 120, 300)
    desk.rest(Venue.KALSHI)


def _duplicate_prices(desk: Desk, direction: Direction) -> tuple[int, int] | None:
    """Find a Polymarket price harmless now and a Kalshi price harmless with Polymarket's own.

    Together the two must look like an underround.
    """
    pair, top = desk.pair, desk.top
    low_e6 = -3 * pair.unit_e4 * 100
    token_prices = desk.candidates(
        Venue.POLYMARKET, direction, low_e6, HARMLESS_E6, top(Venue.KALSHI)
    )
    desk.rng.shuffle(token_prices)
    for token_price_e4, _edge in token_prices:
        side = moved_side(Venue.POLYMARKET, direction)
        stale: Top = (token_price_e4, None) if side == BID else (None, token_price_e4)
        wild = desk.candidates(Venue.KALSHI, direction, PHANTOM_E6, 40_000, stale)
        for market_price_e4, _edge in wild:
            if not _makes_edge(desk, direction, market_price_e4):
                return token_price_e4, market_price_e4
    return None


def _makes_edge(desk: Desk, direction: Direction, market_price_e4: int) -> bool:
    """Say whether a Kalshi price with Polymarket's idle quotes has an edge above harmless."""
    bid_e4, ask_e4 = desk.idle(Venue.POLYMARKET)
    mine: Top = (market_price_e4, market_price_e4)
    edge_e6 = net_edge_e6(desk.pair, direction, (bid_e4, ask_e4), mine)
    return edge_e6 is None or edge_e6 > HARMLESS_E6
