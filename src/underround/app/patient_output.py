"""Output that never holds up the event loop: lines wait in memory, a thread writes them.

A terminal that is paused (Ctrl+S), a pager, or a slow link would otherwise stop everything at the
first line it does not take: books, signals, a hedge. What waits is bounded; beyond it lines are
left out, and counted where they are missing. Results that must not be lost do not go through this.
"""

import io
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TextIO

MOST_WAITING: Final = 10_000
LAST_WORDS_S: Final = 1.0


class PatientStream(io.TextIOBase):
    """A text stream whose writes return at once, in front of one that may block."""

    def __init__(self, stream: TextIO, most_waiting: int = MOST_WAITING) -> None:
        self._stream = stream
        self._waiting: list[str] = []
        self._lock = threading.Lock()  # held for a moment, never while the stream is written
        self._most_waiting = most_waiting
        self._left_out = 0
        self._is_over = False
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._write_all, name="output", daemon=True)
        self._thread.start()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream behind."""
        return self._stream.encoding

    def isatty(self) -> bool:
        """Tell whether a terminal is behind."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the file descriptor behind."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def write(self, text: str) -> int:
        """Take text to be written soon; left out and counted where too much waits already."""
        if self._is_over:  # whoever still has this stream after its end may wait for it
            return self._stream.write(text)
        with self._lock:
            if len(self._waiting) < self._most_waiting:
                self._waiting.append(text)
            else:
                self._left_out += text.count("\n")
        self._wake.set()
        return len(text)

    def flush(self) -> None:
        """Return at once: the thread flushes after what it wrote."""

    def finish(self, patience_s: float = LAST_WORDS_S) -> None:
        """Write what waits for as long as the stream behind takes it, at most `patience_s`."""
        self._is_over = True
        self._wake.set()
        self._thread.join(patience_s)

    def _write_all(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            is_over = self._is_over
            try:
                while text := self._taken():
                    self._stream.write(text)
                    self._stream.flush()
            except (OSError, ValueError):  # whoever read it left: the run ends as by `kill`
                self._most_waiting = 0
                if not is_over:
                    os.kill(os.getpid(), signal.SIGTERM)
                return
            if is_over:
                return

    def _taken(self) -> str:
        """Return all that waits, with a word on what was left out after it."""
        with self._lock:
            parts, self._waiting = self._waiting, []
            left_out, self._left_out = self._left_out, 0
        if left_out:
            parts.append(f"… {left_out} lines were left out: the output was not read …\n")
        return "".join(parts)


@contextmanager
def patient_output() -> Iterator[None]:
    """Let nothing that is printed or logged inside hold up the caller."""
    before = sys.stdout, sys.stderr
    out, err = PatientStream(sys.stdout), PatientStream(sys.stderr)
    patient = {id(sys.stdout): out, id(sys.stderr): err}
    moved: list[tuple[logging.StreamHandler[TextIO], TextIO]] = []
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and id(handler.stream) in patient:
            moved.append((handler, handler.stream))
            handler.setStream(patient[id(handler.stream)])
    sys.stdout, sys.stderr = out, err
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        for handler, stream in moved:
            handler.stream = stream  # not setStream: that would wait for a flush
        out.finish()
        err.finish()
