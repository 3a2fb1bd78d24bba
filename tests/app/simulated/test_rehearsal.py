"""The whole on a simulated clock: one seed one history, every underround found, replayable."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from underround.app.recordings.replay import Replay
from underround.app.simulated.rehearsal import rehearse, stage
from underround.app.simulated.virtual_time import VirtualLoop, run_virtually
from underround.core.book_state import BookState
from underround.core.event import Batch, Event, TradePrinted
from underround.simulation.structures.structure import KINDS
from underround.simulation.wire import cut

ROOT = Path(__file__).parents[3]
SEEDS = (424242, 7, 11, 2024, 31)


def check(seed: int) -> None:
    found = rehearse(seed, 25.0, KINDS)
    opportunities = found["opportunities"]
    assert opportunities["false_opportunities"] == []
    assert opportunities["missed_intervals"] == []
    for kind, counts in opportunities["by_kind"].items():
        assert counts["found"] == counts["true"] >= 1, (seed, kind)
    assert found["traps"] > 500
    assert found["reconnects"] == 0
    assert found["counts"]["gaps"] == found["counts"]["rejected"] == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_every_kind_is_found_and_nothing_else(seed: int) -> None:
    check(seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100))
def test_a_hundred_seeds(seed: int) -> None:
    check(seed)


def test_one_seed_has_one_history_in_any_process() -> None:
    here = rehearse(7, 6.0, KINDS)
    program = (
        "import json; from underround.app.simulated.rehearsal import rehearse; "
        "from underround.simulation.structures.structure import KINDS; "
        "found = rehearse(7, 6.0, KINDS); "
        "print(json.dumps([found['digest'], found['signals'], found['frames']]))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": "12"}
    command = [sys.executable, "-c", program]
    there = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
    assert json.loads(there.stdout) == [here["digest"], here["signals"], here["frames"]]
    assert here["signals"] > 10
    assert rehearse(8, 6.0, KINDS)["digest"] != here["digest"]


def test_a_recorded_rehearsal_replays_to_the_same_signals(tmp_path: Path) -> None:
    found = rehearse(7, 4.0, recording=tmp_path / "rehearsal")
    replay, traded = Replay(), set[str]()

    def note_trades(event: Event) -> None:
        if isinstance(event, Batch) and any(isinstance(one, TradePrinted) for one in event.events):
            traded.add(event.connection)

    replay.on_event.append(note_trades)
    replay.run(tmp_path / "rehearsal")
    assert (replay.digest.hex, replay.digest.count) == (found["digest"], found["signals"])
    assert found["signals"] > 0
    assert traded == {"polymarket-1", "kalshi-1"}  # what ended an opportunity can be told


def test_a_cut_connection_is_made_anew_in_simulated_time() -> None:
    async def work(loop: VirtualLoop) -> tuple[int, set[BookState]]:
        async with stage(loop, 7) as played:
            await asyncio.sleep(2.0)
            cut(played.machines.socket.outlets[0].connection)
            await asyncio.sleep(8.0)
            reconnects = sum(feed.counters.connects - 1 for feed in played.run.feeds)
            kalshi = [pair.kalshi for pair in played.run.universe.pairs]
            return reconnects, {played.run.engine.books[name].state for name in kalshi}

    reconnects, states = run_virtually(work)
    assert reconnects == 1
    assert states == {BookState.LIVE}
