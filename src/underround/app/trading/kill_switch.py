"""The kill switch: one file, whoever turns it, told to the desk, which journals the halt.

Page, signal, command and a bare `touch` all come down to the file: it stops trading within a moment
and at every later start. Clearing takes the file away and tells the desk; it decides nothing else.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from underround.core.trading.event import KillSwitched

_log = logging.getLogger("underround")


class KillSwitch:
    """The switch of a run under way; `halted` says why the desk stands still, None when not."""

    def __init__(
        self,
        file: Path,
        tell: Callable[[KillSwitched], None],
        halted: Callable[[], str | None],
        clock_ns: Callable[[], int],
    ) -> None:
        self.file = file
        self._tell = tell
        self._halted = halted
        self._clock_ns = clock_ns

    def set(self, reason: str) -> None:
        """Halt at once; the file keeps it, and where it cannot be written the journal does."""
        self._tell(KillSwitched(is_set=True, reason=reason, at_ns=self._clock_ns()))
        try:
            write_kill_file(self.file, reason)
        except OSError as fault:
            _log.error("%s: %s; the halt stands in the journal alone", self.file, fault.strerror)

    def clear(self, reason: str) -> None:
        """Let trading go on; the file is taken away."""
        self.file.unlink(missing_ok=True)
        resume_request(self.file).unlink(missing_ok=True)
        self._tell(KillSwitched(is_set=False, reason=reason, at_ns=self._clock_ns()))

    def look(self) -> None:
        """Follow the file, and the other one by which another process asks to go on."""
        if self.file.exists():
            if self._halted() is None:
                reason = f"kill file {self.file}: {_said(self.file)}"
                self._tell(KillSwitched(is_set=True, reason=reason, at_ns=self._clock_ns()))
        elif resume_request(self.file).exists():
            self.clear("resume")


def write_kill_file(file: Path, reason: str) -> None:
    """Write the kill file, and forget an older wish to go on. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    resume_request(file).unlink(missing_ok=True)
    file.write_text(f"{reason}\n", encoding="utf-8")


def resume_request(file: Path) -> Path:
    """Return the file by which another process asks for trading to go on."""
    return file.with_name(f"{file.name}.resume")


def _said(file: Path) -> str:
    try:
        return " ".join(file.read_text("utf-8", errors="replace")[:500].split()) or "no reason"
    except OSError as fault:
        return f"unreadable: {fault.strerror}"
