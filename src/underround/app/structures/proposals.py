"""Sets and ladders that follow from the words of contracts and that no structure has: for a person.

Words propose and never approve, here as with pairs: nothing of this is watched until somebody has
read the rules and put it into the pairs file. Reads the catalog; writes nothing.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from underround.core.instrument import Venue
from underround.core.structure import Partition, Structure
from underround.matching.catalog import Catalog
from underround.matching.catalog_entries import CatalogMarket
from underround.matching.event_relations import Claim, event_relations, events_of


class Proposal(Struct, frozen=True):
    """A structure that the words force: `questions` as the pairs file names them, and their titles.

    A ladder has its widest question first. `is_exhaustive`: by the words one of them must win.
    """

    id: str
    kind: Literal["ladder", "partition"]
    questions: tuple[str, ...]
    titles: tuple[str, ...]
    is_exhaustive: bool = False


def proposals(
    path: Path,
    events: Collection[tuple[Venue, str]],
    known: Iterable[tuple[Structure, Collection[str]]],
    most: int,
) -> list[Proposal]:
    """Return what follows within these events and is in no structure; nothing without a catalog.

    `known` are structures with the ids of their markets; events of more than `most` markets are
    left out. Raises UnderroundError for a file that is no catalog.
    """
    if not path.exists():
        return []
    found: list[Proposal] = []
    held = [(isinstance(each, Partition), frozenset(markets)) for each, markets in known]
    with Catalog(path) as catalog:
        for venue in Venue:
            for event, markets in events_of(catalog, venue).items():
                if (venue, event) in events and 1 < len(markets) <= most:
                    found += _of_event(event, markets)
    return [
        each
        for each in found
        if not any(
            is_set is (each.kind == "partition") and markets.issuperset(_markets(each))
            for is_set, markets in held
        )
    ]


def written(proposal: Proposal) -> list[str]:
    """Return the lines of a pairs file's entry that would approve a proposal."""
    lines = ["[[structure]]", f"id = {json.dumps(proposal.id)}", f'kind = "{proposal.kind}"']
    lines += ["questions = ["]
    for question, title in zip(proposal.questions, proposal.titles, strict=True):
        lines.append(f"  {json.dumps(question)},  # {' '.join(title.split())}")
    lines += ["]"]
    if proposal.kind == "partition":
        lines.append(f"exhaustive = {str(proposal.is_exhaustive).lower()}")
    return [*lines, 'note = "who read the rules, and when"']


def _of_event(event: str, markets: list[CatalogMarket]) -> list[Proposal]:
    by_id = {market.id: market for market in markets}
    found = event_relations(markets)

    made: list[Proposal] = []

    def propose(
        kind: Literal["ladder", "partition"], claims: Sequence[Claim], *, exhaustive: bool = False
    ) -> None:
        if len({claim.market for claim in claims}) < 2:  # both sides of one market prove nothing
            return
        made.append(
            Proposal(
                f"{claims[0].venue}-{event}-{kind}-{len(made) + 1}",
                kind,
                tuple(_question(claim, by_id[claim.market]) for claim in claims),
                tuple(f"{by_id[claim.market].title} [{claim.outcome}]" for claim in claims),
                exhaustive,
            )
        )

    for ladder in found.ladders:
        propose("ladder", ladder)
    for one in found.partitions:
        propose("partition", one.members, exhaustive=one.is_exhaustive)
    return made


def _question(claim: Claim, market: CatalogMarket) -> str:
    is_second = market.outcomes[1:] == (claim.outcome,)
    return f"{'not ' if is_second else ''}{claim.venue}:{claim.market}"


def _markets(proposal: Proposal) -> set[str]:
    return {question.partition(":")[2] for question in proposal.questions}
