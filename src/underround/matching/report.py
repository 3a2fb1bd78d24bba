"""What a round of matching found, as a page for a person: Markdown, the most urgent first.

Reads verdicts and the catalog; decides nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rapidfuzz import fuzz

from underround.core.instrument import Venue
from underround.matching.catalog_entries import Skipped
from underround.matching.pair_states import PairState
from underround.matching.review import ReviewDesk, ReviewPair
from underround.matching.verdict import Decision, Verdict

_MOST_ROWS: Final = 200
_ALIKE: Final = 70
"""Titles this alike, of 100, are worth a glance when the pair is refused."""


def match_page(
    desk: ReviewDesk,
    verdicts: Sequence[Verdict],
    skipped: Mapping[Venue, Sequence[Skipped]],
    facts: Mapping[str, object],
) -> str:
    """Return the page: what the round did, what is suspended, accepted, waiting, and refused."""
    pairs = desk.pairs()
    told = {each.kalshi.id for each in verdicts if each.decision is Decision.ACCEPT}
    lines = ["# Markets that are the same bet", ""]
    lines += [f"- {name.replace('_', ' ')}: {value}" for name, value in facts.items()]
    lines += _pairs_of(pairs, PairState.SUSPENDED, "Suspended: rules changed, look again")
    lines += _verdicts_of(verdicts, Decision.ACCEPT, "Accepted now: every check passes")
    lines += _pairs_of(pairs, PairState.PROPOSED, "Waiting for a person: `underround pairs review`")
    lines += _pairs_of(pairs, PairState.UNSURE, "A person was unsure")
    before = [pair for pair in pairs if pair.kalshi not in told]
    lines += _pairs_of(before, PairState.APPROVED, "Approved before")
    lines += _lookalikes(verdicts)
    for venue, left in skipped.items():
        lines += _section(f"Left out of {venue.title()}'s list", [_left(each) for each in left])
    return "\n".join(lines) + "\n"


def _pairs_of(pairs: Iterable[ReviewPair], state: PairState, title: str) -> list[str]:
    return _section(
        title,
        [
            f"- `{pair.kalshi}` and {pair.note or pair.polymarket}: {pair.reason}"
            for pair in pairs
            if pair.state is state
        ],
    )


def _verdicts_of(verdicts: Iterable[Verdict], decision: Decision, title: str) -> list[str]:
    return _section(title, [_row(each) for each in verdicts if each.decision is decision])


def _lookalikes(verdicts: Iterable[Verdict]) -> list[str]:
    """Refused pairs whose titles are nearly the same words, the likest first."""
    found = []
    for verdict in verdicts:
        side, market = verdict.polymarket, verdict.kalshi
        alike = fuzz.token_set_ratio(side.title, f"{market.title} {market.subtitle}")
        if verdict.decision is Decision.REFUSE and alike >= _ALIKE:
            found.append((alike, _row(verdict)))
    found.sort(key=lambda each: -each[0])
    return _section("Refused though they look alike", [row for _, row in found])


def _row(verdict: Verdict) -> str:
    side, market = verdict.polymarket, verdict.kalshi
    name = f"{market.title} {market.subtitle}".strip()
    return f"- {side.title} [{side.outcome}] and `{market.id}` {name}: {verdict.reason}"


def _left(skipped: Skipped) -> str:
    return f"- {skipped.reference}: {skipped.reason}"


def _section(title: str, rows: Sequence[str]) -> list[str]:
    if not rows:
        return []
    more = [f"- … and {len(rows) - _MOST_ROWS} more"] if len(rows) > _MOST_ROWS else []
    return ["", f"## {title} ({len(rows)})", "", *rows[:_MOST_ROWS], *more]
