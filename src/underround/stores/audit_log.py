"""The audit log: what was decided and what it rested on, append-only, each entry chained by hash.

A line is the SHA-256 of what follows it, a space, and an entry as JSON that holds the hash before;
whoever changes, removes or inserts a line breaks the chain behind it. The calls only queue; a
thread of its own writes and syncs. Nothing here may block or raise into the caller: a full queue or
disk loses entries, counts them, and says so in the log itself.
"""

import fcntl
import logging
import os
import threading
from collections import deque
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final

from underround.core.errors import UnusableError
from underround.stores.audit_entry import FIRST, AuditEntry, entry_of, line_of

_log = logging.getLogger(__name__)

QUEUE_LIMIT: Final = 10_000
FLUSH_S: Final = 0.05
CLOSE_LIMIT_S: Final = 10.0
_TAIL_BYTES: Final = 1 << 20
"""No entry is longer; what is torn is looked for in so much of the end."""


class AuditLog:
    """Appends entries to one file; one process and one thread write to it.

    Goes on where the file ends. A torn last line, left by a crash, is cut off and told of in an
    entry of its own that keeps its text. Raises UnusableError, one line, when the end of the file
    is no audit log or does not fit its own hash, and BlockingIOError when another process writes.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        began_ns: int,
        queue_limit: int = QUEUE_LIMIT,
        flush_s: float = FLUSH_S,
    ) -> None:
        self.path = Path(path)
        self.lost = 0
        self.failure: str | None = None
        self._queue: deque[tuple[str, int, Mapping[str, Any]]] = deque()
        self._queue_limit = queue_limit
        self._flush_s = flush_s
        self._pending: list[tuple[str, int, Mapping[str, Any]]] = []
        self._told_lost = 0  # the writer's; `lost` is the caller's: no counter has two writers
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = self.path.open("a+b", buffering=0)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            torn = self._continue()
        except BaseException:
            self._file.close()
            raise
        if torn:
            body = {
                "bytes": len(torn),
                "sha256": sha256(torn).hexdigest(),
                "text": torn.decode(errors="replace"),
            }
            self._queue.append(("torn end cut off", began_ns, body))
            _log.warning("%s: a torn last line of %d bytes was cut off", self.path, len(torn))
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many entries are not written yet."""
        return len(self._pending) + len(self._queue)

    def append(self, kind: str, at_ns: int, body: Mapping[str, Any]) -> None:
        """Queue an entry; `body` must be JSON and must not be changed afterwards."""
        if len(self._queue) >= self._queue_limit or self._closing.is_set():
            self.lost += 1
            return
        self._queue.append((kind, at_ns, body))

    def close(self) -> None:
        """Write what is queued and close the file; what is appended later is counted as lost."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._thread.join(CLOSE_LIMIT_S)

    def _continue(self) -> bytes:
        """Find number and hash of the last whole entry; return what was torn off behind it."""
        size = self._file.seek(0, os.SEEK_END)
        start = max(0, size - _TAIL_BYTES)
        self._file.seek(start)
        tail = self._file.read(size - start)
        whole, newline, torn = tail.rpartition(b"\n")
        if torn:
            self._file.truncate(size - len(torn))
        self._number, self._hash = 0, FIRST
        if not newline:
            if start:
                raise UnusableError(f"{self.path}: its end is no audit log")
            return torn
        entry = entry_of(whole.rpartition(b"\n")[2])
        if entry is None:
            raise UnusableError(
                f"{self.path}: its last line does not fit its hash; `underround audit verify` says"
                f" where the chain breaks. Move the file away to begin a new one"
            )
        self._number, self._hash = entry.number, entry.hash
        return torn

    def _run(self) -> None:
        while not self._closing.wait(self._flush_s):
            self._drain()
        self._drain()
        self._file.close()

    def _drain(self) -> None:
        """Write what is queued, or what the disk refused before, as one block."""
        while self._queue and len(self._pending) < self._queue_limit:
            self._pending.append(self._queue.popleft())
        lost = self.lost
        entries = list(self._pending)
        if unsaid := lost - self._told_lost:
            at_ns = entries[-1][1] if entries else 0
            entries.append(("entries lost", at_ns, {"count": unsaid}))
        if not entries:
            return
        number, last_hash, lines = self._number, self._hash, []
        for kind, at_ns, body in entries:
            number += 1
            line, last_hash = line_of(AuditEntry(number, at_ns, kind, body, last_hash))
            lines.append(line)
        if self._write(b"".join(lines)):
            self._number, self._hash, self._told_lost = number, last_hash, lost
            self._pending.clear()

    def _write(self, block: bytes) -> bool:
        """Write and sync a block whole; False, and the file as it was, when the disk refuses."""
        end = self._file.seek(0, os.SEEK_END)
        try:
            rest = memoryview(block)
            while rest:
                rest = rest[self._file.write(rest) or 0 :]
            os.fsync(self._file.fileno())
        except OSError as error:
            if self.failure is None:
                _log.error("%s: cannot be written: %s; entries wait", self.path, error.strerror)
            self.failure = error.strerror or str(error)
            self._file.truncate(end)
            return False
        self.failure = None
        return True
