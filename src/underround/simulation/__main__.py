"""The simulated venues as a process of their own: `python -m underround.simulation --seed 7`.

Prints one line of JSON with the addresses when ready, and ends on SIGTERM, on SIGINT, and when
its standard input closes, so that it never outlives whoever started it.
"""

import argparse
import asyncio
import gc
import json
import os
import signal
import stat
import sys
from collections.abc import Collection, Sequence

from underround.simulation.structures.structure import Kind, read_kinds
from underround.simulation.venues import SimulatedVenues


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the venues until told to stop; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m underround.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=7, help="the world and its history")
    parser.add_argument("--speed", type=float, default=1.0, help="simulated seconds a second")
    parser.add_argument("--pairs", type=int, default=24, help="how many pairs of markets")
    parser.add_argument("--markets", type=int, help="how many markets on each venue in all")
    parser.add_argument("--print-json", action="store_true", help="the default; kept for clarity")
    parser.add_argument("--kinds", default="cross_venue", help="kinds of underround, or all")
    options = parser.parse_args(arguments)
    if options.speed <= 0 or options.pairs < 1:
        parser.error("--speed and --pairs must be above zero")
    if options.markets is not None and options.markets < options.pairs:
        parser.error("--markets counts the pairs too: it cannot be smaller")
    try:
        kinds = read_kinds(options.kinds)
    except ValueError as error:
        parser.error(f"--kinds: {error}")
    asyncio.run(_run(options.seed, options.speed, options.pairs, options.markets, kinds))
    return 0


async def _run(
    seed: int, speed: float, pairs: int, markets: int | None, kinds: Collection[Kind]
) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with SimulatedVenues(
        seed, speed=speed, pairs=pairs, markets=markets, kinds=kinds
    ) as venues:
        watch_stdin(loop, stop)
        sys.stdout.write(json.dumps(venues.addresses) + "\n")
        sys.stdout.flush()
        gc.collect()
        gc.freeze()
        await stop.wait()


def watch_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Set `stop` when a pipe on standard input closes; a terminal or file is left alone."""
    try:
        descriptor = sys.stdin.fileno()
        mode = os.fstat(descriptor).st_mode
    except (AttributeError, OSError, ValueError):
        return
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return

    def read() -> None:
        if not os.read(descriptor, 4_096):
            loop.remove_reader(descriptor)
            stop.set()

    loop.add_reader(descriptor, read)


if __name__ == "__main__":
    sys.exit(main())
