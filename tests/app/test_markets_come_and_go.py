"""A run on simulated venues takes up a market that they list meanwhile, and drops what ends."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from underround.app.clock import steady_clock
from underround.app.connections import Options
from underround.app.pairs.file import PairEntry, load_pairs
from underround.app.simulated.fault_trial import LIMITS, SETTINGS
from underround.app.simulated.venues_process import simulated_config
from underround.app.wiring import Running, running
from underround.core.book_state import BookState
from underround.core.pair import Polarity
from underround.simulation.faults.orders import Order
from underround.simulation.universe import draw_extras
from underround.simulation.venues import SimulatedVenues

NEW = Order(name="new_market", seed=3)
PATIENCE_S = 20.0


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not done():  # noqa: ASYNC110 - a run sets no event for this
            await asyncio.sleep(0.02)


def is_live(run: Running, pair_id: str) -> bool:
    found = [pair for pair in run.universe.pairs if pair.id == pair_id]
    names = [name for pair in found for name in (pair.polymarket_yes, pair.kalshi)]
    return bool(names) and all(run.engine.books[name].state is BookState.LIVE for name in names)


@pytest.mark.parametrize("key", ["kalshi", "kalshi_ed25519"])
async def test_a_waiting_pair_is_watched_when_it_is_listed_and_dropped_when_it_ends(
    key: str, tmp_path: Path
):
    async with SimulatedVenues(5, pairs=2, calm=True) as venues:
        addresses = venues.addresses | {
            "kalshi": venues.addresses["kalshi"] | venues.addresses[key]
        }
        config = simulated_config(addresses, "memory://", tmp_path / "signals.db")
        listed, _ = load_pairs(Path(config.pairs))
        to_come = draw_extras(NEW.dice(), 1, len(venues.pairs))[0]
        slug, ticker = to_come.polymarket.slug, to_come.kalshi.ticker
        new = PairEntry(id="new", polymarket=slug, kalshi=ticker, polarity=Polarity.SAME)
        options = Options(recording=None, settings=SETTINGS, limits=LIMITS)
        async with running(config, [*listed, new], options, steady_clock()) as run:
            await until(lambda: is_live(run, listed[0].id))
            assert [entry.id for entry in run.universe.waiting] == ["new"]
            venues.start()
            venues.faults.order(NEW)
            await until(lambda: is_live(run, "new"))
            assert run.universe.waiting == ()
            for target in (slug, ticker):
                venues.faults.order(Order(name="resolve", target=target))
            pair = next(each for each in run.universe.pairs if each.id == "new")
            books = [run.engine.books[name] for name in (pair.polymarket_yes, pair.kalshi)]
            await until(lambda: all(book.is_closed for book in books))
            assert is_live(run, listed[0].id)
