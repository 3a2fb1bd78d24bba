"""Both simulated venues together: their servers, their flow, their ledger, their addresses.

Made whole on entry and gone on exit, temporary files included.
"""

import asyncio
import contextlib
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Self

from websockets.asyncio.server import Server

from underround.core.instrument import Venue
from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.simulation.bitcoin import Bitcoin
from underround.simulation.clock import wall_ns
from underround.simulation.control import control_app
from underround.simulation.exchange import Exchange
from underround.simulation.faults.board import FaultBoard
from underround.simulation.faults.shield import Shield
from underround.simulation.faults.world import KALSHI, POLYBOLT, POLYMARKET, RTDS, USER, Line, World
from underround.simulation.flow import Flow
from underround.simulation.kalshi.auth import Credentials
from underround.simulation.kalshi.limits import Metered
from underround.simulation.kalshi.rest import PREFIX, KalshiRest
from underround.simulation.kalshi.socket import PATH as KALSHI_PATH
from underround.simulation.kalshi.socket import TradeSocket
from underround.simulation.ledger import Ledger
from underround.simulation.lifecycle import Lifecycle
from underround.simulation.market import KalshiMarket
from underround.simulation.pacing import play
from underround.simulation.pairs_file import write_pairs
from underround.simulation.polymarket.clob import Clob
from underround.simulation.polymarket.listing import Listing
from underround.simulation.polymarket.polybolt import PATH as POLYBOLT_PATH
from underround.simulation.polymarket.rest import PolymarketRest
from underround.simulation.polymarket.socket import PATH as POLYMARKET_PATH
from underround.simulation.polymarket.socket import MarketChannel
from underround.simulation.server import served
from underround.simulation.trading import Trading
from underround.simulation.universe import draw_extras, draw_pairs

_START_AFTER_S: Final = 1.0
_TICKERS_EVERY_S: Final = 1.0


class SimulatedVenues:
    """An async context: `async with SimulatedVenues(seed=7) as venues: venues.addresses`.

    `pairs` are compared and played on, `markets` (on each venue, pairs included) only trickle
    beyond them; `windows` adds Bitcoin windows that follow each other; `calm` leaves traps and
    closes out. The flow starts by `start()` or one second after both venues have a subscriber.
    Faults: `venues.faults`.
    """

    def __init__(
        self,
        seed: int,
        *,
        speed: float = 1.0,
        pairs: int = 24,
        markets: int | None = None,
        windows: bool = False,
        calm: bool = False,
    ) -> None:
        if speed <= 0 or pairs < 1:
            raise ValueError(f"speed {speed} and pairs {pairs} must be positive")
        extras = 0 if markets is None else markets - pairs
        if extras < 0:
            raise ValueError(f"{markets} markets cannot hold {pairs} pairs")
        rng = random.Random(seed)
        self.seed = seed
        self.speed = speed
        self.pairs = draw_pairs(rng, pairs, calm=calm)
        self.pairs += draw_extras(random.Random(f"{seed} extras"), extras, pairs)
        self.ledger = Ledger(self.pairs)
        self.exchange = Exchange(self.pairs, self.ledger, wall_ns)
        self.lifecycle = Lifecycle(self.exchange, self.pairs, wall_ns)
        self.flow = Flow(self.exchange, rng, calm=calm)
        self.bitcoin = Bitcoin(seed, speed, self.flow, self.lifecycle, has_windows=windows)
        self.started_ns: int | None = None
        self.addresses: dict[str, Any] = {}
        self._faults: FaultBoard | None = None
        self._ready_ns = wall_ns()
        self._heard: set[Venue] = set()
        self._timers: list[asyncio.TimerHandle] = []
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_exc: object) -> None:
        for timer in self._timers:
            timer.cancel()
        self._stop.set()
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._stack.aclose()

    @property
    def faults(self) -> FaultBoard:
        """The board of faults, once the venues are open."""
        assert self._faults is not None, "not open yet"
        return self._faults

    async def _open(self) -> None:
        folder = Path(
            self._stack.enter_context(tempfile.TemporaryDirectory(prefix="underround-venues-"))
        )
        credentials = Credentials(folder)
        listing = Listing(pair.polymarket for pair in self.pairs)
        channel = MarketChannel(listing, lambda: self._subscribed(Venue.POLYMARKET))
        socket = TradeSocket(
            [pair.kalshi for pair in self.pairs],
            credentials,
            wall_ns,
            lambda: self._subscribed(Venue.KALSHI),
            close_at_ns=self._close_at_ns,
            seed=self.seed,
        )
        self.exchange.polymarket, self.exchange.kalshi = channel, socket.publisher
        self.bitcoin.publisher = socket.publisher
        catalog = PolymarketRest(listing, wall_ns, self._after_s_as_ns)
        self.trading = Trading(self.exchange, wall_ns, self._later, socket.publisher, catalog.books)
        trade_api = KalshiRest(
            socket.publisher.markets,
            self._after_s_as_ns,
            state=self.lifecycle.state,
            fees=self.lifecycle.fees,
            now_ns=wall_ns,
            portfolio=self.trading.kalshi.routes,
        )
        shields = {
            POLYMARKET: Shield(catalog.clob),
            KALSHI: Shield(Metered(trade_api.app, credentials, wall_ns)),
        }
        gamma, clob, rest, control = await self._stack.enter_async_context(
            served(catalog.gamma, shields[POLYMARKET], shields[KALSHI], control_app(self))
        )
        lines: dict[str, Line] = {
            POLYMARKET: channel,
            KALSHI: socket,
            RTDS: self.bitcoin.rtds,
            POLYBOLT: self.bitcoin.polybolt,
            USER: self.trading.user_channel,
        }
        ports = {name: await self._listening(await line.listen()) for name, line in lines.items()}
        self._faults = FaultBoard(
            self._world(lines, shields, channel, socket, catalog.books, trade_api, credentials)
        )
        self._tasks.append(asyncio.create_task(self._tell_tickers(socket)))
        self._ready_ns = wall_ns()
        for pair in self.pairs:
            pair.polymarket.changed_at_ms = self._ready_ns // NS_PER_MS
        self.addresses = self._addresses((gamma, clob, rest, control), ports, credentials, folder)
        self.addresses["polymarket"] |= self.trading.addresses(folder, clob, ports[USER])

    def _addresses(
        self,
        http: tuple[str, str, str, str],
        ports: dict[str, int],
        credentials: Credentials,
        folder: Path,
    ) -> dict[str, Any]:
        gamma, clob, rest, control = http
        key = self.bitcoin.polybolt.key
        return {
            "polymarket": {
                "gamma": gamma,
                "clob": clob,
                "ws": f"ws://127.0.0.1:{ports[POLYMARKET]}{POLYMARKET_PATH}",
            },
            "kalshi": {
                "rest": rest + PREFIX,
                "ws": f"ws://127.0.0.1:{ports[KALSHI]}{KALSHI_PATH}",
                "key_id": credentials.key_id,
                "private_key_path": str(credentials.private_key_path),
            },
            "kalshi_ed25519": {
                "key_id": credentials.ed25519_key_id,
                "private_key_path": str(credentials.ed25519_private_key_path),
            },
            "prices": {
                "rtds": f"ws://127.0.0.1:{ports[RTDS]}",
                "polybolt": f"ws://127.0.0.1:{ports[POLYBOLT]}{POLYBOLT_PATH}",
                "api_key": key.key,
                "secret": key.secret,
                "passphrase": key.passphrase,
            },
            "control": control,
            "pairs_toml": str(write_pairs(folder / "pairs.toml", self.pairs)),
        }

    def _world(
        self,
        lines: dict[str, Line],
        shields: dict[str, Shield],
        channel: MarketChannel,
        socket: TradeSocket,
        clob: Clob,
        trade_api: KalshiRest,
        credentials: Credentials,
    ) -> World:
        return World(
            lines=lines,
            shields=shields,
            channel=channel,
            trade_socket=socket,
            clob=clob,
            trade_api=trade_api,
            trading=self.trading,
            credentials=credentials,
            exchange=self.exchange,
            lifecycle=self.lifecycle,
            flow=self.flow,
            pairs=self.pairs,
            later=self._later,
            now_ns=wall_ns,
            draw_pair=lambda rng: draw_extras(rng, 1, len(self.pairs))[0],
        )

    async def _listening(self, server: Server) -> int:
        """Keep a WebSocket server until exit; return its port."""
        self._stack.push_async_callback(server.wait_closed)
        self._stack.callback(server.close)
        return int(next(iter(server.sockets)).getsockname()[1])

    async def _tell_tickers(self, socket: TradeSocket) -> None:
        while True:
            await asyncio.sleep(_TICKERS_EVERY_S / self.speed)
            socket.publisher.flush_tickers()

    def _later(self, seconds: float, act: Callable[[], object]) -> None:
        """Act after so many simulated seconds, unless the venues are closed by then."""
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
            self.started_ns = wall_ns()
            self.bitcoin.begin(self.started_ns)
            self._tasks.append(asyncio.create_task(play(self.flow, self.speed, self._stop)))

    def quiesce(self) -> None:
        """Stop the flow for good, and let frozen markets show their true books."""
        self._stop.set()
        for pair in self.pairs:
            self.exchange.thaw(pair.polymarket)
            self.exchange.thaw(pair.kalshi)

    def report(self) -> dict[str, Any]:
        """Return the ledger: intervals, traps by kind, true books, and the times they refer to."""
        return {
            "seed": self.seed,
            "intervals": [interval.as_dict() for interval in self.ledger.intervals],
            "traps": dict(self.ledger.traps),
            "started_ns": self.started_ns,
            "now_ns": wall_ns(),
            "books": self.ledger.books(),
        }
