"""Approved pairs checked again against the rules as they stand today.

Reads the catalog and judges; a pair that no longer passes is suspended, never silently kept.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from underround.core.instrument import Venue
from underround.matching.catalog_entries import CatalogMarket
from underround.matching.listing import Listing
from underround.matching.pair_states import PairState
from underround.matching.periods import read_end
from underround.matching.review import ReviewDesk, ReviewPair
from underround.matching.verdict import Decision, judge


class Standing(StrEnum):
    """What became of an approved pair."""

    HOLDS = "holds"
    CHANGED = "rules changed"
    FAILS = "checks fail"
    VANISHED = "market vanished"
    ENDED = "market ended"


class Verification(Struct, frozen=True):
    """One approved pair, looked at again."""

    pair_id: str
    standing: Standing
    reason: str = ""


SOUND: Final = (Standing.HOLDS, Standing.ENDED)
"""Standings of pairs with which nothing is wrong."""


def verify_pairs(desk: ReviewDesk, today: date | None = None) -> list[Verification]:
    """Check every approved pair, and every suspended one, against the catalog's present texts.

    A pair that fails, or whose market is no longer listed though its end is yet to come, is
    suspended; without `today` every end is. A suspended pair is named again until somebody
    answers.
    """
    found = []
    for pair in desk.pairs():
        if pair.state in (PairState.SUSPENDED, PairState.APPROVED) and _ended(desk, pair, today):
            found.append(Verification(pair.id, Standing.ENDED, "no longer listed, its day is past"))
        elif pair.state is PairState.SUSPENDED:
            found.append(Verification(pair.id, Standing.CHANGED, "waits for a person"))
        elif pair.state is PairState.APPROVED:
            verification = _verify(desk, pair)
            if verification.standing is not Standing.HOLDS:
                desk.catalog.database.execute(
                    "UPDATE pair SET state = ? WHERE id = ?", (PairState.SUSPENDED, pair.id)
                )
            found.append(verification)
    return found


def _ended(desk: ReviewDesk, pair: ReviewPair, today: date | None) -> bool:
    """Tell whether a market of the pair is listed no more because its end has passed."""
    for venue, market in zip((Venue.POLYMARKET, Venue.KALSHI), desk.markets(pair.id), strict=True):
        if market is None or not desk.catalog.has_vanished(venue, market.id):
            continue
        ends = read_end(market.ends)
        if today is not None and ends is not None and ends <= today:
            return True
    return False


def _verify(desk: ReviewDesk, pair: ReviewPair) -> Verification:
    one, two = desk.markets(pair.id)
    for venue, market, name in (
        (Venue.POLYMARKET, one, pair.polymarket),
        (Venue.KALSHI, two, pair.kalshi),
    ):
        if market is None or not desk.catalog.is_listed(venue, name):
            return Verification(pair.id, Standing.VANISHED, f"{venue} lists no {name}")
    assert one is not None
    assert two is not None
    side = side_of(one, pair.outcome)
    if side is None:
        return Verification(pair.id, Standing.FAILS, f"no outcome {pair.outcome!r} any more")
    verdict = judge(side, two.listings()[0])
    # What a person approved may hold an open question; only a check that fails now and did not
    # fail when they approved speaks against them.
    if verdict.decision is Decision.REFUSE and pair.verdict is not Decision.REFUSE:
        return Verification(pair.id, Standing.FAILS, verdict.reason)
    return Verification(pair.id, Standing.HOLDS, verdict.reason)


def side_of(market: CatalogMarket, outcome: str) -> Listing | None:
    """Return the listing of one outcome of a market, or None when it has no such outcome.

    The No of a Yes/No market is one too, though nothing is matched with it: people pair it.
    """
    sides = market.listings()
    found = next((side for side in sides if side.outcome == outcome), None)
    if found is None and outcome in market.outcomes:
        return replace(sides[0], outcome=outcome)
    return found


def tally(verifications: Iterable[Verification]) -> dict[str, int]:
    """Count the verifications by standing."""
    counted = Counter(each.standing for each in verifications)
    return {standing.value: counted[standing] for standing in Standing}
