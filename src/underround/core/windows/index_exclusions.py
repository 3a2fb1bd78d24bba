"""Which exchanges' books enter the index, and why the others do not.

The rules are those of the published method: delayed, erroneous and potentially erroneous data.
Pure: time is an argument, and what has to be remembered goes in and comes out.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

from underround.core.units import NS_PER_SECOND
from underround.core.windows.index_parameters import IndexParameters
from underround.core.windows.spot_book import SpotBook, SpotState


class RefusalReason(StrEnum):
    """Why a book was left out."""

    ABSENT = "absent"  # nothing received yet, or never connected
    SUSPECT = "suspect"  # a gap, a wrong checksum, a lost connection
    DELAYED = "delayed"  # no fresh book within the limit
    CLOCK = "clock"  # its stamps differ from the time of arrival by more than the limit
    ONE_SIDED = "one_sided"
    CROSSED = "crossed"  # its own best bid is at or above its own best ask
    DEVIATING = "deviating"  # mid too far from the median of mids


class Refusal(Struct, frozen=True):
    """One exchange left out: the rule, and the figures for a person."""

    reason: RefusalReason
    detail: str


class Exclusions(Struct, frozen=True):
    """The verdict on all books; `deviating` goes into the next verdict (hysteresis)."""

    used: tuple[str, ...]
    refused: dict[str, Refusal]
    deviating: frozenset[str]


def exclude(
    books: Mapping[str, SpotBook],
    parameters: IndexParameters,
    now_ns: int | None,
    deviating: frozenset[str] = frozenset(),
) -> Exclusions:
    """Judge every constituent's book at `now_ns` (None: no rule of age or clock applies).

    `deviating` are the exchanges that the previous verdict left out for their price: they return
    only below half of the limit. Rules of age come first, then of form, then of price.
    """
    refused: dict[str, Refusal] = {}
    mids: dict[str, int] = {}
    for name in dict.fromkeys((*parameters.constituents, *books)):
        book = books.get(name)
        if book is None:
            refused[name] = Refusal(RefusalReason.ABSENT, "no book")
            continue
        refusal = _fault_of(book, parameters, now_ns)
        mid_twice_e8 = book.mid_twice_e8
        if refusal is not None:
            refused[name] = refusal
        elif mid_twice_e8 is not None:
            mids[name] = mid_twice_e8
    outside = _deviations(mids, parameters.deviation_limit_e4, deviating)
    refused.update(outside)
    used = tuple(name for name in mids if name not in outside)
    return Exclusions(used, refused, frozenset(outside))


def _fault_of(book: SpotBook, parameters: IndexParameters, now_ns: int | None) -> Refusal | None:
    """Return why a book by itself cannot be used, None when it can."""
    if book.state is SpotState.EMPTY:
        return Refusal(RefusalReason.ABSENT, "no snapshot yet")
    if book.state is SpotState.SUSPECT:
        return Refusal(RefusalReason.SUSPECT, book.fault or "")
    if now_ns is not None and book.received_at_ns is not None:
        age_ns = now_ns - book.received_at_ns
        if age_ns >= parameters.stale_ns:
            return Refusal(RefusalReason.DELAYED, f"last book {_seconds(age_ns)} old")
        if book.exchange_at_ns is not None:
            lag_ns = book.received_at_ns - book.exchange_at_ns
            if abs(lag_ns) >= parameters.stale_ns:
                side = "behind" if lag_ns > 0 else "ahead of"
                detail = f"stamps {_seconds(abs(lag_ns))} {side} the time of arrival"
                return Refusal(RefusalReason.CLOCK, detail)
    if not book.bids or not book.asks:
        return Refusal(RefusalReason.ONE_SIDED, "no bids" if not book.bids else "no asks")
    if book.crossed:
        return Refusal(RefusalReason.CROSSED, "best bid at or above best ask")
    return None


def _deviations(
    mids: Mapping[str, int], limit_e4: int, deviating: frozenset[str]
) -> dict[str, Refusal]:
    """Return the exchanges whose mid is too far from the median of mids.

    Source: CF Benchmarks, potentially erroneous data (September 2020): excluded above the limit,
    readmitted only below half of it. Compared in whole numbers, so a boundary is a boundary.
    """
    if not mids:
        return {}
    median, scale = _median_twice(mids.values())
    outside: dict[str, Refusal] = {}
    for name, mid in mids.items():
        distance = abs(scale * mid - median)
        # |mid - median| / median > limit, or not below half of it for one already outside
        beyond = distance * 10_000 > limit_e4 * median
        lingering = name in deviating and distance * 20_000 >= limit_e4 * median
        if beyond or lingering:
            bound = limit_e4 / 100 if beyond else limit_e4 / 200
            detail = f"mid {distance * 100 / median:.2f} % off the median, limit {bound:g} %"
            outside[name] = Refusal(RefusalReason.DEVIATING, detail)
    return outside


def _median_twice(values: Iterable[int]) -> tuple[int, int]:
    """Return (scale × median, scale) with scale 1 or 2, so that an even count stays whole."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle], 1
    return ordered[middle - 1] + ordered[middle], 2


def _seconds(duration_ns: int) -> str:
    return f"{duration_ns / NS_PER_SECOND:.1f} s"
