"""Read the lines of a JSONL file, plain, gzip or zstd, as far as it is whole.

The form is told by the first bytes, not by the name. A torn or damaged end is reported as a
`Torn`, never raised; this module knows nothing of what the lines mean.
"""

import zlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO, Final, Protocol

import zstandard
from msgspec import Struct

on_read: ContextVar[Callable[[int], object] | None] = ContextVar("on_read", default=None)
"""Told how many bytes of a file were read, chunk by chunk, for whoever shows progress."""

_CHUNK_BYTES: Final = 1 << 16
_GZIP_MAGIC: Final = b"\x1f\x8b"
_ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_GZIP_WINDOW: Final = 31


class Torn(Struct, frozen=True):
    """The file ends here before its end: what came before is whole."""

    reason: str


class _Decompressor(Protocol):
    """What zlib and zstandard agree on: one stream of possibly several in a file."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def read_lines(path: Path) -> Iterator[bytes | Torn]:
    """Yield each line without its line end, and at last a Torn if the end is missing.

    In a compressed file, text behind the last newline of a torn end is dropped: it is half a
    line. In a plain file the last line may lack its newline. Raises OSError when unreadable.
    """
    parts: list[bytes] = []
    torn: Torn | None = None
    for chunk in _chunks(path):
        if isinstance(chunk, Torn):
            torn = chunk
            break
        first, newline, rest = chunk.partition(b"\n")
        parts.append(first)
        if not newline:
            continue
        yield _stripped(b"".join(parts))
        *lines, last = rest.split(b"\n")
        for line in lines:
            yield _stripped(line)
        parts = [last]
    half = b"".join(parts)
    if torn is not None:
        yield torn
    elif half:
        yield _stripped(half)


def _stripped(line: bytes) -> bytes:
    return line[:-1] if line.endswith(b"\r") else line


def _chunks(path: Path) -> Iterator[bytes | Torn]:
    with path.open("rb") as file:
        chunk = _read(file)
        if chunk.startswith(_GZIP_MAGIC):
            yield from _decompressed(file, chunk, lambda: zlib.decompressobj(_GZIP_WINDOW))
        elif chunk.startswith(_ZSTD_MAGIC):
            yield from _decompressed(file, chunk, zstandard.ZstdDecompressor().decompressobj)
        else:
            while chunk:
                yield chunk
                chunk = _read(file)


def _read(file: BinaryIO) -> bytes:
    chunk = file.read(_CHUNK_BYTES)
    tell = on_read.get()
    if tell is not None:
        tell(len(chunk))
    return chunk


def _decompressed(
    file: BinaryIO, chunk: bytes, begin: Callable[[], _Decompressor]
) -> Iterator[bytes | Torn]:
    """Decompress streams that follow one another, `chunk` being the first of the file."""
    stream = begin()
    fed = False
    while chunk:
        fed = True
        try:
            yield stream.decompress(chunk)
        except (zlib.error, zstandard.ZstdError) as error:
            yield Torn(f"damaged block: {error}")
            return
        chunk = b""
        if stream.eof:
            chunk = stream.unused_data
            stream = begin()
            fed = False
        chunk = chunk or _read(file)
    if fed:
        yield Torn("the last block is not whole")
