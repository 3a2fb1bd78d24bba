"""The venues' engines: an action changes the book, is published once, and is then judged."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.simulation.world import World
from underround.core.instrument import Venue
from underround.simulation.book import ASK, BID
from underround.simulation.feeds import Delta, Parts
from underround.simulation.market import KalshiMarket, Pair


class Ear:
    """A Kalshi feed that writes down what it is given."""

    def __init__(self) -> None:
        self.heard: list[tuple[Any, ...]] = []

    def acted(
        self,
        market: KalshiMarket,
        deltas: Sequence[Delta],
        parts: Parts,
        pause_s: float,
        at_ns: int,
    ) -> None:
        self.heard.append(("acted", market.clock, list(deltas), tuple(parts)))

    def traded(
        self, market: KalshiMarket, taker: str, price_e4: int, size_e6: int, at_ns: int
    ) -> None:
        self.heard.append(("traded", taker, price_e4, size_e6))

    def refreshed(self, market: KalshiMarket) -> None:
        self.heard.append(("refreshed", market.clock))

    def lived(self, market: KalshiMarket, kind: str, facts: Mapping[str, Any]) -> None:
        self.heard.append((kind, dict(facts)))


@pytest.fixture
def world() -> World:
    return World(7, pairs=3)


@pytest.fixture
def pair(world: World) -> Pair:
    made = world.pairs[1]
    made.kalshi.book.clear()
    made.kalshi.book.apply([(BID, 4_000, 20_000_000), (ASK, 4_400, 30_000_000)])
    return made


@pytest.fixture
def ear(world: World) -> Ear:
    world.exchange.kalshi = heard = Ear()
    return heard


def test_changes_become_signed_deltas_and_unchanged_levels_none(
    world: World, pair: Pair, ear: Ear
) -> None:
    clock = pair.kalshi.clock
    changes = [
        (BID, 4_000, 20_000_000),  # as it rests
        (BID, 4_200, 5_000_000),
        (ASK, 4_400, 0),
        (BID, 4_200, 0),
    ]
    world.exchange.change_kalshi(pair, changes, (2, 2))
    deltas = [(BID, 4_200, 5_000_000), (ASK, 4_400, -30_000_000), (BID, 4_200, -5_000_000)]
    assert ear.heard == [("acted", clock + 1, deltas, (1, 2))]
    assert pair.kalshi.book.top() == (4_000, None)


def test_an_action_without_effect_is_not_published(world: World, pair: Pair, ear: Ear) -> None:
    world.exchange.change_kalshi(pair, [(BID, 4_000, 20_000_000)])
    assert ear.heard == []


def test_a_trade_reduces_the_side_that_rested(world: World, pair: Pair, ear: Ear) -> None:
    world.exchange.trade_kalshi(pair, BID, 4_000_000)
    assert pair.kalshi.book.asks == {4_400: 26_000_000}
    world.exchange.trade_kalshi(pair, ASK, 1_000_000)
    assert pair.kalshi.book.bids == {4_000: 19_000_000}
    assert [h for h in ear.heard if h[0] == "traded"] == [
        ("traded", BID, 4_400, 4_000_000),
        ("traded", ASK, 4_000, 1_000_000),
    ]


def test_a_frozen_market_moves_on_unheard_until_it_thaws(
    world: World, pair: Pair, ear: Ear
) -> None:
    world.exchange.freeze(pair.kalshi)
    world.exchange.change_kalshi(pair, [(BID, 4_100, 5_000_000)])
    assert ear.heard == []
    assert world.actions[-1][1:] == (pair.id, Venue.KALSHI)
    world.exchange.thaw(pair.kalshi)
    world.exchange.thaw(pair.kalshi)
    assert ear.heard == [("refreshed", pair.kalshi.clock)]


def test_a_polymarket_message_keeps_the_time_of_its_last_change(world: World, pair: Pair) -> None:
    pair.polymarket.changed_at_ms = 10**15
    _, at_ms = world.exchange.change_polymarket(pair, [(BID, 100, 5_000_000)])
    assert at_ms == 10**15


def test_an_emptied_market_accepts_nothing_more(world: World, pair: Pair) -> None:
    world.exchange.empty_polymarket(pair)
    assert pair.polymarket.book.top() == (None, None)
    assert not pair.is_open
