"""What a ladder offers from one move to the next: bounds first, the whole ladder on demand.

A move is held against the cheapest counterpart that its rung could have. Those bounds may be too
low after a price rose, never too high; an edge that they promise is checked before it is solved.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from underround.core.arbitrage.ladder import Rung, solve
from underround.core.arbitrage.share import NOW, Share
from underround.core.book import NO_COST, Side
from underround.core.opportunity import Underround
from underround.core.sizing import Sizing
from underround.core.units import USD_ONE_E6


class LadderEdge:
    """One ladder, the widest rung first. `edge_e6` is at least what its best pair leaves, usd_e6.

    Leg 2 × rung is the rung's YES, 2 × rung + 1 its NO.
    """

    underround: Final = Underround.LADDER
    name: Final = "ladder"

    def __init__(self, legs: Sequence[Sequence[Share]], threshold_e6: int) -> None:
        self.shares = tuple(share for leg in legs for share in leg)
        self.edge_e6 = -NO_COST
        self._legs = legs
        self._threshold_e6 = threshold_e6
        rungs = len(legs) // 2
        self._yes = [NO_COST] * rungs
        self._no = [NO_COST] * rungs
        self._yes_before = [NO_COST] * (rungs + 1)  # at most the cheapest YES of a wider rung
        self._no_after = [NO_COST] * (rungs + 1)  # at most the cheapest NO of a narrower rung

    def moved(self, share: Share) -> None:
        """Take over that a share costs otherwise than before."""
        rung, is_no = divmod(share.leg, 2)
        cost_e6 = min([each.cost for each in self._legs[share.leg]])
        if is_no:
            self._no[rung] = cost_e6
            bounds, wider = self._no_after, rung - 1
            while wider >= 0 and bounds[wider] > cost_e6:
                bounds[wider] = cost_e6
                wider -= 1
            edge_e6 = USD_ONE_E6 - cost_e6 - self._yes_before[rung]
        else:
            self._yes[rung] = cost_e6
            bounds, narrower = self._yes_before, rung + 1
            while narrower < len(bounds) and bounds[narrower] > cost_e6:
                bounds[narrower] = cost_e6
                narrower += 1
            edge_e6 = USD_ONE_E6 - cost_e6 - self._no_after[rung]
        if edge_e6 > self.edge_e6:
            self.edge_e6 = edge_e6

    def refresh(self) -> None:
        """Make the bounds and `edge_e6` exact."""
        cheapest_e6 = NO_COST
        for rung in range(len(self._no) - 1, -1, -1):
            self._no_after[rung] = cheapest_e6
            cheapest_e6 = min(cheapest_e6, self._no[rung])
        cheapest_e6, best_e6 = NO_COST, 2 * NO_COST
        for rung, cost_e6 in enumerate(self._yes):
            self._yes_before[rung] = cheapest_e6
            cheapest_e6 = min(cheapest_e6, cost_e6)
            best_e6 = min(best_e6, cost_e6 + self._no_after[rung])
        self._yes_before[-1] = cheapest_e6
        self.edge_e6 = USD_ONE_E6 - best_e6

    def solve(self, shares: Sequence[Share]) -> Sizing | None:
        """Return the best purchase from these shares alone."""
        allowed = set(shares)
        most_e6 = USD_ONE_E6 - self._threshold_e6
        ladders = []
        for number, leg in enumerate(self._legs):
            rung, is_no = divmod(number, 2)
            bound_e6 = self._yes_before[rung] if is_no else self._no_after[rung]
            ladders.append(
                [share.ladder(most_e6 - bound_e6 if share in allowed else -1) for share in leg]
            )
        found = solve(
            [Rung(yes, no) for yes, no in zip(ladders[::2], ladders[1::2], strict=True)],
            self._threshold_e6,
        )
        return None if found is None else found.sizing

    def top_edge_e6(self, shares: Sequence[Share], costs: Mapping[Side, int] = NOW) -> int:
        """Return what the best pair among exactly these shares leaves, at `costs` if given."""
        best_e6 = yes_e6 = NO_COST
        yes_rung = -1
        waiting: list[tuple[int, int]] = []
        for share in sorted(shares, key=_place):
            rung, is_no = divmod(share.leg, 2)
            if not is_no:
                waiting.append((rung, share.cost_at(costs)))
                continue
            while waiting and waiting[0][0] < rung:
                yes_rung, cost_e6 = waiting.pop(0)
                yes_e6 = min(yes_e6, cost_e6)
            if yes_rung >= 0:
                best_e6 = min(best_e6, yes_e6 + share.cost_at(costs))
        return USD_ONE_E6 - best_e6


def _place(share: Share) -> int:
    return share.leg
