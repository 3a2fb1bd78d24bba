"""Progress on stderr: counts what was read and judged, and is silent where nobody looks."""

import io

from rich.console import Console

from tests.app.explain.rain import written
from underround.app.progress import judging, reading
from underround.core.instrument import Venue
from underround.matching.finding import find_pairs, on_judged
from underround.matching.listing import Listing
from underround.stores.jsonl import on_read
from underround.stores.recording_reader import read_inputs, size_bytes


def terminal(**more) -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=120, **more)


def test_reading_is_told_byte_by_byte(tmp_path):
    recording = written(tmp_path / "rain")
    told = []
    token = on_read.set(told.append)
    list(read_inputs(recording))
    on_read.reset(token)
    assert sum(told) == size_bytes(recording)


def test_a_terminal_sees_how_far_how_fast_and_how_long_still(tmp_path):
    recording, console = written(tmp_path / "rain"), terminal()
    with reading("replaying", [recording], quiet=False, console=console):
        list(read_inputs(recording))
    shown = console.file.getvalue()
    size = size_bytes(recording)
    assert "replaying" in shown
    assert f"{size}/{size} bytes" in shown or f"{size / 1000:.1f}/{size / 1000:.1f} kB" in shown
    assert "/s" in shown
    assert on_read.get() is None


def test_nobody_looks_or_wants_to(tmp_path):
    recording, console = written(tmp_path / "rain"), terminal()
    with reading("replaying", [recording], quiet=True, console=console):
        assert on_read.get() is None
    piped = Console(file=io.StringIO(), force_terminal=False)
    with reading("replaying", [recording], quiet=False, console=piped):
        list(read_inputs(recording))
    with judging("matching", quiet=False, console=piped):
        assert on_judged.get() is None
    assert console.file.getvalue() + piped.file.getvalue() == ""


def test_judged_pairs_are_counted():
    console = terminal()
    one = [Listing(venue=Venue.POLYMARKET, id="p", title="Will it rain on Friday?")]
    two = [Listing(venue=Venue.KALSHI, id=f"K{n}", title=f"Rain on day {n}?") for n in range(3)]
    with judging("matching", quiet=False, console=console):
        judged = find_pairs(one, two)
    assert f"{len(judged)}/{len(judged)}" in console.file.getvalue()


def test_colours_go_with_no_color(monkeypatch, tmp_path):
    recording = written(tmp_path / "rain")
    monkeypatch.setenv("NO_COLOR", "1")
    console = terminal()
    with reading("replaying", [recording], quiet=False, console=console):
        list(read_inputs(recording))
    assert "\x1b[3" not in console.file.getvalue()
