"""What a partition offers between two moves: a running sum first, the whole walk on demand.

Every move of a best price costs one addition; only a sum that leaves the threshold is solved.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from underround.core.arbitrage.partition import OutcomeSet, Way, size
from underround.core.arbitrage.share import NOW, Share
from underround.core.book import NO_COST, Side
from underround.core.leg import BuyLadder
from underround.core.opportunity import Underround
from underround.core.sizing import Sizing
from underround.core.units import USD_ONE_E6


class PartitionEdge:
    """One way of buying one partition. `edge_e6` is what the best prices leave a set, usd_e6."""

    underround: Final = Underround.PARTITION

    def __init__(
        self,
        outcomes: OutcomeSet,
        way: Way,
        legs: Sequence[Sequence[Share]],
        threshold_e6: int,
    ) -> None:
        self.name = str(way)
        self.shares = tuple(share for leg in legs for share in leg)
        self._outcomes = outcomes
        self._way = way
        self._legs = legs
        self._threshold_e6 = threshold_e6
        self._costs = [NO_COST] * len(legs)
        self.edge_e6 = self._edge_e6(self._costs)

    def moved(self, share: Share) -> None:
        """Take over that a share costs otherwise than before."""
        leg = share.leg
        before_e6, cost_e6 = self._costs[leg], min([each.cost for each in self._legs[leg]])
        self._costs[leg] = cost_e6
        if self._way is Way.ALL_YES:
            self.edge_e6 += before_e6 - cost_e6
        else:
            self.edge_e6 += min(before_e6, USD_ONE_E6) - min(cost_e6, USD_ONE_E6)

    def refresh(self) -> None:
        """Make `edge_e6` exact: it always is."""

    def solve(self, shares: Sequence[Share]) -> Sizing | None:
        """Return the best purchase from these shares alone."""
        allowed = set(shares)
        ladders = [
            [share.ladder() if share in allowed else _nothing(share) for share in leg]
            for leg in self._legs
        ]
        return size(self._outcomes, self._way, ladders, self._threshold_e6)

    def top_edge_e6(self, shares: Sequence[Share], costs: Mapping[Side, int] = NOW) -> int:
        """Return what the best prices of exactly these shares leave a set, at `costs` if given."""
        by_leg: dict[int, int] = {}
        for share in shares:
            cost_e6 = share.cost_at(costs)
            if cost_e6 < by_leg.get(share.leg, NO_COST):
                by_leg[share.leg] = cost_e6
        return self._edge_e6([by_leg.get(leg, NO_COST) for leg in range(len(self._legs))])

    def _edge_e6(self, costs: Sequence[int]) -> int:
        if self._way is Way.ALL_YES:
            return USD_ONE_E6 - sum(costs)
        return sum([USD_ONE_E6 - min(cost_e6, USD_ONE_E6) for cost_e6 in costs]) - USD_ONE_E6


def _nothing(share: Share) -> BuyLadder:
    return share.ladder(-1)
