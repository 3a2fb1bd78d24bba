"""The simulated venues on their own: started, told of, and ended by Ctrl+C.

Knows nothing of what listens to them.
"""

from collections.abc import Collection, Mapping
from typing import Any

from underround.app.output import write_json, write_line
from underround.app.stopping import stop_on_signals
from underround.core.errors import UnderroundError
from underround.simulation.structures.structure import PAIRS_ALONE, Kind
from underround.simulation.venues import SimulatedVenues


async def run_venues(
    seed: int,
    *,
    speed: float,
    pairs: int,
    markets: int,
    windows: bool,
    shows_json: bool,
    kinds: Collection[Kind] = PAIRS_ALONE,
) -> None:
    """Run the venues until told to stop; their flow starts at once.

    Raises UnderroundError when the numbers make no world.
    """
    stop = stop_on_signals()
    try:
        made = SimulatedVenues(
            seed, speed=speed, pairs=pairs, markets=markets, windows=windows, kinds=kinds
        )
    except ValueError as error:
        raise UnderroundError(f"{error}; ask for more markets or fewer pairs") from None
    async with made as venues:
        venues.start()
        if shows_json:
            write_json(venues.addresses)
        else:
            _show(venues.addresses, seed)
        await stop.wait()


def _show(addresses: Mapping[str, Any], seed: int) -> None:
    write_line(f"simulated venues, seed {seed}; Ctrl+C stops\n")
    for name, found in addresses.items():
        rows = found.items() if isinstance(found, dict) else [("", found)]
        for label, address in rows:
            write_line(f"{name:12}{label:26}{address}")
    write_line(f"\nfaults: POST {addresses['control']}/faults, kinds: GET …/faults/kinds")
