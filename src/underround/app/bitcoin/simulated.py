"""The configuration of a run on the simulated Bitcoin world: its addresses, its short windows.

Nothing else differs from a live run.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from msgspec.structs import replace

from underround.app.bitcoin.window_run import Addresses
from underround.app.config import EXCHANGES, Config, KalshiConfig, PolymarketConfig, VenuesConfig
from underround.app.simulated.companion import companion
from underround.core.errors import ConfigError

MODULE: Final = "underround.simulation.bitcoin_world"
_FAULTS: Final = {"freeze": "frozen"}
_KINDS: Final = ("frozen", "checksum", "gap", "price", "clock", "down")
_VENUES: Final = ("kalshi", "polymarket", "index")


@asynccontextmanager
async def simulated_bitcoin(
    config: Config, seed: int, faults: Sequence[str] = ()
) -> AsyncIterator[tuple[Config, Addresses, dict[str, Any]]]:
    """Start the world and give the configuration for it, the exchanges' addresses, and all of it.

    `faults` are KIND:NAME ("freeze:kraken"); ConfigError for one not known.
    """
    words = ["--seed", str(seed)]
    for fault in faults:
        words += ["--fault", checked_fault(fault)]
    async with companion(MODULE, words) as addresses:
        exchanges = Addresses(addresses["exchanges"], addresses["bitstamp_rest"])
        yield simulated_config(config, addresses), exchanges, addresses


def checked_fault(fault: str) -> str:
    """Return a fault as the world spells it; ConfigError, one line, for one not known."""
    kind, _, name = fault.partition(":")
    kind = _FAULTS.get(kind, kind)
    if kind not in _KINDS:
        kinds = ", ".join(("freeze", *_KINDS[1:]))
        raise ConfigError(f"fault {fault!r}: write KIND:NAME with a kind of {kinds}")
    names = (*EXCHANGES, "lmax", *(_VENUES if kind == "frozen" else ()))
    if name not in names:
        raise ConfigError(f"fault {fault!r}: {name!r} is not one of {', '.join(names)}")
    if kind == "checksum" and name != "kraken":
        raise ConfigError(f"fault {fault!r}: of these exchanges only kraken sends checksums")
    return f"{kind}:{name}"


def simulated_config(config: Config, addresses: dict[str, Any]) -> Config:
    """Return a configuration that points at the world; windows of seconds want quick estimates."""
    kalshi = addresses["kalshi"]
    bitcoin = replace(
        config.bitcoin,
        exchanges=(*EXCHANGES, "lmax"),
        prints=addresses["prints"],
        half_life_s=60,
        sample_s=1,
    )
    venues = VenuesConfig(
        polymarket=PolymarketConfig(**addresses["polymarket"]),
        kalshi=KalshiConfig(
            rest=kalshi["rest"],
            ws=kalshi["ws"],
            key_id=kalshi["key_id"],
            private_key_path=kalshi["private_key_path"],
        ),
    )
    return replace(config, venues=venues, bitcoin=bitcoin)
