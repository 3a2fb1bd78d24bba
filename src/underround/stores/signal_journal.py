"""The journal of signals: SQLite, written before anything else hears of a signal.

What is journaled survives the death of the process (write-ahead log, one writer); delivery reads
from here and may fail and start again. One thread uses one journal. This is the start of the
trade journal: money never rests on anything else.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from underround.core.errors import UnderroundError
from underround.stores.schema import open_store

SCHEMA: Final = (
    """
    CREATE TABLE signals (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        pair TEXT NOT NULL,
        kind TEXT NOT NULL,
        at_ns INTEGER NOT NULL,
        body BLOB NOT NULL
    );
    CREATE TABLE consumer_groups (name TEXT PRIMARY KEY, position INTEGER NOT NULL);
    CREATE TABLE pending (
        group_name TEXT NOT NULL,
        seq INTEGER NOT NULL,
        consumer TEXT NOT NULL,
        delivered_ns INTEGER NOT NULL,
        deliveries INTEGER NOT NULL,
        PRIMARY KEY (group_name, seq)
    );
    CREATE TABLE dead_letters (
        group_name TEXT NOT NULL,
        seq INTEGER NOT NULL,
        at_ns INTEGER NOT NULL,
        PRIMARY KEY (group_name, seq)
    );
    """,
)
"""One script a version; a journal of an older version is brought up to date when it is opened."""


class JournaledSignal(Struct, frozen=True):
    """A signal as the journal keeps it; `seq` grows, `id` names it for ever, `body` is JSON."""

    seq: int
    id: str
    pair: str
    kind: str
    at_ns: int
    body: bytes


class SignalJournal:
    """Signals in the order in which they were raised."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.database = open_store(self.path, "journal", SCHEMA)
        self.database.execute("PRAGMA synchronous = NORMAL")

    def append(self, signal_id: str, pair: str, kind: str, at_ns: int, body: bytes) -> int:
        """Write a signal and return its number; the same id again changes nothing.

        Returns once the operating system has it: the process may die, the machine may not.
        UnderroundError when it cannot be written, a full disk for instance.
        """
        try:
            self.database.execute(
                "INSERT INTO signals (id, pair, kind, at_ns, body) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO NOTHING",
                (signal_id, pair, kind, at_ns, body),
            )
        except sqlite3.Error as fault:
            raise UnderroundError(
                f"{self.path}: a signal cannot be journaled, and none is passed on without:"
                f" {fault}; make room or mend it, signals wait"
            ) from fault
        row = self.database.execute("SELECT seq FROM signals WHERE id = ?", (signal_id,))
        return int(row.fetchone()[0])

    def after(self, seq: int, limit: int = 100) -> list[JournaledSignal]:
        """Return up to `limit` signals with numbers above `seq`, in order."""
        rows = self.database.execute(
            "SELECT seq, id, pair, kind, at_ns, body FROM signals WHERE seq > ?"
            " ORDER BY seq LIMIT ?",
            (seq, limit),
        )
        return [JournaledSignal(*row) for row in rows]

    def last(self, limit: int) -> list[JournaledSignal]:
        """Return the newest `limit` signals, oldest of them first."""
        rows = self.database.execute(
            "SELECT seq, id, pair, kind, at_ns, body FROM signals ORDER BY seq DESC LIMIT ?",
            (limit,),
        )
        return [JournaledSignal(*row) for row in rows][::-1]

    def every(self, chunk: int = 1_000) -> Iterator[JournaledSignal]:
        """Yield every signal in order."""
        seq = 0
        while rows := self.after(seq, chunk):
            yield from rows
            seq = rows[-1].seq

    def named(self, signal_id: str) -> JournaledSignal | None:
        """Return the signal with a journal id, None when there is none."""
        rows = self.database.execute(
            "SELECT seq, id, pair, kind, at_ns, body FROM signals WHERE id = ?", (signal_id,)
        )
        row = rows.fetchone()
        return None if row is None else JournaledSignal(*row)

    def of_pair(self, pair: str) -> Iterator[JournaledSignal]:
        """Yield a pair's signals, the newest first."""
        rows = self.database.execute(
            "SELECT seq, id, pair, kind, at_ns, body FROM signals WHERE pair = ? ORDER BY seq DESC",
            (pair,),
        )
        for row in rows:
            yield JournaledSignal(*row)

    @property
    def last_seq(self) -> int:
        """The newest number, 0 in an empty journal."""
        row = self.database.execute("SELECT COALESCE(MAX(seq), 0) FROM signals").fetchone()
        return int(row[0])

    def close(self) -> None:
        """Close the file."""
        self.database.close()


def last_spoken_ns(path: Path) -> int | None:
    """Return when a journal's newest signal was raised, 0 without any; None when it is no journal.

    Opens the file to read only: nothing about it changes.
    """
    try:
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            query = "SELECT at_ns FROM signals ORDER BY seq DESC LIMIT 1"
            row = database.execute(query).fetchone()
        finally:
            database.close()
    except sqlite3.Error:
        return None
    return 0 if row is None else int(row[0])
