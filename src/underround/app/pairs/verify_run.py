"""Today's texts of the pairs that were approved, asked of the venues by name.

Fetches and takes in; what no longer holds is decided in `matching`.
"""

from underround.app.clock import wall_ns
from underround.app.config import Config
from underround.app.connections import rest_clients, signer_of
from underround.app.pairs.catalog_feed import fetch_named
from underround.core.instrument import Venue
from underround.matching.catalog import Catalog
from underround.matching.pair_states import PairState
from underround.matching.review import ReviewDesk


async def refresh_approved(catalog: Catalog, config: Config) -> None:
    """Take in the approved and suspended pairs' markets as they are now; VenueError.

    A market that its venue does not list as open any more is noted as not listed.
    """
    wanted = (PairState.APPROVED, PairState.SUSPENDED)
    pairs = [pair for pair in ReviewDesk(catalog).pairs() if pair.state in wanted]
    names = {
        Venue.POLYMARKET: list(dict.fromkeys(pair.polymarket for pair in pairs)),
        Venue.KALSHI: list(dict.fromkeys(pair.kalshi for pair in pairs)),
    }
    async with rest_clients(config, signer_of(config)) as rest:
        found = await fetch_named(rest, names)
    for venue, markets in found.items():
        catalog.refresh(venue, markets, wall_ns())
        catalog.unlist(venue, set(names[venue]) - {market.id for market in markets})
