"""The index's averages: which prints count, and how the settlement rounds."""

from fractions import Fraction

from underround.simulation.index import Index


def run_to(index: Index, first_ms: int, last_ms: int) -> list[int]:
    """Print every second and return the values in cents."""
    values = []
    for at_ms in range(first_ms, last_ms + 1, 1_000):
        for _ in range(5):
            index.tick()
        index.print(at_ms)
        values.append(index.value_e2)
    return values


def test_the_path_depends_on_the_seed_alone() -> None:
    paths = [run_to(Index("BRTI", seed), 0, 30_000) for seed in (7, 7, 8)]
    assert paths[0] == paths[1] != paths[2]


def test_every_fifth_tick_is_a_print() -> None:
    index = Index("BRTI", 7)
    marks = []
    for _ in range(10):
        index.tick()
        marks.append(index.is_print)
    assert marks == [False] * 4 + [True] + [False] * 4 + [True]


def test_a_settlement_is_the_mean_of_the_sixty_prints_before_the_close() -> None:
    index = Index("BRTI", 3)
    index.aim(100_000)
    values = run_to(index, 1_000, 100_000)
    assert index.settlement_e2 is not None
    sooner, exact, later = (Fraction(sum(values[at : at + 60]), 60) for at in (38, 39, 40))
    assert abs(index.settlement_e2 - exact) <= Fraction(1, 2)
    assert min(abs(sooner - exact), abs(later - exact)) > 1  # a second off would show


def test_the_feed_counts_the_closes_own_print_as_well() -> None:
    index = Index("BRTI", 3)
    index.aim(100_000)
    seen = []
    for at_ms in range(1_000, 102_000, 1_000):
        index.tick()
        print_ = index.print(at_ms)
        seen.append((at_ms, None if print_.closing is None else print_.closing.size))
    assert seen[39] == (40_000, None)
    assert seen[40] == (41_000, 1)
    assert seen[99:] == [(100_000, 60), (101_000, None)]


def test_halves_round_up() -> None:
    index = Index("BRTI", 3)
    for value_e2 in (101, 102):
        index.value_e2 = value_e2
        index.print(0)
    assert index.mean_e2(2) == 102


def test_a_print_is_averaged_over_those_before_it() -> None:
    index = Index("BRTI", 3)
    first, second = index.print(1_000), index.print(2_000)
    assert (first.trailing.size, first.trailing.value) == (0, index.value)
    assert (second.trailing.size, second.trailing.start_ms) == (1, -58_000)
