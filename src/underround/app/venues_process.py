"""The simulated venues as a process beside the program, and a configuration that points at them.

A run against them differs from a live one in addresses only.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from underround.app.config import (
    Config,
    KalshiConfig,
    PolymarketConfig,
    StorageConfig,
    UniverseConfig,
    VenuesConfig,
)
from underround.core.errors import UnderroundError

READY_WITHIN_S: Final = 30.0
_ENDED_WITHIN_S: Final = 5.0


@asynccontextmanager
async def simulated_venues(
    seed: int, *, pairs: int = 24, markets: int | None = None
) -> AsyncIterator[dict[str, Any]]:
    """Start the venues' process, give its addresses, and end it.

    `markets` is how many each venue lists in all, pairs included; None lists the pairs alone.
    """
    more = [] if markets is None else ["--markets", str(markets)]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "underround.simulation", "--seed", str(seed), "--pairs", str(pairs), *more),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl+C is ours to handle: the ledger is asked for first
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            line = await process.stdout.readline()
        if not line:
            raise UnderroundError("the simulated venues did not start; see the lines above")
        yield msgspec.json.decode(line)
    except TimeoutError:
        raise UnderroundError("the simulated venues were not ready in time") from None
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(_ENDED_WITHIN_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def simulated_config(
    addresses: dict[str, Any], prices: str, journal: Path, markets: int = 100
) -> Config:
    """Return a configuration that points at the simulated venues.

    `journal` is the file that signals are kept in; so many markets of each venue are followed.
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
        storage=StorageConfig(prices=prices, journal=str(journal)),
        universe=UniverseConfig(polymarket_top=markets, kalshi_top=markets),
        pairs=addresses["pairs_toml"],
    )
