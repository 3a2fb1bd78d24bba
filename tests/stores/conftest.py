"""What the tests of the stores share: recordings that are closed when a test ends."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from underround.stores.recording import RecordingWriter

CREATED_AT_NS = 1_770_000_000_000_000_000


@pytest.fixture
def open_writer() -> Iterator[Callable[..., RecordingWriter]]:
    """Give a function that opens a recording; it is closed at the end."""
    writers = []

    def open_one(directory: Path, **options) -> RecordingWriter:
        options = {"created_at_ns": CREATED_AT_NS, "mask": lambda text: text, **options}
        writers.append(RecordingWriter(directory, **options))
        return writers[-1]

    yield open_one
    for writer in writers:
        writer.close()


@pytest.fixture
def append_flushed() -> Callable[[RecordingWriter, int], int]:
    """Give a function that appends a batch and waits until the first segment holds it."""

    def append(writer: RecordingWriter, at_ns: int) -> int:
        while not (before := writer.written_bytes):  # the header is written on its own
            threading.Event().wait(0.001)
        writer.append_batch("k", [b"frame %d" % at_ns], at_ns)
        while writer.written_bytes == before:
            threading.Event().wait(0.001)
        return (writer.directory / "000001.jsonl.zst").stat().st_size

    return append
