"""Read a recording back: the inputs in the order in which they were recorded.

Whatever a crash or a full disk left of a recording is read; what is missing or damaged is
reported in its place as a RecordedDamage. This module decides nothing about what to do with it.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import msgspec
from msgspec import Struct

from underround.core.errors import UnusableError
from underround.stores.jsonl import Torn, read_lines
from underround.stores.recorded import (
    FORMAT,
    VERSION,
    RecordedDamage,
    RecordedHeader,
    RecordedInput,
    decode_line,
)
from underround.stores.segments import segment_paths


class Place(Struct, frozen=True, gc=False):
    """Where a line stands: its segment, its number from 0, its first byte in the segment's text.

    The byte counts in the decompressed text: `zstd -dc PATH | tail -c +$((OFFSET + 1)) | head -1`.
    """

    path: str
    line: int
    offset: int


class _Preamble(Struct):
    """What tells our format, of any version, from another."""

    k: str = ""
    format: str = ""
    version: int = 0


def is_recording(path: Path) -> bool:
    """Tell whether a file or directory is a recording of this program, of whatever version.

    Raises OSError when it cannot be read.
    """
    if path.is_dir():
        return bool(segments_of(path))
    return _preamble(next(read_lines(path), b"")) is not None


def read_inputs(path: Path | str) -> Iterator[RecordedInput]:
    """Yield the inputs of a recording: a directory, or one segment, plain, gzip or zstd.

    Raises UnusableError when it is no recording or one of a newer format, OSError when unreadable;
    a torn end or a damaged line is yielded as RecordedDamage instead.
    """
    for _, recorded in read_located(path):
        yield recorded


def read_located(path: Path | str) -> Iterator[tuple[Place, RecordedInput]]:
    """Yield the inputs as `read_inputs` does, each with the place where it stands."""
    path = Path(path)
    if not path.is_dir():
        yield from _read_segment(path)
        return
    segments = segments_of(path)
    if not segments:
        raise UnusableError(f"{path} holds no recording (no 000001.jsonl.zst)")
    for segment in segments:
        yield from _read_segment(segment)


def size_bytes(path: Path) -> int:
    """Return how many bytes reading a recording, or any one file, will read from the disk."""
    files = segments_of(path) if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)


def header_of(path: Path | str) -> RecordedHeader | None:
    """Return the header a recording begins with; None where there is none that can be read."""
    try:
        first = next(read_inputs(path), None)
    except (UnusableError, OSError):
        return None
    return first if isinstance(first, RecordedHeader) else None


def segments_of(directory: Path) -> list[Path]:
    """Return what has the name of a recording's segment, in order, plain and packed."""
    plain = [*directory.glob("[0-9]*.jsonl"), *directory.glob("[0-9]*.jsonl.gz")]
    return sorted([*segment_paths(directory), *plain])


def _read_segment(path: Path) -> Iterator[tuple[Place, RecordedInput]]:
    lines, name = read_lines(path), str(path)
    first = next(lines, None)
    if first is None or isinstance(first, Torn):
        damage = RecordedDamage(name, 0, "the segment ends before its header")
        yield Place(name, 0, 0), damage
        return
    preamble = _preamble(first)
    if preamble is None:
        raise UnusableError(
            f"{path} is not a recording of this program: its first line is no header"
        )
    if preamble.version != VERSION:
        raise UnusableError(
            f"{path} has recording format version {preamble.version},"
            f" this program reads version {VERSION}: use the program that wrote it, or a newer one"
        )
    offset = 0
    for number, line in enumerate(chain([first], lines)):
        place = Place(name, number, offset)
        if isinstance(line, Torn):
            yield place, RecordedDamage(name, number, line.reason)
            continue
        offset += len(line) + 1
        try:
            recorded = decode_line(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            recorded = RecordedDamage(name, number, f"not a line of a recording: {error}")
        yield place, recorded


def _preamble(line: bytes | Torn) -> _Preamble | None:
    if isinstance(line, Torn):
        return None
    try:
        preamble = msgspec.json.decode(line, type=_Preamble)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return preamble if preamble.k == "header" and preamble.format == FORMAT else None
