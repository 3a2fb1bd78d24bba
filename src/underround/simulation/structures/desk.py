"""All stalls of one structure: which quotes would make an edge of some kind, and keeping calm.

Looks for prices by the ledger's arithmetic; when anything moves is decided by the plays.
"""

import random
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from underround.core.units import NS_PER_MS, PRICE_ONE_E4
from underround.simulation.book import ASK, BID, Side
from underround.simulation.desk import CALM_NS, Script
from underround.simulation.exchange import Exchange
from underround.simulation.structures.costs import Costs, costs_of, fee_e6
from underround.simulation.structures.ledger import StructureLedger
from underround.simulation.structures.stall import UNIT_E4, Stall
from underround.simulation.structures.structure import Kind, Structure
from underround.simulation.structures.truth import true_sets

_EDGE_E4: Final = 300
_REACH_E4: Final = 3_000


class Move(NamedTuple):
    """A quote that could be shown, and the best edge of the kind that it would make (usd_e6)."""

    stall: Stall
    side: Side
    price_e4: int
    edge_e6: int


class StructureDesk:
    """The market makers of one structure; tops of two of its markets never move close together."""

    def __init__(
        self,
        structure: Structure,
        exchange: Exchange,
        ledger: StructureLedger,
        rng: random.Random,
        now: Callable[[], int],
    ) -> None:
        self.structure = structure
        self.ledger = ledger
        self.rng = rng
        self._now = now
        self._moved_at_ns = -(10**12)
        self.stalls = [Stall(member, exchange, rng) for member in structure.members]

    def calm(self) -> Script:
        """Wait until the last top that moved has stood long enough."""
        wait_ns = self._moved_at_ns + CALM_NS - self._now()
        if wait_ns > 0:
            yield wait_ns

    def show(self, move: Move) -> None:
        """Make a move's price the top."""
        move.stall.quote(*move.stall.excursion(move.side, move.price_e4))
        self.moved()

    def rest(self, stall: Stall) -> None:
        """Let a stall go back to its idle quotes."""
        stall.rest()
        self.moved()

    def moved(self) -> None:
        """Note that a top moved now."""
        self._moved_at_ns = self._now()

    def moves(self, kind: Kind, low_e6: int, high_e6: int) -> list[Move]:
        """Return moves of one stall, drawn by lot, whose edge of a kind lies in the range."""
        costs = costs_of(self.structure.members)
        places = [(place, side) for place in range(len(self.stalls)) for side in (BID, ASK)]
        self.rng.shuffle(places)
        for place, side in places:
            found = self._moves_of(kind, costs, place, side)
            found = [move for move in found if low_e6 <= move.edge_e6 <= high_e6]
            if found:
                return found
        return []

    def _moves_of(self, kind: Kind, costs: Costs, place: int, side: Side) -> list[Move]:
        stall = self.stalls[place]
        bid_e4, ask_e4 = stall.idle()
        sign, start_e4 = (1, bid_e4) if side == BID else (-1, ask_e4)
        found = []
        for step in range(1, _REACH_E4 // UNIT_E4):
            price_e4 = start_e4 + sign * step * UNIT_E4
            if not _EDGE_E4 <= price_e4 <= PRICE_ONE_E4 - _EDGE_E4:
                break
            edge_e6 = self.edge_e6(kind, self._shifted(costs, place, side, price_e4))
            if edge_e6 is not None:
                found.append(Move(stall, side, price_e4, edge_e6))
        return found

    def edge_e6(self, kind: Kind, costs: Costs) -> int | None:
        """Return the best edge of a kind at these costs, None where no set of it stands."""
        edges = [each.edge_e6 for each in true_sets(self.structure, costs, (kind,))]
        return max(edges, default=None)

    def _shifted(self, costs: Costs, place: int, side: Side, price_e4: int) -> Costs:
        """Return the costs with one stall quoting a price on one side, the other out of its way."""
        stall = self.stalls[place]
        bid_e4, ask_e4 = stall.excursion(side, price_e4)
        own = (
            bought_e4 * 100 + fee_e6(stall.market, bought_e4)
            for bought_e4 in (ask_e4, PRICE_ONE_E4 - bid_e4)
        )
        return (*costs[: 2 * place], *own, *costs[2 * place + 2 :])


def draw_ns(rng: random.Random, low_ms: int, high_ms: int) -> int:
    """Draw a time of low…high milliseconds, in ns."""
    return rng.randrange(low_ms, high_ms) * NS_PER_MS


def nearest(moves: Sequence[Move], wanted_e6: float) -> Move:
    """Return the move whose edge is nearest to one that was drawn."""
    return min(moves, key=lambda move: abs(move.edge_e6 - wanted_e6))
