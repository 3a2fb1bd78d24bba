"""The recordings of a folder; timelines and explanations of them, made by a process beside this.

Knows only what lies directly in that folder and what is being written: no name leads anywhere
else. One is made at a time, at the lowest priority, and nothing live waits for it.
"""

import asyncio
from pathlib import Path
from typing import Any, Final

from underround.app.page.process_beside import answer_of
from underround.app.retention import recordings
from underround.core.errors import UnderroundError

MOST_LISTED: Final = 100
TIMELINE: Final = "underround.app.page.timeline"
EXPLANATION: Final = "underround.app.explain.alone"
MOST_KEPT: Final = 32
MOST_WAITING: Final = 8


class PastSessions:
    """The sessions recorded in a folder; `running` is the one that is being written."""

    def __init__(self, folder: Path, running: Path | None) -> None:
        self._folder = folder
        self._running = running
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._kept: dict[tuple[Path, str], bytes] = {}

    def listing(self) -> list[dict[str, Any]]:
        """Return name, size and last write of each, the newest first."""
        found = recordings(self._folder)[-MOST_LISTED:]
        return [
            {
                "name": each.folder.name,
                "bytes": each.size_bytes,
                "written_ms": round(each.written_s * 1_000),
                "is_running": self._running is not None and each.folder.name == self._running.name,
            }
            for each in reversed(found)
        ]

    async def timeline(self, name: str) -> bytes:
        """Return a session's timeline as JSON; UnderroundError, one line, when there is none."""
        folder = self._named(name)
        async with self._turn:
            return await answer_of(TIMELINE, str(folder), instead="replay it instead")

    @property
    def is_recording(self) -> bool:
        """Whether a session is being written."""
        return self._running is not None

    async def explanation(self, name: str | None, signal: str, is_over: bool) -> bytes:
        """Return what `underround explain` finds of a signal of a session, as JSON.

        Without a name the session is the one being written. What is over is kept and not derived
        twice. UnderroundError, one line, when there is no such session or signal, or no end of
        people asking.
        """
        folder = self._running if name is None else self._named(name)
        assert folder is not None, "the run records"
        kept = self._kept.get((folder, signal))
        if kept is not None:
            return kept
        if self._waiting >= MOST_WAITING:
            raise UnderroundError("too many explanations are being derived; ask again in a while")
        self._waiting += 1
        try:
            async with self._turn:
                instead = f"`underround explain {signal}` takes its time"
                found = await answer_of(EXPLANATION, str(folder), signal, instead=instead)
        finally:
            self._waiting -= 1
        if is_over:
            while len(self._kept) >= MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[folder, signal] = found
        return found

    def _named(self, name: str) -> Path:
        folders = {each.folder.name: each.folder for each in recordings(self._folder)}
        if name not in folders:
            raise UnderroundError("no such recording")
        return folders[name]
