"""The Bitcoin world as a process: `python -m underround.simulation.bitcoin_world --seed 7`.

Prints one line of JSON with the addresses when ready, and ends on SIGTERM, on SIGINT, and when
its standard input closes, so that it never outlives whoever started it.
"""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence

from underround.simulation.__main__ import watch_stdin
from underround.simulation.bitcoin_world.world import BitcoinWorld


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the world until told to stop; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m underround.simulation.bitcoin_world", description=__doc__
    )
    parser.add_argument("--seed", type=int, default=7, help="the price path and all books")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="KIND:NAME",
        help="for instance frozen:kraken",
    )
    options = parser.parse_args(arguments)
    asyncio.run(_run(options.seed, options.fault))
    return 0


async def _run(seed: int, faults: list[str]) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with BitcoinWorld(seed) as world:
        for fault in faults:
            kind, _, name = fault.partition(":")
            world.set_fault(name, kind)
        watch_stdin(loop, stop)
        sys.stdout.write(json.dumps(world.addresses) + "\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    sys.exit(main())
