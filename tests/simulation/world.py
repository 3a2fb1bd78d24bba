"""A simulated world on a fake clock, without sockets: history, ledger and a careless reader."""

import random
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from underround.core.instrument import Venue
from underround.simulation.book import ASK, BID, Book, Change, Side, Top, mirrored_top
from underround.simulation.exchange import Exchange
from underround.simulation.feeds import Delta, Parts
from underround.simulation.flow import Flow
from underround.simulation.ledger import Ledger, kalshi_top, net_edge_e6, polymarket_top
from underround.simulation.market import DIRECTIONS, KalshiMarket, Pair, PolymarketMarket
from underround.simulation.universe import draw_pairs

SECOND = 10**9


class State(NamedTuple):
    """The true tops of a pair (pair's scale) from a moment on, and whether both legs trade."""

    at_ns: int
    venue: Venue
    polymarket: Top
    kalshi: Top
    is_open: bool


class World:
    """A flow stepped on simulated time, with every true state written down."""

    def __init__(self, seed: int, pairs: int = 24, *, careless: bool = False) -> None:
        rng = random.Random(seed)
        self.pairs = draw_pairs(rng, pairs)
        self.ledger = Ledger(self.pairs)
        self.states: dict[str, list[State]] = {pair.id: [] for pair in self.pairs}
        self.actions: list[tuple[int, str, Venue]] = []
        self.flow: Flow | None = None
        self.exchange = Exchange(self.pairs, self.ledger, self.now_ns, observer=self._observe)
        self.flow = Flow(self.exchange, rng)
        self.reader = CarelessReader(self) if careless else None
        if self.reader is not None:
            self.exchange.polymarket = self.reader.polymarket
            self.exchange.kalshi = self.reader.kalshi

    def now_ns(self) -> int:
        return self.flow.now_ns if self.flow is not None else 0

    def run(self, seconds: float) -> "World":
        assert self.flow is not None
        self.flow.run_until(int(seconds * SECOND))
        return self

    def _observe(self, pair: Pair, venue: Venue, at_ns: int) -> None:
        self.actions.append((at_ns, pair.id, venue))
        state = State(at_ns, venue, polymarket_top(pair), kalshi_top(pair), pair.is_open)
        states = self.states.setdefault(pair.id, [])
        before = states[-1] if states else None
        if before is None or before[2:] != state[2:]:
            states.append(state)


@lru_cache(maxsize=8)
def history(seed: int) -> World:
    """Return the first 40 seconds of a world, shared: look and do not touch."""
    return World(seed).run(40)


class CarelessReader:
    """Believes every frame at once: no groups, no timestamps, no freezes, no close.

    `phantoms` lists (at_ns, pair, direction) whenever what it believes shows an underround that
    the true books do not.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._believed: dict[int, Book] = {}
        self.phantoms: list[tuple[int, str, str]] = []
        self.polymarket = _PolymarketEar(self)
        self.kalshi = _KalshiEar(self)
        self._pair_of = {id(p.polymarket): p for p in world.pairs}
        self._pair_of |= {id(p.kalshi): p for p in world.pairs}
        for pair in world.pairs:
            self.copy(pair.polymarket)
            self.copy(pair.kalshi)

    def copy(self, market: PolymarketMarket | KalshiMarket) -> Book:
        book = self._believed[id(market)] = Book()
        book.bids, book.asks = dict(market.book.bids), dict(market.book.asks)
        return book

    def believe(self, market: PolymarketMarket | KalshiMarket, changes: Sequence[Change]) -> None:
        self._believed[id(market)].apply(changes)
        self.look(market)

    def add(self, market: KalshiMarket, delta: Delta) -> None:
        side, price_e4, size_e6 = delta
        held = self._believed[id(market)].side(side).get(price_e4, 0)
        self.believe(market, [(side, price_e4, max(held + size_e6, 0))])

    def look(self, market: PolymarketMarket | KalshiMarket) -> None:
        pair = self._pair_of[id(market)]
        kalshi = self._believed[id(pair.kalshi)].top()
        tops = (
            self._believed[id(pair.polymarket)].top(),
            mirrored_top(kalshi) if pair.inverse else kalshi,
        )
        truth = (polymarket_top(pair), kalshi_top(pair))
        for direction in DIRECTIONS:
            edge = net_edge_e6(pair, direction, *tops)
            true = net_edge_e6(pair, direction, *truth) if pair.is_open else None
            if edge is not None and edge >= 5_000 and (true is None or true < 5_000):
                self.phantoms.append((self._world.now_ns(), pair.id, direction))


class _PolymarketEar:
    def __init__(self, reader: CarelessReader) -> None:
        self._reader = reader

    def changed(
        self, market: PolymarketMarket, changes: Sequence[Change], at_ms: int
    ) -> dict[str, Any]:
        self._reader.believe(market, changes)
        return {"changes": list(changes), "timestamp": at_ms}

    def repeated(self, market: PolymarketMarket, message: dict[str, Any]) -> None:
        self._reader.believe(market, message["changes"])

    def traded(
        self, market: PolymarketMarket, taker: Side, price_e4: int, size_e6: int, at_ms: int
    ) -> None:
        assert taker in (BID, ASK) and size_e6 > 0
        self.refreshed(market)

    def refreshed(self, market: PolymarketMarket) -> None:
        self._reader.copy(market)
        self._reader.look(market)

    def reticked(self, market: PolymarketMarket, old_tick_e4: int, at_ms: int) -> None:
        assert market.tick_e4 < old_tick_e4

    def listed(self, market: PolymarketMarket, at_ms: int) -> None:
        self._reader.copy(market)

    def resolved(self, market: PolymarketMarket, at_ms: int) -> None:
        assert market.winner is not None


class _KalshiEar:
    def __init__(self, reader: CarelessReader) -> None:
        self._reader = reader

    def acted(
        self,
        market: KalshiMarket,
        deltas: Sequence[Delta],
        parts: Parts,
        pause_s: float,
        at_ns: int,
    ) -> None:
        assert sum(parts) == len(deltas) and 0 <= pause_s < 0.005, (market.ticker, deltas, parts)
        for delta in deltas:
            self._reader.add(market, delta)

    def traded(
        self, market: KalshiMarket, taker: Side, price_e4: int, size_e6: int, at_ns: int
    ) -> None:
        assert taker in (BID, ASK) and size_e6 > 0

    def refreshed(self, market: KalshiMarket) -> None:
        self._reader.copy(market)
        self._reader.look(market)

    def listed(self, market: KalshiMarket, facts: Mapping[str, Any]) -> None:
        self._reader.copy(market)

    def lived(self, market: KalshiMarket, kind: str, facts: Mapping[str, Any]) -> None:
        assert kind in ("determined", "settled"), (market.ticker, kind, facts)

    def repriced(self, event_ticker: str, multiplier_e4: int | None) -> None:
        raise AssertionError(f"nobody changes the fees of {event_ticker}")
