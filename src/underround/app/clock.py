"""The only module that reads a clock; everybody else is handed one of these functions.

Nothing below `app` may import it: venues and stores take a `Callable[[], int]`.
"""

import time
from collections.abc import Callable


def wall_ns() -> int:
    """Return nanoseconds since the epoch; may step when the machine's clock is set."""
    return time.time_ns()


def monotonic_ns() -> int:
    """Return nanoseconds of a clock that never steps; only differences mean anything."""
    return time.monotonic_ns()


def steady_clock() -> Callable[[], int]:
    """Return a clock of nanoseconds since the epoch that never steps after this call."""
    offset_ns = time.time_ns() - time.monotonic_ns()
    return lambda: offset_ns + time.monotonic_ns()
