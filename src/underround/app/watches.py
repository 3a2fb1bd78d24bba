"""Everything that watches over a run besides its sockets: markets, venues, fees, frames.

Puts the watches together and starts their work; each decides for itself.
"""

import asyncio
import logging
from typing import Final

from msgspec import Struct

from underround.app.config import Config
from underround.app.connections import Connecting, Options, Rest
from underround.app.fees.reading import fee_reading
from underround.app.fees.watch import FeeWatch
from underround.app.frame_watch import FrameWatch
from underround.app.market_watch import MarketWatch
from underround.app.pairs.watch import PairWatch
from underround.app.structures.file import configured_structures
from underround.app.structures.watch import StructureWatch
from underround.app.subscriptions import Start, Subscriptions
from underround.app.supervision import kept_running
from underround.app.universe import Universe
from underround.app.venue_watch import VenueWatch
from underround.core.instrument import Outcome, Venue
from underround.venues.errors import VenueFaultError
from underround.venues.polymarket import catalog as polymarket_catalog

_log = logging.getLogger("underround")

FRAME_EVERY_S: Final = 0.5
CHECK_EVERY_S: Final = 60.0
CANARIES: Final = 20


class Watches(Struct):
    """What watches over one run."""

    subscriptions: Subscriptions
    markets: MarketWatch
    pairs: PairWatch
    structures: StructureWatch


def watching(run: Connecting, universe: Universe, frames: FrameWatch, start: Start) -> Watches:
    """Make a run's watches, plug them together and start them; nothing is subscribed to yet."""
    subscriptions = Subscriptions(run, start)
    markets = MarketWatch(
        universe,
        run.config.universe.kalshi_series,
        run.rest,
        run.pipeline,
        subscriptions,
        run.clock_ns,
        fee_reading(run.config),
    )
    entries, problems = configured_structures(run.config)
    for problem in problems:
        run.pipeline.note("a structure is left out", problem)
    structures = StructureWatch(
        run.rest,
        run.pipeline,
        subscriptions,
        universe.pairs,
        entries,
        run.config.universe.event_limit,
        fee_reading(run.config),
        run.clock_ns,
    )
    markets.on_pair.append(structures.paired)
    fees = FeeWatch(run.rest, run.pipeline, run.clock_ns)
    venues = VenueWatch(run.rest, run.pipeline, run.clock_ns, is_keyed=run.signer is not None)
    catalog = run.config.storage.catalog
    pairs = PairWatch(run.rest, run.pipeline, catalog, run.clock_ns, lambda: markets.universe.pairs)
    run.hands.subscriptions = subscriptions
    run.hands.on_look_up += [markets.announced, structures.announced]
    run.hands.on_reprice.append(fees.changed)
    run.pipeline.on_closed += [
        markets.closed,
        lambda connection, _, reason: subscriptions.closed(connection, reason),
    ]
    start(markets.run())
    start(kept_running("pair watch", pairs.run))
    start(_checking(subscriptions))
    start(_looking(frames, run))
    if any(one.venue is Venue.KALSHI for one in run.listed) or universe.waiting:
        start(fees.run())
        start(venues.watch_kalshi())
    if any(one.venue is Venue.POLYMARKET for one in run.listed) or universe.waiting:
        start(venues.watch_polymarket())
    return Watches(subscriptions, markets, pairs, structures)


async def canaries(
    rest: Rest, config: Config, options: Options, universe: Universe
) -> list[tuple[str, str]]:
    """Return busy markets for connections that have none of their own; none where not needed.

    A run that follows the most traded markets has them already.
    """
    is_any = any(one.venue is Venue.POLYMARKET for one in universe.instruments.values())
    if options.transport == "rest" or config.universe.polymarket_top or not is_any:
        return []
    try:
        listing = await polymarket_catalog.fetch_top(rest.gamma, CANARIES)
    except VenueFaultError as fault:
        _log.info("no busy market beside the watched ones: %s", fault)
        return []
    return [
        (one.id, one.complement_id)
        for one in listing.instruments
        if one.outcome is Outcome.YES
        and one.complement_id is not None
        and one.id not in universe.instruments
    ]


async def _checking(subscriptions: Subscriptions) -> None:
    while True:
        await asyncio.sleep(CHECK_EVERY_S)
        subscriptions.check()


async def _looking(frames: FrameWatch, run: Connecting) -> None:
    while True:
        await asyncio.sleep(FRAME_EVERY_S)
        frames.look(run.clock_ns())
