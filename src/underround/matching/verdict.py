"""From checks to a verdict: accept only when all pass, refuse on one failure, else ask a person.

Similarity has no part in this. `judge` sees one pair; `one_to_one` sees them all.
"""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from underround.core.instrument import Venue
from underround.matching.checks import Check, Finding, unknown
from underround.matching.guards import check_pair
from underround.matching.listing import Listing
from underround.matching.reading import read
from underround.matching.residual import Residual, residuals

LEFT_OVER: Final = "; residual: "
"""In a reason, what passed stands before this, and what is left over after it."""


class Decision(StrEnum):
    """What the guards say of a pair; only a person approves what is sent to review."""

    ACCEPT = "accept"
    REVIEW = "review"
    REFUSE = "refuse"


class Verdict(Struct, frozen=True):
    """A judged pair: the decision, its checks, and what differs outside ordinary worlds."""

    polymarket: Listing
    kalshi: Listing
    decision: Decision
    checks: tuple[Check, ...]
    residual: tuple[Residual, ...] = ()

    @property
    def reason(self) -> str:
        """One line: the failed or unknown checks, or what passed and what is left over."""
        wanted = Finding.FAIL if self.decision is Decision.REFUSE else Finding.UNKNOWN
        if self.decision is Decision.ACCEPT:
            names = ", ".join(dict.fromkeys(check.name for check in self.checks))
            left = f"{LEFT_OVER}{'; '.join(map(str, self.residual))}" if self.residual else ""
            return f"all pass: {names}{left}"
        return "; ".join(str(check) for check in self.checks if check.finding is wanted)


def judge(polymarket: Listing, kalshi: Listing) -> Verdict:
    """Judge one Polymarket side against one Kalshi market (YES bought on both)."""
    if polymarket.venue is not Venue.POLYMARKET or kalshi.venue is not Venue.KALSHI:
        raise ValueError("judge takes a Polymarket listing and a Kalshi listing, in this order")
    poly, other = read(polymarket), read(kalshi)
    checks = tuple(check_pair(poly, other))
    findings = {check.finding for check in checks}
    if Finding.FAIL in findings:
        decision = Decision.REFUSE
    elif Finding.UNKNOWN in findings or not checks:
        decision = Decision.REVIEW
    else:
        decision = Decision.ACCEPT
    return Verdict(polymarket, kalshi, decision, checks, residuals(poly, other, checks))


def _side_key(listing: Listing) -> tuple[str, ...]:
    """What one side is, for counting partners: a question listed twice under two ids is one."""
    if listing.venue is Venue.KALSHI:
        return (listing.id,)
    return (listing.title, listing.outcome, str(read(listing).period))


def one_to_one(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Send to review every accepted pair whose side on either venue was accepted more than once.

    The same pair judged twice is one pair.
    """
    pairs = {
        (_side_key(verdict.polymarket), _side_key(verdict.kalshi))
        for verdict in verdicts
        if verdict.decision is Decision.ACCEPT
    }
    partners = Counter(poly for poly, _ in pairs) + Counter(kalshi for _, kalshi in pairs)
    checked = []
    for verdict in verdicts:
        several = (
            max(partners[_side_key(verdict.polymarket)], partners[_side_key(verdict.kalshi)]) > 1
        )
        if verdict.decision is Decision.ACCEPT and several:
            check = unknown(
                "one-to-one", verdict.polymarket.title, verdict.kalshi.id, "several partners"
            )
            checks = (*verdict.checks, check)
            checked.append(replace(verdict, decision=Decision.REVIEW, checks=checks))
        else:
            checked.append(verdict)
    return checked
