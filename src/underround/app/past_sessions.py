"""The recordings of a folder, and the timeline of one, made by a process beside this one.

Knows only what lies directly in that folder: no name leads anywhere else. One timeline is made at
a time, at the lowest priority, and waits for nobody.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any, Final

from underround.app.retention import recordings
from underround.core.errors import UnderroundError

PATIENCE_S: Final = 120.0
MOST_LISTED: Final = 100
LOWEST_PRIORITY: Final = 19


class PastSessions:
    """The sessions recorded in a folder; `running` is the one that is being written."""

    def __init__(self, folder: Path, running: Path | None) -> None:
        self._folder = folder
        self._running = running
        self._turn = asyncio.Lock()

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
        folders = {each.folder.name: each.folder for each in recordings(self._folder)}
        if name not in folders:
            raise UnderroundError("no such recording")
        async with self._turn:
            return await _made(folders[name])


async def _made(folder: Path) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "underround.app.timeline",
        str(folder),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=_step_back if sys.platform != "win32" else None,
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            out, err = await process.communicate()
    except TimeoutError:
        raise UnderroundError(f"it took more than {PATIENCE_S:.0f} s; replay it instead") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        lines = err.decode("utf-8", errors="replace").strip().splitlines()
        raise UnderroundError(lines[-1] if lines else "the recording could not be read")
    return out


def _step_back() -> None:
    os.nice(LOWEST_PRIORITY)
