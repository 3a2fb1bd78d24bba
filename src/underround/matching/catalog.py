"""Both venues' markets with their whole text, kept in SQLite and refreshed as they change.

Every change of a text is kept with both versions, and suspends the approved pairs that rest on it.
Takes decoded listings and the time from its caller; it fetches nothing and reads no clock.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from underround.core.instrument import Venue
from underround.matching.catalog_entries import CatalogMarket
from underround.matching.catalog_schema import open_database
from underround.matching.listing import Listing, rules_digest
from underround.matching.opinion import Opinion
from underround.matching.pair_states import PairState

_COLUMNS = "venue, id, title, subtitle, rules, ends, opens, slug, event_id, outcomes, digest"
_WORD = re.compile(r"\w+")


class Refresh(Struct, frozen=True):
    """What one refresh did, by market id; `suspended` names the pairs it put on hold."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: int = 0
    vanished: tuple[str, ...] = ()
    suspended: tuple[str, ...] = ()


class TextChange(Struct, frozen=True):
    """One change of a market's text, both versions whole."""

    venue: Venue
    id: str
    seen_ns: int
    old_text: str
    new_text: str


class Catalog:
    """The markets of both venues in one SQLite file (or ":memory:"); close it when done."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        self.database = open_database(path)

    def close(self) -> None:
        """Close the file; the object is of no use afterwards."""
        self.database.close()

    def __enter__(self) -> "Catalog":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Do several statements or none of them."""
        self.database.execute("BEGIN IMMEDIATE")
        try:
            yield self.database
            self.database.execute("COMMIT")
        except BaseException:
            if self.database.in_transaction:  # a full disk may have rolled back already
                self.database.execute("ROLLBACK")
            raise

    def refresh(
        self, venue: Venue, markets: Iterable[CatalogMarket], now_ns: int, *, whole: bool = False
    ) -> Refresh:
        """Take in markets as they are listed now; `whole` means that others are gone.

        A market whose text changed has the change kept; approved pairs on it are suspended.
        """
        added, changed, suspended = [], [], []
        unchanged = 0
        seen = set()
        with self.transaction() as database:
            for market in markets:
                seen.add(market.id)
                digest = _digest(market)
                old = database.execute(
                    "SELECT * FROM market WHERE venue = ? AND id = ?", (venue, market.id)
                ).fetchone()
                if old is None:
                    self._insert(market, digest, now_ns)
                    added.append(market.id)
                    continue
                if old["digest"] == digest:
                    unchanged += 1
                else:
                    changed.append(market.id)
                    self._keep_change(old, market, digest, now_ns)
                    suspended += self._suspend(market.id)
                self._update(old["number"], market, digest, now_ns)
            vanished = self._unlist_others(venue, seen) if whole else ()
        return Refresh(tuple(added), tuple(changed), unchanged, vanished, tuple(suspended))

    def _insert(self, market: CatalogMarket, digest: str, now_ns: int) -> None:
        self.database.execute(  # only names of our own columns are put together
            f"INSERT INTO market ({_COLUMNS}, first_seen_ns, last_seen_ns)"  # noqa: S608
            f" VALUES ({', '.join('?' * 13)})",
            (*_values(market, digest), now_ns, now_ns),
        )

    def _update(self, number: int, market: CatalogMarket, digest: str, now_ns: int) -> None:
        # Only a changed text may touch the indexed columns: the index is rewritten by a trigger.
        self.database.execute(
            "UPDATE market SET ends = ?, opens = ?, slug = ?, event_id = ?, outcomes = ?,"
            " listed = 1, last_seen_ns = ? WHERE number = ?",
            (*_values(market, digest)[5:10], now_ns, number),
        )
        self.database.execute(
            "UPDATE market SET title = ?, subtitle = ?, rules = ?, digest = ?"
            " WHERE number = ? AND digest != ?",
            (market.title, market.subtitle, market.rules, digest, number, digest),
        )

    def _keep_change(
        self, old: sqlite3.Row, market: CatalogMarket, digest: str, now_ns: int
    ) -> None:
        old_text = _whole_text(old["title"], old["subtitle"], old["rules"])
        new_text = _whole_text(market.title, market.subtitle, market.rules)
        self.database.execute(
            "INSERT INTO change (venue, id, seen_ns, old_digest, new_digest, old_text, new_text)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (market.venue, market.id, now_ns, old["digest"], digest, old_text, new_text),
        )

    def _suspend(self, market_id: str) -> list[str]:
        held = (PairState.APPROVED, PairState.HALF_APPROVED)
        rows = self.database.execute(
            "UPDATE pair SET state = ? WHERE (polymarket = ? OR kalshi = ?) AND state IN (?, ?)"
            " RETURNING id",
            (PairState.SUSPENDED, market_id, market_id, *held),
        )
        return [row["id"] for row in rows.fetchall()]

    def _unlist_others(self, venue: Venue, seen: set[str]) -> tuple[str, ...]:
        rows = self.database.execute(
            "SELECT number, id FROM market WHERE venue = ? AND listed = 1", (venue,)
        ).fetchall()
        gone = [row for row in rows if row["id"] not in seen]
        self.database.executemany(
            "UPDATE market SET listed = 0 WHERE number = ?", [(row["number"],) for row in gone]
        )
        return tuple(row["id"] for row in gone)

    def market(self, venue: Venue, market_id: str) -> CatalogMarket | None:
        """Return one market as last seen, listed or not, or None."""
        row = self.database.execute(
            "SELECT * FROM market WHERE venue = ? AND id = ?", (venue, market_id)
        ).fetchone()
        return _market(row) if row else None

    def is_listed(self, venue: Venue, market_id: str) -> bool:
        """Say whether the venue listed the market at the last whole refresh."""
        row = self.database.execute(
            "SELECT listed FROM market WHERE venue = ? AND id = ?", (venue, market_id)
        ).fetchone()
        return bool(row and row["listed"])

    def has_vanished(self, venue: Venue, market_id: str) -> bool:
        """Say whether the venue listed the market once and does not now."""
        row = self.database.execute(
            "SELECT listed FROM market WHERE venue = ? AND id = ?", (venue, market_id)
        ).fetchone()
        return bool(row and not row["listed"])

    def unlist(self, venue: Venue, market_ids: Iterable[str]) -> None:
        """Note that the venue does not list these markets any more."""
        with self.transaction() as database:
            database.executemany(
                "UPDATE market SET listed = 0 WHERE venue = ? AND id = ?",
                [(venue, market_id) for market_id in market_ids],
            )

    def listed(self, venue: Venue) -> list[CatalogMarket]:
        """Return every listed market of a venue, in the order in which they were first seen."""
        rows = self.database.execute(
            "SELECT * FROM market WHERE venue = ? AND listed = 1 ORDER BY number", (venue,)
        )
        return [_market(row) for row in rows]

    def listings(self, venue: Venue) -> list[Listing]:
        """Return every side of every listed market of a venue."""
        return [side for market in self.listed(venue) for side in market.listings()]

    def search(self, text: str, limit: int = 20) -> list[CatalogMarket]:
        """Return the markets that have all words of `text` in title, subtitle or rules."""
        asked = " ".join(f'"{word}"' for word in _WORD.findall(text))
        if not asked:
            return []
        rows = self.database.execute(
            "SELECT market.* FROM market_text JOIN market ON market.number = market_text.rowid"
            " WHERE market_text MATCH ? ORDER BY rank LIMIT ?",
            (asked, limit),
        )
        return [_market(row) for row in rows]

    def changes(self, venue: Venue, market_id: str) -> list[TextChange]:
        """Return every change of a market's text, oldest first."""
        rows = self.database.execute(
            "SELECT * FROM change WHERE venue = ? AND id = ? ORDER BY number", (venue, market_id)
        )
        return [
            TextChange(
                Venue(row["venue"]), row["id"], row["seen_ns"], row["old_text"], row["new_text"]
            )
            for row in rows
        ]

    def keep_opinion(self, opinion: Opinion, asked_ns: int) -> None:
        """Keep one question to a language model and its answer, whole."""
        self.database.execute(
            "INSERT INTO adjudication (polymarket, outcome, kalshi, asked_ns, endpoint, model,"
            " prompt, answer, decision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                opinion.polymarket.id, opinion.polymarket.outcome, opinion.kalshi.id, asked_ns,
                opinion.endpoint, opinion.model, opinion.prompt, opinion.answer, opinion.decision,
            ),
        )  # fmt: skip


def _digest(market: CatalogMarket) -> str:
    return rules_digest(market.title, market.subtitle, market.rules)


def _values(market: CatalogMarket, digest: str) -> tuple[str, ...]:
    return (
        market.venue, market.id, market.title, market.subtitle, market.rules, market.ends,
        market.opens, market.slug, market.event_id, json.dumps(market.outcomes), digest,
    )  # fmt: skip


def _whole_text(title: str, subtitle: str, rules: str) -> str:
    return "\n".join(part for part in (title, subtitle, rules) if part)


def _market(row: sqlite3.Row) -> CatalogMarket:
    return CatalogMarket(
        venue=Venue(row["venue"]),
        id=row["id"],
        title=row["title"],
        subtitle=row["subtitle"],
        rules=row["rules"],
        ends=row["ends"],
        opens=row["opens"],
        slug=row["slug"],
        event_id=row["event_id"],
        outcomes=tuple(json.loads(row["outcomes"])),
    )
