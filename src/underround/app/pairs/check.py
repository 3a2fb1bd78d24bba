"""A pairs file held against both venues' catalogs, without a run. Prints nothing."""

from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from underround.app.config import Config
from underround.app.connections import rest_clients
from underround.app.pairs.file import load_pairs
from underround.app.universe import load
from underround.core.pair import Pair


class CheckedPairs(Struct, frozen=True):
    """The pairs that a run would compare, and a line for every entry it would leave out."""

    file: str
    pairs: tuple[Pair, ...]
    problems: tuple[str, ...]


async def checked_pairs(config: Config) -> CheckedPairs:
    """Look every entry's markets up.

    ConfigError for a file that is none, VenueError when a venue cannot be asked.
    """
    path = Path(config.pairs)
    entries, problems = load_pairs(path)
    alone = replace(config.universe, polymarket_top=0, kalshi_top=0, kalshi_series=())
    async with rest_clients(config, None) as rest:
        universe = await load(rest.gamma, rest.kalshi, alone, entries)
    said = (*map(str, problems), *universe.problems)
    return CheckedPairs(str(path), universe.pairs, said)
