"""The simulated venues as a process beside the program, and a configuration that points at them.

A run against them differs from a live one in addresses only.
"""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from underround.app.config import (
    Config,
    KalshiConfig,
    PolymarketConfig,
    StorageConfig,
    UniverseConfig,
    VenuesConfig,
)
from underround.app.simulated.companion import companion
from underround.simulation.structures.structure import PAIRS_ALONE, Kind


@asynccontextmanager
async def simulated_venues(
    seed: int,
    *,
    pairs: int = 24,
    markets: int | None = None,
    kinds: Collection[Kind] = PAIRS_ALONE,
) -> AsyncIterator[dict[str, Any]]:
    """Start the venues' process, give its addresses, and end it.

    `markets` is how many each venue lists in all, pairs included; None lists the pairs alone.
    `kinds` other than that of pairs bring events with structure of their own.
    """
    words = ["--seed", str(seed), "--pairs", str(pairs), "--kinds", ",".join(kinds)]
    if markets is not None:
        words += ["--markets", str(markets)]
    async with companion("underround.simulation", words) as addresses:
        yield addresses


def simulated_config(
    addresses: dict[str, Any], prices: str, journal: Path, markets: int = 100
) -> Config:
    """Return a configuration that points at the simulated venues.

    `journal` is the file that signals are kept in, beside it lie the catalog of pairs and the
    audit log; so many markets of each venue are followed.
    """
    polymarket, kalshi = addresses["polymarket"], addresses["kalshi"]
    return Config(
        venues=VenuesConfig(
            polymarket=PolymarketConfig(**polymarket),
            kalshi=KalshiConfig(
                rest=kalshi["rest"],
                ws=kalshi["ws"],
                key_id=kalshi["key_id"],
                private_key_path=kalshi["private_key_path"],
            ),
        ),
        storage=StorageConfig(
            prices=prices,
            journal=str(journal),
            catalog=f"{journal}.catalog.sqlite",
            audit=str(journal.with_suffix(".audit.log")),
        ),
        universe=UniverseConfig(polymarket_top=markets, kalshi_top=markets),
        pairs=addresses["pairs_toml"],
    )
