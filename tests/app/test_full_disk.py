"""A whole run whose disk gets full: it goes on, says so, and writes what waited when it can."""

import asyncio
import tempfile
import time
from pathlib import Path

from tests.small_disk import fill, small_disk
from underround.app.page.health import readiness
from underround.app.page.run_sight import sight_of
from underround.app.simulated.rehearsal import Stage, stage
from underround.app.simulated.virtual_time import VirtualLoop, run_virtually
from underround.stores.signal_journal import SignalJournal


def reasons(checks: tuple[str, ...]) -> set[str]:
    return {reason.partition(":")[0] for reason in checks}


async def until(is_so, loop_s: float = 0.5) -> None:
    """Wait, as the run goes on, for what threads of the real time do."""
    for _ in range(1_000):
        if is_so():
            return
        time.sleep(0.01)  # noqa: ASYNC251 - real time, for the threads that write
        await asyncio.sleep(loop_s)
    raise AssertionError("it never came about")


async def play(played: Stage, disk: Path) -> None:
    run = played.run
    assert run.delivery is not None
    played.machines.start()
    async with sight_of(run, "run") as sight:
        await until(lambda: readiness(sight).ready)
        ballast = fill(disk)
        delivery, recorder = run.delivery, run.recorder
        assert recorder is not None
        await until(lambda: delivery.waiting > 3 and recorder.lost > 0)
        assert reasons(readiness(sight).reasons) >= {"signal journal", "recording"}
        before = run.digest.count
        await until(lambda: run.digest.count > before)  # it still finds what there is
        ballast.unlink()
        await until(lambda: readiness(sight).ready)
        assert (delivery.waiting, delivery.lost) == (0, 0)
        assert journaled(disk) == run.digest.count


def journaled(disk: Path) -> int:
    [path] = disk.glob("*/signals.db")
    journal = SignalJournal(path)
    try:
        return sum(1 for _ in journal.every())
    finally:
        journal.close()


def test_a_run_on_a_full_disk_goes_on_and_loses_no_signal(tmp_path: Path, monkeypatch) -> None:
    with small_disk(tmp_path / "disk", 4_000_000) as disk:
        monkeypatch.setattr(tempfile, "tempdir", str(disk))

        async def work(loop: VirtualLoop) -> None:
            async with stage(loop, 7, recording=disk / "rec") as played:
                await play(played, disk)

        run_virtually(work)
