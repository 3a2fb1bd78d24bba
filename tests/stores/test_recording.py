"""The recording: what goes in comes out, in order, and what is lost is said."""

import errno
import json
import os
import threading
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from underround.core.instrument import Venue
from underround.stores.recorded import (
    RecordedBatch,
    RecordedCommand,
    RecordedConnection,
    RecordedHeader,
    RecordedLost,
    RecordedRest,
    RecordedSent,
    RecordedTimer,
    decode_line,
    encode_input,
)
from underround.stores.recording_reader import read_inputs
from underround.stores.segments import open_segment

CREATED_AT_NS = 1_770_000_000_000_000_000


def inputs_of(path: Path) -> list:
    return [item for item in read_inputs(path) if not isinstance(item, RecordedHeader)]


def lines_of(segment: Path) -> list[dict]:
    plain = zstandard.ZstdDecompressor().stream_reader(
        segment.open("rb"), read_across_frames=True, closefd=True
    )
    with plain:
        return [json.loads(line) for line in plain.read().splitlines()]


def test_every_kind_comes_back_in_the_order_of_the_calls(tmp_path, open_writer):
    writer = open_writer(tmp_path / "run")
    writer.append_connection("kalshi-1", "opened", 1)
    writer.append_sent("kalshi-1", b'{"cmd":"subscribe"}', 2)
    assert writer.append_batch("kalshi-1", [b'{"a":1}', b"two"], 3) == 1
    writer.append_rest("polymarket", "books", "POST /books [1]", 200, b"[]", 4)
    writer.append_timer("stale", 5)
    writer.append_command("pause", {"venue": Venue.KALSHI, "for_ms": 5}, 6)
    assert writer.append_batch("polymarket-1", [], 7) == 2
    writer.append_connection("kalshi-1", "closed", 8, 1006, "no close frame")
    writer.close()
    assert inputs_of(tmp_path / "run") == [
        RecordedConnection("kalshi-1", 1, "opened"),
        RecordedSent("kalshi-1", 2, b'{"cmd":"subscribe"}'),
        RecordedBatch("kalshi-1", 1, 3, (b'{"a":1}', b"two")),
        RecordedRest("polymarket", "books", "POST /books [1]", 200, b"[]", 4),
        RecordedTimer(5, "stale"),
        RecordedCommand(6, "pause", {"venue": "kalshi", "for_ms": 5}),
        RecordedBatch("polymarket-1", 2, 7, ()),
        RecordedConnection("kalshi-1", 8, "closed", 1006, "no close frame"),
    ]
    assert (writer.lost, writer.failure) == (0, None)


def test_the_lines_are_the_documented_ones(tmp_path, open_writer):
    writer = open_writer(tmp_path, config={"threshold": 5}, pairs=["p"], catalog=["c"])
    writer.append_batch("k", [b'say "hi"', b"\xff\x00"], 3)
    writer.append_rest("kalshi", "markets", "GET /markets", 200, b"\xfe", 4)
    writer.close()
    assert lines_of(tmp_path / "000001.jsonl.zst") == [
        {
            "k": "header",
            "format": "underround-recording",
            "version": 1,
            "created_at_ns": CREATED_AT_NS,
            "segment": 1,
            "program": "",
            "config": {"threshold": 5},
            "pairs": ["p"],
            "catalog": ["c"],
        },
        {"k": "batch", "c": "k", "n": 1, "t": 3, "f": ['say "hi"', {"b64": "/wA="}]},
        {
            "k": "rest",
            "v": "kalshi",
            "what": "markets",
            "request": "GET /markets",
            "status": 200,
            "body": {"b64": "/g=="},
            "t": 4,
        },
    ]


@given(st.lists(st.binary() | st.text().map(lambda text: text.encode(errors="surrogatepass"))))
def test_any_frame_comes_back_to_the_byte(frames):
    batch = RecordedBatch("c", 1, 2, tuple(frames))
    assert decode_line(encode_input(batch)) == batch


def test_secrets_are_masked_in_what_we_send_and_nowhere_else(tmp_path, open_writer):
    writer = open_writer(tmp_path, mask=lambda text: text.replace(b"hush", b"***"))
    writer.append_sent("k", b'{"key":"hush"}', 1)
    writer.append_rest("kalshi", "balance", "GET /balance?key=hush", 200, b"hush", 2)
    writer.append_batch("k", [b"hush"], 3)
    writer.close()
    assert inputs_of(tmp_path) == [
        RecordedSent("k", 1, b'{"key":"***"}'),
        RecordedRest("kalshi", "balance", "GET /balance?key=***", 200, b"hush", 2),
        RecordedBatch("k", 1, 3, (b"hush",)),
    ]


def test_a_mask_that_fails_lets_no_secret_out(tmp_path, open_writer):
    writer = open_writer(tmp_path, mask=lambda text: text[text.index(b"@") :])
    writer.append_sent("k", b"hush", 1)
    writer.append_timer("next", 2)
    writer.close()
    assert inputs_of(tmp_path) == [
        RecordedSent("k", 1, b"[masking failed]"),
        RecordedTimer(2, "next"),
    ]


def test_segments_rotate_by_size_and_each_begins_with_the_header(tmp_path, open_writer):
    writer = open_writer(tmp_path, segment_limit_bytes=20_000, flush_interval_s=0.001)
    frames = [os.urandom(1_000) for _ in range(100)]
    for at_ns, frame in enumerate(frames):
        writer.append_batch("k", [frame], at_ns)
        while writer.written_bytes < 1_000 * at_ns:
            threading.Event().wait(0.001)
    writer.close()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"{number:06d}.jsonl.zst" for number in range(1, len(names) + 1)]
    assert len(names) > 2
    headers = [item for item in read_inputs(tmp_path) if isinstance(item, RecordedHeader)]
    assert [header.segment for header in headers] == list(range(1, len(names) + 1))
    assert {header.created_at_ns for header in headers} == {CREATED_AT_NS}
    assert [item.frames for item in inputs_of(tmp_path)] == [(frame,) for frame in frames]


def test_a_directory_holds_one_recording_only(tmp_path, open_writer):
    open_writer(tmp_path / "run").close()
    with pytest.raises(ValueError, match="already holds a recording"):
        open_writer(tmp_path / "run")


def test_a_run_without_inputs_is_a_recording(tmp_path, open_writer):
    open_writer(tmp_path).close()
    assert [type(item) for item in read_inputs(tmp_path)] == [RecordedHeader]


def test_mistakes_of_the_caller_are_raised_at_once(tmp_path, open_writer):
    with pytest.raises(TypeError):
        open_writer(tmp_path / "a", config={"clock": object()})
    writer = open_writer(tmp_path / "b")
    with pytest.raises(TypeError):
        writer.append_command("pause", {"why": object()}, 1)
    writer.close()
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        open_writer(tmp_path / "file")


def test_a_full_disk_is_said_once_and_leaves_a_lost_line(tmp_path, open_writer):
    """The first segment stands on a real full device, the next on a disk with room."""

    def open_file(path: Path):
        return Path("/dev/full").open("wb", buffering=0) if full.is_set() else open_segment(path)

    full, said = threading.Event(), []
    full.set()
    writer = open_writer(
        tmp_path, open_file=open_file, on_failure=said.append, flush_interval_s=0.001
    )
    for at_ns in range(5):
        writer.append_timer("early", at_ns)
    while writer.lost < 5 or not said:
        threading.Event().wait(0.001)
    message = (
        f"cannot record to {tmp_path}: No space left on device; inputs are lost, the rest goes on"
    )
    assert (writer.failure, said) == (message, [message])
    full.clear()
    writer.append_timer("late", 5)
    writer.close()
    assert (writer.failure, writer.lost) == (None, 5)
    assert inputs_of(tmp_path) == [RecordedLost(5), RecordedTimer(5, "late")]


class TinyDisk:
    """A real file on a disk with room for `limit_bytes`: short writes, then ENOSPC."""

    def __init__(self, path: Path, limit_bytes: int) -> None:
        self._file = open_segment(path)
        self.limit_bytes = limit_bytes

    def write(self, block):
        room = max(self.limit_bytes - self._file.tell(), 0)
        if not room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._file.write(block[:room])

    def __getattr__(self, name):
        return getattr(self._file, name)


def test_half_a_block_is_taken_back_and_writing_goes_on_in_the_same_file(
    tmp_path, open_writer, append_flushed
):
    disks = []

    def open_file(path: Path):
        disks.append(TinyDisk(path, 4_000))
        return disks[-1]

    writer = open_writer(tmp_path, open_file=open_file, flush_interval_s=0.001)
    append_flushed(writer, 0)
    writer.append_batch("k", [os.urandom(9_000)], 1)
    while writer.lost < 1:
        threading.Event().wait(0.001)
    disks[0].limit_bytes = 10**9
    writer.append_batch("k", [b"late"], 2)
    writer.close()
    assert len(disks) == 1
    assert inputs_of(tmp_path) == [
        RecordedBatch("k", 1, 0, (b"frame 0",)),
        RecordedLost(1),
        RecordedBatch("k", 3, 2, (b"late",)),
    ]


def test_a_disk_that_hangs_sheds_in_place_and_never_holds_the_caller(tmp_path, open_writer):
    hanging, released = threading.Event(), threading.Event()

    def open_file(path: Path):
        disk = TinyDisk(path, 10**9)
        write = disk.write

        def hang(block):
            hanging.set()
            released.wait()
            return write(block)

        disk.write = hang
        return disk

    writer = open_writer(tmp_path, open_file=open_file, queue_limit_bytes=10_000)
    hanging.wait()
    for at_ns in range(100):
        writer.append_batch("k", [b"x" * 800], at_ns)
    assert writer.lost == 89  # a batch of 800 bytes weighs 1,000: eleven reach beyond the limit
    released.set()
    lost = 0
    while lost < writer.lost:
        lost = writer.lost
        threading.Event().wait(0.001)
        writer.append_timer("late", 100)
    writer.close()
    *batches, hole, late = inputs_of(tmp_path)
    assert [batch.number for batch in batches] == list(range(1, 12))
    assert (hole, late) == (RecordedLost(lost), RecordedTimer(100, "late"))


def test_what_comes_after_the_end_is_counted(tmp_path, open_writer):
    writer = open_writer(tmp_path)
    writer.close()
    writer.append_timer("late", 1)
    writer.append_batch("k", [b"x"], 1)
    writer.close()
    assert writer.lost == 2


def test_batches_shed_until_the_end_leave_their_line(tmp_path, open_writer):
    writer = open_writer(tmp_path, queue_limit_bytes=-1, flush_interval_s=60)
    for at_ns in range(3):
        writer.append_batch("k", [b"x"], at_ns)
    writer.close()
    assert inputs_of(tmp_path) == [RecordedLost(3)]
