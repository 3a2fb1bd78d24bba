"""The trade journal: SQLite, write-ahead log; the record of money, and the only one.

Records are appended and never changed. What must be on the platter before an order leaves is
written with a sync (`synced=True`, one for a whole group); the rest survives the process but
perhaps not the machine, and is made good by comparing with the venues. One thread uses one
journal.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec

from underround.core.errors import UnusableError
from underround.core.trading import journal_record as records
from underround.core.trading import order_event as events
from underround.core.trading.journal_record import JournalRecord
from underround.core.trading.portfolio import Portfolio
from underround.stores.reserve import Reserve
from underround.stores.schema import open_store

KINDS: Final[dict[str, type[Any]]] = {
    kind.__name__: kind
    for kind in (
        records.TradePlanned,
        records.TradeMoved,
        records.IntentWritten,
        records.AbsenceProven,
        records.OrderDecided,
        records.HaltSet,
        records.HaltCleared,
        events.OrderSent,
        events.OrderAcknowledged,
        events.OrderRejected,
        events.OrderUnanswered,
        events.OrderDone,
        events.Filled,
        events.OrderSeen,
        events.OrderMissing,
        events.Settled,
        events.PositionAdopted,
    )
}
SCHEMA: Final = (
    """
    CREATE TABLE records (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, body BLOB NOT NULL);
    CREATE TABLE lease (
        one INTEGER PRIMARY KEY CHECK (one = 1), holder TEXT NOT NULL, until_ns INTEGER NOT NULL
    );
    """,
)
"""One script a version; an older journal is brought up to date when it is opened."""
APPLICATION_ID: Final = 0x756E6472  # "undr": no other program's database


class TradeJournal:
    """Records in the order in which they were taken."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.database = open_store(
            self.path,
            "trade journal",
            SCHEMA,
            application_id=APPLICATION_ID,
            check_same_thread=False,
        )
        self.reserve = Reserve(self.path.with_name(f"{self.path.name}.reserve"))
        """For whoever trades to fill; nobody else needs it."""

    def append(self, taken: Iterable[JournalRecord], *, synced: bool) -> None:
        """Write records as one whole; with `synced` return only when the disk has them.

        Raises sqlite3.Error when the disk is full or gone: then none of them is written.
        """
        rows = [(type(record).__name__, msgspec.json.encode(record)) for record in taken]
        self.database.execute(f"PRAGMA synchronous = {'FULL' if synced else 'NORMAL'}")
        self.database.execute("BEGIN IMMEDIATE")
        try:
            self.database.executemany("INSERT INTO records (kind, body) VALUES (?, ?)", rows)
            self.database.execute("COMMIT")
        except sqlite3.Error:
            if self.database.in_transaction:
                self.database.execute("ROLLBACK")
            raise

    def read(self) -> Iterator[JournalRecord]:
        """Yield every record; UnusableError names the first that cannot be read."""
        for seq, kind, body in self.database.execute(
            "SELECT seq, kind, body FROM records ORDER BY seq"
        ):
            try:
                record: JournalRecord = msgspec.json.decode(body, type=KINDS[kind])
            except (KeyError, msgspec.DecodeError) as fault:
                raise UnusableError(
                    f"{self.path}: record {seq} ({kind}) cannot be read: {fault}; "
                    "restore a backup, or start a new journal and reconcile"
                ) from None
            yield record

    def portfolio(self) -> Portfolio:
        """Return the state that the records amount to."""
        portfolio = Portfolio()
        for record in self.read():
            portfolio.apply(record)
        return portfolio

    def take_lease(self, holder: str, now_ns: int, until_ns: int) -> str | None:
        """Take or renew the right to trade this account; return who else has it, None if nobody."""
        with closing(self.database.execute("SELECT holder, until_ns FROM lease")) as rows:
            row = rows.fetchone()
        if row is not None and row[0] != holder and row[1] > now_ns:
            return str(row[0])
        self.database.execute("INSERT OR REPLACE INTO lease VALUES (1, ?, ?)", (holder, until_ns))
        return None

    def drop_lease(self, holder: str) -> None:
        """Give the right up, if it is ours."""
        self.database.execute("DELETE FROM lease WHERE holder = ?", (holder,))

    def backup(self, target: Path) -> int:
        """Copy the journal while it is in use; return the count of records.

        Raises UnusableError when the target exists.
        """
        if target.exists():
            raise UnusableError(f"{target}: exists already; name a new file")
        target.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(target)) as copy:
            self.database.backup(copy)
            return int(copy.execute("SELECT COUNT(*) FROM records").fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        self.database.close()


def restore(backup: Path, target: Path) -> int:
    """Make a journal from a backup, after checking it; return the count of records.

    The target must not exist: a journal is never overwritten. UnusableError otherwise.
    """
    if not backup.is_file():
        raise UnusableError(f"{backup}: no such backup")
    if target.exists():
        raise UnusableError(f"{target}: exists already; move it away first")
    journal = TradeJournal(backup)
    try:
        if journal.database.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise UnusableError(f"{backup}: the backup is damaged")
        count = sum(1 for _ in journal.read())
        journal.backup(target)
    finally:
        journal.close()
    return count


def encoded(taken: Sequence[JournalRecord]) -> list[tuple[str, dict[str, Any]]]:
    """Return records as plain values, for a recording's header."""
    return [(type(record).__name__, msgspec.to_builtins(record)) for record in taken]


def decoded(rows: Iterable[tuple[str, dict[str, Any]]]) -> list[JournalRecord]:
    """Return the records of a recording's header; KeyError or ValidationError when it has none."""
    return [msgspec.convert(body, KINDS[kind]) for kind, body in rows]
