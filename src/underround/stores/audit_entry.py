"""One line of the audit log, and the chain that the lines make.

Reads and checks; writing is `audit_log`'s.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct, field

FIRST: Final = "0" * 64
"""What the first entry names as the hash before it."""


class AuditEntry(Struct, frozen=True):
    """A decision: its number from 1, when, what, the particulars, and the hash before it.

    `hash` is of the entry's own text; it stands before it in the line.
    """

    number: int = field(name="n")
    at_ns: int = field(name="t")
    kind: str
    body: Mapping[str, Any]
    previous: str = field(name="p")
    hash: str = field(default="", name="h")


class _Written(Struct):
    """The JSON of a line."""

    n: int
    t: int
    kind: str
    body: dict[str, Any]
    p: str


class BrokenLink(Struct, frozen=True):
    """The first line, from 1, at which the chain does not hold, and why."""

    line: int
    reason: str


class Chain(Struct, frozen=True):
    """A checked log: whole entries, the last hash, what is torn at the end, the first break."""

    entries: int
    head: str
    torn_bytes: int
    broken: BrokenLink | None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Written)


def line_of(entry: AuditEntry) -> tuple[bytes, str]:
    """Return an entry's line and its hash; TypeError when its body is not JSON."""
    text = _encoder.encode(
        _Written(entry.number, entry.at_ns, entry.kind, dict(entry.body), entry.previous)
    )
    digest = sha256(text).hexdigest()
    return b"%s %s\n" % (digest.encode(), text), digest


def entry_of(line: bytes) -> AuditEntry | None:
    """Return a line's entry, None when it is none or does not fit its hash."""
    digest, _, text = line.partition(b" ")
    if sha256(text).hexdigest().encode() != digest:
        return None
    try:
        found = _decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return AuditEntry(found.n, found.t, found.kind, found.body, found.p, digest.decode())


def read_entries(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (line number from 1, line without its end) of a log; OSError when unreadable.

    A torn last line keeps its number and comes without the newline it lacks.
    """
    with path.open("rb") as file:
        yield from enumerate(file, 1)


def verify(path: Path) -> Chain:
    """Check a log from its first line to its last; OSError when it cannot be read.

    The end of a log can be cut off without breaking the chain: keep the head it told of.
    """
    head, entries = FIRST, 0
    for number, line in read_entries(path):
        if not line.endswith(b"\n"):
            return Chain(entries, head, len(line), None)
        reason = _fault(line[:-1], entries + 1, head)
        if isinstance(reason, str):
            return Chain(entries, head, 0, BrokenLink(number, reason))
        head, entries = reason.hash, entries + 1
    return Chain(entries, head, 0, None)


def _fault(line: bytes, number: int, head: str) -> AuditEntry | str:
    entry = entry_of(line)
    if entry is None:
        return "the entry does not fit its hash"
    if entry.previous != head:
        return "it does not follow the entry before it"
    if entry.number != number:
        return f"it is numbered {entry.number}, not {number}"
    return entry
