"""The traps bite: a reader that skips the rule a trap is made for sees underrounds that are not."""

from collections import Counter

import pytest

from tests.simulation.world import SECOND, World, history
from underround.core.instrument import Venue
from underround.simulation.book import Top
from underround.simulation.ledger import kalshi_top, net_edge_e6, polymarket_top
from underround.simulation.market import DIRECTIONS


@pytest.fixture(scope="module")
def careless() -> World:
    return World(7, careless=True).run(20)


def test_a_careless_reader_sees_many_underrounds_that_never_were(careless: World) -> None:
    assert careless.reader is not None
    laid = careless.ledger.traps
    # Near-zero edges deceive whoever forgets fees, inverted pairs whoever forgets polarity;
    # this reader has both, and yet falls for all the others.
    expected = laid["crossed_mid_group"] + laid["frozen_book"] + laid["closed_market"]
    assert len(careless.reader.phantoms) >= expected
    assert len({pair for _, pair, _ in careless.reader.phantoms}) >= 15


def test_a_late_duplicate_shows_stale_levels_as_an_underround() -> None:
    world = World(7, careless=True)
    assert world.reader is not None
    bitten = 0
    ear = world.reader.polymarket
    believe = ear.repeated

    def repeated(market, message):  # type: ignore[no-untyped-def]
        nonlocal bitten
        before = len(world.reader.phantoms)
        old_ms = message["timestamp"]
        assert old_ms <= market.changed_at_ms
        believe(market, message)
        bitten += len(world.reader.phantoms) > before

    ear.repeated = repeated  # type: ignore[method-assign]
    world.run(20)
    assert bitten >= 0.9 * world.ledger.traps["late_duplicate"] > 20


def test_a_freeze_is_at_least_600_ms_old_when_its_stale_view_misleads() -> None:
    world = World(7)
    stale: dict[str, tuple[int, Top]] = {}
    ages: dict[tuple[str, int], int] = {}
    for millisecond in range(0, 40_000, 5):
        world.run(millisecond / 1_000)
        for pair in world.pairs:
            token, market = polymarket_top(pair), kalshi_top(pair)
            if not (pair.polymarket.frozen or pair.kalshi.frozen):
                stale.pop(pair.id, None)
                continue
            seen = token if pair.polymarket.frozen else market
            since_ns, believed = stale.setdefault(pair.id, (world.now_ns(), seen))
            tops = (believed, market) if pair.polymarket.frozen else (token, believed)
            edges = (net_edge_e6(pair, direction, *tops) or 0 for direction in DIRECTIONS)
            if max(edges) >= 5_000:
                ages.setdefault((pair.id, since_ns), world.now_ns() - since_ns)
    assert len(ages) == world.ledger.traps["frozen_book"] > 10
    assert min(ages.values()) >= 0.6 * SECOND


def test_near_zero_edges_lie_within_a_fifth_of_a_cent() -> None:
    world = history(7)
    near: Counter[bool] = Counter()
    for pair in world.pairs:
        for state in world.states[pair.id]:
            for direction in ("yes_no", "no_yes"):
                edge_e6 = net_edge_e6(pair, direction, state.polymarket, state.kalshi)
                if edge_e6 is not None and state.is_open and abs(edge_e6) <= 2_000:
                    near[edge_e6 > 0] += 1
    assert near[True] > 20
    assert near[False] > 20
    assert near.total() >= world.ledger.traps["near_zero"]


def test_a_closing_market_sweeps_settles_and_only_then_does_polymarket_empty() -> None:
    world = World(7)
    pair = next(pair for pair in world.pairs if pair.closes)
    closes_ns = int(pair.kalshi.closes_after_s * SECOND)
    story = []
    for step in range(120):
        world.run(closes_ns / SECOND - 1 + step / 10)
        story.append(
            (
                pair.kalshi.status,
                bool(pair.kalshi.book.bids or pair.kalshi.book.asks),
                bool(pair.polymarket.book.bids),
            )
        )
    assert list(dict.fromkeys(story)) == [
        ("active", True, True),
        ("closed", True, True),
        ("closed", False, True),
        ("finalized", False, True),
        ("finalized", False, False),
    ]
    moves = [s for s in world.states[pair.id] if not s.is_open and s.venue is Venue.POLYMARKET]
    assert len(moves) >= 2
    late = [i for i in world.ledger.intervals if i.pair == pair.id]
    assert late == []
