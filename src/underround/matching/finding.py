"""The whole way from listings to verdicts: propose candidates, judge them, demand one to one.

Pure over its inputs; where listings come from and where verdicts go is the caller's.
"""

from collections.abc import Callable, Iterable, Sequence

from underround.matching.candidates import TOP, candidates
from underround.matching.counting import counted
from underround.matching.listing import Listing
from underround.matching.tables import PairRow
from underround.matching.verdict import Decision, Verdict, judge, one_to_one

Adjudicator = Callable[[Verdict], Verdict]
"""A second opinion on an accepted pair: it may take the acceptance away, never give one."""


def find_pairs(
    polymarket: Sequence[Listing],
    kalshi: Sequence[Listing],
    *,
    top: int = TOP,
    adjudicate: Adjudicator | None = None,
    proposed: Iterable[tuple[int, int]] = (),
) -> list[Verdict]:
    """Return a verdict for each Polymarket side and its `top` likeliest Kalshi markets.

    `proposed` are further pairs of positions to judge, for instance by meaning.
    """
    pairs = [(each.polymarket, each.kalshi) for each in candidates(polymarket, kalshi, top)]
    wanted = list(dict.fromkeys((*pairs, *proposed)))
    judged = [judge(polymarket[one], kalshi[two]) for one, two in counted("judging", wanted)]
    return [reconsidered(verdict, adjudicate) for verdict in one_to_one(judged)]


def judge_rows(
    rows: Sequence[PairRow], *, adjudicate: Adjudicator | None = None
) -> list[Verdict | None]:
    """Return a verdict for each proposed row, None for a row that cannot be judged."""
    judged = [
        judge(row.polymarket, row.kalshi) if row.polymarket and row.kalshi else None
        for row in counted("judging", rows)
    ]
    checked = iter(one_to_one([verdict for verdict in judged if verdict is not None]))
    return [
        reconsidered(next(checked), adjudicate) if verdict is not None else None
        for verdict in judged
    ]


def reconsidered(verdict: Verdict, adjudicate: Adjudicator | None) -> Verdict:
    """Return the adjudicator's verdict on an accepted pair; its approval of any other is void."""
    if adjudicate is None or verdict.decision is not Decision.ACCEPT:
        return verdict
    return adjudicate(verdict)
