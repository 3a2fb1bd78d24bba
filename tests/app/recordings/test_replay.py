"""A recording through the same engine again, whatever was lost of it."""

from pathlib import Path

import pytest
import zstandard

from tests.core.desk import KALSHI, POLYMARKET, TICKER, Desk
from tests.core.desk import NO as NO_TOKEN
from tests.core.desk import YES as YES_TOKEN
from tests.venues.kalshi.wire import snapshot, wire
from underround.app.recordings.plan import Plan, plan_arguments
from underround.app.recordings.replay import Replay, describe
from underround.core.errors import UnusableError
from underround.core.instrument import Venue
from underround.core.settings import Settings
from underround.stores.recorded import (
    FORMAT,
    VERSION,
    RecordedBatch,
    RecordedCommand,
    RecordedConnection,
    RecordedHeader,
    RecordedTimer,
    encode_header,
    encode_input,
)

BOOK = wire(snapshot(market_ticker=TICKER))


def planned(connection: str, venue: Venue, *instruments: str) -> RecordedCommand:
    return RecordedCommand(1, "plan", plan_arguments(Plan(connection, venue, instruments)))


def parts() -> tuple[RecordedHeader, list]:
    desk = Desk()
    listed = [book.instrument for book in desk.engine.books.values()]
    made_of = describe(Settings(), listed, [desk.engine.directions[0].pair])
    header = RecordedHeader(format=FORMAT, version=VERSION, created_at_ns=1, **made_of)
    return header, [
        planned(POLYMARKET, Venue.POLYMARKET, YES_TOKEN, NO_TOKEN),
        planned(KALSHI, Venue.KALSHI, TICKER),
        RecordedConnection(KALSHI, 2, "opened"),
        RecordedBatch(KALSHI, 1, 3, (BOOK,)),
        RecordedTimer(4, "tick"),
        RecordedBatch(KALSHI, 2, 5, (BOOK,)),
    ]


def write(folder: Path, header: RecordedHeader, inputs: list) -> Path:
    lines = [encode_header(header), *(encode_input(each) for each in inputs), b""]
    (folder / "000001.jsonl.zst").write_bytes(zstandard.compress(b"\n".join(lines)))
    return folder


def replayed(folder: Path, header: RecordedHeader, inputs: list) -> Replay:
    run = Replay()
    run.run(write(folder, header, inputs))
    return run


def test_a_whole_recording_misplaces_nothing(tmp_path: Path) -> None:
    run = replayed(tmp_path, *parts())
    assert (run.inputs, dict(run.frames), dict(run.misplaced)) == (7, {Venue.KALSHI: 2}, {})
    assert run.engine is not None
    assert run.engine.books[TICKER].top() == (800, 300_500_000, 890, 250_000)


@pytest.mark.parametrize(
    ("lost", "misplaced"),
    [(slice(1, 2), {KALSHI: 3}), (slice(2, 3), {KALSHI: 2}), (slice(0, 3), {KALSHI: 2})],
    ids=["the plan", "the opening", "all before the first frame"],
)
def test_frames_of_a_connection_whose_beginning_is_lost_are_left_out_and_counted(
    tmp_path: Path, lost: slice, misplaced: dict[str, int]
) -> None:
    header, inputs = parts()
    del inputs[lost]
    run = replayed(tmp_path, header, inputs)
    assert dict(run.misplaced) == misplaced
    assert run.engine is not None
    assert run.engine.counts.snapshots == 0


@pytest.mark.parametrize("change", [{"pairs": [{"id": "p"}]}, {"catalog": []}])
def test_a_header_that_makes_no_engine_is_refused_in_one_line(tmp_path: Path, change) -> None:
    header, inputs = parts()
    fields = {name: getattr(header, name) for name in header.__struct_fields__} | change
    with pytest.raises(UnusableError, match="header does not fit"):
        replayed(tmp_path, RecordedHeader(**fields), inputs)
