"""Record every engine input, append-only, behind a bounded queue and a thread of its own.

The calls only queue; masking, encoding, compressing and writing happen in the thread. Nothing
here may block the caller or raise into it: a full queue or a full disk loses inputs, counts them,
says so once and leaves a `lost` line where they are missing.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from underround.stores.recorded import (
    FORMAT,
    VERSION,
    RecordableInput,
    RecordedBatch,
    RecordedCommand,
    RecordedConnection,
    RecordedHeader,
    RecordedLost,
    RecordedRest,
    RecordedSent,
    RecordedTimer,
    encode_header,
    encode_input,
)
from underround.stores.segments import OpenSegment, Segments, open_segment

_log = logging.getLogger(__name__)

FLUSH_INTERVAL_S: Final = 0.08
SEGMENT_LIMIT_BYTES: Final = 64 << 20
QUEUE_LIMIT_BYTES: Final = 256 << 20
CLOSE_LIMIT_S: Final = 30.0
_OVERHEAD_BYTES: Final = 200  # roughly what a queued input occupies beside its payload
_BITE_BYTES: Final = 32 << 10  # compressing a bite lets go of the interpreter lock
_BLOCK_BYTES: Final = 1 << 20
_WELL_AFTER: Final = 25
"""Blocks in a row after which an outage is over: a full disk takes one now and then."""

Mask = Callable[[bytes], bytes]


class RecordingWriter:
    """Write the inputs of one run to `<directory>/000001.jsonl.zst` and its successors.

    All `append_…` calls must come from one thread; the order in the file is the order of calls.
    `mask` is given every frame we send and every REST request and returns it without secrets.
    `on_failure` is called from either thread, once per outage, with one line of text; the log gets
    it where there is none, and always that and how much is lost when recording goes on.
    Raises UnusableError when the directory already holds a recording, OSError when it cannot be
    made, TypeError when the header is not JSON.
    """

    def __init__(
        self,
        directory: Path | str,
        *,
        created_at_ns: int,
        mask: Mask,
        program: str = "",
        config: Mapping[str, Any] | None = None,
        pairs: Sequence[Any] = (),
        catalog: Sequence[Any] = (),
        on_failure: Callable[[str], None] | None = None,
        segment_limit_bytes: int = SEGMENT_LIMIT_BYTES,
        queue_limit_bytes: int = QUEUE_LIMIT_BYTES,
        flush_interval_s: float = FLUSH_INTERVAL_S,
        open_file: OpenSegment = open_segment,
    ) -> None:
        header = RecordedHeader(
            format=FORMAT,
            version=VERSION,
            created_at_ns=created_at_ns,
            program=program,
            config=dict(config or {}),
            pairs=list(pairs),
            catalog=list(catalog),
        )
        encode_header(header)  # what JSON cannot hold is the caller's mistake: now, not later
        self.failure: str | None = None  # why inputs are being lost at present
        self._mask = mask
        self._on_failure = on_failure
        self._segments = Segments(Path(directory), header, segment_limit_bytes, open_file)
        self._queue: deque[tuple[int, RecordableInput]] = deque()
        self._queue_limit_bytes = queue_limit_bytes
        self._flush_interval_s = flush_interval_s
        self._batches = 0
        # Two counters, each written by one thread only, in place of one behind a lock.
        self._queued_bytes = 0
        self._taken_bytes = 0
        self._shedding = False
        self._shed = 0
        self._shed_total = 0
        self._taken = 0
        self._well = 0
        self._unwritten = 0
        self._unwritten_total = 0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self._thread.start()

    @property
    def directory(self) -> Path:
        """Where the segments are."""
        return self._segments.directory

    @property
    def written_bytes(self) -> int:
        """Compressed bytes written so far."""
        return self._segments.written_bytes

    @property
    def lost(self) -> int:
        """Inputs lost so far, to a full queue or a failing disk."""
        return self._shed_total + self._unwritten_total

    def append_batch(self, connection: str, frames: Sequence[bytes], at_ns: int) -> int:
        """Record the frames that one read delivered at `at_ns`; return the batch's number."""
        # The hot path: `_append` written out, for the price of a call.
        self._batches = number = self._batches + 1
        pending_bytes = self._queued_bytes - self._taken_bytes
        full = self._shedding or pending_bytes > self._queue_limit_bytes
        if full and not self._has_room():
            return number
        size = sum(map(len, frames)) + _OVERHEAD_BYTES
        self._queued_bytes += size
        self._queue.append((size, RecordedBatch(connection, number, at_ns, tuple(frames))))
        return number

    def append_sent(self, connection: str, frame: bytes, at_ns: int) -> None:
        """Record a frame we sent; it is masked before it is written."""
        self._append(RecordedSent(connection, at_ns, frame), len(frame))

    def append_rest(
        self, venue: str, what: str, request: str, status: int, body: bytes, at_ns: int
    ) -> None:
        """Record the answer to a REST request; the request is masked before it is written."""
        self._append(RecordedRest(venue, what, request, status, body, at_ns), len(body))

    def append_connection(
        self, connection: str, state: str, at_ns: int, code: int | None = None, reason: str = ""
    ) -> None:
        """Record that a connection was "opened" or "closed" (then with code and reason)."""
        self._append(RecordedConnection(connection, at_ns, state, code, reason), len(reason))

    def append_timer(self, name: str, at_ns: int) -> None:
        """Record that a timer went off."""
        self._append(RecordedTimer(at_ns, name), 0)

    def append_command(self, name: str, arguments: Mapping[str, Any], at_ns: int) -> None:
        """Record a command; TypeError when its arguments are not JSON."""
        encoded = msgspec.json.encode(arguments)
        frozen = msgspec.json.decode(encoded, type=dict[str, Any])
        self._append(RecordedCommand(at_ns, name, frozen), len(encoded))

    def close(self) -> None:
        """Write what is queued, fsync and close; what is appended later is counted as lost."""
        if self._closing.is_set():
            return
        if self._shed:
            self._queue.append((0, RecordedLost(self._shed)))
        self._shedding = True
        self._queue_limit_bytes = -2  # nothing fits any more
        self._closing.set()
        self._thread.join(CLOSE_LIMIT_S)
        if self._thread.is_alive():
            self.failure = f"the disk of {self.directory} hangs; the end of the recording is lost"

    def _append(self, recorded: RecordableInput, payload_bytes: int) -> None:
        if not self._has_room():
            return
        size = payload_bytes + _OVERHEAD_BYTES
        self._queued_bytes += size
        self._queue.append((size, recorded))

    def _has_room(self) -> bool:
        """Tell whether an input may be queued; if not, count it as shed."""
        pending_bytes = self._queued_bytes - self._taken_bytes
        if not self._shedding and pending_bytes <= self._queue_limit_bytes:
            return True
        # Resume only at half, so that one outage leaves one hole and not a thousand.
        was_shedding = self._shedding
        self._shedding = pending_bytes > self._queue_limit_bytes // 2
        if self._shedding:
            if not was_shedding:
                self._say(f"the disk of {self.directory} is too slow; inputs are lost")
            self._shed += 1
            self._shed_total += 1
            return False
        self._queue.append((0, RecordedLost(self._shed)))
        self._shed = 0
        return True

    def _run(self) -> None:
        try:
            self._write_block()  # the header
            while not self._closing.wait(self._flush_interval_s):
                self._drain()
            self._drain()
            try:
                self._segments.close()
            except OSError as error:
                self._fail(error)
        finally:
            if not self._closing.is_set():
                self.failure = "the recording's thread ended by a fault of its own"

    def _drain(self) -> None:
        while self._queue:
            self._write_block()

    def _write_block(self) -> None:
        self._taken = 0
        try:
            self._segments.append(self._bites())
        except OSError as error:
            self._well = 0
            self._unwritten += self._taken
            self._unwritten_total += self._taken
            self._fail(error)
        else:
            self._unwritten = 0
            self._well += 1
            is_over = self._closing.is_set()  # sheds what still comes, which is no outage
            is_well = self._well >= _WELL_AFTER and not self._shedding
            if self.failure is not None and (is_over or is_well):
                _log.warning(
                    "recording goes on in %s; %d inputs are lost", self.directory, self.lost
                )
                self.failure = None

    def _bites(self) -> Iterator[bytes]:
        """Take up to a block's worth from the queue and yield it encoded, a bite at a time."""
        bite: list[bytes] = [encode_input(RecordedLost(self._unwritten))] if self._unwritten else []
        bite_bytes = block_bytes = 0
        while self._queue and block_bytes < _BLOCK_BYTES:
            size, recorded = self._queue.popleft()
            self._taken += 1
            self._taken_bytes += size
            bite.append(encode_input(self._masked(recorded)))
            bite_bytes += len(bite[-1])
            if bite_bytes >= _BITE_BYTES:
                block_bytes += bite_bytes
                bite.append(b"")
                yield b"\n".join(bite)
                bite, bite_bytes = [], 0
        bite.append(b"")
        yield b"\n".join(bite)

    def _masked(self, recorded: RecordableInput) -> RecordableInput:
        match recorded:
            case RecordedSent(_, _, frame):
                return msgspec.structs.replace(recorded, frame=self._without_secrets(frame))
            case RecordedRest(_, _, request):
                masked = self._without_secrets(request.encode()).decode(errors="replace")
                return msgspec.structs.replace(recorded, request=masked)
        return recorded

    def _without_secrets(self, text: bytes) -> bytes:
        try:
            return self._mask(text)
        except Exception:  # noqa: BLE001 - whatever the caller's function does, no secret gets out
            return b"[masking failed]"

    def _fail(self, error: OSError) -> None:
        reason = error.strerror or str(error)
        self._say(f"cannot record to {self.directory}: {reason}; inputs are lost, the rest goes on")

    def _say(self, message: str) -> None:
        first = self.failure is None
        self.failure = message
        if first:
            (self._on_failure or _log.error)(message)
