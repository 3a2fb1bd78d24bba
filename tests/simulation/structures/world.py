"""A structured world on a fake clock, without sockets."""

from collections.abc import Collection
from functools import lru_cache

from underround.simulation.machines import Machines
from underround.simulation.structures.structure import KINDS, Kind, Structure

SECOND = 10**9
START_NS = 1_800_000_000 * SECOND


class StructuredWorld:
    """Machines whose clock is the flow's own."""

    def __init__(self, seed: int, kinds: Collection[Kind] = KINDS) -> None:
        self.machines: Machines | None = None
        self.machines = Machines(seed, self.now_ns, self.now_ns, pairs=2, kinds=kinds)

    def now_ns(self) -> int:
        return START_NS + (self.machines.flow.now_ns if self.machines is not None else 0)

    def run(self, seconds: float) -> "StructuredWorld":
        assert self.machines is not None
        self.machines.flow.run_until(int(seconds * SECOND))
        return self

    @property
    def made(self) -> Machines:
        assert self.machines is not None
        return self.machines

    def structure(self, name: str) -> Structure:
        return next(each for each in self.made.structures.structures if each.id == name)


@lru_cache(maxsize=8)
def history(seed: int) -> StructuredWorld:
    """Return the first 25 seconds of a world, shared: look and do not touch."""
    return StructuredWorld(seed).run(25)
