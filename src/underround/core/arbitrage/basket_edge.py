"""What a basket offers between two moves: the last answer of its linear program, priced anew.

The program is solved elsewhere, by effect and event; nothing of the answer is believed but its
sizes, and those only as far as today's books fill and pay for them.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from underround.core.arbitrage.basket import Cluster, price
from underround.core.arbitrage.share import NOW, Share
from underround.core.book import NO_COST, Side
from underround.core.leg import BuyLadder
from underround.core.opportunity import Underround
from underround.core.sizing import Sizing
from underround.core.units import USD_ONE_E6


class BasketEdge:
    """One cluster, a share a claim. `edge_e6` is what the answer leaves a dollar, usd_e6.

    `is_stale`: a price moved since the program was last stated.
    """

    underround: Final = Underround.BASKET
    name: Final = "basket"

    def __init__(self, cluster: Cluster, shares: Sequence[Share], threshold_e6: int) -> None:
        self.cluster = cluster
        self.shares = tuple(shares)
        self.edge_e6 = -NO_COST
        self.is_stale = False
        self._threshold_e6 = threshold_e6
        self._sizes_e6: tuple[int, ...] = ()
        self._payoff_e6 = 0

    def moved(self, share: Share) -> None:
        """Take over that a share costs otherwise than before."""
        self.is_stale = True

    def answered(self, sizes_e6: Sequence[int]) -> None:
        """Take the answer of the program: contracts by claim, all of them 0 for no purchase."""
        self._sizes_e6 = tuple(sizes_e6)
        self._payoff_e6 = min(
            sum(pays_e6 * size_e6 for pays_e6, size_e6 in zip(row, sizes_e6, strict=True))
            for row in self.cluster.payoffs_e6
        )
        self.refresh()

    def refresh(self) -> None:
        """Make `edge_e6` what the answer leaves at the best prices now."""
        self.edge_e6 = self.top_edge_e6(self.shares)

    def ladders(self) -> list[BuyLadder]:
        """Return what is for sale of each claim now, nothing where its book is not trusted."""
        return [share.ladder(-1 if share.is_blocked else USD_ONE_E6) for share in self.shares]

    def solve(self, shares: Sequence[Share]) -> Sizing | None:
        """Return the answer priced on the books as they are, scaled down to what they hold."""
        if self._payoff_e6 <= 0:
            return None
        allowed = set(shares)
        ladders, part = [], (1, 1)
        for share, size_e6 in zip(self.shares, self._sizes_e6, strict=True):
            ladder = share.ladder(USD_ONE_E6 if share in allowed else -1)
            ladders.append(ladder)
            held_e6 = sum(level_e6 for _, level_e6 in ladder.levels)
            if held_e6 * part[1] < size_e6 * part[0]:
                part = held_e6, size_e6
        sizes_e6 = [
            size_e6 * part[0] // part[1] // ladder.lot_e6 * ladder.lot_e6
            for size_e6, ladder in zip(self._sizes_e6, ladders, strict=True)
        ]
        edge_top_e6 = self.top_edge_e6(self.shares)
        return price(self.cluster, ladders, sizes_e6, self._threshold_e6, edge_top_e6)

    def top_edge_e6(self, shares: Sequence[Share], costs: Mapping[Side, int] = NOW) -> int:
        """Return what the answer leaves a dollar of sure payoff at the best prices or `costs`."""
        if self._payoff_e6 <= 0:
            return -NO_COST
        cost_e12 = sum(
            size_e6 * share.cost_at(costs)
            for share, size_e6 in zip(self.shares, self._sizes_e6, strict=True)
            if size_e6
        )
        return USD_ONE_E6 - cost_e12 * USD_ONE_E6 // self._payoff_e6
