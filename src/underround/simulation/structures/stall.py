"""Quoting one market of a structure: where its top stands, and how it is moved.

It decides no times and knows nothing of the other markets.
"""

import random
from typing import Final

from underround.core.instrument import PriceGrid
from underround.core.units import SIZE_ONE_E6
from underround.simulation.book import ASK, BID, Change, Side
from underround.simulation.exchange import Exchange
from underround.simulation.market import Market
from underround.simulation.quoting import requoted, snapped
from underround.simulation.sizes import MIN_TOP_E6, draw_size
from underround.simulation.structures.structure import Member

UNIT_E4: Final = 100
_FIRM_LEVELS: Final = 5
THIN_E6: Final = SIZE_ONE_E6


class Stall:
    """The market maker of one market; `is_still` while sizes at the top may not change."""

    def __init__(self, member: Member, exchange: Exchange, rng: random.Random) -> None:
        self.member = member
        self.is_still = False
        self._exchange = exchange
        self._rng = rng
        self.rest()

    @property
    def market(self) -> Market:
        """The market that is quoted."""
        return self.member.market

    @property
    def grid(self) -> PriceGrid:
        """The prices that it may be quoted at."""
        return self.market.grid

    def idle(self) -> tuple[int, int]:
        """Return the bid and ask quoted when nothing happens: a unit on either side of fair."""
        fair_e4 = self.member.fair_e4
        return (
            snapped(self.grid, fair_e4 - UNIT_E4, -1),
            snapped(self.grid, fair_e4 + UNIT_E4, +1),
        )

    def rest(self) -> None:
        """Go back to the idle quotes."""
        self.is_still = False
        self.quote(*self.idle())

    def quote(self, bid_e4: int, ask_e4: int) -> None:
        """Make bid and ask the top in one action."""
        book = self.market.book
        changes = requoted(self._rng, self.grid, book.bids, book.asks, (bid_e4, ask_e4))
        self._exchange.change_single(self.market, changes)

    def excursion(self, side: Side, price_e4: int) -> tuple[int, int]:
        """Return the quotes whose one side stands at a price, the other out of its way."""
        bid_e4, ask_e4 = self.idle()
        if side == BID:
            return price_e4, max(ask_e4, snapped(self.grid, price_e4 + UNIT_E4, +1))
        return min(bid_e4, snapped(self.grid, price_e4 - UNIT_E4, -1)), price_e4

    def show_thin(self, side: Side, price_e4: int) -> None:
        """Add one contract at a better price than the idle quotes, and keep it so."""
        self.is_still = True
        book, idle = self.market.book, self.idle()
        moved = self.excursion(side, price_e4)
        quote = (idle[0], moved[1]) if side == BID else (moved[0], idle[1])
        changes = requoted(self._rng, self.grid, book.bids, book.asks, quote)
        self._exchange.change_single(self.market, [*changes, (side, price_e4, THIN_E6)])

    def flicker(self) -> None:
        """Change the size of a level or two, never the price of the top."""
        if self.is_still:
            return
        rng = self._rng
        changes: dict[tuple[Side, int], Change] = {}
        for _ in range(rng.choice((1, 1, 2))):
            side: Side = rng.choice((BID, ASK))
            levels = self.market.book.best_first(side)
            if levels:
                index = min(int(rng.expovariate(0.5)), len(levels) - 1)
                least_e6 = MIN_TOP_E6 if index < _FIRM_LEVELS else 10_000
                price_e4 = levels[index][0]
                changes[side, price_e4] = (side, price_e4, draw_size(rng, least_e6))
        if changes:
            self._exchange.change_single(self.market, list(changes.values()))
