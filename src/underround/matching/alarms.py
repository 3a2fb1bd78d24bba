"""Prices as a witness against a pair: sides swapped, or two different bets.

Pure: prices and times in, an alarm out. It proves nothing; it asks a person to look again.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from underround.core.units import PRICE_ONE_E4


class AlarmKind(StrEnum):
    """What the prices of a pair hint at."""

    INVERTED = "inverted"
    DIFFERENT = "different"


class PricePoint(Struct, frozen=True):
    """The mid prices of both legs of a pair on the side that is held to be the same (1e-4 $)."""

    at_ns: int
    polymarket_e4: int
    kalshi_e4: int


class AlarmLimits(Struct, frozen=True, kw_only=True):
    """When prices count as beyond reason, and for how long they must.

    `inverted_slack_e4`: the two sum to one dollar within this; `apart_e4`: they differ by more.
    Prices near one half fit both readings, so an inversion needs them `apart_e4` apart too.
    """

    inverted_slack_e4: int = 300
    apart_e4: int = 1_500
    lasting_ns: int = 600 * 10**9
    least_points: int = 3


class Alarm(Struct, frozen=True):
    """An alarm on one pair: what, since when, and the prices that last showed it."""

    kind: AlarmKind
    since_ns: int
    polymarket_e4: int
    kalshi_e4: int


LIMITS: Final = AlarmLimits()


def price_alarm(points: Sequence[PricePoint], limits: AlarmLimits = LIMITS) -> Alarm | None:
    """Return the alarm that the latest prices of a pair give, or None.

    `points` are in order of time. All points of the last `lasting_ns` must show the same, at
    least `least_points` of them, and they must span that time.
    """
    if not points:
        return None
    last = points[-1]
    kind = _kind(last, limits)
    if kind is None:
        return None
    since = last
    shown = 0
    for point in reversed(points):
        if _kind(point, limits) is not kind:
            break
        since = point
        shown += 1
    if shown < limits.least_points or last.at_ns - since.at_ns < limits.lasting_ns:
        return None
    return Alarm(kind, since.at_ns, last.polymarket_e4, last.kalshi_e4)


def _kind(point: PricePoint, limits: AlarmLimits) -> AlarmKind | None:
    if abs(point.polymarket_e4 - point.kalshi_e4) <= limits.apart_e4:
        return None
    together = point.polymarket_e4 + point.kalshi_e4
    if abs(together - PRICE_ONE_E4) <= limits.inverted_slack_e4:
        return AlarmKind.INVERTED
    return AlarmKind.DIFFERENT
