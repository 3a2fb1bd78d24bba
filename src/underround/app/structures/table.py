"""The structures that a run would watch, with their proofs and what is refused, as rows."""

from pathlib import Path
from typing import Any

from underround.app.config import Config
from underround.app.connections import rest_clients
from underround.app.fees.reading import fee_reading
from underround.app.pairs.file import PairEntry
from underround.app.structures.catalog import find_structures
from underround.app.structures.file import StructureEntry
from underround.app.structures.proposals import Proposal, proposals
from underround.app.structures.texts import markets_of
from underround.app.universe import load
from underround.core.engine import Engine
from underround.core.settings import Settings
from underround.core.structure import Structure, questions_of


async def structure_rows(
    config: Config, pairs: list[PairEntry], entries: list[StructureEntry]
) -> tuple[list[dict[str, Any]], list[str], list[Proposal]]:
    """Return a row for each structure, what was left out, and what a person might approve.

    Raises VenueError without the venues' catalogs.
    """
    async with rest_clients(config, None) as rest:
        reading = fee_reading(config)
        universe = await load(rest.gamma, rest.kalshi, config.universe, pairs, reading)
        limit = config.universe.event_limit
        found = await find_structures(
            rest, universe.instruments, universe.pairs, entries, limit, reading
        )
    instruments = {one.id: one for one in (*universe.instruments.values(), *found.fresh)}
    engine = Engine(Settings(), instruments.values(), universe.pairs, found.structures)
    rows = [_row(each, engine.desk.refused) for each in found.structures]
    events = {(one.venue, one.event_id) for one in instruments.values() if one.event_id}
    known = [(each, markets_of(each, instruments)) for each in found.structures]
    proposed = proposals(Path(config.storage.catalog), events, known, limit)
    return rows, [*universe.problems, *found.problems], proposed


def _row(structure: Structure, refused: dict[str, str]) -> dict[str, Any]:
    return {
        "id": structure.id,
        "kind": type(structure).__name__.lower(),
        "proof": structure.proof,
        "questions": [
            {
                "name": question.name,
                "yes": [
                    f"{claim.venue} {claim.instrument} {claim.outcome}" for claim in question.yes
                ],
            }
            for question in questions_of(structure)
        ],
        "refused": {
            name.rpartition("/")[2]: reason
            for name, reason in refused.items()
            if name.rpartition("/")[0] == structure.id
        },
    }
