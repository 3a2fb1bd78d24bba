"""The lives of opportunities: what a recording and a journal tell, and how they add up."""

import msgspec
import pytest

from tests.app.explain.rain import START_NS, at, story, written
from underround.app.recordings.lives import (
    RUN_ENDED,
    Life,
    Size,
    figures,
    lives_of_journal,
    lives_of_recording,
    statistics,
    survival,
)
from underround.app.recordings.replay import Replay
from underround.core.units import NS_PER_MS
from underround.stores.recorded import RecordedConnection
from underround.stores.signal_journal import SignalJournal


def life(lasted_ms: float, *, is_closed: bool = True, ended: str = "cancel") -> Life:
    opened_ns = START_NS
    until_ns = opened_ns + round(lasted_ms * NS_PER_MS)
    return Life(
        id="a",
        pair="rain",
        kind="cross_venue",
        direction="yes_no",
        opened_ns=opened_ns,
        sizes=[Size(opened_ns, 10**6, 5_000), Size(until_ns, 10**6, 2_000)],
        peak_edge_e6=20_000,
        seen_until_ns=until_ns,
        closed_ns=until_ns if is_closed else None,
        ended=ended if is_closed else "",
    )


def test_a_recording_tells_who_bought_it_up(tmp_path):
    (found,) = lives_of_recording(written(tmp_path / "rain"))
    assert (found.id, found.kind) == ("rain/yes_no/1", "cross_venue")
    assert (found.opened_ns, found.closed_ns, found.ended) == (at(100), at(250), "trade")
    assert [size.size_e6 for size in found.sizes] == [60_000_000, 40_000_000]


def test_a_journal_tells_the_same_without_trades_run_by_run(tmp_path):
    journal = SignalJournal(tmp_path / "signals.db")
    said = []
    replay = Replay()
    replay.on_signal.append(said.append)
    replay.run(written(tmp_path / "rain"))
    for run in (1, 2):
        for number, signal in enumerate(said):
            body = msgspec.json.encode(signal)
            journal.append(f"{run}/{number}", "rain", signal.kind.value, signal.at_ns, body)
    first, second = lives_of_journal(journal)
    journal.close()
    assert first == second
    assert (first.lasted_ns, first.ended) == (at(250) - at(100), "")


def test_survival_counts_those_that_were_watched_so_long():
    lives = [life(20), life(60), life(300), life(80, is_closed=False), life(2_000)]
    found = [(each.after_ms, each.watched, each.alive) for each in survival(lives)]
    assert found == [(50, 5, 4), (100, 4, 2), (250, 4, 2), (500, 4, 1), (1_000, 4, 1)]


def test_figures_by_hand():
    found = figures([life(20), life(60, ended="trade"), life(80, is_closed=False)])
    assert (found.count, found.median_ms, found.longest_ms) == (3, 40, 60)
    assert found.ended == {"cancel": 1, "still open": 1, "trade": 1}
    assert (found.best_edge_e6, found.edge_usd_e6) == (20_000, 15_000)
    assert figures([]).median_ms is None


def test_statistics_by_pair_kind_and_hour():
    found = statistics([life(20)])
    assert (list(found.by_pair), list(found.by_kind)) == (["rain"], ["cross_venue"])
    assert list(found.by_hour) == ["02"]  # 1 770 000 000 s is 02:40 UTC


def test_what_the_end_of_a_run_closed_was_still_there(tmp_path):
    stopped = RecordedConnection("kalshi-1", at(190), "closed", None, "stopped")
    path = written(tmp_path / "cut", [*story()[:9], stopped])
    (found,) = lives_of_recording(path)
    assert RUN_ENDED == "disconnected: stopped"
    assert (found.closed_ns, found.lasted_ns) == (None, at(190) - at(100))


@pytest.mark.parametrize("lasted_ms", [50, 49.9])
def test_exactly_so_long_is_still_there(lasted_ms):
    assert survival([life(lasted_ms)])[0].alive == (lasted_ms >= 50)
