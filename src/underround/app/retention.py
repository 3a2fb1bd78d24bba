"""Makes room: the oldest recordings go when they are too many, and only when asked to.

Deletes nothing but whole recordings it recognises, never one that is being written, and says
what it deleted. Without a limit it does nothing.
"""

import asyncio
import logging
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from underround.app.clock import wall_ns
from underround.app.config import StorageConfig
from underround.core.units import NS_PER_SECOND
from underround.stores.recording_reader import is_recording, segments_of

_log = logging.getLogger("underround")

GIB: Final = 1 << 30
DAY_S: Final = 86_400
LOOK_EVERY_S: Final = 600.0


class Kept(Struct, frozen=True):
    """One recording: its folder, its size, and when it was last written to (seconds)."""

    folder: Path
    size_bytes: int
    written_s: float


def recordings(root: Path) -> list[Kept]:
    """Return the recordings below a folder, the oldest first; those of other kinds are not ours."""
    found = []
    if not root.is_dir():
        return []
    for folder in root.iterdir():
        if folder.is_symlink() or not folder.is_dir() or not is_recording(folder):
            continue
        status = [each.stat() for each in folder.rglob("*") if each.is_file()]
        size = sum(each.st_size for each in status)
        found.append(Kept(folder, size, max(each.st_mtime for each in status)))
    return sorted(found, key=lambda each: (each.written_s, each.folder))


def _is_ours(folder: Path) -> bool:
    """Tell by the header, not by names: what is deleted is gone."""
    try:
        return any(map(is_recording, segments_of(folder)[:1]))
    except OSError:
        return False


def superfluous(
    kept: Iterable[Kept], *, now_s: float, most_days: int, most_gib: int
) -> Iterator[Kept]:
    """Yield, the oldest first, what is older than `most_days` or beyond `most_gib`; 0 is no limit.

    `kept` is from the oldest to the newest.
    """
    recorded = list(kept)
    left = sum(each.size_bytes for each in recorded)
    for each in recorded:
        is_old = most_days and now_s - each.written_s > most_days * DAY_S
        is_much = most_gib and left > most_gib * GIB
        if not (is_old or is_much):
            return
        left -= each.size_bytes
        yield each


def make_room(
    root: Path, *, now_s: float, most_days: int, most_gib: int, writing: Path | None
) -> list[Path]:
    """Delete superfluous recordings below `root` but the one at `writing`; return their folders."""
    if not most_days and not most_gib:
        return []
    gone = []
    busy = None if writing is None else writing.resolve()
    for each in superfluous(recordings(root), now_s=now_s, most_days=most_days, most_gib=most_gib):
        if each.folder.resolve() == busy or not _is_ours(each.folder):
            continue
        try:
            shutil.rmtree(each.folder)
        except OSError as error:
            _log.error("recording %s cannot be deleted: %s", each.folder, error.strerror)
            continue
        _log.info("deleted recording %s (%.2f GiB)", each.folder, each.size_bytes / GIB)
        gone.append(each.folder)
    return gone


async def keep_room(storage: Callable[[], StorageConfig], writing: Path | None) -> None:
    """Make room as the configuration asks, now and every ten minutes, in a thread; for ever.

    `storage` is asked every time: what is kept may change while a run goes on.
    """
    while True:
        kept = storage()
        await asyncio.to_thread(
            make_room,
            Path(kept.recordings),
            now_s=wall_ns() / NS_PER_SECOND,
            most_days=kept.recordings_most_days,
            most_gib=kept.recordings_most_gib,
            writing=writing,
        )
        await asyncio.sleep(LOOK_EVERY_S)
