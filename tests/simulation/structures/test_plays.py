"""The plays: one history a seed, every kind early, clear of the threshold, calm between moves."""

from itertools import pairwise

import pytest

from tests.simulation.structures.world import SECOND, StructuredWorld, history
from underround.simulation.desk import CALM_NS
from underround.simulation.structures.plays import LEAST_EDGE_E6, MOST_EDGE_E6
from underround.simulation.structures.structure import KINDS, TRAPS

SEEDS = (424242, 7, 1, 2024)
PAIRED = 50_000_000


def test_the_history_depends_on_the_seed_alone() -> None:
    one, again, other = (StructuredWorld(seed).run(8).made.report() for seed in (7, 7, 8))
    assert one == again
    assert one["structured"]["states"] != other["structured"]["states"]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_kind_shows_itself_and_every_trap_is_laid_within_25_seconds(seed: int) -> None:
    structures = history(seed).made.structures
    lasting = {
        interval.kind
        for interval in structures.ledger.intervals
        if interval.end_ns is not None and interval.end_ns - interval.start_ns >= PAIRED
    }
    assert lasting == set(KINDS) - {"cross_venue"}
    assert set(structures.traps) == set(TRAPS)
    assert min(structures.traps.values()) > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_played_lasts_and_is_well_above_the_threshold(seed: int) -> None:
    structures = {each.id: each for each in history(seed).made.structures.structures}
    for interval in history(seed).made.structures.ledger.intervals:
        structure = structures[interval.structure]
        assert structure.plays is not None
        if interval.kind == structure.plays and interval.end_ns is not None:
            assert interval.end_ns - interval.start_ns >= 4 * PAIRED
            assert interval.edge_e6 <= 4 * MOST_EDGE_E6
    best = max(i.edge_e6 for i in history(seed).made.structures.ledger.intervals)
    assert best >= LEAST_EDGE_E6


@pytest.mark.parametrize("seed", SEEDS)
def test_tops_of_two_markets_of_a_structure_never_move_close_together(seed: int) -> None:
    for name, states in history(seed).made.structures.ledger.states.items():
        moved: list[tuple[int, int]] = []
        for before, after in pairwise(states):
            changed = [c for c in range(len(after.costs)) if before.costs[c] != after.costs[c]]
            moved.append((after.start_ns, changed[0] // 2))
            assert {c // 2 for c in changed} == {changed[0] // 2}
        for (one_ns, one), (next_ns, other) in pairwise(moved):
            if one != other and one_ns > states[0].start_ns:
                assert next_ns - one_ns >= CALM_NS, name


def test_pairs_alone_bring_no_structure_and_change_no_pair() -> None:
    alone = StructuredWorld(7, ("cross_venue",)).run(5).made
    among = StructuredWorld(7).run(5).made
    assert alone.structures.structures == []
    assert "open_set" not in alone.report()["traps"]
    own = {pair.id for pair in alone.pairs}
    assert [i.as_dict() for i in alone.ledger.intervals] == [
        i.as_dict() for i in among.ledger.intervals if i.pair in own
    ]
    assert SECOND == 10**9
