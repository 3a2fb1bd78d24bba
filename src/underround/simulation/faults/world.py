"""What faults act on, and whom a fault's target names.

The pieces of the venues in one place; it changes none of them.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from websockets.asyncio.server import Server

from underround.simulation.exchange import Exchange
from underround.simulation.faults.shield import Shield
from underround.simulation.flow import Flow
from underround.simulation.gate import Gate
from underround.simulation.kalshi.auth import Credentials
from underround.simulation.kalshi.rest import KalshiRest
from underround.simulation.kalshi.socket import TradeSocket
from underround.simulation.lifecycle import Lifecycle
from underround.simulation.market import Pair
from underround.simulation.outlet import Outlet, WireFault
from underround.simulation.polymarket.clob import Clob
from underround.simulation.polymarket.socket import MarketChannel
from underround.simulation.trading import Trading

POLYMARKET, KALSHI, RTDS, POLYBOLT = "polymarket", "kalshi", "rtds", "polybolt"
USER = "user"


class Line(Protocol):
    """A socket of a venue, as faults see it."""

    gate: Gate
    faults: list[WireFault]

    @property
    def outlets(self) -> list[Outlet]:
        """The ways out of the connections that stand."""
        ...

    async def listen(self) -> Server:
        """Serve on a free loopback port until the returned server is closed."""
        ...


@dataclass(slots=True, kw_only=True)
class World:
    """Everything a fault may touch. `later` calls back after so many simulated seconds."""

    lines: dict[str, Line]
    shields: dict[str, Shield]
    channel: MarketChannel
    trade_socket: TradeSocket
    clob: Clob
    trade_api: KalshiRest
    trading: Trading
    credentials: Credentials
    exchange: Exchange
    lifecycle: Lifecycle
    flow: Flow
    pairs: list[Pair]
    later: Callable[[float, Callable[[], None]], None]
    now_ns: Callable[[], int]
    draw_pair: Callable[[random.Random], Pair]


@dataclass(slots=True)
class Target:
    """Whom a fault hits: lines by name, and instruments, or all of them where that is None."""

    lines: tuple[str, ...]
    instruments: frozenset[str] | None = None
    pairs: list[Pair] = field(default_factory=list)

    def hits(self, about: tuple[str, ...]) -> bool:
        """Say whether a frame about these instruments is hit; one about none never is."""
        if self.instruments is None:
            return bool(about)
        return not self.instruments.isdisjoint(about)


def find_target(world: World, name: str) -> Target:
    """Return whom a name means; ValueError when nothing is called so."""
    venues = (POLYMARKET, KALSHI)
    if name == "all":
        return Target(venues, None, list(world.pairs))
    if name in world.lines:
        return Target((name,), None, list(world.pairs))
    for pair in world.pairs:
        market, ticker = pair.polymarket, pair.kalshi.ticker
        if name == pair.id:
            return Target(venues, frozenset((*market.tokens, ticker)), [pair])
        if name == ticker:
            return Target((KALSHI,), frozenset((ticker,)), [pair])
        if name in (market.condition_id, market.slug):
            return Target((POLYMARKET,), frozenset(market.tokens), [pair])
        if name in market.tokens:
            return Target((POLYMARKET,), frozenset((name,)), [pair])
    known = ", ".join(("all", *world.lines))
    raise ValueError(f"target {name!r}: not one of {known}, nor a pair, ticker, token or slug")
