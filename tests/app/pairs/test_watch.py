"""A run stops signals of a pair whose rules changed, until somebody accepts it again."""

import logging
from pathlib import Path

import pytest

from underround.app.clock import steady_clock, wall_ns
from underround.app.connections import Options
from underround.app.pairs.file import load_pairs
from underround.app.run_status import pair_lines, summary
from underround.app.simulated.fault_trial import LIMITS, SETTINGS
from underround.app.simulated.venues_process import simulated_config
from underround.app.wiring import running
from underround.matching.catalog import Catalog
from underround.matching.pair_states import Answer, PairState
from underround.matching.review import PAIRS_FILE, ReviewDesk
from underround.simulation.faults.orders import Order
from underround.simulation.venues import SimulatedVenues

TRUCE, STORED = "truce-feb", "kxtruce-27feb-y"


async def test_a_changed_rule_suspends_and_an_answer_takes_it_back(tmp_path: Path, caplog):
    caplog.set_level(logging.INFO, "underround")
    async with SimulatedVenues(5, pairs=9, calm=True) as venues:
        config = simulated_config(venues.addresses, "memory://", tmp_path / "signals.db")
        entries, _ = load_pairs(Path(config.pairs))
        options = Options(recording=tmp_path / "run", settings=SETTINGS, limits=LIMITS)
        async with running(config, entries, options, steady_clock()) as run:
            watch = run.pair_watch
            assert watch is not None
            await watch.look()
            assert watch.suspended == {}
            with Catalog(config.storage.catalog) as catalog:
                desk = ReviewDesk(catalog)
                assert {pair.state for pair in desk.pairs()} == {PairState.APPROVED}
                assert len(desk.pairs()) == len(entries)
                assert {each.who for each in desk.history(STORED)} == {PAIRS_FILE}
                market = next(pair for pair in venues.pairs if pair.id == TRUCE).polymarket
                market.description = market.description.replace("both sides", "either side")
                watch.read_rules_now()
                await watch.look()
                assert list(watch.suspended) == [TRUCE] == list(run.engine.detector.suspended)
                assert summary(run)["pairs_suspended"].keys() == {TRUCE}
                assert pair_lines(run)[0].startswith(f"   {TRUCE}: suspended: its rules changed")
                assert f"pair {TRUCE} suspended, no signals" in caplog.text
                desk.answer(STORED, Answer.ACCEPT, "still the same", "ann", wall_ns())
                await watch.look()
                assert watch.suspended == run.engine.detector.suspended == {}
                assert f"pair {TRUCE} accepted again" in caplog.text
                desk.answer(STORED, Answer.REFUSE, "who signs?", "ann", wall_ns())
                await watch.look()
                assert watch.suspended == {TRUCE: "a person refused it"}


def spoil(path: Path) -> None:
    path.write_bytes(b"no catalog at all" * 100)


@pytest.mark.parametrize("spoilt", ["no catalog", "no venue"])
async def test_what_cannot_be_read_is_noted_and_suspends_nothing(tmp_path: Path, spoilt: str):
    async with SimulatedVenues(5, pairs=2, calm=True) as venues:
        config = simulated_config(venues.addresses, "memory://", tmp_path / "signals.db")
        entries, _ = load_pairs(Path(config.pairs))
        options = Options(recording=None, settings=SETTINGS, limits=LIMITS)
        if spoilt == "no catalog":
            spoil(Path(config.storage.catalog))
        async with running(config, entries, options, steady_clock()) as run:
            watch = run.pair_watch
            assert watch is not None
            if spoilt == "no venue":
                venues.faults.order(Order(name="rate_limit_429"))
                watch.read_rules_now()
            await watch.look()
            expected = {
                "no catalog": "the catalog of pairs cannot be used",
                "no venue": "rules could not be read again",
            }
            assert run.pipeline.noted[expected[spoilt]] >= 1
            assert watch.suspended == {}
