"""Recordings of other programs through our codecs and engine: books, states, what was unread."""

import json
from pathlib import Path

import pytest

from tests.recordings import recording
from tests.venues.polymarket.wire import NO, TIME_MS, YES, book, change, entry, level
from underround.app.recordings.foreign_replay import ForeignReplay
from underround.core.book_state import BookState
from underround.core.instrument import Venue

TICKER = "KXRAIN"


def replayed(path: Path, lines: list[object]) -> ForeignReplay:
    path.write_text("\n".join(json.dumps(line) for line in lines))
    run = ForeignReplay()
    run.run(path, None)
    return run


def kalshi(kind: str, seq: int, **body) -> dict:
    named = {"type": f"orderbook_{kind}", "sid": 1, "seq": seq}
    return {"recv_ns": seq, "frame": named | {"msg": {"market_ticker": TICKER, **body}}}


SNAPSHOT = kalshi("snapshot", 1, yes_dollars_fp=[["0.4015", "7.00"]])


def raised(seq: int) -> dict:
    return kalshi("delta", seq, price_dollars="0.4020", delta_fp="2.00", side="yes")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.jsonl"


def test_a_session_leaves_live_books_on_the_finest_grid(path: Path):
    run = replayed(path, [SNAPSHOT, raised(2)])
    made = run.engine.books[TICKER]
    assert (made.state, made.top()) == (BookState.LIVE, (4_020, 2_000_000, None, None))
    assert (run.lines, run.rows, run.frames) == (2, 2, {Venue.KALSHI: 2})
    assert run.states() == {"live": 1}


def test_a_gap_is_seen_by_the_engine_and_not_by_the_tops(path: Path):
    run = replayed(path, [SNAPSHOT, raised(3)])
    assert (run.states(), run.rows) == ({"resync": 1}, 2)
    assert run.engine.counts.gaps == 1


def test_a_remark_of_reconnecting_makes_the_engine_wait_for_whole_books(path: Path):
    lines = [SNAPSHOT, {"recv_ns": 9, "note": "ws_connected"}, raised(2)]
    run = replayed(path, lines)
    assert (run.states(), run.notes, run.rows) == ({"resync": 1}, 1, 2)
    again = kalshi("snapshot", 3, yes_dollars_fp=[["0.4015", "7.00"]])
    assert replayed(path, [*lines, again]).states() == {"live": 1}


def test_other_remarks_and_other_venues_are_counted_only(path: Path):
    lines = [
        SNAPSHOT,
        {"recv_ns": 9, "note": "market", "detail": {"strike": 1}},
        {"channel": "book", "type": "update", "data": []},
        "garbage",
        {"t_ms": 1, "dir": "close", "code": 1000},
    ]
    run = replayed(path, lines)
    assert (run.lines, run.notes, run.unread, run.states()) == (5, 2, 2, {"live": 1})


def test_a_polymarket_session_in_arrays_and_objects(path: Path):
    lines = [
        {"t_ms": 1, "dir": "sent", "text": '{"type":"market"}'},
        {"t_ms": 2, "dir": "recv", "text": json.dumps([book(), book(NO)]) + "\n"},
        {"t_ms": 3, "dir": "recv", "text": "PONG"},
        {
            "t_ms": 4,
            "dir": "recv",
            "text": json.dumps(
                change(entry(side="SELL", price="0.505", size="3"), timestamp=str(TIME_MS + 1))
            ),
        },
    ]
    run = replayed(path, lines)
    assert run.engine.books[YES].top() == (4_900, 12_000_000, 5_050, 3_000_000)
    assert run.tops.books[Venue.POLYMARKET, YES].top() == run.engine.books[YES].top()
    assert (run.frames, run.rows) == ({Venue.POLYMARKET: 3}, 3)
    assert run.states() == {"live": 1, "suspect": 1}  # 0.505 is not on the grid of 0.01


def test_levels_are_shown_even_if_the_engine_ignores_them(path: Path):
    late = change(entry(price="0.495", size="1"), timestamp=str(TIME_MS - 1))
    refreshed = book(bids=[level("0.3", "1")], timestamp=str(TIME_MS - 2))
    run = replayed(path, [book(), late, refreshed])
    assert run.rows == 3
    assert run.engine.counts.late == 2
    assert run.engine.books[YES].bids.price_e4 == 4_900
    assert run.tops.books[Venue.POLYMARKET, YES].bids.price_e4 == 3_000


@pytest.mark.shared
def test_the_synthetic_session_ends_with_books_that_are_all_trusted(tmp_path: Path):
    run = ForeignReplay()
    run.run(recording("polymarket/market_session_synthetic.jsonl"), None)
    assert run.frames[Venue.POLYMARKET] > 50
    assert run.engine.counts.rejected == 0
    assert run.unread == 0
    for name, made in run.engine.books.items():
        assert run.tops.books[Venue.POLYMARKET, name].top() == made.top()


@pytest.mark.shared
def test_twelve_markets_merged_into_one_stream_have_no_gap():
    run = ForeignReplay()
    run.run(recording("kalshi/ws_raw_12markets_add_ok_2026-08-07.jsonl"), None)
    counts = run.engine.counts
    assert (counts.gaps, counts.duplicates, counts.negative, counts.rejected) == (0, 0, 0, 0)
    assert run.states() == {"live": 12}
