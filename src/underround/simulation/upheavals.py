"""Longer plays on one pair: a market that freezes, one that closes, one whose tick changes.

They move books as the venues do then, and count the traps that lie in it; they make no true
underround.
"""

from typing import Final

from underround.core.instrument import Venue
from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.simulation.book import ASK, BID, Side, Top
from underround.simulation.desk import CALM_NS, VENUES, Desk, Script, draw_ms, moved_side, other
from underround.simulation.feeds import Delta
from underround.simulation.fees import EDGE_THRESHOLD_E6
from underround.simulation.ledger import net_edge_e6
from underround.simulation.market import DIRECTIONS, Direction

_PHANTOM_E6: Final = 10_000
_QUIET_BEFORE_CLOSE_NS: Final = 2_500 * NS_PER_MS
_SWEEP_AFTER_NS: Final = 600 * NS_PER_MS
_SETTLE_AFTER_NS: Final = 6_500 * NS_PER_MS


def frozen_book(desk: Desk) -> Script:
    """Freeze one busy market on the socket while both venues reprice, then let it speak again.

    The price moves as news moves it: first the quotes in its way go on the frozen venue (unseen),
    then the other venue reprices (seen: the phantom), then the frozen venue's far side follows.
    """
    if desk.pair.unit_e4 < 100 or desk.pair.inverse:
        return
    frozen: Venue = desk.rng.choice(VENUES)
    mover = other(frozen)
    yield from desk.calm(frozen)
    if desk.centre_e4[frozen] != desk.centre_e4[mover]:
        desk.centre_e4[frozen] = desk.centre_e4[mover]
        desk.rest(frozen)
        yield CALM_NS
    # A rise leaves the frozen venue's asks behind, a fall its bids.
    rising = desk.pair.fair_e4 < 5_000
    direction: Direction = "yes_no" if rising == (frozen is Venue.POLYMARKET) else "no_yes"
    shift_e4 = _shift(desk, mover, direction)
    if shift_e4 is None:
        return
    stale = desk.top(frozen)
    market = desk.market(frozen)
    desk.exchange.freeze(market)
    yield draw_ms(desk, 220, 400)
    bid_e4, ask_e4 = desk.idle(frozen)
    desk.centre_e4[frozen] += shift_e4
    moved_bid_e4, moved_ask_e4 = desk.idle(frozen)
    desk.quote(frozen, min(bid_e4, moved_bid_e4), max(ask_e4, moved_ask_e4))
    yield CALM_NS + draw_ms(desk, 20, 200)
    desk.centre_e4[mover] += shift_e4
    desk.rest(mover)
    tops = (stale, desk.top(mover)) if mover is Venue.KALSHI else (desk.top(mover), stale)
    if (net_edge_e6(desk.pair, direction, *tops) or 0) >= EDGE_THRESHOLD_E6:
        desk.exchange.ledger.count("frozen_book")
    yield CALM_NS + draw_ms(desk, 20, 500)
    desk.rest(frozen)
    yield draw_ms(desk, 20, 300)
    desk.exchange.thaw(market)
    desk.pair.fair_e4 += shift_e4


def _shift(desk: Desk, mover: Venue, direction: Direction) -> int | None:
    """Return how far both centres must go for the frozen quotes to look like an underround."""
    choices = desk.candidates(mover, direction, _PHANTOM_E6, 50_000, desk.top(other(mover)))
    if not choices:
        return None
    side = moved_side(mover, direction)
    bid_e4, ask_e4 = desk.idle(mover)
    shift_e4 = desk.rng.choice(choices)[0] - (bid_e4 if side == BID else ask_e4)
    units = -(-abs(shift_e4) // desk.pair.unit_e4)
    return units * desk.pair.unit_e4 * (1 if side == BID else -1)


def closing_market(desk: Desk) -> Script:
    """Close the Kalshi market while Polymarket still quotes and runs away from the old quotes.

    The first phantom lies between the close and the sweep (a closed market still shows its
    orders), the second after the sweep (for whoever kept the swept orders); Polymarket's book
    empties last.
    """
    closes_at_ns = int(desk.pair.kalshi.closes_after_s * NS_PER_SECOND)
    yield closes_at_ns - _QUIET_BEFORE_CLOSE_NS - desk.now()
    desk.locked = True
    for venue in VENUES:
        yield from desk.calm(venue)
        desk.centre_e4[venue] = desk.pair.fair_e4
        desk.rest(venue)
    yield closes_at_ns - desk.now()
    last_quotes = desk.top(Venue.KALSHI)
    desk.exchange.close_kalshi(desk.pair)
    direction: Direction = desk.rng.choice(DIRECTIONS)
    yield draw_ms(desk, 100, 200)
    _run_away(desk, direction, last_quotes, 15_000, 40_000)
    yield closes_at_ns + _SWEEP_AFTER_NS - desk.now()
    desk.exchange.sweep_kalshi(desk.pair, resting_orders(desk))
    yield draw_ms(desk, 500, 900)
    _run_away(desk, direction, last_quotes, 45_000, 90_000)
    yield closes_at_ns + _SETTLE_AFTER_NS - desk.now()
    desk.exchange.settle_kalshi(desk.pair)
    yield draw_ms(desk, 1_500, 3_000)
    desk.exchange.empty_polymarket(desk.pair)


def _run_away(
    desk: Desk, direction: Direction, last_quotes: Top, low_e6: int, high_e6: int
) -> None:
    """Move Polymarket to where Kalshi's last quotes would make a fat edge."""
    choices = desk.candidates(Venue.POLYMARKET, direction, low_e6, high_e6, last_quotes)
    if not choices:
        return
    price_e4 = desk.rng.choice(choices)[0]
    desk.quote(Venue.POLYMARKET, *desk.excursion(Venue.POLYMARKET, direction, price_e4))
    desk.exchange.ledger.count("closed_market")


def resting_orders(desk: Desk) -> list[Delta]:
    """Split every level into one to three orders and return their cancellations."""
    book = desk.pair.kalshi.book
    orders: list[Delta] = []
    sides: tuple[Side, Side] = (BID, ASK)
    for side in sides:
        for price_e4, size_e6 in book.best_first(side):
            left_e6 = size_e6
            for _ in range(desk.rng.randrange(3)):
                part_e6 = desk.rng.randrange(1, left_e6 // 10_000) * 10_000
                orders.append((side, price_e4, -part_e6))
                left_e6 -= part_e6
                if left_e6 <= 10_000:
                    break
            orders.append((side, price_e4, -left_e6))
    desk.rng.shuffle(orders)
    return orders


def finer_tick(desk: Desk) -> Script:
    """Let Polymarket's price pass 0.96, upon which the venue makes the tick ten times finer."""
    yield draw_ms(desk, 4_000, 9_000)
    while desk.locked:
        yield 20 * NS_PER_MS
    desk.locked = True
    while desk.centre_e4[Venue.POLYMARKET] < 9_550:
        for venue in VENUES:
            yield from desk.calm(venue)
            desk.centre_e4[venue] += desk.pair.unit_e4
            desk.rest(venue)
    desk.pair.fair_e4 = desk.centre_e4[Venue.POLYMARKET]
    yield CALM_NS
    desk.exchange.retick_polymarket(desk.pair, 10)
    yield 2_500 * NS_PER_MS
    desk.locked = False
