"""Progress on stderr: counts what was read and judged, and is silent where nobody looks."""

import asyncio
import io

from rich.console import Console

from tests.app.explain.rain import written
from underround.app.pairs.match_run import MatchRequest, match_simulated
from underround.app.progress import matching, reading
from underround.core.instrument import Venue
from underround.matching.catalog import Catalog
from underround.matching.counting import on_counted
from underround.matching.finding import find_pairs, judge_rows
from underround.matching.listing import Listing
from underround.matching.tables import PairRow
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
    with matching(quiet=False, console=piped):
        assert on_counted.get() is None
    assert console.file.getvalue() + piped.file.getvalue() == ""


def test_judged_pairs_are_counted():
    console = terminal()
    one = [Listing(venue=Venue.POLYMARKET, id="p", title="Will it rain on Friday?")]
    two = [Listing(venue=Venue.KALSHI, id=f"K{n}", title=f"Rain on day {n}?") for n in range(3)]
    with matching(quiet=False, console=console):
        judged = find_pairs(one, two)
    shown = console.file.getvalue()
    assert "proposing" in shown
    assert "judging" in shown
    assert f"{len(judged)}/{len(judged)}" in shown
    row = PairRow("1", one[0], two[0])
    console = terminal()
    with matching(quiet=False, console=console):
        judge_rows([row, row])
    assert "2/2" in console.file.getvalue()


def test_lists_are_counted_while_they_are_read(tmp_path):
    request = MatchRequest(pairs=tmp_path / "pairs.toml", report=tmp_path / "report.md")
    told = []
    token = on_counted.set(lambda *each: told.append(each))
    try:
        with Catalog() as catalog:
            asyncio.run(match_simulated(catalog, 7, request))
    finally:
        on_counted.reset(token)
    whats = [what for what, _, _ in told]
    assert {"listing polymarket", "listing kalshi", "proposing", "judging"} == set(whats)
    assert whats.index("listing kalshi") < whats.index("judging")
    ends = {what: (done, total) for what, done, total in told}
    assert all(done == total > 0 for done, total in ends.values())


def test_colours_go_with_no_color(monkeypatch, tmp_path):
    recording = written(tmp_path / "rain")
    monkeypatch.setenv("NO_COLOR", "1")
    console = terminal()
    with reading("replaying", [recording], quiet=False, console=console):
        list(read_inputs(recording))
    assert "\x1b[3" not in console.file.getvalue()
