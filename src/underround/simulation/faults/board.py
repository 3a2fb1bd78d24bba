"""The board of faults: takes orders, begins each at its time, ends it at its time.

For tests, trials and people who develop against the venues; nothing that trades may look here.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from underround.simulation.faults.kinds import KINDS
from underround.simulation.faults.orders import End, Order, read_order
from underround.simulation.faults.world import World, find_target


class Fault:
    """One fault that was ordered; times are epoch ns, None while they lie ahead."""

    __slots__ = ("_end", "began_ns", "ended_ns", "id", "order", "ordered_ns")

    def __init__(self, identity: int, order: Order, ordered_ns: int) -> None:
        self.id = identity
        self.order = order
        self.ordered_ns = ordered_ns
        self.began_ns: int | None = None
        self.ended_ns: int | None = None
        self._end: End | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as the control port shows it."""
        state = "waiting" if self.began_ns is None else "in force"
        return {
            "id": self.id,
            "state": state if self.ended_ns is None else "over",
            "ordered_ns": self.ordered_ns,
            "began_ns": self.began_ns,
            "ended_ns": self.ended_ns,
            **{name: getattr(self.order, name) for name in Order.__dataclass_fields__},
        }

    def begin(self, begin: Callable[[], End], now_ns: int) -> None:
        """Begin, unless it was ended before it began."""
        if self.ended_ns is None:
            self.began_ns = now_ns
            self._end = begin()

    def end(self, now_ns: int) -> None:
        """End, at most once."""
        if self.ended_ns is None:
            self.ended_ns = now_ns
            if self._end is not None:
                self._end()


class FaultBoard:
    """All faults that were ever ordered, and the clock that begins and ends them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.faults: dict[int, Fault] = {}

    def read(self, fields: Mapping[str, Any]) -> Fault:
        """Order a fault given as plain fields; ValueError, one line, for anything wrong."""
        return self.order(read_order(fields, KINDS))

    def order(self, order: Order) -> Fault:
        """Order a fault; ValueError when its target is nothing or cannot be hit by it."""
        world, kind = self._world, KINDS[order.name]
        target = find_target(world, order.target)
        if kind.lines is not None:
            target.lines = tuple(name for name in target.lines if name in kind.lines)
        if not target.lines:
            named = " or ".join(kind.lines or ())
            raise ValueError(f"{order.name} hits {named} only, not {order.target!r}")
        if order.for_s is None:
            order = replace(order, for_s=kind.for_s)
        fault = Fault(len(self.faults) + 1, order, world.now_ns())
        self.faults[fault.id] = fault

        def begin() -> None:
            fault.begin(lambda: kind.begin(world, order, target), world.now_ns())
            world.later(order.for_s or 0.0, lambda: fault.end(world.now_ns()))

        if order.at_s:
            world.later(order.at_s, begin)
        else:
            begin()
        return fault

    def end(self, identity: int) -> Fault:
        """End a fault now; KeyError when no fault has that number."""
        fault = self.faults[identity]
        fault.end(self._world.now_ns())
        return fault

    def end_all(self) -> None:
        """End every fault, those too that have not begun."""
        for fault in self.faults.values():
            fault.end(self._world.now_ns())

    def shown(self) -> list[dict[str, Any]]:
        """Return every fault in the order of its ordering."""
        return [fault.as_dict() for fault in self.faults.values()]
