"""Scoring by kind: what counts as found, missed and false when several sets pay at once."""

from typing import Any

import pytest

from underround.simulation.structures.score import score_kinds

MS = 1_000_000
END = 20_000 * MS
WIDE, NARROW = ["kalshi", "T1", "yes"], ["kalshi", "T2", "no"]
OTHER_YES, OTHER_NO = ["kalshi", "T2", "yes"], ["kalshi", "T1", "no"]


def report() -> dict[str, Any]:
    """Two rungs over three worlds: at 1 s the wide YES becomes cheap, at 2 s dear again."""
    rest, cheap = [600_000, 500_000, 450_000, 650_000], [300_000, 500_000, 450_000, 650_000]
    return {
        "intervals": [],
        "structured": {
            "structures": [
                {
                    "id": "rungs",
                    "worlds": 3,
                    "members": [
                        {"yes": WIDE, "no": OTHER_NO, "pays": [1, 2]},
                        {"yes": OTHER_YES, "no": NARROW, "pays": [2]},
                    ],
                }
            ],
            "states": {
                "rungs": [
                    [0, 1, *rest],
                    [1_000 * MS, 1_001 * MS, *cheap],
                    [2_000 * MS, 2_001 * MS, *rest],
                ]
            },
            "intervals": [
                {
                    "structure": "rungs",
                    "kind": "ladder",
                    "legs": [WIDE, NARROW],
                    "start_ns": 1_000 * MS,
                    "end_ns": 2_001 * MS,
                    "edge_e6": 50_000,
                }
            ],
        },
    }


def opened(at_ms: float, until_ms: float | None, *legs: list[str], kind: str = "ladder") -> Any:
    return {
        "kind": kind,
        "pair": "rungs",
        "direction": "",
        "legs": list(legs),
        "opened_ns": int(at_ms * MS),
        "closed_ns": None if until_ms is None else int(until_ms * MS),
    }


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], (0, 1, 1, 0)),
        ([opened(1_002, 2_000, WIDE, NARROW)], (1, 1, 0, 0)),
        # Before and after, beyond the few milliseconds of grace, the legs paid nothing.
        ([opened(990, 995, WIDE, NARROW)], (0, 1, 1, 1)),
        ([opened(996, 999.9, WIDE, NARROW)], (0, 1, 1, 0)),
        ([opened(2_007, 2_020, WIDE, NARROW)], (0, 1, 1, 1)),
        # The other way round proves nothing, and unknown legs are of no structure.
        ([opened(1_100, 1_200, OTHER_YES, OTHER_NO)], (1, 1, 0, 1)),
        ([opened(1_100, 1_200, WIDE, ["kalshi", "T9", "no"])], (0, 1, 1, 1)),
    ],
)
def test_ladders(rows: list[Any], expected: tuple[int, ...]) -> None:
    result = score_kinds(rows, report(), END, ("ladder", "basket"))
    assert tuple(result["by_kind"]["ladder"].values()) == expected
    names = ("found", "true", "missed", "false")
    assert tuple(result[name] for name in names) == expected
    assert len(result["missed_intervals"]) == result["missed"]


def test_another_kind_finds_no_ladder_and_its_legs_are_judged_all_the_same() -> None:
    rows = [opened(1_100, 1_200, WIDE, NARROW, kind="basket")]
    result = score_kinds(rows, report(), END, ("ladder", "basket"))
    assert [result[name] for name in ("found", "true", "missed", "false")] == [0, 1, 1, 0]
    assert result["by_kind"]["ladder"]["found"] == 0
    assert len(result["false_opportunities"]) == result["false"]


def test_kinds_that_were_not_asked_for_are_not_scored() -> None:
    result = score_kinds([opened(1, 2, OTHER_YES, OTHER_NO)], report(), END, ("cross_venue",))
    counts = {"found": 0, "true": 0, "missed": 0, "false": 0}
    assert result["by_kind"] == {"cross_venue": counts}
    assert counts.items() <= result.items()


def test_rows_without_a_kind_are_of_pairs() -> None:
    row = {"pair": "a", "direction": "yes_no", "opened_ns": 1, "closed_ns": 2}
    result = score_kinds([row], report(), END, ("cross_venue", "ladder"))
    assert result["by_kind"]["cross_venue"]["false"] == 1
    assert result["false_opportunities"] == [row]
