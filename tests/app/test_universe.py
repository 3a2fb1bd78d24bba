"""Which markets a run watches, asked of the simulated venues as of the real ones."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.venues.http_peer import rest_client
from underround.app.config import UniverseConfig
from underround.app.pairs.file import PairEntry, load_pairs
from underround.app.universe import Universe, load
from underround.core.instrument import Venue
from underround.core.pair import Polarity
from underround.simulation.venues import SimulatedVenues
from underround.venues.errors import VenueFaultError

PAIRS = 5
NOTHING_ELSE = UniverseConfig(polymarket_top=0, kalshi_top=0)


@asynccontextmanager
async def venues() -> AsyncIterator[tuple[SimulatedVenues, list[PairEntry]]]:
    async with SimulatedVenues(seed=7, pairs=PAIRS) as running:
        entries, problems = load_pairs(Path(running.addresses["pairs_toml"]))
        assert (len(entries), list(problems)) == (PAIRS, [])
        yield running, list(entries)


async def loaded(running: SimulatedVenues, wanted: UniverseConfig, entries: list) -> Universe:
    addresses = running.addresses
    async with (
        rest_client(addresses["polymarket"]["gamma"]) as gamma,
        rest_client(addresses["kalshi"]["rest"], "kalshi") as kalshi,
    ):
        return await load(gamma, kalshi, wanted, entries)


async def test_pairs_are_made_of_what_both_venues_list():
    async with venues() as (running, entries):
        universe = await loaded(running, NOTHING_ELSE, entries)
        truth = {pair.id: pair for pair in running.pairs}
    assert universe.problems == ()
    assert [pair.id for pair in universe.pairs] == [entry.id for entry in entries]
    for pair in universe.pairs:
        true = truth[pair.id]
        assert (pair.polymarket_yes, pair.polymarket_no) == true.polymarket.tokens
        assert pair.kalshi == true.kalshi.ticker
        assert (pair.polarity is Polarity.INVERSE) == true.inverse
    assert len(universe.instruments) == 3 * PAIRS
    assert {one.venue for one in universe.instruments.values()} == set(Venue)


async def test_grids_fees_and_smallest_orders_are_the_venues_own():
    async with venues() as (running, entries):
        universe = await loaded(running, NOTHING_ELSE, entries)
        for true in running.pairs:
            yes = universe.instruments[true.polymarket.tokens[0]]
            assert yes.ranges == ((0, 10_000, true.polymarket.tick_e4),)
            assert yes.fees.rate_e4 == true.polymarket.fee_rate_e4
            assert yes.min_size_e6 == true.polymarket.min_size_e6
            assert yes.complement_id == true.polymarket.tokens[1]
            market = universe.instruments[true.kalshi.ticker]
            assert market.grid is true.kalshi.grid
            assert market.close_at_ns is not None


async def test_the_most_traded_come_beside_the_pairs():
    async with venues() as (running, entries):
        wanted = UniverseConfig(polymarket_top=2, kalshi_top=3)
        universe = await loaded(running, wanted, entries[:1])
        first, *_ = running.pairs
        busiest = sorted(running.pairs, key=lambda pair: -pair.polymarket.volume_24h)[:2]
        expected = {token for pair in [first, *busiest] for token in pair.polymarket.tokens}
        busiest = sorted(running.pairs, key=lambda pair: -pair.kalshi.volume_24h)[:3]
        expected |= {pair.kalshi.ticker for pair in [first, *busiest]}
    assert set(universe.instruments) == expected
    assert [pair.id for pair in universe.pairs] == [first.id]


async def test_a_series_is_listed_by_its_name():
    async with venues() as (running, _):
        series = running.pairs[0].kalshi.series_ticker
        wanted = replace(NOTHING_ELSE, kalshi_series=(series,))
        universe = await loaded(running, wanted, [])
        listed = {p.kalshi.ticker for p in running.pairs if p.kalshi.series_ticker == series}
    assert listed <= set(universe.instruments)
    assert {one.series_id for one in universe.instruments.values()} == {series}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"kalshi": "KXNOTHING"}, "pair 'p': Kalshi has no open market 'KXNOTHING'"),
        ({"polymarket": "no-such-slug"}, "no market 'no-such-slug'"),
        ({"polymarket": "?"}, "'?' is no Gamma id"),
    ],
)
async def test_a_pair_without_its_market_is_left_out_by_name(changes: dict, problem: str):
    async with venues() as (running, entries):
        odd = replace(entries[0], id="p", **changes)
        universe = await loaded(running, NOTHING_ELSE, [odd, entries[1]])
    assert [pair.id for pair in universe.pairs] == [entries[1].id]
    assert len(universe.problems) == 1
    assert problem in universe.problems[0]


async def test_a_venue_that_is_not_there_ends_it():
    async with venues() as (running, entries):
        addresses = running.addresses["polymarket"]
        async with (
            rest_client("http://127.0.0.1:1") as gamma,
            rest_client(addresses["clob"], "kalshi") as kalshi,
        ):
            with pytest.raises(VenueFaultError):
                await load(gamma, kalshi, NOTHING_ELSE, entries)


async def test_a_closed_market_says_so():
    async with venues() as (running, entries):
        ended, accepting_none = running.pairs[0], running.pairs[1]
        ended.kalshi.status = "finalized"
        accepting_none.polymarket.accepting = False
        universe = await loaded(running, NOTHING_ELSE, entries[:3])
    assert [pair.id for pair in universe.pairs] == [entries[2].id]
    said = sorted(universe.problems)
    assert any("trades no more: finalized" in line for line in said)
    assert any(line.endswith("is closed") for line in said)
    assert len(said) == 2


async def test_one_market_named_in_two_ways_is_paired_once():
    async with venues() as (running, entries):
        slug = running.pairs[0].polymarket.slug
        again = replace(entries[0], id="again", polymarket=slug)
        universe = await loaded(running, NOTHING_ELSE, [entries[0], again, entries[1]])
    assert [pair.id for pair in universe.pairs] == [entries[0].id, entries[1].id]
    assert universe.problems == (f"pair 'again': the same two markets as pair {entries[0].id!r}",)
    assert universe.pairs[0].terms.differences == ("void",)
