"""Simulated venues in a thread of their own: for what blocks its event loop, or runs elsewhere."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from underround.simulation.venues import SimulatedVenues


@contextmanager
def venues_in_a_thread(
    prepare: Callable[[SimulatedVenues], object] = lambda venues: None, **options
) -> Iterator[SimulatedVenues]:
    """Serve until the block ends; `prepare` may change the venues' markets before that."""
    ready: Future = Future()

    async def serve() -> None:
        stop = asyncio.Event()
        venues = SimulatedVenues(7, **options)
        prepare(venues)
        async with venues:
            ready.set_result((venues, asyncio.get_running_loop(), stop))
            await stop.wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)

    thread = threading.Thread(target=run, name="simulated venues")
    thread.start()
    try:
        venues, loop, stop = ready.result()
        yield venues
    finally:
        if ready.done() and ready.exception() is None:
            loop.call_soon_threadsafe(stop.set)
        thread.join()


def environment(venues: SimulatedVenues, redis_url: str, *, keyed: bool = True) -> dict[str, str]:
    """Return the variables that point the program at these venues and this Redis."""
    where = venues.addresses
    variables = {"STORAGE__REDIS_URL": redis_url, "PAIRS": where["pairs_toml"]}
    for venue in ("polymarket", "kalshi"):
        for key, setting in where[venue].items():
            if keyed or key not in ("key_id", "private_key_path"):
                variables[f"VENUES__{venue}__{key}".upper()] = setting
    return {f"UNDERROUND__{name}": setting for name, setting in variables.items()}
