"""Scores opened opportunities against the ledger of truth: found, missed and false.

A pure function over plain objects; it knows nothing of how either side came to be.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from underround.core.units import NS_PER_MS

TRUE_MIN_NS: Final = 50 * NS_PER_MS
"""A true underround lasts at least so long and ends so long before the run does."""
GRACE_NS: Final = 5 * NS_PER_MS
"""An opening this near to a true interval is not false."""

Row = Mapping[str, Any]


def score(opportunities: Sequence[Row], intervals: Sequence[Row], ended_ns: int) -> dict[str, Any]:
    """Compare opportunities `{pair, direction, opened_ns, closed_ns}` with ledger intervals.

    `closed_ns` and an interval's `end_ns` are None while open. Returns the counts `found`,
    `true`, `missed` and `false`, and under `missed_intervals` and `false_opportunities` the rows.
    """
    by_key: dict[tuple[str, str], list[Row]] = {}
    for interval in intervals:
        by_key.setdefault((interval["pair"], interval["direction"]), []).append(interval)
    opened_by_key: dict[tuple[str, str], list[Row]] = {}
    for opportunity in opportunities:
        key = (opportunity["pair"], opportunity["direction"])
        opened_by_key.setdefault(key, []).append(opportunity)
    true = [interval for interval in intervals if counts_as_true(interval, ended_ns)]
    missed = [
        interval
        for interval in true
        if not any(
            _overlap(opportunity, interval, ended_ns, 0)
            for opportunity in opened_by_key.get((interval["pair"], interval["direction"]), ())
        )
    ]
    false = [
        opportunity
        for opportunity in opportunities
        if not any(
            _overlap(opportunity, interval, ended_ns, GRACE_NS)
            for interval in by_key.get((opportunity["pair"], opportunity["direction"]), ())
        )
    ]
    return {
        "found": len(true) - len(missed),
        "true": len(true),
        "missed": len(missed),
        "false": len(false),
        "missed_intervals": [dict(row) for row in missed],
        "false_opportunities": [dict(row) for row in false],
    }


def counts_as_true(interval: Row, ended_ns: int) -> bool:
    """Say whether a ledger interval lasted, and ended early enough, to have to be found."""
    end_ns = interval["end_ns"]
    return (
        end_ns is not None
        and end_ns - interval["start_ns"] >= TRUE_MIN_NS
        and end_ns <= ended_ns - TRUE_MIN_NS
    )


def _overlap(opportunity: Row, interval: Row, ended_ns: int, grace_ns: int) -> bool:
    closed_ns = opportunity["closed_ns"] if opportunity["closed_ns"] is not None else ended_ns
    end_ns = interval["end_ns"] if interval["end_ns"] is not None else ended_ns
    starts_in_time = bool(opportunity["opened_ns"] <= end_ns + grace_ns)
    return starts_in_time and bool(closed_ns >= interval["start_ns"] - grace_ns)
