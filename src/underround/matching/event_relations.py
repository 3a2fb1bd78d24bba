"""What follows between the markets of one event: ladders, partitions, complements, by name.

For whoever looks for underrounds within one question. A relation is claimed only where the words
force it (`relations.py`); what is not named here is not known, and must not be traded on.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from underround.core.instrument import Venue
from underround.matching.catalog import Catalog
from underround.matching.catalog_entries import CatalogMarket
from underround.matching.reading import read
from underround.matching.relations import Relation, partition, relation
from underround.matching.terms import Terms


class Claim(Struct, frozen=True):
    """YES of one outcome of one market, by what its venue calls them: ("0x1…", "Lakers")."""

    venue: Venue
    market: str
    outcome: str


class Related(Struct, frozen=True):
    """What `one` says of `two`: `Relation.IMPLIES` means that whenever `one` pays, `two` does."""

    one: Claim
    two: Claim
    relation: Relation


class ClaimSet(Struct, frozen=True):
    """Claims of which at most one pays; `is_exhaustive` when exactly one must, by the rules."""

    members: tuple[Claim, ...]
    is_exhaustive: bool


class EventRelations(Struct, frozen=True):
    """Everything that follows within one event.

    `ladders` hold the widest claim first: each further one implies all before it. `unread` are
    markets whose words leave a doubt; nothing is said of them.
    """

    related: tuple[Related, ...] = ()
    ladders: tuple[tuple[Claim, ...], ...] = ()
    partitions: tuple[ClaimSet, ...] = ()
    unread: tuple[Claim, ...] = ()


def events_of(catalog: Catalog, venue: Venue) -> dict[str, list[CatalogMarket]]:
    """Return the listed markets of a venue by event id; those without an event are left out."""
    events: defaultdict[str, list[CatalogMarket]] = defaultdict(list)
    for market in catalog.listed(venue):
        if market.event_id:
            events[market.event_id].append(market)
    return dict(events)


def event_relations(markets: Iterable[CatalogMarket]) -> EventRelations:
    """Return what follows between markets: of one event, or of one event as both venues list it.

    Every side that can be bought is looked at: YES, or each of two named outcomes. Costs the
    square of their number.
    """
    terms: dict[Claim, Terms] = {}
    unread: list[Claim] = []
    for market in markets:
        for side in market.listings():
            claim = Claim(market.venue, market.id, side.outcome)
            known = read(side)
            if known.refusals or known.doubts:
                unread.append(claim)
            else:
                terms[claim] = known
    claims = list(terms)
    found: dict[tuple[Claim, Claim], Relation] = {}
    for place, one in enumerate(claims):
        for two in claims[place + 1 :]:
            said = relation(terms[one], terms[two])
            if said is not None:
                found[one, two] = said
                found[two, one] = _REVERSED.get(said, said)
    return EventRelations(
        related=tuple(Related(one, two, said) for (one, two), said in found.items()),
        ladders=_ladders(claims, found),
        partitions=_partitions(claims, terms, found),
        unread=tuple(unread),
    )


_REVERSED = {Relation.IMPLIES: Relation.IMPLIED, Relation.IMPLIED: Relation.IMPLIES}
_EXCLUDING = (Relation.EXCLUDES, Relation.COMPLEMENT)


def _ladders(
    claims: Sequence[Claim], found: Mapping[tuple[Claim, Claim], Relation]
) -> tuple[tuple[Claim, ...], ...]:
    """Chain claims, the widest first; implication is transitive, so neighbours are enough."""
    implied_by = {
        claim: sum(found.get((other, claim)) is Relation.IMPLIES for other in claims)
        for claim in claims
    }
    chains: list[list[Claim]] = []
    for claim in sorted(claims, key=lambda each: -implied_by[each]):
        for chain in chains:
            if found.get((claim, chain[-1])) is Relation.IMPLIES:
                chain.append(claim)
                break
        else:
            chains.append([claim])
    return tuple(tuple(chain) for chain in chains if len(chain) > 1)


def _partitions(
    claims: Sequence[Claim],
    terms: Mapping[Claim, Terms],
    found: Mapping[tuple[Claim, Claim], Relation],
) -> tuple[ClaimSet, ...]:
    """Gather claims that exclude each other, each in the first set that it fits into."""
    sets: list[list[Claim]] = []
    for claim in claims:
        for members in sets:
            if all(found.get((claim, other)) in _EXCLUDING for other in members):
                members.append(claim)
                break
        else:
            sets.append([claim])
    made = []
    for members in sets:
        known = partition([terms[claim] for claim in members])
        if known is not None:
            made.append(ClaimSet(tuple(members), known.exhaustive))
    return tuple(made)
