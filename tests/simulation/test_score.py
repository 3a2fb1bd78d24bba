"""Scoring: what counts as true, found, missed and false."""

from typing import Any

import pytest

from underround.simulation.score import score

MS = 1_000_000
END = 20_000 * MS


def interval(start_ms: float, end_ms: float | None, pair: str = "a", way: str = "yes_no") -> Any:
    return {
        "pair": pair,
        "direction": way,
        "start_ns": int(start_ms * MS),
        "end_ns": None if end_ms is None else int(end_ms * MS),
        "edge_e6": 10_000,
    }


def opened(at_ms: float, until_ms: float | None, pair: str = "a", way: str = "yes_no") -> Any:
    return {
        "pair": pair,
        "direction": way,
        "opened_ns": int(at_ms * MS),
        "closed_ns": None if until_ms is None else int(until_ms * MS),
    }


@pytest.mark.parametrize(
    ("opportunities", "intervals", "expected"),
    [
        ([], [], (0, 0, 0, 0)),
        ([opened(1_001, 1_200)], [interval(1_000, 1_200)], (1, 1, 0, 0)),
        ([], [interval(1_000, 1_200)], (0, 1, 1, 0)),
        # One opening may span two intervals, two openings may share one.
        ([opened(1_001, 1_900)], [interval(1_000, 1_200), interval(1_500, 1_700)], (2, 2, 0, 0)),
        ([opened(1_001, 1_050), opened(1_060, 1_190)], [interval(1_000, 1_200)], (1, 1, 0, 0)),
        # Too short to count as true, yet no opening in it is false.
        ([opened(1_001, 1_010)], [interval(1_000, 1_049.9)], (0, 0, 0, 0)),
        ([], [interval(1_000, 1_050)], (0, 1, 1, 0)),
        # Ending too near the end of the run, or never.
        ([], [interval(19_000, 19_951)], (0, 0, 0, 0)),
        ([], [interval(19_000, 19_950)], (0, 1, 1, 0)),
        ([opened(19_001, None)], [interval(19_000, None)], (0, 0, 0, 0)),
        # The other direction, another pair, another time.
        ([opened(1_001, 1_100, way="no_yes")], [interval(1_000, 1_200)], (0, 1, 1, 1)),
        ([opened(1_001, 1_100, pair="b")], [interval(1_000, 1_200)], (0, 1, 1, 1)),
        ([opened(2_000, 2_100)], [interval(1_000, 1_200)], (0, 1, 1, 1)),
        # Five milliseconds of grace excuse an opening and do not make a find.
        ([opened(1_205, 1_210)], [interval(1_000, 1_200)], (0, 1, 1, 0)),
        ([opened(1_205.1, 1_210)], [interval(1_000, 1_200)], (0, 1, 1, 1)),
        ([opened(900, 995)], [interval(1_000, 1_200)], (0, 1, 1, 0)),
        ([opened(900, None)], [interval(1_000, 1_200)], (1, 1, 0, 0)),
    ],
)
def test_score(opportunities: list[Any], intervals: list[Any], expected: tuple[int, ...]) -> None:
    result = score(opportunities, intervals, END)
    assert tuple(result[key] for key in ("found", "true", "missed", "false")) == expected
    assert len(result["missed_intervals"]) == result["missed"]
    assert len(result["false_opportunities"]) == result["false"]


def test_the_offenders_are_named() -> None:
    late, wrong = interval(1_000, 1_200), opened(5_000, 5_010)
    result = score([wrong], [late], END)
    assert result["missed_intervals"] == [late]
    assert result["false_opportunities"] == [wrong]
