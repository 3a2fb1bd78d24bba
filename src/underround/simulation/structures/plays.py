"""What happens to a structure: true underrounds of its kind, near misses, and standing traps.

Only states clearly above or below the threshold are made; the ledger says what was true.
"""

import math
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.simulation.desk import Script
from underround.simulation.exchange import Exchange
from underround.simulation.market import PolymarketMarket
from underround.simulation.structures.desk import StructureDesk, draw_ns, nearest
from underround.simulation.structures.ledger import StructureLedger
from underround.simulation.structures.stall import Stall
from underround.simulation.structures.structure import Kind, Structure

LEAST_EDGE_E6: Final = 7_000
MOST_EDGE_E6: Final = 45_000
HARMLESS_E6: Final = 3_000
EATEN_E6: Final = -6_000
"""At most this much is missing where fees alone eat an edge."""
_SHORTEST_S: Final = 0.25
_LONGEST_S: Final = 7.0
_MESSAGES_PER_S: Final = 1.2
_PAUSE_S: Final = 3.0
_FIRST_WITHIN_MS: Final = 4_000
_TRUE_SHARE: Final = 0.6


class StructurePlays:
    """The desks of all structures; `scripts` gives what the flow is to run from the start."""

    def __init__(
        self,
        structures: Iterable[Structure],
        exchange: Exchange,
        ledger: StructureLedger,
        seed: int,
        now: Callable[[], int],
    ) -> None:
        self.desks = [
            StructureDesk(each, exchange, ledger, random.Random(f"{seed} plays {each.id}"), now)
            for each in structures
        ]

    def scripts(self) -> list[tuple[Script, int]]:
        """Return every play with the simulated ns after which it begins."""
        found: list[tuple[Script, int]] = []
        for desk in self.desks:
            rng = desk.rng
            found += [(background(stall, rng), 0) for stall in desk.stalls]
            script = standing_trap(desk) if desk.structure.plays is None else life(desk)
            found.append((script, draw_ns(rng, 300, _FIRST_WITHIN_MS)))
        return found


def background(stall: Stall, rng: random.Random) -> Script:
    """Let sizes flicker for ever."""
    while True:
        yield max(int(rng.expovariate(_MESSAGES_PER_S) * NS_PER_SECOND), NS_PER_MS)
        stall.flicker()


def life(desk: StructureDesk) -> Script:
    """Play true underrounds and near misses in turn for ever, a true one first."""
    kind = desk.structure.plays
    assert kind is not None
    yield from episode(desk, kind)
    while True:
        yield int(desk.rng.expovariate(1 / _PAUSE_S) * NS_PER_SECOND)
        if desk.rng.random() < _TRUE_SHARE:
            yield from episode(desk, kind)
        elif desk.rng.random() < 0.5 and _is_polymarket(desk.stalls):
            yield from too_thin(desk, kind)
        else:
            yield from eaten_by_fees(desk, kind)


def episode(desk: StructureDesk, kind: Kind) -> Script:
    """Open one underround of a kind, hold it, perhaps change its edge, and end it."""
    rng = desk.rng
    duration_s = math.exp(rng.uniform(math.log(_SHORTEST_S), math.log(_LONGEST_S)))
    yield from desk.calm()
    moves = desk.moves(kind, LEAST_EDGE_E6, MOST_EDGE_E6)
    if not moves:
        return
    wanted = (math.log(LEAST_EDGE_E6), math.log(MOST_EDGE_E6))
    move = nearest(moves, math.exp(rng.uniform(*wanted)))
    desk.show(move)
    left_ns = int(duration_s * NS_PER_SECOND)
    while left_ns > NS_PER_SECOND and rng.random() < 0.4:
        part_ns = rng.randrange(400 * NS_PER_MS, left_ns - 400 * NS_PER_MS)
        yield part_ns
        left_ns -= part_ns
        desk.show(nearest(moves, math.exp(rng.uniform(*wanted))))
    yield left_ns
    desk.rest(move.stall)


def eaten_by_fees(desk: StructureDesk, kind: Kind) -> Script:
    """Stand a few times where prices alone show an edge and fees leave none worth having."""
    for _ in range(desk.rng.randint(1, 3)):
        yield from desk.calm()
        moves = desk.moves(kind, EATEN_E6, HARMLESS_E6)
        if not moves:
            return
        move = desk.rng.choice(moves)
        desk.show(move)
        desk.ledger.count("fees_eat_it")
        yield draw_ns(desk.rng, 150, 900)
        yield from desk.calm()
        desk.rest(move.stall)


def too_thin(desk: StructureDesk, kind: Kind) -> Script:
    """Offer a single contract at a price that makes an edge: fewer than may be bought."""
    yield from desk.calm()
    moves = desk.moves(kind, LEAST_EDGE_E6, 2 * LEAST_EDGE_E6)
    if not moves:
        return
    move = nearest(moves, LEAST_EDGE_E6)
    move.stall.show_thin(move.side, move.price_e4)
    desk.moved()
    desk.ledger.count("too_thin")
    yield draw_ns(desk.rng, 300, 1_500)
    yield from desk.calm()
    desk.rest(move.stall)


def standing_trap(desk: StructureDesk) -> Script:
    """Move the quotes of a set that only looks like an underround, a unit at a time, for ever."""
    trap = desk.structure.trap
    assert trap is not None
    while True:
        stall = desk.rng.choice(desk.stalls)
        yield from desk.calm()
        bid_e4, ask_e4 = stall.idle()
        shift_e4 = desk.rng.choice((-100, 0, 0))
        stall.quote(bid_e4 + shift_e4, ask_e4 + shift_e4)
        desk.moved()
        desk.ledger.count(trap)
        yield draw_ns(desk.rng, 700, 3_000)


def _is_polymarket(stalls: Sequence[Stall]) -> bool:
    return all(isinstance(stall.market, PolymarketMarket) for stall in stalls)
