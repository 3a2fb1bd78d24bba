"""A short run of the fuzzer, and that it is one: seeded, repeatable, able to notice."""

import random

import pytest

from fuzz import invariants
from fuzz.codecs_and_engine import Run, main
from fuzz.mutation import MUTATIONS, mutated
from tests.core.desk import YES, Desk
from underround.core.book_state import BookState

FRAME = b'{"type":"orderbook_delta","sid":2,"seq":3,"msg":{"side":"yes","delta_fp":"-54.00"}}'


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_nothing_raises_and_what_must_hold_holds(seed: int, capsys: pytest.CaptureFixture):
    assert main(["--seed", str(seed), "--frames", "1500"]) == 0
    assert capsys.readouterr().out.startswith(f"seed {seed}\n1500 frames, ")


def test_a_seed_repeats_a_run():
    runs = [Run(7, 300) for _ in range(2)]
    for run in runs:
        run.go()
    first, second = runs
    assert first.engine.counts.as_dict() == second.engine.counts.as_dict()
    assert first.kinds == second.kinds
    assert sum(first.kinds.values()) > 0


def test_every_mutation_takes_any_frame_and_changes_some():
    rng = random.Random(3)
    for mutation in MUTATIONS:
        results = {mutation(rng, FRAME) for _ in range(20)}
        assert results - {FRAME}, mutation.__name__
        for odd in (b"", b"{", b"\xff" * 9):
            assert isinstance(mutation(rng, odd), bytes)
    assert mutated(random.Random(4), FRAME) == mutated(random.Random(4), FRAME)


def test_a_failing_run_tells_its_seed(capsys: pytest.CaptureFixture, monkeypatch):
    def broken(self: Run) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Run, "go", broken)
    with pytest.raises(ZeroDivisionError):
        main(["--seed", "11", "--frames", "10"])
    assert "again with --seed 11" in capsys.readouterr().err


def test_the_invariants_notice_what_does_not_hold():
    desk = Desk()
    desk.opening([(4_000, 10)], [(9_000, 10)], ([(5_500, 10)], []))
    invariants.check(desk.engine)
    side = desk.book(YES).asks
    side.best -= 1
    with pytest.raises(AssertionError, match="the best level is"):
        invariants.check(desk.engine)
    side.best += 1
    desk.book(YES).state = BookState.SUSPECT
    with pytest.raises(AssertionError, match=r"rain/yes_no/1 on a BookState.SUSPECT"):
        invariants.check(desk.engine)
