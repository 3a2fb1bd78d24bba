"""Matching over the venues' live lists: refresh the catalog, judge what is new, write the pairs.

Every round costs what changed. A person's answers, and entries that a person wrote into the pairs
file, are never overwritten.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from underround import __version__
from underround.app.clock import wall_ns
from underround.app.config import Config
from underround.app.connections import Rest, rest_clients, signer_of
from underround.app.pairs.catalog_feed import Taken, refresh_catalog
from underround.app.pairs.match_files import counts
from underround.app.simulated.venues_process import simulated_config, simulated_venues
from underround.core.instrument import Venue
from underround.matching.candidates import TOP
from underround.matching.catalog import Catalog
from underround.matching.finding import Adjudicator
from underround.matching.matching_round import match_catalog
from underround.matching.pair_book import replace_file
from underround.matching.pair_merge import Merged, merge_pair_file, places
from underround.matching.pair_states import PairState
from underround.matching.report import match_page
from underround.matching.review import ReviewDesk
from underround.matching.tables import write_accepted, write_report
from underround.matching.verdict import Verdict

_log = logging.getLogger("underround")

SHOWN_SKIPPED: Final = 20
_MANY: Final = 3_000
"""So many markets are judged in some seconds."""


class MatchRequest(Struct, frozen=True, kw_only=True):
    """Where a round writes to; None writes no such file. A report in CSV lists every verdict."""

    pairs: Path
    report: Path
    out: Path | None = None
    top: int = TOP
    second: Adjudicator | None = None


async def match_live(catalog: Catalog, config: Config, request: MatchRequest) -> dict[str, Any]:
    """Do one round against the configured venues and return its summary; VenueError."""
    async with rest_clients(config, signer_of(config)) as rest:
        return await match_once(catalog, rest, request)


async def match_simulated(catalog: Catalog, seed: int, request: MatchRequest) -> dict[str, Any]:
    """Do one round against simulated venues of their own, which end with it."""
    async with simulated_venues(seed) as addresses:
        config = simulated_config(addresses, "memory://", request.pairs.with_suffix(".db"))
        return await match_live(catalog, config, request) | {"seed": seed}


async def match_once(catalog: Catalog, rest: Rest, request: MatchRequest) -> dict[str, Any]:
    """Refresh, judge what is new, propose it, and write the pairs file and the report."""
    taken = await refresh_catalog(catalog, rest, wall_ns)
    listed = [each.listed for each in taken.values()]
    if max(listed) > _MANY and any(each.refresh.added for each in taken.values()):
        _log.info("%d and %d markets are listed; the first reading of all takes minutes", *listed)
    found = match_catalog(catalog, __version__, top=request.top, adjudicate=request.second)
    desk = ReviewDesk(catalog)
    proposed = desk.propose(found.verdicts, wall_ns())
    merged = merge_pair_file(request.pairs, places(desk))
    if request.out is not None:
        write_accepted(request.out, found.verdicts)
    summary = _summary(taken, found.verdicts, desk, merged) | {
        "proposed": proposed,
        "pairs_file": str(request.pairs),
        "report": str(request.report),
    }
    _write_report(request.report, desk, found.verdicts, taken, summary)
    return summary


def _summary(
    taken: dict[Venue, Taken], verdicts: Sequence[Verdict], desk: ReviewDesk, merged: Merged
) -> dict[str, Any]:
    states = Counter(pair.state for pair in desk.pairs())
    refreshed = [each.refresh for each in taken.values()]
    skipped = [(venue, each) for venue, found in taken.items() for each in found.skipped]
    return {
        **{venue.value: found.listed for venue, found in taken.items()},
        "new_markets": sum(len(each.added) for each in refreshed),
        "changed_markets": sum(len(each.changed) for each in refreshed),
        "vanished_markets": sum(len(each.vanished) for each in refreshed),
        "judged": len(verdicts),
        **counts(verdicts),
        "approved_pairs": states[PairState.APPROVED],
        "waiting_pairs": len(desk.waiting()),
        "suspended_pairs": states[PairState.SUSPENDED],
        "suspended_now": [name for each in refreshed for name in each.suspended],
        "pairs_added": len(merged.added),
        "pairs_removed": len(merged.removed),
        "pairs_kept": merged.kept,
        "skipped": len(skipped),
        "skipped_by_reason": dict(Counter(each.reason for _, each in skipped)),
        "skipped_markets": [
            {"venue": venue.value, "name": each.reference, "reason": each.reason}
            for venue, each in skipped
            if not each.reason.startswith("is ")
        ],
    }


def _write_report(
    path: Path,
    desk: ReviewDesk,
    verdicts: Sequence[Verdict],
    taken: dict[Venue, Taken],
    summary: dict[str, Any],
) -> None:
    if path.suffix.lower() == ".csv":
        write_report(path, verdicts)
        return
    facts = {name: value for name, value in summary.items() if isinstance(value, int | str)}
    skipped = {
        venue: [each for each in found.skipped if not each.reason.startswith("is ")]
        for venue, found in taken.items()
    }
    replace_file(path, match_page(desk, verdicts, skipped, facts))
