"""One claim's place in a structure: the side that sells it, and what it costs there now.

Carries what a structure must know of a side between two moves; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from underround.core.arbitrage.cross_venue import leg_of
from underround.core.book import NO_COST, Side
from underround.core.leg import BuyLadder
from underround.core.opportunity import Leg
from underround.core.pair import Claim
from underround.core.sizing import Sizing
from underround.core.units import PRICE_ONE_E4, USD_ONE_E6

if TYPE_CHECKING:
    from underround.core.arbitrage.watch import Watch


NOW: Final[Mapping[Side, int]] = MappingProxyType({})
"""No costs given: those of this moment count."""


class Share:
    """A side that one leg may be bought from; `leg` and `choice` number it as the solvers do.

    `cost` is what its best level costs as its structure knows it, NO_COST while it `is_blocked`.
    """

    __slots__ = ("choice", "claim", "cost", "is_blocked", "is_taken", "leg", "side", "watch")

    def __init__(self, claim: Claim, side: Side, leg: int, choice: int) -> None:
        self.claim = claim
        self.side = side
        self.leg = leg
        self.choice = choice
        self.cost = NO_COST
        self.is_blocked = False
        self.is_taken = False  # part of what is open, or held back
        self.watch: Watch | None = None

    def cost_at(self, costs: Mapping[Side, int]) -> int:
        """Return what it costs now, or as given for its side (usd_e6 a contract)."""
        return costs.get(self.side, self.side.cost)

    def ladder(self, within_e6: int = USD_ONE_E6) -> BuyLadder:
        """Return the levels that cost at most `within_e6` a contract, fee included."""
        instrument, levels = self.side.book.instrument, self.side.depth_within(within_e6)
        if self.side.is_bid:
            levels = [(PRICE_ONE_E4 - price_e4, size_e6) for price_e4, size_e6 in levels]
        return BuyLadder(
            levels=levels,
            fees=instrument.fees,
            lot_e6=instrument.lot_e6,
            min_size_e6=instrument.min_size_e6,
        )


def shares_of(
    claims: Iterable[Claim], sides: dict[tuple[str, bool], Side], leg: int
) -> list[Share]:
    """Return a leg's shares in order; KeyError where no book is known for a claim."""
    return [
        Share(claim, sides[claim.instrument, claim.takes_bids], leg, choice)
        for choice, claim in enumerate(claims)
    ]


def legs_of(sizing: Sizing, shares: Iterable[Share]) -> tuple[Leg, ...]:
    """Describe the orders of a sizing that was solved over these shares."""
    by_place = {(share.leg, share.choice): share for share in shares}
    found = []
    for order in sizing.orders:
        share = by_place[order.leg, order.choice]
        found.append(leg_of(share.claim.venue, share.claim.outcome, share.side, order))
    return tuple(found)
