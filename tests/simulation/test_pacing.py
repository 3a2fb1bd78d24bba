"""Playing a flow in real time, on a clock that the test turns."""

import asyncio

import pytest

from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.simulation.pacing import MOST_LAG_NS, play


class Machine:
    """A clock, a sleep that may last too long, and a flow of given times that notes its own."""

    def __init__(self, times_ms: list[int], late_ms: dict[int, int]) -> None:
        self._times_ns = [ms * NS_PER_MS for ms in times_ms]
        self._late_ms = late_ms
        self._clock_ns = 77
        self.now_ns = 0
        self.stop = asyncio.Event()
        self.stepped_ns: list[int] = []

    def clock_ns(self) -> int:
        return self._clock_ns - 77

    async def sleep(self, seconds: float) -> None:
        late_ns = self._late_ms.get(len(self.stepped_ns), 0) * NS_PER_MS
        self._clock_ns += round(seconds * NS_PER_SECOND) + late_ns
        await asyncio.sleep(0)

    @property
    def next_at_ns(self) -> int:
        return self._times_ns[len(self.stepped_ns)]

    def step(self) -> None:
        self.now_ns = self.next_at_ns
        self.stepped_ns.append(self.clock_ns())
        if len(self.stepped_ns) == len(self._times_ns):
            self.stop.set()

    async def played(self, speed: float = 1.0) -> list[int]:
        await play(self, speed, self.stop, self.clock_ns, self.sleep)
        return [ns // NS_PER_MS for ns in self.stepped_ns]


@pytest.mark.parametrize(("speed", "expected"), [(1.0, [10, 30, 90]), (10.0, [1, 3, 9])])
async def test_steps_come_when_due(speed: float, expected: list[int]) -> None:
    assert await Machine([10, 30, 90], {}).played(speed) == expected


async def test_a_small_lag_is_caught_up() -> None:
    assert await Machine([10, 30, 90], {0: 8}).played() == [18, 30, 90]


async def test_a_stall_shifts_the_schedule_and_keeps_the_gaps() -> None:
    times = [10, 30, 430, 440]
    late = await Machine(times, {1: 500}).played()
    assert late == [10, 530, 920, 930]
    assert MOST_LAG_NS == 10 * NS_PER_MS


async def test_nothing_steps_after_the_stop() -> None:
    machine = Machine([10, 30], {})
    machine.stop.set()
    assert await machine.played() == []
