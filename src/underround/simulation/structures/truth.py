"""Which sets of legs truly are underrounds, kind by kind, at given costs: by trying them all.

Partition: YES of cells that fill all worlds without overlap, or NO of cells that cannot win
together. Ladder: YES of a wide rung and NO of a narrower one. Basket: whatever else pays a sure
dollar for less, where no set of the other kinds does. Pure arithmetic over the outcome space.
"""

from collections.abc import Iterable
from itertools import combinations
from typing import Final, NamedTuple

from underround.simulation.structures.costs import Costs
from underround.simulation.structures.state_prices import cheapest_dollar
from underround.simulation.structures.structure import Claim, Kind, Structure

ONE_E6: Final = 1_000_000
_SOME: Final = 1e-6
Worlds = frozenset[int]


class TrueSet(NamedTuple):
    """A set of legs that pays for sure: its kind, its edge a set (usd_e6), its claims in order."""

    kind: Kind
    edge_e6: int
    legs: tuple[Claim, ...]


class Offer(NamedTuple):
    """What can be bought now: its cost (usd_e6 a contract) and the worlds in which it pays one."""

    cost_e6: int
    claim: Claim
    pays: Worlds


def offers_of(structure: Structure, costs: Costs) -> list[Offer]:
    """Return everything that can be bought at these costs."""
    offers = []
    for index, member in enumerate(structure.members):
        yes_e6, no_e6 = costs[2 * index], costs[2 * index + 1]
        if yes_e6 is not None:
            offers.append(Offer(yes_e6, member.claim("yes"), member.pays))
        if no_e6 is not None:
            offers.append(Offer(no_e6, member.claim("no"), structure.everything - member.pays))
    return offers


def true_sets(structure: Structure, costs: Costs, kinds: Iterable[Kind]) -> list[TrueSet]:
    """Return every set of legs of these kinds that pays for sure, whatever its edge.

    Of claims that pay in the same worlds the cheapest is meant. The basket's edge is per dollar of
    sure payoff, and there is one only where no simpler set, asked for or not, has an edge.
    """
    offers = offers_of(structure, costs)
    best: dict[Worlds, Offer] = {}
    for offer in sorted(offers, reverse=True):
        best[offer.pays] = offer
    wanted = set(kinds)
    simple = [*_partitions(structure, best), *_ladders(structure, best)]
    found = [each for each in simple if each.kind in wanted]
    if "basket" in wanted and structure.plays == "basket":
        found += _baskets(structure, offers, [*simple, *_crosses(structure, offers)])
    return found


def _partitions(structure: Structure, best: dict[Worlds, Offer]) -> list[TrueSet]:
    cells = {member.pays for member in structure.members if member.is_cell}
    offered = [best[cell] for cell in cells if cell in best]
    found = [
        _set("partition", ONE_E6, chosen)
        for count in range(2, len(offered) + 1)
        for chosen in combinations(offered, count)
        if _fills(structure, [offer.pays for offer in chosen])
    ]
    is_exclusive = sum(map(len, cells)) == len(frozenset[int]().union(*cells))
    sold = [best[rest] for cell in cells if (rest := structure.everything - cell) in best]
    if is_exclusive and len(sold) > 1:
        # All of them but one pay; each adds what it leaves below a dollar, so all are bought.
        found.append(_set("partition", (len(sold) - 1) * ONE_E6, sold))
    return found


def _fills(structure: Structure, cells: list[Worlds]) -> bool:
    return sum(map(len, cells)) == structure.worlds == len(frozenset[int]().union(*cells))


def _ladders(structure: Structure, best: dict[Worlds, Offer]) -> list[TrueSet]:
    rungs = {member.pays for member in structure.members if member.is_rung}
    return [
        _set("ladder", ONE_E6, (best[wide], best[rest]))
        for wide in rungs
        for narrow in rungs
        if narrow < wide and wide in best and (rest := structure.everything - narrow) in best
    ]


def _crosses(structure: Structure, offers: list[Offer]) -> list[TrueSet]:
    """Return the ways of buying both sides of one question on two venues."""
    return [
        _set("cross_venue", ONE_E6, (one, other))
        for one, other in combinations(offers, 2)
        if one.claim.venue != other.claim.venue and one.pays == structure.everything - other.pays
    ]


def _baskets(structure: Structure, offers: list[Offer], simple: list[TrueSet]) -> list[TrueSet]:
    if any(each.edge_e6 >= 0 for each in simple):
        return []
    holding = _cheapest_holding(structure, offers)
    if holding is None:
        return []
    cost_e6, legs = holding
    return [TrueSet("basket", int(ONE_E6 - cost_e6), tuple(sorted(legs)))]


def _cheapest_holding(
    structure: Structure, offers: list[Offer]
) -> tuple[float, list[Claim]] | None:
    """Return the least cost of a sure dollar (usd_e6) and what is held for it."""
    found = cheapest_dollar(
        [offer.pays for offer in offers], [offer.cost_e6 for offer in offers], structure.worlds
    )
    if found is None:
        return None
    held = zip(offers, found.amounts, strict=True)
    return found.cost, [offer.claim for offer, amount in held if amount > _SOME]


def _set(kind: Kind, payoff_e6: int, offers: Iterable[Offer]) -> TrueSet:
    bought = list(offers)
    edge_e6 = payoff_e6 - sum(offer.cost_e6 for offer in bought)
    return TrueSet(kind, edge_e6, tuple(sorted(offer.claim for offer in bought)))
