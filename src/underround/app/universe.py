"""Which markets a run watches: those of the pairs, and each venue's most traded.

Asks both venues' catalogs and makes pairs of instruments; decides nothing about sameness.
"""

import asyncio
from collections.abc import Mapping, Sequence

from msgspec import Struct

from underround.app.config import UniverseConfig
from underround.app.fees.reading import WORSE, FeeReading
from underround.app.pairs.file import PairEntry
from underround.app.pairs.pairing import Pairing
from underround.core.instrument import Instrument
from underround.core.pair import Pair
from underround.venues.errors import VenueFaultError
from underround.venues.kalshi import catalog as kalshi_catalog
from underround.venues.kalshi.catalog import MarketFilter
from underround.venues.polymarket import catalog as polymarket_catalog
from underround.venues.rest import RestClient


class Universe(Struct, frozen=True):
    """Instruments by id, pairs among them, and a line for everything left out.

    `waiting` are the pairs of which a market is not there yet.
    """

    instruments: dict[str, Instrument]
    pairs: tuple[Pair, ...]
    problems: tuple[str, ...]
    waiting: tuple[PairEntry, ...] = ()


async def load(
    gamma: RestClient,
    kalshi: RestClient,
    wanted: UniverseConfig,
    entries: Sequence[PairEntry],
    reading: FeeReading = WORSE,
) -> Universe:
    """Ask both venues for everything a run watches, fees as `reading` says.

    Raises VenueError when a venue's list cannot be had at all; a pair whose market is unknown is
    left out and named.
    """
    polymarket, on_kalshi = await asyncio.gather(
        _polymarket(gamma, wanted, entries), _kalshi(kalshi, wanted, entries)
    )
    listed = polymarket.instruments | on_kalshi
    instruments = {name: reading.one(each) for name, each in listed.items()}
    absent = [entry.kalshi for entry in entries if entry.kalshi not in on_kalshi]
    ended = await kalshi_catalog.fetch_ended(kalshi, list(dict.fromkeys(absent)))
    pairing, problems, waiting = Pairing(), list(polymarket.problems), []
    for entry in entries:
        found = polymarket.resolved.get(entry.polymarket)
        market = on_kalshi.get(entry.kalshi)
        if market is None:
            problems.append(f"pair {entry.id!r}: {_absent(entry.kalshi, ended)}")
        if market is None or found is None:
            waiting.append(entry)
        else:
            pairing.add(entry, found, market)
    problems += pairing.problems
    return Universe(instruments, tuple(pairing.pairs.values()), tuple(problems), tuple(waiting))


def _absent(ticker: str, ended: Mapping[str, str]) -> str:
    """Say why Kalshi lists no such market."""
    if ticker in ended:
        return f"Kalshi's market {ticker!r} trades no more: {ended[ticker]}"
    return f"Kalshi has no open market {ticker!r}"


class _Polymarket(Struct):
    instruments: dict[str, Instrument]
    resolved: dict[str, Instrument]
    problems: list[str]


async def _polymarket(
    gamma: RestClient, wanted: UniverseConfig, entries: Sequence[PairEntry]
) -> _Polymarket:
    found = _Polymarket({}, {}, [])
    if wanted.polymarket_top:
        listing = await polymarket_catalog.fetch_top(gamma, wanted.polymarket_top)
        found.instruments.update((one.id, one) for one in listing.instruments)
    for entry in entries:
        try:
            yes, no = await polymarket_catalog.resolve(gamma, entry.polymarket)
        except VenueFaultError as fault:
            if fault.retryable:
                raise
            found.problems.append(f"pair {entry.id!r}: {fault}")
            continue
        found.resolved[entry.polymarket] = yes
        found.instruments.update({yes.id: yes, no.id: no})
    return found


async def _kalshi(
    kalshi: RestClient, wanted: UniverseConfig, entries: Sequence[PairEntry]
) -> dict[str, Instrument]:
    filters = [MarketFilter(series=series) for series in wanted.kalshi_series]
    tickers = tuple(dict.fromkeys(entry.kalshi for entry in entries))
    if tickers:
        filters.append(MarketFilter(tickers=tickers))
    found: dict[str, Instrument] = {}
    if wanted.kalshi_top:
        listing = await kalshi_catalog.fetch_markets(kalshi, top=wanted.kalshi_top)
        found.update((one.id, one) for one in listing.instruments)
    for each in filters:
        listing = await kalshi_catalog.fetch_markets(kalshi, each)
        found.update((one.id, one) for one in listing.instruments)
    return found
