"""Both simulated venues without any socket: markets, flow, ledgers, feeds and REST applications.

Whoever serves them (sockets of this machine, or a rehearsal's memory) hands in a clock and lets
time pass; nothing here opens a connection or reads a clock.
"""

import asyncio
import random
from collections.abc import Callable, Collection
from typing import Any, Final

from underround.core.instrument import Venue
from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.simulation.bitcoin import Bitcoin
from underround.simulation.exchange import Exchange
from underround.simulation.flow import Flow
from underround.simulation.kalshi.auth import Credentials
from underround.simulation.kalshi.rest import KalshiRest
from underround.simulation.kalshi.socket import TradeSocket
from underround.simulation.ledger import Ledger
from underround.simulation.lifecycle import Lifecycle
from underround.simulation.market import KalshiMarket
from underround.simulation.pacing import play
from underround.simulation.polymarket.listing import Listing
from underround.simulation.polymarket.rest import PolymarketRest
from underround.simulation.polymarket.socket import MarketChannel
from underround.simulation.structures.parts import Structures
from underround.simulation.structures.structure import PAIRS_ALONE, Kind
from underround.simulation.trading import Trading
from underround.simulation.universe import draw_extras, draw_pairs

_START_AFTER_S: Final = 1.0
_TICKERS_EVERY_S: Final = 1.0


class Machines:
    """What the venues are, apart from how they are reached.

    `pairs` are compared and played on, `markets` (on each venue, pairs included) only trickle
    beyond them; `windows` adds Bitcoin windows that follow each other; `calm` leaves traps and
    closes out; `kinds` adds events with structure for those kinds of underround. The flow starts
    by `start()` or one second after both venues have a subscriber. `steady_ns` never steps.
    """

    def __init__(
        self,
        seed: int,
        clock_ns: Callable[[], int],
        steady_ns: Callable[[], int],
        *,
        speed: float = 1.0,
        pairs: int = 24,
        markets: int | None = None,
        windows: bool = False,
        calm: bool = False,
        kinds: Collection[Kind] = PAIRS_ALONE,
    ) -> None:
        if speed <= 0 or pairs < 1:
            raise ValueError(f"speed {speed} and pairs {pairs} must be positive")
        extras = 0 if markets is None else markets - pairs
        if extras < 0:
            raise ValueError(f"{markets} markets cannot hold {pairs} pairs")
        rng = random.Random(seed)
        self.seed = seed
        self.speed = speed
        self.clock_ns = clock_ns
        self._steady_ns = steady_ns
        self.pairs = draw_pairs(rng, pairs, calm=calm)
        self.pairs += draw_extras(random.Random(f"{seed} extras"), extras, pairs)
        self.structures = Structures(seed, kinds)
        self.ledger = Ledger(self.pairs, self.structures.markets)
        self.exchange = Exchange(self.pairs, self.ledger, clock_ns)
        self.lifecycle = Lifecycle(self.exchange, self.pairs, clock_ns, self.structures.kalshi)
        self.flow = Flow(self.exchange, rng, calm=calm)
        self.structures.join(self.exchange, self.flow, self.ledger)
        self.bitcoin = Bitcoin(seed, speed, self.flow, self.lifecycle, has_windows=windows)
        self.started_ns: int | None = None
        self._ready_ns = clock_ns()
        self._heard: set[Venue] = set()
        self._timers: list[asyncio.TimerHandle] = []
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def connect(self, credentials: Credentials) -> None:
        """Make the feeds and the REST applications, and let time begin to pass."""
        listed = [pair.polymarket for pair in self.pairs] + self.structures.polymarket
        listing = Listing(listed)
        self.channel = MarketChannel(listing, lambda: self._subscribed(Venue.POLYMARKET))
        self.socket = TradeSocket(
            [pair.kalshi for pair in self.pairs] + self.structures.kalshi,
            credentials,
            self.clock_ns,
            lambda: self._subscribed(Venue.KALSHI),
            close_at_ns=self._close_at_ns,
            seed=self.seed,
        )
        self.exchange.polymarket, self.exchange.kalshi = self.channel, self.socket.publisher
        self.bitcoin.publisher = self.socket.publisher
        self.catalog = PolymarketRest(listing, self.clock_ns, self._after_s_as_ns)
        self.trading = Trading(
            self.exchange, self.clock_ns, self.later, self.socket.publisher, self.catalog.books
        )
        self.trade_api = KalshiRest(
            self.socket.publisher.markets,
            self._after_s_as_ns,
            state=self.lifecycle.state,
            fees=self.lifecycle.fees,
            now_ns=self.clock_ns,
            portfolio=self.trading.kalshi.routes,
        )
        self._tasks.append(asyncio.create_task(self._tell_tickers()))
        self._ready_ns = self.clock_ns()
        for market in listed:
            market.changed_at_ms = self._ready_ns // NS_PER_MS

    async def disconnect(self) -> None:
        """End all that goes on."""
        for timer in self._timers:
            timer.cancel()
        self._stop.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tell_tickers(self) -> None:
        while True:
            await asyncio.sleep(_TICKERS_EVERY_S / self.speed)
            self.socket.publisher.flush_tickers()

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        """Act after so many simulated seconds, unless everything has ended by then."""
        loop = asyncio.get_running_loop()
        self._timers = [timer for timer in self._timers if timer.when() > loop.time()]
        self._timers.append(loop.call_later(seconds / self.speed, act))

    def _after_s_as_ns(self, after_s: float) -> int:
        """Return the wall time of a moment of the flow; before the start, the earliest possible.

        A market may so seem to close early before the flow has begun, never late.
        """
        origin_ns = self._ready_ns if self.started_ns is None else self.started_ns
        return origin_ns + int(after_s / self.speed * NS_PER_SECOND)

    def _close_at_ns(self, market: KalshiMarket) -> int:
        return self._after_s_as_ns(market.closes_after_s)

    def _subscribed(self, venue: Venue) -> None:
        is_first = venue not in self._heard
        self._heard.add(venue)
        if is_first and len(self._heard) == 2 and self.started_ns is None:
            loop = asyncio.get_running_loop()
            self._timers.append(loop.call_later(_START_AFTER_S, self.start))

    def start(self) -> None:
        """Start the flow, once."""
        if self.started_ns is None and not self._stop.is_set():
            self.started_ns = self.clock_ns()
            self.bitcoin.begin(self.started_ns)
            playing = play(self.flow, self.speed, self._stop, self._steady_ns)
            self._tasks.append(asyncio.create_task(playing))

    def quiesce(self) -> None:
        """Stop the flow for good, and let frozen markets show their true books."""
        self._stop.set()
        for pair in self.pairs:
            self.exchange.thaw(pair.polymarket)
            self.exchange.thaw(pair.kalshi)

    def report(self) -> dict[str, Any]:
        """Return the ledgers: intervals, traps by kind, true books, and the times they refer to."""
        return {
            "seed": self.seed,
            "intervals": [interval.as_dict() for interval in self.ledger.intervals],
            "structured": self.structures.report(),
            "traps": {**self.ledger.traps, **self.structures.traps},
            "started_ns": self.started_ns,
            "now_ns": self.clock_ns(),
            "books": self.ledger.books(),
        }
