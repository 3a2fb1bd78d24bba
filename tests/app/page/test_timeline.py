"""A recording as a timeline, made in a process of its own from a folder that names cannot leave."""

import itertools
import subprocess
import sys

import msgspec
import pytest

from tests.app.market_day import ANY_EDGE, START_NS, Day
from underround.app.page import timeline
from underround.app.page.past_sessions import PastSessions
from underround.app.page.timeline import Timeline
from underround.app.recordings.replay import describe
from underround.core.errors import UnderroundError
from underround.core.opportunity import SignalKind
from underround.stores.recording import RecordingWriter


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recordings")
    plain = Day(1)
    header = describe(ANY_EDGE, plain.corpus.instruments, plain.corpus.pairs)
    writer = RecordingWriter(folder / "one", created_at_ns=START_NS, mask=bytes, **header)
    day, signals = Day(1, writer), []
    day.pipeline.on_signal.append(signals.append)
    day.run()
    writer.close()
    return folder, signals


def test_every_opportunity_is_on_the_timeline(recorded):
    folder, signals = recorded
    found = Timeline().run(folder / "one")
    opened = [signal.id for signal in signals if signal.kind is SignalKind.OPENED]
    closed = [signal.id for signal in signals if signal.kind is SignalKind.CLOSED]
    rows = {row["id"]: row for row in found["opportunities"]}
    assert set(rows) == set(opened)
    assert {name for name, row in rows.items() if row["closed_ms"] is not None} == set(closed)
    assert found["signals"] == len(signals)
    assert found["began_ms"] < found["ended_ms"]


def test_best_prices_are_in_order_and_only_told_when_they_differ(recorded):
    tops = Timeline().run(recorded[0] / "one")["tops"]
    assert tops
    for points in tops.values():
        times = [point[0] for point in points]
        assert times == sorted(times)
        assert all(one[1:] != two[1:] for one, two in itertools.pairwise(points))


def test_a_long_session_is_coarser_not_longer(recorded, monkeypatch):
    monkeypatch.setattr(timeline, "MOST_POINTS", 8)
    tops = Timeline().run(recorded[0] / "one")["tops"]
    assert max(map(len, tops.values())) <= 9


async def test_a_process_beside_makes_it(recorded):
    folder, signals = recorded
    past = PastSessions(folder, folder / "one")
    (row,) = past.listing()
    assert (row["name"], row["is_running"], row["bytes"] > 0) == ("one", True, True)
    made = msgspec.json.decode(await past.timeline("one"))
    assert made["signals"] == len(signals)


@pytest.mark.parametrize("name", ["", ".", "..", "../recordings/one", "/etc", "two", "one/"])
async def test_no_name_leads_out_of_the_folder(recorded, name: str):
    with pytest.raises(UnderroundError, match="no such recording"):
        await PastSessions(recorded[0], None).timeline(name)


async def test_a_recording_that_cannot_be_read_is_one_line(tmp_path):
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "000001.jsonl.zst").write_bytes(b"not zstd")
    with pytest.raises(UnderroundError) as caught:
        await PastSessions(tmp_path, None).timeline("torn")
    assert str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_process_says_in_one_line_what_is_no_recording(tmp_path):
    command = [sys.executable, "-m", "underround.app.page.timeline", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert "holds no recording" in done.stderr
