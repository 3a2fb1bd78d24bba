"""The order flow: the same history from the same seed, enough truth, enough traps, no ambiguity."""

import pytest

from tests.simulation.world import SECOND, World, history
from underround.core.instrument import Venue
from underround.simulation.desk import CALM_NS
from underround.simulation.ledger import TRAP_KINDS, net_edge_e6
from underround.simulation.market import DIRECTIONS

SEEDS = (7, 1, 2024)


def test_the_history_depends_on_the_seed_alone() -> None:
    one, again, other = World(7).run(6), World(7).run(6), World(8).run(6)
    assert one.actions == again.actions
    assert one.ledger.books() == again.ledger.books()
    assert [i.as_dict() for i in one.ledger.intervals] == [
        i.as_dict() for i in again.ledger.intervals
    ]
    assert one.actions != other.actions


def test_stepping_in_pieces_changes_nothing() -> None:
    pieces = World(7)
    for millisecond in range(0, 3_001, 37):
        pieces.run(millisecond / 1_000)
    assert pieces.run(3.0).actions == World(7).run(3.0).actions


@pytest.mark.parametrize("seed", SEEDS)
def test_any_twenty_seconds_hold_enough_underrounds_and_traps(seed: int) -> None:
    world = World(seed)
    for lap in range(1, 4):
        before = dict(world.ledger.traps)
        world.run(20 * lap)
        laid = {kind: world.ledger.traps[kind] - before[kind] for kind in TRAP_KINDS}
        always = {kind: n for kind, n in laid.items() if kind != "closed_market"}
        assert min(always.values()) > 0
        assert sum(laid.values()) - laid["inverted_pair"] >= 200
        since_ns, until_ns = (lap - 1) * 20 * SECOND, lap * 20 * SECOND
        ended = [
            i
            for i in world.ledger.intervals
            if i.end_ns is not None and since_ns <= i.start_ns and i.end_ns <= until_ns
        ]
        assert len([i for i in ended if (i.end_ns or 0) - i.start_ns >= 50_000_000]) >= 12
    assert world.ledger.traps["closed_market"] >= 4


@pytest.mark.parametrize("seed", SEEDS)
def test_several_underrounds_open_in_the_first_eight_seconds(seed: int) -> None:
    intervals = [i for i in history(seed).ledger.intervals if i.start_ns < 8 * SECOND]
    assert len(intervals) >= 4
    assert len({i.pair for i in intervals}) >= 3


@pytest.mark.parametrize("seed", SEEDS)
def test_underrounds_last_between_50_ms_and_11_s_and_are_worth_0_6_to_6_cents(seed: int) -> None:
    world = history(seed)
    for interval in world.ledger.intervals:
        assert 6_000 <= interval.edge_e6 <= 60_000
        if interval.end_ns is not None:
            assert 50_000_000 <= interval.end_ns - interval.start_ns <= 11 * SECOND
    assert {i.direction for i in world.ledger.intervals} == set(DIRECTIONS)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_edge_is_near_the_threshold(seed: int) -> None:
    world = history(seed)
    for pair in world.pairs:
        for state in world.states[pair.id]:
            if not state.is_open or None in (*state.polymarket, *state.kalshi):
                assert state.at_ns == 0 or not state.is_open
                continue
            for direction in DIRECTIONS:
                edge_e6 = net_edge_e6(pair, direction, state.polymarket, state.kalshi)
                assert edge_e6 is not None
                assert edge_e6 <= 3_000 or edge_e6 >= 6_000, (pair.id, state)


@pytest.mark.parametrize("seed", SEEDS)
def test_two_venues_never_move_together(seed: int) -> None:
    world = history(seed)
    for pair in world.pairs:
        moved: dict[Venue, int] = {}
        for state in world.states[pair.id]:
            if not state.at_ns or not state.is_open:
                continue
            other = Venue.KALSHI if state.venue is Venue.POLYMARKET else Venue.POLYMARKET
            between_ns = state.at_ns - moved.get(other, -SECOND)
            long = _open_for_ns(world, pair.id, state.at_ns) >= SECOND
            assert between_ns >= CALM_NS or long
            moved[state.venue] = state.at_ns


def _open_for_ns(world: World, pair: str, at_ns: int) -> int:
    """How long the underround that just ended, if any, had lasted."""
    ended = (i for i in world.ledger.intervals if i.pair == pair and i.end_ns == at_ns)
    return max((at_ns - i.start_ns for i in ended), default=0)


@pytest.mark.parametrize("seed", SEEDS)
def test_seeing_one_venue_late_shows_no_underround_that_never_was(seed: int) -> None:
    """Combine each venue's state with every state of the other within the lag."""
    lag_ns = 300_000_000
    world = history(seed)
    traps = {p.id for p in world.pairs if p.closes}
    for pair in world.pairs:
        if pair.id in traps:
            continue
        states = world.states[pair.id]
        ends = [state.at_ns for state in states[1:]] + [40 * SECOND]
        spans = list(zip(states, ends, strict=True))
        first = 0
        for index, (mine, mine_end) in enumerate(spans):
            while spans[first][1] + lag_ns < mine.at_ns:
                first += 1
            for theirs, theirs_end in spans[first : index + 1]:
                for tops in (
                    (mine.polymarket, theirs.kalshi),
                    (theirs.polymarket, mine.kalshi),
                ):
                    for direction in DIRECTIONS:
                        edge_e6 = net_edge_e6(pair, direction, *tops)
                        if edge_e6 is None or edge_e6 < 5_000:
                            continue
                        assert any(
                            i.pair == pair.id
                            and i.direction == direction
                            and i.start_ns <= mine_end
                            and (i.end_ns or 40 * SECOND) + lag_ns >= theirs.at_ns
                            for i in world.ledger.intervals
                        ), (pair.id, direction, mine, theirs, theirs_end)


def test_an_underround_can_be_taken_for_ten_contracts_on_both_legs() -> None:
    world = World(7)
    seen = 0
    for millisecond in range(0, 20_000, 25):
        world.run(millisecond / 1_000)
        open_now = {i.pair for i in world.ledger.intervals if i.end_ns is None}
        for pair in world.pairs:
            if pair.id in open_now:
                seen += 1
                for book in (pair.polymarket.book, pair.kalshi.book):
                    bid, ask = book.top()
                    assert book.bids[bid or 0] >= 10_000_000
                    assert book.asks[ask or 0] >= 10_000_000
    assert seen > 100


def test_every_price_rests_on_its_markets_grid() -> None:
    world = history(7)
    for pair in world.pairs:
        for market in (pair.polymarket, pair.kalshi):
            for price_e4 in (*market.book.bids, *market.book.asks):
                assert price_e4 in market.grid


def test_busy_markets_are_busy_and_quiet_ones_are_quiet() -> None:
    world = history(7)
    actions: dict[tuple[str, Venue], list[int]] = {}
    for at_ns, pair, venue in world.actions:
        if at_ns:
            actions.setdefault((pair, venue), []).append(at_ns)
    for pair in world.pairs:
        for venue in (Venue.POLYMARKET, Venue.KALSHI):
            times = actions.get((pair.id, venue), [])
            if pair.messages_per_s and not pair.closes:
                assert 4 <= len(times) / 40 <= 25
            elif not pair.messages_per_s:
                assert not times or times[0] >= 10 * SECOND
    assert [pair.id for pair in world.pairs if not pair.messages_per_s]


def test_the_world_is_mixed() -> None:
    pairs = World(7).pairs
    assert len(pairs) == 24
    assert len({pair.id for pair in pairs}) == 24
    assert {pair.polymarket.tick_e4 for pair in pairs} == {10, 100}
    assert {pair.kalshi.structure for pair in pairs} == {"linear_cent", "tapered_deci_cent"}
    assert {pair.inverse for pair in pairs} == {True, False}
    assert {pair.polymarket.fee_rate_e4 for pair in pairs} == {0, 400, 500, 700}
    assert {pair.kalshi.fee_multiplier_e4 for pair in pairs} == {5_000, 10_000}


def test_a_tick_gets_finer_while_the_market_lives() -> None:
    world = World(7)
    pair = next(pair for pair in world.pairs if pair.reticks)
    assert pair.polymarket.tick_e4 == 100
    seconds = 0.0
    while pair.polymarket.tick_e4 == 100 and seconds < 30:
        seconds += 0.5
        world.run(seconds)
    assert pair.polymarket.tick_e4 == 10
    assert (pair.polymarket.book.top()[1] or 0) >= 9_600


@pytest.mark.parametrize("pairs", [1, 3, 60])
def test_small_and_large_worlds_run(pairs: int) -> None:
    world = World(3, pairs).run(12)
    assert len(world.pairs) == pairs
    assert world.actions
