"""The most traded markets of each venue, as rows; asks the catalogs and nothing else."""

import asyncio
from typing import Any

from underround.app.config import Config
from underround.app.connections import rest_clients
from underround.core.instrument import Instrument, Outcome
from underround.core.units import format_size
from underround.venues.errors import VenueFaultError
from underround.venues.kalshi import catalog as kalshi_catalog
from underround.venues.polymarket import catalog as polymarket_catalog

Rows = dict[str, list[dict[str, Any]]]


async def market_rows(config: Config, top: int) -> tuple[Rows, list[VenueFaultError]]:
    """Return the `top` markets by 24-hour volume of each venue, and what failed."""
    async with rest_clients(config, None) as rest:
        listings = await asyncio.gather(
            polymarket_catalog.fetch_top(rest.gamma, top),
            kalshi_catalog.fetch_markets(rest.kalshi, top=top),
            return_exceptions=True,
        )
    rows: Rows = {}
    faults: list[VenueFaultError] = []
    for name, listing in zip(("polymarket", "kalshi"), listings, strict=True):
        if isinstance(listing, VenueFaultError):
            faults.append(listing)
        elif isinstance(listing, BaseException):
            raise listing
        else:
            rows[name] = [_row(one) for one in listing.instruments if one.outcome is Outcome.YES][
                :top
            ]
    return rows, faults


def _row(instrument: Instrument) -> dict[str, Any]:
    return {
        "id": instrument.market_id,
        "title": instrument.title,
        "volume_24h": format_size(instrument.volume_24h_e6),
        "yes": instrument.id,
        "no": instrument.complement_id,
        "fee_rate": instrument.fees.rate_e4 * instrument.fees.multiplier_e4 / 1e8,
        "neg_risk": instrument.neg_risk,
    }
