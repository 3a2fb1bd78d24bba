"""The catalog's SQLite file: its migrations, in order, and how it is opened.

A migration is never edited once released; the file's `user_version` counts those that ran.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from underround.core.errors import ConfigError

_MARKETS: Final = """
CREATE TABLE market (
    number INTEGER PRIMARY KEY,
    venue TEXT NOT NULL,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    subtitle TEXT NOT NULL,
    rules TEXT NOT NULL,
    ends TEXT NOT NULL,
    opens TEXT NOT NULL,
    slug TEXT NOT NULL,
    event_id TEXT NOT NULL,
    outcomes TEXT NOT NULL,
    digest TEXT NOT NULL,
    listed INTEGER NOT NULL DEFAULT 1,
    first_seen_ns INTEGER NOT NULL,
    last_seen_ns INTEGER NOT NULL,
    UNIQUE (venue, id)
);
CREATE TABLE change (
    number INTEGER PRIMARY KEY,
    venue TEXT NOT NULL,
    id TEXT NOT NULL,
    seen_ns INTEGER NOT NULL,
    old_digest TEXT NOT NULL,
    new_digest TEXT NOT NULL,
    old_text TEXT NOT NULL,
    new_text TEXT NOT NULL
);
CREATE INDEX change_of_market ON change (venue, id);
CREATE VIRTUAL TABLE market_text USING fts5 (
    title, subtitle, rules,
    content = 'market', content_rowid = 'number',
    tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER market_added AFTER INSERT ON market BEGIN
    INSERT INTO market_text (rowid, title, subtitle, rules)
    VALUES (new.number, new.title, new.subtitle, new.rules);
END;
CREATE TRIGGER market_changed AFTER UPDATE OF title, subtitle, rules ON market BEGIN
    INSERT INTO market_text (market_text, rowid, title, subtitle, rules)
    VALUES ('delete', old.number, old.title, old.subtitle, old.rules);
    INSERT INTO market_text (rowid, title, subtitle, rules)
    VALUES (new.number, new.title, new.subtitle, new.rules);
END;
"""
_PAIRS: Final = """
CREATE TABLE pair (
    id TEXT PRIMARY KEY,
    polymarket TEXT NOT NULL,
    outcome TEXT NOT NULL,
    kalshi TEXT NOT NULL,
    polarity TEXT NOT NULL,
    state TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    checks TEXT NOT NULL,
    note TEXT NOT NULL,
    polymarket_digest TEXT NOT NULL,
    kalshi_digest TEXT NOT NULL,
    proposed_ns INTEGER NOT NULL,
    UNIQUE (polymarket, outcome, kalshi)
);
CREATE INDEX pair_of_polymarket ON pair (polymarket);
CREATE INDEX pair_of_kalshi ON pair (kalshi);
CREATE TABLE decision (
    number INTEGER PRIMARY KEY,
    pair_id TEXT NOT NULL REFERENCES pair (id),
    answer TEXT NOT NULL,
    reason TEXT NOT NULL,
    who TEXT NOT NULL,
    at_ns INTEGER NOT NULL,
    state_before TEXT NOT NULL,
    state_after TEXT NOT NULL,
    polymarket_digest TEXT NOT NULL,
    kalshi_digest TEXT NOT NULL,
    undone_ns INTEGER,
    undone_by TEXT
);
CREATE INDEX decision_of_pair ON decision (pair_id);
"""
_ADJUDICATIONS: Final = """
CREATE TABLE adjudication (
    number INTEGER PRIMARY KEY,
    polymarket TEXT NOT NULL,
    outcome TEXT NOT NULL,
    kalshi TEXT NOT NULL,
    asked_ns INTEGER NOT NULL,
    endpoint TEXT NOT NULL,
    model TEXT NOT NULL,
    prompt TEXT NOT NULL,
    answer TEXT NOT NULL,
    decision TEXT NOT NULL
);
"""
_MATCHED: Final = """
ALTER TABLE market ADD COLUMN matched TEXT NOT NULL DEFAULT '';
"""
"""What of a market was read when it was last matched: what differs is to be matched again."""
MIGRATIONS: Final = (_MARKETS, _PAIRS, _ADJUDICATIONS, _MATCHED)


class CatalogError(ConfigError):
    """The catalog's file cannot be used: it is no catalog, or of a later version."""


def open_database(path: Path | str) -> sqlite3.Connection:
    """Open a catalog, bringing an older file up to date; ":memory:" gives one that is not kept.

    Raises CatalogError, one line, when the file is none or was written by a later version.
    """
    if str(path) != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA busy_timeout = 5000")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection, str(path))
    except sqlite3.DatabaseError as error:
        connection.close()
        raise CatalogError(f"{path}: not a catalog that can be opened: {error}") from None
    except CatalogError:
        connection.close()
        raise
    connection.row_factory = sqlite3.Row
    return connection


def migrate(connection: sqlite3.Connection, origin: str) -> None:
    """Run the migrations that this file has not had, all in one transaction.

    Another program may open the same file meanwhile: who comes second finds the work done.
    """
    if _version(connection) == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)
        if version > len(MIGRATIONS):
            raise CatalogError(
                f"{origin}: written by a later version (schema {version}, known {len(MIGRATIONS)})"
            )
        for script in MIGRATIONS[version:]:
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _statements(script: str) -> Iterator[str]:
    """Yield a script's statements; a trigger has semicolons inside."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
