"""The simulation's only reading of clocks; nothing here decides anything."""

import time


def wall_ns() -> int:
    """Return the wall clock, epoch ns."""
    return time.time_ns()


def steady_ns() -> int:
    """Return a clock that never steps, in ns from an arbitrary moment."""
    return time.monotonic_ns()
