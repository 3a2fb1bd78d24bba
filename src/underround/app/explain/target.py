"""Which signal an id means and which recording raised it: through the journals and the recordings.

An id is an opportunity's ("fed/yes_no/3"), a journal's ("1795…/17"), or a journal's number ("17").
Opens files to read them and changes none.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from underround.app.config import Config
from underround.app.explain.retrace import Wanted
from underround.core.errors import UnderroundError
from underround.core.opportunity import Signal
from underround.stores.recording_reader import header_of, is_recording
from underround.stores.signal_journal import JournaledSignal, SignalJournal, last_spoken_ns

JOURNAL_SUFFIX: Final = ".signals.db"


class Target(Struct, frozen=True):
    """A recording, and the signal in it that is meant."""

    recording: Path
    wanted: Wanted


def sought(signal_id: str, config: Config, recording: Path | None, journal: Path | None) -> Target:
    """Find the signal that an id means; UnderroundError, one line, when there is none."""
    if recording is not None:
        return Target(_checked(recording), _in_recording(signal_id))
    for path in [journal] if journal is not None else journals(config):
        row = _journaled(path, signal_id)
        if row is not None:
            return Target(_recording_of(path, row, config), _in_recording(row.id))
    raise UnderroundError(
        f"no signal {signal_id!r} in any journal; `underround signals` shows the ids, "
        f"--recording FILE names where to look instead"
    )


def journals(config: Config) -> list[Path]:
    """Return the journals there are, that of the latest signal first: the configured, and demos'.

    Files that are no journal are left out.
    """
    found = [Path(config.storage.journal)]
    found += Path(config.storage.recordings).glob(f"*{JOURNAL_SUFFIX}")
    spoken = {path: last_spoken_ns(path) for path in found if path.is_file()}
    known = [path for path, at_ns in spoken.items() if at_ns is not None]
    return sorted(known, key=lambda path: spoken[path] or 0, reverse=True)


def _in_recording(signal_id: str) -> Wanted:
    """Read an id: RUN/NUMBER and NUMBER count signals, anything else names an opportunity."""
    head, _, tail = signal_id.rpartition("/")
    if tail.isdigit() and (not head or head.isdigit()):
        return Wanted(number=int(tail))
    return Wanted(id=signal_id)


def _journaled(path: Path, signal_id: str) -> JournaledSignal | None:
    if not path.is_file():
        raise UnderroundError(f"{path}: no such journal")
    journal = SignalJournal(path)
    try:
        if signal_id.isdigit():
            row = next(iter(journal.after(int(signal_id) - 1, 1)), None)
            return row if row is not None and row.seq == int(signal_id) else None
        return next(_named(journal, signal_id), None)
    finally:
        journal.close()


def _named(journal: SignalJournal, signal_id: str) -> Iterator[JournaledSignal]:
    """Yield the rows an id means, the newest first; of an opportunity its first one."""
    by_id = journal.named(signal_id)
    if by_id is not None:
        yield by_id
    pair, _, _ = signal_id.partition("/")
    for row in journal.of_pair(pair):
        if msgspec.json.decode(row.body, type=Signal).id == signal_id and row.kind == "opened":
            yield row


def _recording_of(journal: Path, row: JournaledSignal, config: Config) -> Path:
    """Find the recording of the run that journaled a row: beside a demo's journal, or by its time.

    A run's journal ids begin with the time its recording was created at.
    """
    if journal.name.endswith(JOURNAL_SUFFIX):
        beside = journal.with_name(journal.name.removesuffix(JOURNAL_SUFFIX))
        if beside.is_dir():
            return beside
    run_id = row.id.partition("/")[0]
    folder = Path(config.storage.recordings)
    for path in sorted(folder.iterdir() if folder.is_dir() else (), reverse=True):
        if path.is_dir():
            header = header_of(path)
            if header is not None and str(header.created_at_ns) == run_id:
                return path
    raise UnderroundError(
        f"the recording of signal {row.id} is not under {folder}; name it with --recording"
    )


def _checked(path: Path) -> Path:
    try:
        if is_recording(path):
            return path
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UnderroundError(f"{path}: cannot be read: {reason}") from None
    raise UnderroundError(f"{path}: not a recording of this program")
