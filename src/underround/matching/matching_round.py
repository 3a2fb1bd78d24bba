"""One round of matching over a catalog: only what is new or changed is judged again.

A round costs what changed, not what is listed. It judges and marks; proposing, writing and asking
people are others' business.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from underround.core.instrument import Venue
from underround.matching.candidates import TOP, Index
from underround.matching.catalog import Catalog
from underround.matching.checks import unknown
from underround.matching.finding import Adjudicator, find_pairs
from underround.matching.listing import Listing
from underround.matching.pair_states import PairState
from underround.matching.verdict import Decision, Verdict

# What of a market is read, and by whom: kept as it was when the market was last matched.
_MARK: Final = (
    "UPDATE market SET matched = digest || '|' || ends || '|' || opens || '|' || outcomes || '|' ||"
    " ? WHERE listed = 1"
)
_FRESH: Final = (
    "SELECT id FROM market WHERE venue = ? AND listed = 1 AND matched !="
    " digest || '|' || ends || '|' || opens || '|' || outcomes || '|' || ?"
)


class Round(Struct, frozen=True):
    """What a round judged: the verdicts, and how many markets of each venue were new to it."""

    verdicts: list[Verdict]
    fresh: dict[Venue, int]


def match_catalog(
    catalog: Catalog, reader: str, *, top: int = TOP, adjudicate: Adjudicator | None = None
) -> Round:
    """Judge every pair that a market not matched yet may be part of, and mark all as matched.

    `reader` names the version of the grammars: another one has everything read again. A pair that
    the guards would accept although one of its sides has another approved partner goes to review.
    """
    fresh = {venue: _fresh(catalog, venue, reader) for venue in Venue}
    one, two = (catalog.listings(venue) for venue in (Venue.POLYMARKET, Venue.KALSHI))
    sides = _concerned(one, two, fresh, top)
    verdicts = find_pairs(sides, two, top=top, adjudicate=adjudicate) if sides else []
    verdicts = _against_standing(catalog, verdicts)
    with catalog.transaction() as database:
        database.execute(_MARK, (reader,))
    return Round(verdicts, {venue: len(names) for venue, names in fresh.items()})


def _fresh(catalog: Catalog, venue: Venue, reader: str) -> set[str]:
    rows = catalog.database.execute(_FRESH, (venue, reader))
    return {row["id"] for row in rows}


def _concerned(
    one: Sequence[Listing], two: Sequence[Listing], fresh: dict[Venue, set[str]], top: int
) -> list[Listing]:
    """Return the Polymarket sides that are fresh themselves, or near a Kalshi market that is."""
    wanted = {side.key for side in one if side.id in fresh[Venue.POLYMARKET]}
    asked = [market for market in two if market.id in fresh[Venue.KALSHI]]
    if asked and len(wanted) < len(one):
        index = Index(one)
        near = {place for market in asked for place, _ in index.nearest(market, top)}
        wanted |= {one[place].key for place in near}
    return [side for side in one if side.key in wanted]


def _against_standing(catalog: Catalog, verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Send to review what would give a side of an approved pair a second partner."""
    rows = catalog.database.execute(
        "SELECT polymarket, outcome, kalshi FROM pair WHERE state = ?", (PairState.APPROVED,)
    ).fetchall()
    by_side = {(row["polymarket"], row["outcome"]): row["kalshi"] for row in rows}
    by_ticker = {row["kalshi"]: (row["polymarket"], row["outcome"]) for row in rows}
    checked = []
    for verdict in verdicts:
        side, ticker = (verdict.polymarket.id, verdict.polymarket.outcome), verdict.kalshi.id
        is_taken = by_side.get(side, ticker) != ticker or by_ticker.get(ticker, side) != side
        if verdict.decision is Decision.ACCEPT and is_taken:
            check = unknown("one-to-one", verdict.polymarket.title, ticker, "another is approved")
            checks = (*verdict.checks, check)
            checked.append(replace(verdict, decision=Decision.REVIEW, checks=checks))
        else:
            checked.append(verdict)
    return checked
