"""CSV tables of listings and pairs in, tables of verdicts out.

Only the columns named here are ever looked at: a table may carry labels and notes beside them. A
row that cannot be used is left out with its line number and reason, and counted.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from underround.core.errors import ConfigError
from underround.core.instrument import Venue
from underround.matching.listing import Listing
from underround.matching.periods import read_end
from underround.matching.verdict import Decision, Verdict

POLYMARKET_COLUMNS: Final = (
    "poly_id", "poly_question", "poly_outcome", "poly_description", "poly_end",
)  # fmt: skip
KALSHI_COLUMNS: Final = (
    "kalshi_ticker", "kalshi_title", "kalshi_subtitle", "kalshi_rules", "kalshi_close",
)  # fmt: skip
_NEEDED: Final = frozenset({"pair_id", "poly_question", "kalshi_ticker"})
_LONGEST_FIELD: Final = 16 * 1024 * 1024


class TableError(ConfigError):
    """A table cannot be read at all: there is no such file, or it lacks a needed column."""


class Left(Struct, frozen=True):
    """A row that was left out: its line in the file, what it is called, and why."""

    line: int
    name: str
    reason: str


class ListingTable(Struct, frozen=True):
    """One venue's listings from a file, what was left out, and what the file did not have."""

    listings: tuple[Listing, ...]
    left: tuple[Left, ...]
    missing_columns: tuple[str, ...]


class PairRow(Struct, frozen=True):
    """One row of a pair table; a row that cannot be judged has no listings but a reason."""

    pair_id: str
    polymarket: Listing | None
    kalshi: Listing | None
    reason: str = ""


class PairTable(Struct, frozen=True):
    """The rows of a pair table in their order, and what the file did not have."""

    rows: tuple[PairRow, ...]
    left: tuple[Left, ...]
    missing_columns: tuple[str, ...]


def _rows(
    path: Path, wanted: Sequence[str]
) -> tuple[list[tuple[int, dict[str, str]]], tuple[str, ...]]:
    """Every row as the wanted columns only, with its line; and the columns that are missing."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            csv.field_size_limit(_LONGEST_FIELD)
            reader = csv.DictReader(file)
            header = reader.fieldnames or ()
            missing = tuple(name for name in wanted if name not in header)
            for name in missing:
                if name in _NEEDED:
                    has = ", ".join(header) or "none at all"
                    raise TableError(f"{path}: no column {name!r}; it has {has}")
            present = [name for name in wanted if name in header]
            rows = [
                (reader.line_num, {name: (row[name] or "").strip() for name in present})
                for row in reader
            ]
    except FileNotFoundError:
        raise TableError(f"{path}: there is no such file") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"{path}: not a CSV table in UTF-8: {error}") from None
    return rows, missing


def _broken(row: Mapping[str, str], title: str, key: str, ends: str) -> str:
    """Say why a row cannot be used, or ""."""
    for name in (key, title):
        if not row.get(name, ""):
            return f"{name} is empty"
    if row.get("poly_outcome", "").startswith("["):
        return f"poly_outcome {row['poly_outcome'][:40]!r} is a list, not one outcome"
    written = row.get(ends, "")
    if written and read_end(written) is None:
        return f"{ends} {written!r} is not a date"
    return ""


def _polymarket(row: Mapping[str, str]) -> Listing:
    slug = row.get("poly_id", "").partition("#")[0]
    return Listing(
        venue=Venue.POLYMARKET,
        id=row.get("poly_id", "") or row["poly_question"],
        title=row["poly_question"],
        outcome=row.get("poly_outcome", "") or "Yes",
        rules=row.get("poly_description", ""),
        ends=row.get("poly_end", ""),
        slug=slug if "-" in slug else "",
    )


def _kalshi(row: Mapping[str, str]) -> Listing:
    return Listing(
        venue=Venue.KALSHI,
        id=row["kalshi_ticker"],
        title=row.get("kalshi_title", ""),
        subtitle=row.get("kalshi_subtitle", ""),
        rules=row.get("kalshi_rules", ""),
        ends=row.get("kalshi_close", ""),
    )


def read_listings(path: Path, venue: Venue) -> ListingTable:
    """Read one venue's listings; TableError, one line, when the file is no such table."""
    polymarket = venue is Venue.POLYMARKET
    rows, missing = _rows(path, POLYMARKET_COLUMNS if polymarket else KALSHI_COLUMNS)
    listings: dict[tuple[str, ...], Listing] = {}
    left = []
    for line, row in rows:
        names = ("poly_question", "poly_question", "poly_end")
        if not polymarket:
            names = ("kalshi_title", "kalshi_ticker", "kalshi_close")
        broken = _broken(row, *names)
        if broken:
            left.append(Left(line, row.get(names[1], ""), broken))
            continue
        listing = _polymarket(row) if polymarket else _kalshi(row)
        if listing.key in listings:
            left.append(Left(line, listing.id, "listed twice"))
        listings.setdefault(listing.key, listing)
    return ListingTable(tuple(listings.values()), tuple(left), missing)


def read_pairs(path: Path) -> PairTable:
    """Read a table of proposed pairs; TableError, one line, when the file is no such table."""
    rows, missing = _rows(path, ("pair_id", *POLYMARKET_COLUMNS, *KALSHI_COLUMNS))
    read: list[PairRow] = []
    left: list[Left] = []
    for line, row in rows:
        pair_id = row["pair_id"]
        broken = "" if pair_id else "pair_id is empty"
        broken = broken or _broken(row, "poly_question", "poly_question", "poly_end")
        broken = broken or _broken(row, "kalshi_title", "kalshi_ticker", "kalshi_close")
        if broken:
            left.append(Left(line, pair_id, broken))
            if pair_id:
                read.append(PairRow(pair_id, None, None, f"left out: {broken}"))
            continue
        read.append(PairRow(pair_id, _polymarket(row), _kalshi(row)))
    return PairTable(tuple(read), tuple(left), missing)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_predictions(path: Path, judged: Iterable[tuple[str, bool, str]]) -> None:
    """Write (pair id, accepted, reason) rows as `pair_id,accept,reason`, accept 0 or 1."""
    _write(
        path,
        ("pair_id", "accept", "reason"),
        ((pair_id, int(accepted), reason) for pair_id, accepted, reason in judged),
    )


def write_accepted(path: Path, verdicts: Iterable[Verdict]) -> None:
    """Write the accepted ones as `poly_question,poly_outcome,kalshi_ticker,reason`."""
    header = ("poly_question", "poly_outcome", "kalshi_ticker", "reason")
    _write(path, header, _accepted(verdicts))


def _accepted(verdicts: Iterable[Verdict]) -> Iterator[tuple[str, str, str, str]]:
    for verdict in verdicts:
        if verdict.decision is Decision.ACCEPT:
            side = verdict.polymarket
            yield side.title, side.outcome, verdict.kalshi.id, verdict.reason


def write_report(path: Path, verdicts: Iterable[Verdict]) -> None:
    """Write every verdict with its decision and all its checks, for a person to read."""
    header = (
        "decision", "poly_question", "poly_outcome", "kalshi_ticker", "kalshi_title", "reason",
        "residual", "checks",
    )  # fmt: skip
    rows = (
        (
            verdict.decision.value,
            verdict.polymarket.title,
            verdict.polymarket.outcome,
            verdict.kalshi.id,
            verdict.kalshi.title,
            verdict.reason,
            "; ".join(map(str, verdict.residual)),
            "; ".join(str(check) for check in verdict.checks),
        )
        for verdict in verdicts
    )
    _write(path, header, rows)
