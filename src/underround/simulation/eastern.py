"""Eastern time by its rule, so that no table of time zones need be installed.

Only for naming markets as Kalshi names them; it reads no clock.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final

_STANDARD: Final = timedelta(hours=-5)
_SUMMER: Final = timedelta(hours=-4)


def eastern(at_s: int) -> datetime:
    """Return an epoch second as New York's clocks show it (naive)."""
    moment = datetime.fromtimestamp(at_s, tz=UTC).replace(tzinfo=None)
    begins = datetime.combine(_sunday(moment.year, 3, 2), datetime.min.time())
    ends = datetime.combine(_sunday(moment.year, 11, 1), datetime.min.time())
    is_summer = begins + timedelta(hours=7) <= moment < ends + timedelta(hours=6)
    return moment + (_SUMMER if is_summer else _STANDARD)


def _sunday(year: int, month: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1))
