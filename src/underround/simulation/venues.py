"""Both simulated venues together: their servers, their flow, their ledger, their addresses.

Made whole on entry and gone on exit, temporary files included.
"""

import asyncio
import contextlib
import random
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Self

from websockets.asyncio.server import Server

from underround.core.instrument import Venue
from underround.core.units import NS_PER_SECOND
from underround.simulation.clock import wall_ns
from underround.simulation.control import control_app
from underround.simulation.exchange import Exchange
from underround.simulation.flow import Flow
from underround.simulation.kalshi import rest as kalshi_rest
from underround.simulation.kalshi import socket as kalshi_socket
from underround.simulation.kalshi.auth import Credentials
from underround.simulation.ledger import Ledger
from underround.simulation.market import Pair
from underround.simulation.pacing import play
from underround.simulation.polymarket import rest as polymarket_rest
from underround.simulation.polymarket import socket as polymarket_socket
from underround.simulation.server import served
from underround.simulation.universe import draw_pairs

_START_AFTER_S: Final = 1.0


class SimulatedVenues:
    """An async context: `async with SimulatedVenues(seed=7) as venues: venues.addresses`.

    The flow starts by `start()` or one second after both venues have a subscriber.
    """

    def __init__(self, seed: int, *, speed: float = 1.0, pairs: int = 24) -> None:
        if speed <= 0 or pairs < 1:
            raise ValueError(f"speed {speed} and pairs {pairs} must be positive")
        rng = random.Random(seed)
        self.seed = seed
        self.speed = speed
        self.pairs = draw_pairs(rng, pairs)
        self.ledger = Ledger(self.pairs)
        self.exchange = Exchange(self.pairs, self.ledger, wall_ns)
        self.flow = Flow(self.exchange, rng)
        self.started_ns: int | None = None
        self.addresses: dict[str, Any] = {}
        self._ready_ns = wall_ns()
        self._heard: set[Venue] = set()
        self._start_timer: asyncio.TimerHandle | None = None
        self._stop = asyncio.Event()
        self._playing: asyncio.Task[None] | None = None
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._start_timer is not None:
            self._start_timer.cancel()
        self._stop.set()
        if self._playing is not None:
            self._playing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._playing
        await self._stack.aclose()

    async def _open(self) -> None:
        folder = Path(
            self._stack.enter_context(tempfile.TemporaryDirectory(prefix="underround-venues-"))
        )
        polymarkets = [pair.polymarket for pair in self.pairs]
        kalshis = [pair.kalshi for pair in self.pairs]
        credentials = Credentials(folder)
        channel = polymarket_socket.MarketChannel(
            polymarkets, lambda: self._subscribed(Venue.POLYMARKET)
        )
        socket = kalshi_socket.TradeSocket(
            kalshis, credentials, wall_ns, lambda: self._subscribed(Venue.KALSHI)
        )
        catalog = polymarket_rest.PolymarketRest(polymarkets, wall_ns, self._after_s_as_ns)
        trade_api = kalshi_rest.KalshiRest(kalshis, self._after_s_as_ns)
        control = control_app(self.start, self.quiesce, self.report)
        gamma, clob, rest, control_url = await self._stack.enter_async_context(
            served(catalog.gamma, catalog.clob, trade_api.app, control)
        )
        channel_port = await self._listening(await channel.listen())
        socket_port = await self._listening(await socket.listen())
        self.exchange.polymarket, self.exchange.kalshi = channel, socket
        self._ready_ns = wall_ns()
        for pair in self.pairs:
            pair.polymarket.changed_at_ms = self._ready_ns // 1_000_000
        self.addresses = {
            "polymarket": {
                "gamma": gamma,
                "clob": clob,
                "ws": f"ws://127.0.0.1:{channel_port}{polymarket_socket.PATH}",
            },
            "kalshi": {
                "rest": rest + kalshi_rest.PREFIX,
                "ws": f"ws://127.0.0.1:{socket_port}{kalshi_socket.PATH}",
                "key_id": credentials.key_id,
                "private_key_path": str(credentials.private_key_path),
            },
            "control": control_url,
            "pairs_toml": str(_write_pairs(folder / "pairs.toml", self.pairs)),
        }

    async def _listening(self, server: Server) -> int:
        """Keep a WebSocket server until exit; return its port."""
        self._stack.push_async_callback(server.wait_closed)
        self._stack.callback(server.close)
        return int(next(iter(server.sockets)).getsockname()[1])

    def _after_s_as_ns(self, after_s: float) -> int:
        """Return the wall time of a moment of the flow; before the start, the earliest possible.

        A market may so seem to close early before the flow has begun, never late.
        """
        origin_ns = self._ready_ns if self.started_ns is None else self.started_ns
        return origin_ns + int(after_s / self.speed * NS_PER_SECOND)

    def _subscribed(self, venue: Venue) -> None:
        self._heard.add(venue)
        if len(self._heard) == 2 and self._start_timer is None and self.started_ns is None:
            loop = asyncio.get_running_loop()
            self._start_timer = loop.call_later(_START_AFTER_S, self.start)

    def start(self) -> None:
        """Start the flow, once."""
        if self.started_ns is None and not self._stop.is_set():
            self.started_ns = wall_ns()
            self._playing = asyncio.create_task(play(self.flow, self.speed, self._stop))

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


def _write_pairs(path: Path, pairs: Iterable[Pair]) -> Path:
    """Write the pairs as a `pairs.toml` that names them in every way Polymarket allows."""
    tables = []
    for index, pair in enumerate(pairs):
        market = pair.polymarket
        names = (market.condition_id, market.slug, market.gamma_id, market.tokens[0])
        tables.append(
            "[[pair]]\n"
            f'id = "{pair.id}"\n'
            f'polymarket = "{names[index % len(names)]}"\n'
            f'kalshi = "{pair.kalshi.ticker}"\n'
            f'polarity = "{"inverse" if pair.inverse else "same"}"\n'
            f'note = "{pair.note}"\n'
        )
    path.write_text("\n".join(tables))
    return path
