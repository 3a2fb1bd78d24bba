"""A basket's linear program, asked and answered: slow, pure work that happens outside the engine.

The answer is an input like any other and is recorded; what it says is checked on live books.
"""

from collections.abc import Sequence

from msgspec import Struct

from underround.core.arbitrage.basket import Cluster
from underround.core.leg import BuyLadder


class SolveBasket(Struct, frozen=True):
    """Find the purchase of greatest sure profit: one ladder a claim, as the books were.

    `threshold_e6` is the least edge per dollar of sure payoff, usd_e6.
    """

    subject: str
    cluster: Cluster
    ladders: tuple[BuyLadder, ...]
    threshold_e6: int
    asked_at_ns: int


class BasketSolved(Struct, gc=False):
    """The contracts to buy of each claim, in answer to a `SolveBasket`; all 0 for nothing."""

    subject: str
    sizes_e6: Sequence[int]
    asked_at_ns: int
    at_ns: int
