"""Room kept on the disk for the moment when it is full, given back when it is needed.

A file beside a journal that means nothing: what is under way can still be written down after it is
gone. It is filled with noise, because a file system may keep zeros for nothing. Raises nothing.
"""

import os
from pathlib import Path
from typing import Final

RESERVE_BYTES: Final = 1 << 20
"""A trade with its hedge and its way out takes some 20 kB."""


class Reserve:
    """One such file; a machine that cannot make it has no room for what comes either."""

    def __init__(self, path: Path, size_bytes: int = RESERVE_BYTES) -> None:
        self.path = path
        self.size_bytes = size_bytes

    def fill(self) -> str | None:
        """Take the room, synced; return why it cannot be had, None when it is there."""
        try:
            if self.path.exists() and self.path.stat().st_size == self.size_bytes:
                return None
            with self.path.open("wb") as file:
                file.write(os.urandom(self.size_bytes))
                file.flush()
                os.fsync(file.fileno())
        except OSError as fault:
            self.release()
            return f"{self.path}: {(fault.strerror or str(fault)).lower()}"
        return None

    def release(self) -> bool:
        """Give the room back; tell whether there was any."""
        try:
            self.path.unlink()
        except OSError:
            return False
        return True
