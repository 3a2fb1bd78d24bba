"""Scores opportunities of every kind against the ledgers of truth: found, true, missed and false.

An opportunity is false when its legs did not surely pay more than they cost, fees included, at any
time near its opening. A true set of legs is missed when it lasted and no opportunity of its kind
was open meanwhile on its structure: of several sets that pay at once any may be taken. Pairs are
scored as before, by pair and direction. Pure functions over plain objects.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from underround.simulation.score import GRACE_NS, counts_as_true, score
from underround.simulation.structures.state_prices import cheapest_dollar

Row = Mapping[str, Any]
Leg = tuple[str, str, str]
_ONE_E6: Final = 1_000_000
_COUNTS: Final = ("found", "true", "missed", "false")


def score_kinds(
    opportunities: Sequence[Row], report: Mapping[str, Any], ended_ns: int, kinds: Iterable[str]
) -> dict[str, Any]:
    """Compare opportunities with a ledger report; return the totals, and `by_kind` the same.

    An opportunity is `{kind, pair, direction, legs, opened_ns, closed_ns}` with legs of (venue,
    instrument, outcome); rows without a kind are of pairs. Kinds that were not asked for are not
    scored. `missed_intervals` and `false_opportunities` hold the rows.
    """
    judges = {each["id"]: _Judge(each, report) for each in report["structured"]["structures"]}
    by_kind: dict[str, dict[str, Any]] = {}
    for kind in kinds:
        rows = [row for row in opportunities if row.get("kind", "cross_venue") == kind]
        if kind == "cross_venue":
            by_kind[kind] = score(rows, report["intervals"], ended_ns)
        else:
            by_kind[kind] = _scored(kind, rows, report["structured"], judges, ended_ns)
    lists = ("missed_intervals", "false_opportunities")
    totals: dict[str, Any] = {
        name: sum(found[name] for found in by_kind.values()) for name in _COUNTS
    }
    totals |= {name: [row for found in by_kind.values() for row in found[name]] for name in lists}
    counts = {kind: {name: found[name] for name in _COUNTS} for kind, found in by_kind.items()}
    return totals | {"by_kind": counts}


def _scored(
    kind: str,
    opportunities: Sequence[Row],
    structured: Mapping[str, Any],
    judges: Mapping[str, "_Judge"],
    ended_ns: int,
) -> dict[str, Any]:
    true = [
        interval
        for interval in structured["intervals"]
        if interval["kind"] == kind and counts_as_true(interval, ended_ns)
    ]
    missed = [
        interval
        for interval in true
        if not any(
            judges[interval["structure"]].knows(row) and _meets(row, interval, ended_ns)
            for row in opportunities
        )
    ]
    false = [
        row
        for row in opportunities
        if not any(judge.knows(row) and judge.profited(row) for judge in judges.values())
    ]
    return {
        "found": len(true) - len(missed),
        "true": len(true),
        "missed": len(missed),
        "false": len(false),
        "missed_intervals": [dict(row) for row in missed],
        "false_opportunities": [dict(row) for row in false],
    }


def _meets(row: Row, interval: Row, ended_ns: int) -> bool:
    closed_ns = ended_ns if row["closed_ns"] is None else row["closed_ns"]
    return bool(row["opened_ns"] <= interval["end_ns"] and closed_ns >= interval["start_ns"])


class _Judge:
    """One structure's claims, worlds and costs over time."""

    def __init__(self, structure: Row, report: Mapping[str, Any]) -> None:
        self._worlds: int = structure["worlds"]
        everything = frozenset(range(self._worlds))
        self._pays: dict[Leg, frozenset[int]] = {}
        self._places: dict[Leg, int] = {}
        for index, member in enumerate(structure["members"]):
            pays = frozenset(member["pays"])
            for side, worlds in enumerate((pays, everything - pays)):
                leg = _leg(member[("yes", "no")[side]])
                self._pays[leg] = worlds
                self._places[leg] = 2 * index + side
        self._states: Sequence[Sequence[int | None]] = report["structured"]["states"][
            structure["id"]
        ]

    def knows(self, row: Row) -> bool:
        """Say whether all legs of an opportunity are claims of this structure."""
        return all(_leg(leg) in self._pays for leg in row["legs"])

    def profited(self, row: Row) -> bool:
        """Say whether the legs paid for sure in some state in force near the opening."""
        legs = [_leg(leg) for leg in row["legs"]]
        opened_ns = row["opened_ns"]
        for index, (start_ns, _, *costs) in enumerate(self._states):
            after = self._states[index + 1] if index + 1 < len(self._states) else None
            until_ns = None if after is None else after[1]
            assert start_ns is not None
            if start_ns > opened_ns + GRACE_NS:
                return False
            if until_ns is not None and until_ns < opened_ns - GRACE_NS:
                continue
            if self._surely_profit(legs, costs):
                return True
        return False

    def _surely_profit(self, legs: Sequence[Leg], costs: Sequence[int | None]) -> bool:
        paid = [costs[self._places[leg]] for leg in legs]
        known = [cost for cost in paid if cost is not None]
        if len(known) < len(paid):
            return False
        cheapest = cheapest_dollar([self._pays[leg] for leg in legs], known, self._worlds)
        return cheapest is not None and cheapest.cost < _ONE_E6


def _leg(leg: Sequence[str]) -> Leg:
    venue, instrument, outcome = leg
    return venue, instrument, outcome
