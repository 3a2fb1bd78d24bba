"""The ways of buying into a structure, each with its arithmetic; what is not proven is refused.

Puts claims and the sides that sell them together; knows nothing of trust, time or when to open.
"""

from collections.abc import Iterable, Mapping

from underround.core.arbitrage.basket import Claim as Claimed
from underround.core.arbitrage.basket import cluster_of
from underround.core.arbitrage.basket_edge import BasketEdge
from underround.core.arbitrage.ladder_edge import LadderEdge
from underround.core.arbitrage.partition import OutcomeSet, Way, refusal
from underround.core.arbitrage.partition_edge import PartitionEdge
from underround.core.arbitrage.share import Share, shares_of
from underround.core.arbitrage.watch import Edge
from underround.core.book import Book, Side
from underround.core.instrument import Outcome
from underround.core.structure import Basket, Ladder, Partition, Structure, instruments_of

Sides = dict[tuple[str, bool], Side]


def edges_of(
    structure: Structure, books: Mapping[str, Book], threshold_e6: int, refused: dict[str, str]
) -> Iterable[Edge]:
    """Yield a structure's ways; a reason for every other one goes into `refused` by its name."""
    sides: Sides = {
        (name, is_bid): book.bids if is_bid else book.asks
        for name in instruments_of(structure)
        for book in (books[name],)
        for is_bid in (True, False)
    }
    match structure:
        case Partition():
            yield from _of_partition(structure, sides, threshold_e6, refused)
        case Ladder(rungs=rungs):
            claims = [each for rung in rungs for each in (rung.yes, rung.no)]
            legs = [shares_of(one, sides, leg) for leg, one in enumerate(claims)]
            yield LadderEdge(legs, threshold_e6)
        case Basket(questions=questions, worlds=worlds):
            both = [
                (Claimed(number, outcome), claims)
                for number, each in enumerate(questions)
                for outcome, claims in ((Outcome.YES, each.yes), (Outcome.NO, each.no))
            ]
            sold = [(claimed, claim) for claimed, claims in both for claim in claims]
            shares = [
                Share(claim, sides[claim.instrument, claim.takes_bids], leg, 0)
                for leg, (_, claim) in enumerate(sold)
            ]
            cluster = cluster_of(worlds, [claimed for claimed, _ in sold])
            yield BasketEdge(cluster, shares, threshold_e6)


def _of_partition(
    structure: Partition, sides: Sides, threshold_e6: int, refused: dict[str, str]
) -> Iterable[Edge]:
    outcomes = OutcomeSet(
        id=structure.id,
        is_exhaustive=structure.is_exhaustive,
        is_exclusive=structure.is_exclusive,
        is_open_ended=structure.is_open_ended,
    )
    for way in Way:
        why_not = refusal(outcomes, way)
        if why_not is not None:
            refused[f"{structure.id}/{way}"] = f"{why_not} ({structure.proof})"
            continue
        claims = [each.yes if way is Way.ALL_YES else each.no for each in structure.questions]
        legs = [shares_of(one, sides, leg) for leg, one in enumerate(claims)]
        yield PartitionEdge(outcomes, way, legs, threshold_e6)
