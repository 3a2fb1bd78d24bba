"""The ledger of truth for structures: when a set of legs of some kind really was an underround.

It looks after every whole venue action, computes costs and sure payoffs by itself over the
structure's worlds, and keeps every state of the costs, so that any claim can be judged later. It
sends nothing and reads no clock.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from underround.simulation.fees import EDGE_THRESHOLD_E6
from underround.simulation.market import Market
from underround.simulation.structures.costs import Costs, costs_of, side_costs
from underround.simulation.structures.structure import TRAPS, Claim, Kind, Structure, Trap
from underround.simulation.structures.truth import true_sets


class Interval:
    """One true set of legs: from its first published moment to its last, and its best edge."""

    __slots__ = ("edge_e6", "end_ns", "kind", "legs", "start_ns", "structure")

    def __init__(
        self, structure: str, kind: Kind, legs: tuple[Claim, ...], start_ns: int, edge_e6: int
    ) -> None:
        self.structure = structure
        self.kind = kind
        self.legs = legs
        self.start_ns = start_ns
        self.end_ns: int | None = None
        self.edge_e6 = edge_e6

    def as_dict(self) -> dict[str, Any]:
        """Return the interval as the control port shows it; an open one has end_ns None."""
        return {name: getattr(self, name) for name in sorted(self.__slots__)}


class State:
    """A structure's costs from a moment on: published from `start_ns` to `finished_ns`."""

    __slots__ = ("costs", "finished_ns", "start_ns")

    def __init__(self, costs: Costs, start_ns: int, finished_ns: int) -> None:
        self.costs = costs
        self.start_ns = start_ns
        self.finished_ns = finished_ns


class StructureLedger:
    """Keeps the true intervals, the history of costs and the counts of traps of all structures."""

    def __init__(self, structures: Sequence[Structure], kinds: Iterable[Kind]) -> None:
        self.structures = structures
        self.intervals: list[Interval] = []
        self.traps: Counter[str] = Counter(dict.fromkeys(TRAPS, 0))
        self.states: dict[str, list[State]] = {each.id: [] for each in structures}
        self._kinds = tuple(kinds)
        self._open: dict[str, dict[tuple[Kind, tuple[Claim, ...]], Interval]] = {
            each.id: {} for each in structures
        }
        self._places = {
            id(market): (structure, place)
            for structure in structures
            for place, market in enumerate(structure.markets)
        }

    def count(self, trap: Trap) -> None:
        """Count one trap."""
        self.traps[trap] += 1

    def costs(self, structure: Structure) -> Costs:
        """Return a structure's costs as they were last seen, else as they are."""
        states = self.states[structure.id]
        return states[-1].costs if states else costs_of(structure.members)

    def observe(self, market: Market, started_ns: int, finished_ns: int) -> None:
        """Take a market's book as it is after one action, published from start to finish."""
        structure, place = self._places[id(market)]
        states = self.states[structure.id]
        if states:
            before = states[-1].costs
            costs = (*before[: 2 * place], *side_costs(market), *before[2 * place + 2 :])
            if costs == before:
                return
        else:
            costs = costs_of(structure.members)
        states.append(State(costs, started_ns, finished_ns))
        self._judge(structure, costs, started_ns, finished_ns)

    def _judge(self, structure: Structure, costs: Costs, started_ns: int, finished_ns: int) -> None:
        true = {
            (each.kind, each.legs): each.edge_e6
            for each in true_sets(structure, costs, self._kinds)
            if each.edge_e6 >= EDGE_THRESHOLD_E6
        }
        current = self._open[structure.id]
        for key in [key for key in current if key not in true]:
            current.pop(key).end_ns = finished_ns
        for key, edge_e6 in true.items():
            interval = current.get(key)
            if interval is None:
                interval = Interval(structure.id, *key, started_ns, edge_e6)
                current[key] = interval
                self.intervals.append(interval)
            interval.edge_e6 = max(interval.edge_e6, edge_e6)

    def report(self) -> dict[str, Any]:
        """Return all of it in plain objects: what a scorer in another process needs."""
        return {
            "structures": [_plain(each) for each in self.structures],
            "intervals": [interval.as_dict() for interval in self.intervals],
            "states": {
                name: [[state.start_ns, state.finished_ns, *state.costs] for state in states]
                for name, states in self.states.items()
            },
        }


def _plain(structure: Structure) -> dict[str, Any]:
    return {
        "id": structure.id,
        "worlds": structure.worlds,
        "members": [
            {
                "yes": list(member.claim("yes")),
                "no": list(member.claim("no")),
                "pays": sorted(member.pays),
            }
            for member in structure.members
        ],
    }
