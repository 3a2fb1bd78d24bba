"""What a trade ties up and what it earns on that: capital by venue, return, return by the year.

Arithmetic over legs that are priced already. It knows no clock: the moment is an argument, and the
time of resolution is the venue's own expectation, so yearly figures are estimates.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from underround.core.instrument import Venue
from underround.core.opportunity import Leg
from underround.core.units import NS_PER_SECOND

BPS: Final = 10_000
YEAR_NS: Final = 365 * 24 * 3600 * NS_PER_SECOND


def capital_by_venue(legs: Iterable[Leg]) -> dict[Venue, int]:
    """Return what the legs cost at each venue, fees included, usd_e6, in the order of legs."""
    found: dict[Venue, int] = {}
    for leg in legs:
        found[leg.venue] = found.get(leg.venue, 0) + leg.cost_usd_e6
    return found


def return_bps(edge_usd_e6: int, cost_usd_e6: int) -> int:
    """Return the edge over the money spent, in basis points rounded down; 0 where none is spent."""
    return edge_usd_e6 * BPS // cost_usd_e6 if cost_usd_e6 > 0 else 0


def annual_return_bps(
    edge_usd_e6: int, cost_usd_e6: int, at_ns: int, resolves_at_ns: int | None
) -> int | None:
    """Return the simple yearly return, in basis points rounded down, of money locked until then.

    None where the resolution is not known or already due.
    """
    if cost_usd_e6 <= 0 or resolves_at_ns is None or resolves_at_ns <= at_ns:
        return None
    return edge_usd_e6 * BPS * YEAR_NS // (cost_usd_e6 * (resolves_at_ns - at_ns))


def latest(instants_ns: Sequence[int | None]) -> int | None:
    """Return the latest instant; None when there is none or any of them is not known."""
    known = [each for each in instants_ns if each is not None]
    return max(known) if known and len(known) == len(instants_ns) else None
