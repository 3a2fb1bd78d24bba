"""Which signal an id means, and where its recording is found."""

from pathlib import Path

import msgspec
import pytest

from tests.app.explain.rain import START_NS, written
from underround.app.config import Config, StorageConfig
from underround.app.explain.retrace import Wanted
from underround.app.explain.target import journals, sought
from underround.app.recordings.replay import Replay
from underround.core.errors import UnderroundError
from underround.stores.signal_journal import SignalJournal


def journaled(path: Path, recording: Path, run_id: int) -> None:
    journal = SignalJournal(path)
    replay, said = Replay(), []
    replay.on_signal.append(said.append)
    replay.run(recording)
    for number, signal in enumerate(said, 1):
        body = msgspec.json.encode(signal)
        name = f"{run_id}/{number}"
        journal.append(name, signal.pair, signal.kind.value, signal.at_ns, body)
    journal.close()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    storage = StorageConfig(
        recordings=str(tmp_path / "recordings"), journal=str(tmp_path / "signals.db")
    )
    return Config(storage=storage)


@pytest.fixture
def recording(config: Config) -> Path:
    folder = Path(config.storage.recordings)
    folder.mkdir()
    return written(folder / "run-1")


@pytest.mark.parametrize(
    ("signal_id", "wanted"),
    {
        "2": Wanted(number=2),
        f"{START_NS}/3": Wanted(number=3),
        "rain/yes_no/1": Wanted(number=1),
    }.items(),
)
def test_an_id_of_the_configured_journal_leads_to_the_run(config, recording, signal_id, wanted):
    journaled(Path(config.storage.journal), recording, START_NS)
    target = sought(signal_id, config, None, None)
    assert (target.recording, target.wanted) == (recording, wanted)


def test_a_demo_s_journal_lies_beside_its_recording(config, recording):
    beside = Path(f"{recording}.signals.db")
    journaled(beside, recording, 5)
    assert journals(config) == [beside]
    assert sought("1", config, None, None).recording == recording
    assert sought("1", config, None, beside).recording == recording


def test_a_recording_is_taken_at_its_word(config, recording):
    assert sought("rain/yes_no/1", config, recording, None).wanted == Wanted(id="rain/yes_no/1")


@pytest.mark.parametrize(
    ("signal_id", "recording", "journal", "line"),
    [
        ("9", None, None, "no signal '9' in any journal"),
        ("rain/yes_no/4", None, None, "no signal 'rain/yes_no/4' in any journal"),
        ("1", Path("nowhere"), None, "nowhere: cannot be read: no such file"),
        ("1", Path(__file__), None, "not a recording of this program"),
        ("1", None, Path("nowhere.db"), "nowhere.db: no such journal"),
    ],
)
def test_what_is_not_there_is_one_line(config, signal_id, recording, journal, line):
    with pytest.raises(UnderroundError, match=line) as caught:
        sought(signal_id, config, recording, journal)
    assert "\n" not in str(caught.value)


def test_a_lost_recording_is_one_line(config, recording):
    journaled(Path(config.storage.journal), recording, 77)
    with pytest.raises(UnderroundError, match=r"the recording of signal 77/1 is not under"):
        sought("1", config, None, None)
