"""Quoting one pair on both venues: where the tops stand, and how they are moved.

All prices here are on the pair's scale (Polymarket's YES); only this module turns them into
Kalshi's when a pair is inverse. It decides no times and lays no traps.
"""

import random
from collections.abc import Callable, Generator
from typing import Any, Final

from underround.core.instrument import Venue
from underround.core.units import NS_PER_MS, PRICE_ONE_E4
from underround.simulation.book import ASK, BID, Book, Change, Side, Top, mirrored
from underround.simulation.exchange import Exchange
from underround.simulation.ledger import gross_edge_e4, kalshi_top, net_edge_e6, polymarket_top
from underround.simulation.market import Direction, Market, Pair
from underround.simulation.quoting import requoted, snapped

Script = Generator[int, None, None]
"""A play on one pair: yields how many simulated ns to wait."""

VENUES: Final = (Venue.POLYMARKET, Venue.KALSHI)

CALM_NS: Final = 400 * NS_PER_MS
"""Two venues' tops never move closer together than this (save to end a long underround), so
that a reader late by less sees no underround that never was."""

_REACH_E4: Final = 1_200


def other(venue: Venue) -> Venue:
    """Return the pair's other venue."""
    return Venue.KALSHI if venue is Venue.POLYMARKET else Venue.POLYMARKET


class Desk:
    """The market makers of one pair: idle quotes around a centre a venue, and excursions."""

    def __init__(
        self, pair: Pair, exchange: Exchange, rng: random.Random, now: Callable[[], int]
    ) -> None:
        self.pair = pair
        self.exchange = exchange
        self.rng = rng
        self.now = now
        self.locked = False
        self.moved_at_ns = dict.fromkeys(VENUES, -(10**12))
        self.centre_e4 = dict.fromkeys(VENUES, pair.fair_e4)
        self._below = {Venue.POLYMARKET: rng.choice((1, 2)), Venue.KALSHI: 2}
        self._above = {Venue.POLYMARKET: rng.choice((1, 2)), Venue.KALSHI: 2}
        for venue in VENUES:
            self.quote(venue, *self.idle(venue))
            self.moved_at_ns[venue] = -(10**12)

    def market(self, venue: Venue) -> Market:
        """Return the pair's market on a venue."""
        return self.pair.polymarket if venue is Venue.POLYMARKET else self.pair.kalshi

    def top(self, venue: Venue) -> Top:
        """Return a venue's true top on the pair's scale."""
        return polymarket_top(self.pair) if venue is Venue.POLYMARKET else kalshi_top(self.pair)

    def idle(self, venue: Venue) -> tuple[int, int]:
        """Return the bid and ask quoted when nothing happens."""
        grid = self.market(venue).grid
        centre_e4, unit_e4 = self.centre_e4[venue], self.pair.unit_e4
        return (
            snapped(grid, centre_e4 - self._below[venue] * unit_e4, -1),
            snapped(grid, centre_e4 + self._above[venue] * unit_e4, +1),
        )

    def calm(self, venue: Venue) -> Script:
        """Wait until the other venue's top has stood long enough for this one to move."""
        wait_ns = self.moved_at_ns[other(venue)] + CALM_NS - self.now()
        if wait_ns > 0:
            yield wait_ns

    def is_calm(self, venue: Venue) -> bool:
        """Say whether this venue's top may move now."""
        return self.now() - self.moved_at_ns[other(venue)] >= CALM_NS

    def rest(self, venue: Venue) -> None:
        """Go back to the idle quotes."""
        self.quote(venue, *self.idle(venue))

    def quote(self, venue: Venue, bid_e4: int, ask_e4: int) -> dict[str, Any] | None:
        """Make bid and ask the venue's top in one action; return the Polymarket message sent."""
        changes = self.requote(venue, bid_e4, ask_e4)
        self.moved_at_ns[venue] = self.now()
        return self.change(venue, changes)

    def change(
        self, venue: Venue, changes: list[Change], parts: tuple[int, ...] = (), pause_s: float = 0
    ) -> dict[str, Any] | None:
        """Perform changes given on the pair's scale as one action of the venue."""
        if venue is Venue.POLYMARKET:
            return self.exchange.change_polymarket(self.pair, changes)[0]
        if self.pair.inverse:
            changes = [mirrored(change) for change in changes]
        self.exchange.change_kalshi(self.pair, changes, parts or None, pause_s)
        return None

    def levels(self, venue: Venue, side: Side) -> dict[int, int]:
        """Return one side of a venue's true book on the pair's scale, a copy."""
        book: Book = self.market(venue).book
        if venue is Venue.KALSHI and self.pair.inverse:
            opposite = book.asks if side == BID else book.bids
            return {PRICE_ONE_E4 - price_e4: size_e6 for price_e4, size_e6 in opposite.items()}
        return dict(book.side(side))

    def requote(self, venue: Venue, bid_e4: int, ask_e4: int) -> list[Change]:
        """Return the changes that make this the top, removals first, with depth behind it."""
        assert bid_e4 < ask_e4, (self.pair.id, venue, bid_e4, ask_e4)
        bids, asks = self.levels(venue, BID), self.levels(venue, ASK)
        return requoted(self.rng, self.market(venue).grid, bids, asks, (bid_e4, ask_e4))

    def excursion(self, venue: Venue, direction: Direction, price_e4: int) -> tuple[int, int]:
        """Return the quotes whose moved side stands at a price, the other side out of its way."""
        bid_e4, ask_e4 = self.idle(venue)
        grid, unit_e4 = self.market(venue).grid, self.pair.unit_e4
        if moved_side(venue, direction) == BID:
            return price_e4, max(ask_e4, snapped(grid, price_e4 + unit_e4, +1))
        return min(bid_e4, snapped(grid, price_e4 - unit_e4, -1)), price_e4

    def candidates(
        self, venue: Venue, direction: Direction, low_e6: int, high_e6: int, against: Top
    ) -> list[tuple[int, int]]:
        """List (price_e4, net edge usd_e6) for the venue's moved side with the edge in a range.

        `against` is the other venue's top; only prices with a positive edge before fees and
        with room on the grid for both sides are listed.
        """
        found = []
        side = moved_side(venue, direction)
        anchor_e4 = against[1] if side == BID else against[0]
        if anchor_e4 is None:
            return []
        grid = self.market(venue).grid
        sign = 1 if side == BID else -1
        edge_e4 = 6 * self.pair.unit_e4 if self.pair.unit_e4 < 100 else 700
        for price_e4 in range(anchor_e4 + 10 * sign, anchor_e4 + _REACH_E4 * sign, 10 * sign):
            if not edge_e4 <= price_e4 <= PRICE_ONE_E4 - edge_e4 or price_e4 not in grid:
                continue
            mine: Top = (price_e4, None) if side == BID else (None, price_e4)
            tops = (mine, against) if venue is Venue.POLYMARKET else (against, mine)
            edge_e6 = net_edge_e6(self.pair, direction, *tops)
            assert edge_e6 is not None and (gross_edge_e4(direction, *tops) or 0) > 0
            if low_e6 <= edge_e6 <= high_e6:
                found.append((price_e4, edge_e6))
        return found


def moved_side(venue: Venue, direction: Direction) -> Side:
    """Return the side of a venue whose improvement widens the edge of a direction."""
    return ASK if (venue is Venue.POLYMARKET) == (direction == "yes_no") else BID


def draw_ms(desk: Desk, low: int, high: int) -> int:
    """Draw a time of low…high milliseconds, in ns."""
    return desk.rng.randrange(low, high) * NS_PER_MS
