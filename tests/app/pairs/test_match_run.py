"""Matching against simulated venues: true pairs found, lookalikes refused, changes suspended."""

import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from underround.app.clock import wall_ns
from underround.app.connections import Rest, rest_clients, signer_of
from underround.app.pairs.catalog_feed import fetch_named, refresh_catalog
from underround.app.pairs.match_run import MatchRequest, match_live, match_once
from underround.app.pairs.verify_run import refresh_approved
from underround.app.simulated.venues_process import simulated_config
from underround.core.instrument import Venue
from underround.matching.catalog import Catalog
from underround.matching.catalog_entries import CatalogMarket
from underround.matching.pair_states import Answer, PairState
from underround.matching.review import ReviewDesk
from underround.matching.verification import Standing, verify_pairs
from underround.simulation.venues import SimulatedVenues
from underround.venues.errors import UnreadableError

MARKETS = 60
FOUND_BY_LAP = 15  # of 24; the others wait for a person, are inverse, or settle on other sources


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[tuple[SimulatedVenues, Rest]]:
    """Give venues that list 24 compared pairs and 36 more, and clients of both."""
    async with SimulatedVenues(7, pairs=24, markets=MARKETS) as venues:
        config = simulated_config(venues.addresses, "memory://", folder / "signals.db")
        async with rest_clients(config, signer_of(config)) as rest:
            yield venues, rest


def asked(folder: Path) -> MatchRequest:
    return MatchRequest(pairs=folder / "pairs.toml", report=folder / "report.md")


def written(folder: Path) -> list[dict]:
    return tomllib.loads((folder / "pairs.toml").read_text()).get("pair", [])


async def test_true_pairs_are_found_and_no_lookalike_among_them(tmp_path: Path):
    with Catalog() as catalog:
        async with world(tmp_path) as (venues, rest):
            first = await match_once(catalog, rest, asked(tmp_path))
            again = await match_once(catalog, rest, asked(tmp_path))
    truth = {
        (pair.polymarket.condition_id, pair.kalshi.ticker): pair.inverse for pair in venues.pairs
    }
    found = [truth.get((each["polymarket"], each["kalshi"])) for each in written(tmp_path)]
    assert found.count(None) == found.count(True) == 0  # no other deadline, no other side
    assert found.count(False) == first["accepted"] >= 2 * FOUND_BY_LAP
    assert {market.version for market in (p.polymarket for p in venues.pairs)} == {"v1", "v2"}
    assert (first["polymarket"], first["new_markets"]) == (MARKETS, first["kalshi"] + MARKETS)
    assert (again["new_markets"], again["judged"], again["pairs_kept"]) == (0, 0, len(found))
    page = (tmp_path / "report.md").read_text()
    assert "## Waiting for a person" in page
    assert f"pairs kept: {len(found)}" in page


async def test_a_changed_rule_suspends_its_pair_until_a_person_answers(tmp_path: Path):
    with Catalog() as catalog:
        desk = ReviewDesk(catalog)
        async with world(tmp_path) as (venues, rest):
            await match_once(catalog, rest, asked(tmp_path))
            before = len(written(tmp_path))
            truce = next(pair for pair in venues.pairs if pair.id == "truce-feb")
            truce.kalshi.rules = truce.kalshi.rules.replace("both sides", "either side")
            done = await match_once(catalog, rest, asked(tmp_path))
            assert done["suspended_now"] == ["kxtruce-27feb-y"]
            assert (done["pairs_removed"], len(written(tmp_path))) == (1, before - 1)
            desk.answer("kxtruce-27feb-y", Answer.ACCEPT, "still the same", "ann", wall_ns())
            done = await match_once(catalog, rest, asked(tmp_path))
            assert (done["pairs_added"], done["suspended_pairs"]) == (1, 0)
            (change,) = catalog.changes(Venue.KALSHI, truce.kalshi.ticker)
            assert "both sides" in change.old_text
            assert "either side" in change.new_text


async def test_markets_can_be_read_by_name(tmp_path: Path):
    async with world(tmp_path) as (venues, rest):
        pair = venues.pairs[1]
        condition, ticker = pair.polymarket.condition_id, pair.kalshi.ticker
        found = await fetch_named(rest, {Venue.POLYMARKET: [condition], Venue.KALSHI: [ticker]})
    assert [(each.id, each.rules) for venue in found.values() for each in venue] == [
        (condition, pair.polymarket.description),
        (ticker, pair.kalshi.rules),
    ]


async def test_approved_pairs_are_verified_against_the_venues_own_words(tmp_path: Path):
    async with SimulatedVenues(7, pairs=24) as venues:
        config = simulated_config(venues.addresses, "memory://", tmp_path / "signals.db")
        with Catalog() as catalog:
            await match_live(catalog, config, asked(tmp_path))
            desk = ReviewDesk(catalog)
            truce = next(pair for pair in venues.pairs if pair.id == "truce-feb")
            truce.polymarket.description = truce.polymarket.description.replace("both", "all")
            opec = next(pair for pair in venues.pairs if pair.id == "opec-cut")
            opec.polymarket.accepting = False
            await refresh_approved(catalog, config)
            found = {each.pair_id: each.standing for each in verify_pairs(desk)}
    assert found.pop("kxtruce-27feb-y") is Standing.CHANGED
    assert found.pop("kxopeccut-27jan-y") is Standing.VANISHED
    assert set(found.values()) == {Standing.HOLDS}


async def test_a_list_that_lost_most_of_its_markets_is_not_believed(tmp_path: Path):
    many = [CatalogMarket(venue=Venue.KALSHI, id=f"KXA-{n}", title="x") for n in range(200)]
    with Catalog() as catalog:
        catalog.refresh(Venue.KALSHI, many, 1, whole=True)
        async with world(tmp_path) as (_, rest):
            with pytest.raises(UnreadableError, match="its list is not believed"):
                await refresh_catalog(catalog, rest, wall_ns)
        assert len(catalog.listed(Venue.KALSHI)) == 200
        assert catalog.listed(Venue.POLYMARKET) == []


async def test_a_person_s_refusal_outlives_every_round(tmp_path: Path):
    with Catalog() as catalog:
        desk = ReviewDesk(catalog)
        async with world(tmp_path) as (_, rest):
            await match_once(catalog, rest, asked(tmp_path))
            desk.answer("kxtruce-27feb-y", Answer.REFUSE, "who signs?", "ann", wall_ns())
            await match_once(catalog, rest, asked(tmp_path))
        assert desk.pair("kxtruce-27feb-y").state is PairState.REFUSED
    assert "KXTRUCE-27FEB-Y" not in [each["kalshi"] for each in written(tmp_path)]
