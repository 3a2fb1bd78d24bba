"""Faults tried on a real run against real simulated venues, and the eye that judges them."""

from typing import Any

import pytest

from underround.app.clock import steady_clock
from underround.app.connections import Options
from underround.app.pairs.file import load_pairs
from underround.app.simulated.fault_trial import (
    CASES,
    LIMITS,
    SETTINGS,
    chosen,
    meets_targets,
    run_trials,
    try_fault,
)
from underround.app.simulated.fault_watch import FaultWatch, is_tradable
from underround.app.simulated.venues_process import simulated_config
from underround.app.wiring import running
from underround.core.book_state import BookState
from underround.core.errors import UnusableError
from underround.simulation.faults.kinds import KINDS
from underround.simulation.venues import SimulatedVenues


async def test_a_cut_connection_costs_nothing_and_is_noticed_at_once() -> None:
    rows: list[dict[str, Any]] = []
    result = await run_trials(chosen(["disconnect"]), 7, rows.append)
    (row,) = result["faults"]
    assert rows == [row]
    assert (row["fault"], row["books_equal"], row["why"]) == ("disconnect", True, [])
    assert (row["stale_tradable_s"], row["false_signals"]) == (0.0, 0)
    assert row["reaction"] == "disconnected: connection lost"
    assert row["detect_s"] >= 0.0
    assert row["recover_s"] > 0.0
    assert (result["missed"], result["seed"]) == ([], 7)


async def test_a_lost_message_of_a_numbered_stream_is_a_gap() -> None:
    (case,) = chosen(["sequence_gap"])
    row = await try_fault(case, 3)
    assert (row["reaction"], row["books_equal"], meets_targets(row)) == (
        "gap in its stream",
        True,
        True,
    )


def test_every_case_orders_faults_that_there_are() -> None:
    ordered = [order["name"] for case in CASES for order in case.orders]
    assert set(ordered) <= set(KINDS)
    assert len({case.name for case in CASES}) == len(CASES) >= 20


def test_an_unknown_fault_is_named_with_those_there_are() -> None:
    with pytest.raises(UnusableError, match="no fault 'rain' to try; there are asset_freeze, "):
        chosen(["gap", "rain"])
    assert chosen([]) == CASES


@pytest.mark.parametrize(
    "fault", [{"books_equal": False}, {"stale_tradable_s": 0.01}, {"false_signals": 1}]
)
def test_a_target_is_missed_by_any_of_three(fault: dict[str, Any]) -> None:
    good = {"books_equal": True, "stale_tradable_s": 0.0, "false_signals": 0}
    assert meets_targets(good)
    assert not meets_targets(good | fault)


async def test_the_eye_sees_a_book_that_is_wrong_and_tradable(tmp_path) -> None:
    async with SimulatedVenues(7, pairs=2, calm=True) as venues:
        config = simulated_config(venues.addresses, "memory://", tmp_path / "signals.db")
        entries, _ = load_pairs(tmp_path.parent / venues.addresses["pairs_toml"])
        options = Options(recording=None, settings=SETTINGS, limits=LIMITS)
        async with running(config, entries, options, steady_clock()) as run:
            watch = FaultWatch(run, venues.pairs, limit_s=0.0)
            await watch.sample_until(lambda: watch.books_equal)
            assert watch.differing() == []
            book = run.engine.books[venues.pairs[0].kalshi.ticker]
            assert is_tradable(run.engine, book, book.updated_ns)
            venues.pairs[0].kalshi.book.bids[100] = 5_000_000  # true, and told to nobody
            assert not watch.books_equal
            assert watch.differing() == [f"{book.instrument.id[-12:]} differs"]
            await watch.sample_until(lambda: watch.stale_tradable_s > 0)
            assert list(watch.stale_books) == [book.instrument.id]
            quiet_ns = book.updated_ns + SETTINGS.verify_after_ns + 1
            assert not is_tradable(run.engine, book, quiet_ns)
            book.state = BookState.SUSPECT
            assert not is_tradable(run.engine, book, book.updated_ns)
            del venues.pairs[0].kalshi.book.bids[100]
            assert not watch.books_equal
