"""SIGHUP: new pairs of the file are watched, gone ones suspended, a bad file changes nothing."""

import asyncio
import os
import re
import signal
from pathlib import Path

import pytest
from msgspec.structs import replace

from underround.app.clock import steady_clock
from underround.app.config import Config
from underround.app.connections import Options
from underround.app.pairs.file import load_pairs
from underround.app.pairs.reload import CHANGED, GONE, PairReload
from underround.app.reload import Reload
from underround.app.simulated.fault_trial import LIMITS, SETTINGS
from underround.app.simulated.venues_process import simulated_config
from underround.app.stopping import hangups
from underround.app.wiring import running
from underround.simulation.venues import SimulatedVenues

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there is no SIGHUP")


def begin(listed: Path, file: Path) -> list[str]:
    """Write the first two of three pairs into a file; return all three entries' texts."""
    written = listed.read_text(encoding="utf-8")
    texts = re.findall(r"\[\[pair\]\]\n.*?(?=\[\[pair\]\]|\Z)", written, re.DOTALL)
    assert len(texts) == 3
    file.write_text("".join(texts[:2]), encoding="utf-8")
    return texts


@pytest.fixture
async def reloading(tmp_path: Path):
    """Run two of three pairs; give the run, the reload, the file and all entries' texts."""
    file = tmp_path / "my-pairs.toml"
    async with SimulatedVenues(5, pairs=3, calm=True) as venues:
        config = simulated_config(venues.addresses, "memory://", tmp_path / "signals.db")
        texts = begin(Path(config.pairs), file)
        config = replace(config, pairs=str(file))
        entries, _ = load_pairs(file)
        options = Options(recording=None, settings=SETTINGS, limits=LIMITS)
        async with running(config, entries, options, steady_clock()) as run:
            yield run, PairReload(config, entries, run), file, texts


def name_of(text: str) -> str:
    return re.search(r'id = "(.+?)"', text)[1]


async def test_a_hangup_takes_up_the_new_and_suspends_the_gone(reloading):
    run, reload, file, texts = reloading
    first, second, third = map(name_of, texts)
    file.write_text(texts[1] + texts[2], encoding="utf-8")
    config = Config()
    waiting = asyncio.create_task(Reload(config, lambda: config, reload, hangups()).on_hangup())
    os.kill(os.getpid(), signal.SIGHUP)
    found = asyncio.Event()
    run.markets.on_pair.append(lambda pair: found.set())
    async with asyncio.timeout(30):
        await found.wait()
    assert third in {pair.id for pair in run.universe.pairs}
    assert run.pair_watch.suspended == {first: GONE}
    assert set(run.engine.detector.suspended) == {first}
    await run.pair_watch.look()
    assert run.pair_watch.suspended == {first: GONE}
    file.write_text("".join(texts), encoding="utf-8")
    assert await reload.read() == f"{file} read again: 3 as before"
    assert run.pair_watch.suspended == {}
    assert second in {pair.id for pair in run.universe.pairs}
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)


async def test_what_changed_is_said_in_one_line(reloading):
    run, reload, file, texts = reloading
    first, second, third = map(name_of, texts)
    other = re.sub(r'kalshi = ".+?"', 'kalshi = "KXELSE-1"', texts[0])
    file.write_text(other + texts[2], encoding="utf-8")
    line = await reload.read()
    told = f"1 new ({third}), 1 gone ({second}), 1 changed ({first}), 0 as before"
    assert line == f"{file} read again: {told}"
    assert run.pair_watch.suspended == {second: GONE, first: CHANGED}


async def test_a_bad_file_changes_nothing(reloading):
    run, reload, file, texts = reloading
    file.write_text("[[pair", encoding="utf-8")
    assert (await reload.read()).startswith(f"nothing changed: {file}: not TOML")
    file.unlink()
    assert (await reload.read()).startswith(f"nothing changed: {file}: ")
    faulty = re.sub(r'polarity = ".+?"', 'polarity = "perhaps"', texts[0])
    file.write_text(faulty + texts[1], encoding="utf-8")
    line = await reload.read()
    assert line.startswith(f"{file} read again: 1 as before; left out: pair 1 ")
    assert run.pair_watch.suspended == {}
