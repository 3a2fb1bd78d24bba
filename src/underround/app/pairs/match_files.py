"""Matching over files: listings or proposed pairs in, verdicts and their tables out.

Opens no connection; what a verdict rests on is decided in `matching`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from underround.app.clock import wall_ns
from underround.core.instrument import Venue
from underround.matching.catalog import Catalog
from underround.matching.catalog_entries import entries_of_listings
from underround.matching.finding import Adjudicator, find_pairs, judge_rows
from underround.matching.listing import Listing
from underround.matching.review import ReviewDesk
from underround.matching.tables import (
    Left,
    read_listings,
    read_pairs,
    write_accepted,
    write_predictions,
)
from underround.matching.verdict import Decision, Verdict


def judge_file(
    path: Path, out: Path, second: Adjudicator | None
) -> tuple[list[Verdict], dict[str, Any]]:
    """Judge the proposed pairs of a table and write predictions; return verdicts and a summary."""
    table = read_pairs(path)
    judged = judge_rows(table.rows, adjudicate=second)
    write_predictions(
        out,
        (
            (
                row.pair_id,
                verdict.decision is Decision.ACCEPT,
                f"{verdict.decision}: {verdict.reason}",
            )
            if verdict is not None
            else (row.pair_id, False, row.reason)
            for row, verdict in zip(table.rows, judged, strict=True)
        ),
    )
    verdicts = [verdict for verdict in judged if verdict is not None]
    sides = [side for row in table.rows for side in (row.polymarket, row.kalshi) if side]
    summary = {"pairs": len(table.rows), **counts(verdicts), "out": str(out)}
    return verdicts, summary | _gaps(sides, table.left, table.missing_columns)


def find_in_files(
    poly: Path,
    kalshi: Path,
    out: Path,
    top: int,
    second: Adjudicator | None,
    model: Path | None,
) -> tuple[list[Verdict], dict[str, Any]]:
    """Find pairs between two listings and write the accepted; return verdicts and a summary."""
    one, two = read_listings(poly, Venue.POLYMARKET), read_listings(kalshi, Venue.KALSHI)
    proposed = _by_meaning(model, one.listings, two.listings, top)
    verdicts = find_pairs(one.listings, two.listings, top=top, adjudicate=second, proposed=proposed)
    write_accepted(out, verdicts)
    summary = {
        "polymarket": len(one.listings),
        "kalshi": len(two.listings),
        "judged": len(verdicts),
        **counts(verdicts),
        "out": str(out),
    }
    sides = [*one.listings, *two.listings]
    columns = (*one.missing_columns, *two.missing_columns)
    return verdicts, summary | _gaps(sides, (*one.left, *two.left), columns)


def keep(catalog: Catalog, verdicts: Sequence[Verdict]) -> int:
    """Put the judged markets and pairs into the catalog; return how many pairs were new."""
    now_ns = wall_ns()
    sides = [side for verdict in verdicts for side in (verdict.polymarket, verdict.kalshi)]
    markets = entries_of_listings(dict.fromkeys(sides))
    for venue in Venue:
        catalog.refresh(venue, (each for each in markets if each.venue is venue), now_ns)
    return ReviewDesk(catalog).propose(verdicts, now_ns)


def counts(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """Count verdicts by decision, for a summary."""
    found = Counter(verdict.decision for verdict in verdicts)
    return {
        "accepted": found[Decision.ACCEPT],
        "to_review": found[Decision.REVIEW],
        "refused": found[Decision.REFUSE],
    }


def _by_meaning(
    model: Path | None, one: Sequence[Listing], two: Sequence[Listing], top: int
) -> list[tuple[int, int]]:
    """Pairs that a local model proposes; none without a model."""
    if model is None:
        return []
    from underround.matching.embedding import Embedder, nearest_by_meaning

    return [(a, b) for a, b, _ in nearest_by_meaning(Embedder(model), one, two, top)]


def _gaps(
    sides: Sequence[Listing], left: Sequence[Left], missing_columns: Sequence[str]
) -> dict[str, Any]:
    return {
        "without_rules": sum(not side.rules for side in sides),
        "skipped": len(left),
        "skipped_rows": [msgspec.to_builtins(row) for row in left],
        "missing_columns": list(missing_columns),
    }
