"""Opens a SQLite store and brings its tables up to date, in one transaction.

Several programs may open one file at the same moment: who comes second finds the work done. A file
of another program or store is left as it is. Knows no table.
"""

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from underround.core.errors import UnusableError

BUSY_MS: Final = 5_000
_WAITS: Final = 100
_WAIT_S: Final = 0.05


def open_store(
    path: Path,
    what: str,
    schema: Sequence[str],
    *,
    application_id: int | None = None,
    check_same_thread: bool = True,
) -> sqlite3.Connection:
    """Open or make a store with a write-ahead log; `schema` holds one script a version.

    The first script's first table tells the store from others. UnusableError, one line, when the
    file is no `what` or belongs to a newer version.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(
            path,
            isolation_level=None,
            timeout=BUSY_MS / 1_000,
            check_same_thread=check_same_thread,
        )
        try:
            _log_ahead(database)
            _bring_up_to_date(database, path, what, schema, application_id)
        except BaseException:
            database.close()
            raise
    except (sqlite3.DatabaseError, OSError) as fault:
        raise UnusableError(f"{path}: not a usable {what}: {fault}") from None
    return database


def _log_ahead(database: sqlite3.Connection) -> None:
    """Switch the write-ahead log on; SQLite does not wait for another that does the same."""
    for turn in range(_WAITS):
        try:
            database.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or turn == _WAITS - 1:
                raise
        time.sleep(_WAIT_S)


def _bring_up_to_date(
    database: sqlite3.Connection,
    path: Path,
    what: str,
    schema: Sequence[str],
    application_id: int | None,
) -> None:
    version = _number(database, "user_version")
    if version == len(schema) and not _is_foreign(database, version, schema[0], application_id):
        return  # who only reads needs no lock and no room
    database.execute("BEGIN IMMEDIATE")
    try:
        version = _number(database, "user_version")
        if _is_foreign(database, version, schema[0], application_id):
            raise UnusableError(f"{path}: not a {what}, but another program's or store's file")
        if application_id is not None:
            database.execute(f"PRAGMA application_id = {application_id}")
        if version > len(schema):
            raise UnusableError(f"{path}: {what} version {version} is newer than this program")
        for script in schema[version:]:
            for statement in script.split(";"):
                if statement.strip():
                    database.execute(statement)
        database.execute(f"PRAGMA user_version = {len(schema)}")
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def _is_foreign(
    database: sqlite3.Connection, version: int, script: str, application_id: int | None
) -> bool:
    """Tell whether a file that holds something holds something else than our tables."""
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    if not version:
        return bool(tables)
    named = application_id in (None, _number(database, "application_id"))
    first = script.partition("CREATE TABLE ")[2].partition(" ")[0]
    return not named or first not in tables


def _number(database: sqlite3.Connection, pragma: str) -> int:
    return int(database.execute(f"PRAGMA {pragma}").fetchone()[0])
