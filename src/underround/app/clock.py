"""The only module that reads a clock; everybody else is handed one of these functions.

Nothing below `app` may import it: venues and stores take a `Callable[[], int]`.
"""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime


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


def file_stamp() -> str:
    """Return the time in UTC as it stands in the names of files (20261121T224304.632010Z)."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"


def today() -> date:
    """Return today's date in UTC."""
    return datetime.now(UTC).date()
