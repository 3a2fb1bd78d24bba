"""Append compressed blocks to numbered files that survive a torn end.

Every block is one zstd frame with a checksum, so that a crash loses at most the block that was
being written. This module knows nothing of what the lines mean and starts no thread.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, Protocol

import msgspec
import zstandard

from underround.core.errors import UnusableError
from underround.stores.recorded import RecordedHeader, encode_header

SUFFIX: Final = ".jsonl.zst"
_LEVEL: Final = 3


class SegmentFile(Protocol):
    """What a segment is written through: an unbuffered binary file."""

    def write(self, block: memoryview, /) -> int | None:
        """Write some of the block; return how many bytes were taken."""

    def truncate(self, size: int, /) -> int:
        """Cut the file to `size` bytes."""

    def seek(self, offset: int, /) -> int:
        """Go to a position."""

    def fileno(self) -> int:
        """Return the descriptor."""

    def close(self) -> None:
        """Close the file."""


OpenSegment = Callable[[Path], SegmentFile]


def open_segment(path: Path) -> SegmentFile:
    """Create a segment; FileExistsError when another run has it."""
    return path.open("xb", buffering=0)


def segment_paths(directory: Path) -> list[Path]:
    """Return the segments of a recording in the order in which they were written."""
    return sorted(directory.glob(f"[0-9]*{SUFFIX}"))


class Segments:
    """The files of one recording: `000001.jsonl.zst` and so on, each beginning with the header.

    Raises UnusableError when the directory already holds a recording, OSError when it or its first
    segment cannot be made.
    """

    def __init__(
        self, directory: Path, header: RecordedHeader, limit_bytes: int, open_file: OpenSegment
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        if segment_paths(directory):
            raise UnusableError(f"{directory} already holds a recording; name a new directory")
        self.directory = directory
        self.written_bytes = 0
        self._header = header
        self._limit_bytes = limit_bytes
        self._open_file = open_file
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
        self._count = 0
        self._file: SegmentFile | None = None
        self._begin()

    def append(self, bites: Iterable[bytes]) -> None:
        """Write the bites as one block; OSError when it was not written whole.

        Whatever happens the bites are all consumed, and the file ends behind a whole block.
        """
        stream = self._compressor.compressobj()
        block = b"".join([stream.compress(bite) for bite in bites]) + stream.flush()
        if self._file is not None and self._offset >= self._limit_bytes:
            self.close()
        if self._file is None:
            self._begin()
        if self._offset == 0:
            header = msgspec.structs.replace(self._header, segment=self._count)
            block = self._compressor.compress(encode_header(header) + b"\n") + block
        self._write(block)

    def close(self) -> None:
        """Bring the present segment to the disk and close it."""
        file, self._file = self._file, None
        if file is None:
            return
        try:
            os.fsync(file.fileno())
        finally:
            file.close()

    def _begin(self) -> None:
        self._file = self._open_file(self.directory / f"{self._count + 1:06d}{SUFFIX}")
        self._count += 1
        self._offset = 0

    def _write(self, block: bytes) -> None:
        file = self._file
        assert file is not None
        rest = memoryview(block)
        try:
            while rest:
                rest = rest[file.write(rest) or 0 :]
        except OSError:
            self._cut()
            raise
        self._offset += len(block)
        self.written_bytes += len(block)

    def _cut(self) -> None:
        """Take back half a block, or end the segment where that is impossible."""
        file = self._file
        assert file is not None
        try:
            file.truncate(self._offset)
            file.seek(self._offset)
        except OSError:
            self._file = None
            file.close()
