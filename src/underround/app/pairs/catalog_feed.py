"""Feeds both venues' live lists into the catalog: fetched whole, taken in where they differ.

Fetches and decodes; what a change means for a pair is the catalog's business.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from underround.app.connections import Rest
from underround.core.instrument import Venue
from underround.matching.catalog import Catalog, Refresh
from underround.matching.catalog_entries import (
    CatalogMarket,
    Skipped,
    kalshi_entries,
    polymarket_entries,
)
from underround.matching.counting import on_counted
from underround.venues.errors import UnreadableError
from underround.venues.kalshi import texts as kalshi_texts
from underround.venues.polymarket import texts as polymarket_texts

_Decode = Callable[[object], tuple[list[CatalogMarket], list[Skipped]]]
_DECODERS: dict[Venue, _Decode] = {
    Venue.POLYMARKET: polymarket_entries,
    Venue.KALSHI: kalshi_entries,
}
_MANY = 100
"""A list at least as long as this does not lose half of its markets between two looks."""


class Taken(Struct, frozen=True):
    """One venue's list as it was read: what the catalog did with it, and what was left out."""

    refresh: Refresh
    listed: int
    skipped: tuple[Skipped, ...]


async def refresh_catalog(
    catalog: Catalog, rest: Rest, clock_ns: Callable[[], int]
) -> dict[Venue, Taken]:
    """Read both venues' open markets to the end and take them in; VenueError leaves all as it was.

    A market that its venue lists no more counts as vanished; a list that lost most of its markets
    at once is an outage and not believed.
    """
    pages = await asyncio.gather(
        _all(Venue.POLYMARKET, polymarket_texts.fetch_open(rest.gamma)),
        _all(Venue.KALSHI, kalshi_texts.fetch_open(rest.kalshi)),
    )
    for venue, (markets, _) in zip((Venue.POLYMARKET, Venue.KALSHI), pages, strict=True):
        before = len(catalog.listed(venue))
        if before >= _MANY and len(markets) * 2 < before:
            problem = f"lists {len(markets)} of {before} known markets; its list is not believed"
            raise UnreadableError(venue, problem, retryable=True)
    taken = {}
    for venue, (markets, skipped) in zip((Venue.POLYMARKET, Venue.KALSHI), pages, strict=True):
        refresh = catalog.refresh(venue, markets.values(), clock_ns(), whole=True)
        taken[venue] = Taken(refresh, len(markets), tuple(skipped))
    return taken


async def fetch_named(
    rest: Rest, names: Mapping[Venue, Sequence[str]]
) -> dict[Venue, list[CatalogMarket]]:
    """Read only these markets (condition ids, tickers) as far as they are open; VenueError."""
    pages = {
        Venue.POLYMARKET: polymarket_texts.fetch_named(rest.gamma, names[Venue.POLYMARKET]),
        Venue.KALSHI: kalshi_texts.fetch_named(rest.kalshi, names[Venue.KALSHI]),
    }
    found = {}
    for venue, bodies in pages.items():
        markets, _ = await _all(venue, bodies)
        found[venue] = [market for name, market in markets.items() if name in set(names[venue])]
    return found


async def _all(
    venue: Venue, bodies: AsyncIterator[bytes]
) -> tuple[dict[str, CatalogMarket], list[Skipped]]:
    """Decode every page; a market that is listed on two of them counts once."""
    markets: dict[str, CatalogMarket] = {}
    skipped: list[Skipped] = []
    tell, what = on_counted.get(), f"listing {venue}"
    async for body in bodies:
        found, left = _DECODERS[venue](_decoded(venue, body))
        markets.update((market.id, market) for market in found)
        skipped += left
        if tell is not None:
            tell(what, len(markets), None)
    if tell is not None:
        tell(what, len(markets), len(markets))
    return markets, skipped


def _decoded(venue: Venue, body: bytes) -> Any:
    """Decode a page; one market's broken text must not cost all the others."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise UnreadableError(
            venue, f"list of markets cannot be read: {error}", retryable=True
        ) from None
