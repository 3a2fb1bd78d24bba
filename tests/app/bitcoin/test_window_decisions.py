"""Decisions of resolved windows: one a stretch of time, with nothing known later, each once."""

import json

import pytest

from underround.app.bitcoin.session_file import FORMAT, VERSION
from underround.app.bitcoin.window_decisions import MOMENTS, decisions_of, sampled
from underround.core.errors import UnderroundError
from underround.core.units import NS_PER_MS

OPENS_MS, CLOSES_MS = 1_790_000_000_000, 1_790_000_015_000
ROWS = [(OPENS_MS + 1_000 * second, second / 20, 0.5) for second in range(15)]


def test_of_each_stretch_the_first_row_is_taken():
    found = sampled(ROWS, OPENS_MS, CLOSES_MS, outcome=True)
    assert [(CLOSES_MS - each.at_ns // NS_PER_MS) / 1_000 for each in found] == [
        14, 12, 10, 8, 6, 5, 4, 3, 2, 1,
    ]  # fmt: skip
    assert len(found) < len(MOMENTS)  # rows come once a second
    assert [each.p_model for each in found[:2]] == [1 / 20, 3 / 20]
    assert found[0].features == (14 / 15,)
    assert {(each.p_market, each.outcome) for each in found} == {(0.5, True)}


def test_rows_outside_of_a_window_are_none_of_its_decisions():
    early = [(OPENS_MS - 1_000, 0.1, None), (CLOSES_MS, 0.9, None)]
    assert sampled(early, OPENS_MS, CLOSES_MS, outcome=False) == []


def session(tmp_path, name, *windows):
    path = tmp_path / name
    document = {"format": FORMAT, "version": VERSION, "windows": list(windows)}
    path.write_text(json.dumps(document))
    return path


def a_row(**changes):
    prices = [[at_ms, 80_000.0, fair, 0.01, 0.4, 0.6] for at_ms, fair, _ in ROWS]
    prices += [[CLOSES_MS - 500, 80_000.0, None, None, None, None]]
    facts = {"id": "W", "venue": "kalshi", "opens": OPENS_MS, "closes": CLOSES_MS}
    return facts | {"resolved": True, "prices": prices} | changes


def test_a_window_in_two_sessions_counts_once(tmp_path):
    first = session(tmp_path, "a.json", a_row(), a_row(id="P", venue="polymarket"))
    again = session(tmp_path, "b.json", a_row(), a_row(id="V", resolved=False))
    assert len(decisions_of([first])) == 10
    both = decisions_of([first, again])
    assert len(both) == 20
    assert sum(each.outcome for each in both) == 10
    assert {each.p_market for each in both} == {0.5}


def test_without_a_resolved_window_there_is_one_line(tmp_path):
    unresolved = a_row()
    del unresolved["resolved"]
    with pytest.raises(UnderroundError, match="no window in there was priced and resolved"):
        decisions_of([session(tmp_path, "a.json", unresolved)])
