"""The whole simulated Bitcoin world: exchanges, true index, windows on two venues, a ledger.

Made whole on entry and gone on exit. Real sockets and protocols on loopback; by the clock.
"""

import asyncio
import contextlib
import random
import tempfile
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from websockets.asyncio.server import Server

from underround.core.units import NS_PER_MS
from underround.simulation.bitcoin_world.control import world_control
from underround.simulation.bitcoin_world.desk import KalshiDesk, PolymarketDesk
from underround.simulation.bitcoin_world.truth import cents_half_up, true_index
from underround.simulation.bitcoin_world.windows import (
    NS_PER_SECOND,
    SeriesPlan,
    SimulatedWindow,
    Timetable,
    ledger_of,
)
from underround.simulation.book import Change
from underround.simulation.clock import wall_ns
from underround.simulation.exchanges.exchange import ExchangeFault
from underround.simulation.exchanges.fleet import STEP_S, ExchangeFleet
from underround.simulation.feeds import Delta
from underround.simulation.index import WINDOW, Average, Print
from underround.simulation.kalshi import rest as kalshi_rest
from underround.simulation.kalshi import socket as kalshi_socket
from underround.simulation.kalshi.auth import Credentials
from underround.simulation.market import KalshiMarket, PolymarketMarket
from underround.simulation.polymarket import socket as polymarket_socket
from underround.simulation.polymarket.listing import Listing
from underround.simulation.polymarket.rest import PolymarketRest
from underround.simulation.server import served

INDEX_ID: Final = "BRTI"
SERIES: Final = (SeriesPlan("KXBTC15M", 15, 6), SeriesPlan("KXBTCD", 30, 6, rungs=3))
VENUE_NAMES: Final = ("kalshi", "polymarket", "index")
_TICK_NS: Final = 200_000_000
_LISTED_BEFORE_NS: Final = 6 * NS_PER_SECOND
_STEPPED: Final = 12  # the last windows listed; what is older is over
_BASIS_SD: Final = 6.0
_BASIS_KEPT: Final = 0.98


class BitcoinWorld:
    """`async with BitcoinWorld(7) as world: world.addresses`; it lives by the clock."""

    def __init__(self, seed: int, series: Sequence[SeriesPlan] = SERIES) -> None:
        self.seed = seed
        self.fleet = ExchangeFleet(seed)
        self.addresses: dict[str, Any] = {}
        self.frozen: set[str] = set()
        self.index_cents = 0
        self.desks: list[KalshiDesk] = []
        self.twins: list[PolymarketDesk] = []
        self._series = series
        self._rng = random.Random(f"windows {seed}")
        self._basis = 0.0
        self._prints: deque[int] = deque(maxlen=WINDOW)
        self._ticked_ns = 0
        self._timetables: list[Timetable] = []
        self._twin_tables: list[Timetable] = []
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._stack.aclose()

    def set_fault(self, name: str, kind: str) -> None:
        """Switch a fault on; ValueError for a name or kind not known."""
        if name in VENUE_NAMES:
            if kind not in ("frozen", "none"):
                raise ValueError(f"{name} can be frozen, not {kind}")
            (self.frozen.add if kind == "frozen" else self.frozen.discard)(name)
            return
        if name not in self.fleet.exchanges:
            known = ", ".join((*self.fleet.exchanges, *VENUE_NAMES))
            raise ValueError(f"{name!r} is none of {known}")
        if kind not in set(ExchangeFault):
            raise ValueError(f"fault {kind!r} is none of {', '.join(ExchangeFault)}")
        self.fleet.set_fault(name, ExchangeFault(kind))

    def report(self) -> dict[str, Any]:
        """Return the ledger: every window with its strikes, prints and settlement."""
        windows = [
            ledger_of(desk.window) | {"tickers": [market.ticker for market in desk.markets]}
            for desk in self.desks
        ]
        return {"seed": self.seed, "now_ns": wall_ns(), "windows": windows}

    async def _open(self) -> None:
        await self._stack.enter_async_context(self.fleet)
        folder = Path(
            self._stack.enter_context(tempfile.TemporaryDirectory(prefix="underround-bitcoin-"))
        )
        credentials = Credentials(folder)
        socket = kalshi_socket.TradeSocket(
            (), credentials, wall_ns, lambda: None, close_at_ns=_close_at_ns
        )
        self._kalshi = socket.publisher
        listing = Listing()
        self._channel = polymarket_socket.MarketChannel(listing, lambda: None)
        trade_api = kalshi_rest.KalshiRest(socket.publisher.markets, _seconds_as_ns)
        catalog = PolymarketRest(listing, wall_ns, _seconds_as_ns)
        catalog.gamma.router.routes.insert(0, Route("/events/slug/{slug}", self._event_by_slug))
        control = world_control(self.report, self.set_fault)
        gamma, clob, rest, control_url = await self._stack.enter_async_context(
            served(catalog.gamma, catalog.clob, trade_api.app, control)
        )
        kalshi_port = await self._listening(await socket.listen())
        channel_port = await self._listening(await self._channel.listen())
        self._begin()
        self.addresses = {
            "exchanges": {name: each.url for name, each in self.fleet.exchanges.items()},
            "bitstamp_rest": f"http://{self.fleet.exchanges['bitstamp'].origin}",
            "polymarket": {
                "gamma": gamma,
                "clob": clob,
                "ws": f"ws://127.0.0.1:{channel_port}{polymarket_socket.PATH}",
            },
            "kalshi": {
                "rest": rest + kalshi_rest.PREFIX,
                "ws": f"ws://127.0.0.1:{kalshi_port}{kalshi_socket.PATH}",
                "key_id": credentials.key_id,
                "private_key_path": str(credentials.private_key_path),
            },
            "control": control_url,
            "prints": self._series[0].prints,
        }
        playing = asyncio.create_task(self._play())
        self._stack.push_async_callback(_ended, playing)

    async def _listening(self, server: Server) -> int:
        self._stack.push_async_callback(server.wait_closed)
        self._stack.callback(server.close)
        return int(next(iter(server.sockets)).getsockname()[1])

    def _begin(self) -> None:
        now_ns = wall_ns()
        self._ticked_ns = now_ns - now_ns % _TICK_NS
        self.index_cents = self._true_cents()
        self._timetables = [Timetable(plan, now_ns, self.index_cents) for plan in self._series]
        twins = [plan for plan in self._series if not plan.is_ladder]
        self._twin_tables = [Timetable(plan, now_ns, self.index_cents) for plan in twins]
        self._list(now_ns)

    async def _play(self) -> None:
        while True:
            await asyncio.sleep(STEP_S)
            self.step(wall_ns())

    def step(self, now_ns: int) -> None:
        """Let time pass to `now_ns`: the index as it was at its boundaries, then all that moves."""
        last_ns = now_ns - now_ns % _TICK_NS
        is_new = last_ns > self._ticked_ns
        if is_new:
            self.index_cents = self._true_cents()
        for at_ns in range(self._ticked_ns + _TICK_NS, last_ns + 1, _TICK_NS):
            self._publish(at_ns)
        self._ticked_ns = last_ns
        self.fleet.step()
        self._list(now_ns)
        price, sigma = self.index_cents / 100, self.fleet.path.sigma
        for desk in self.desks[-_STEPPED:]:
            if desk.step(now_ns, price, sigma, quotes=is_new):
                for market in desk.markets:
                    self._kalshi.refreshed(market)
        for twin in self.twins[-_STEPPED:]:
            twin.step(now_ns, price + self._basis, sigma, quotes=is_new)

    def _publish(self, at_ns: int) -> None:
        is_print = at_ns % NS_PER_SECOND == 0
        if is_print:
            self._basis = _BASIS_KEPT * self._basis + self._rng.gauss(0, _BASIS_SD) * 0.2
            for table in self._timetables:
                table.take(at_ns, self.index_cents)
                table.chain(at_ns)
            for table in self._twin_tables:
                table.take(at_ns, self.index_cents + round(self._basis * 100))
                table.chain(at_ns)
        value = self._print(at_ns // NS_PER_MS)
        if is_print:
            self._prints.append(self.index_cents)
        if "index" in self.frozen:
            return
        if is_print:
            self._kalshi.printed(value, is_fast=False)
        self._kalshi.printed(value, is_fast=True)

    def _print(self, at_ms: int) -> Print:
        count = len(self._prints)
        mean = sum(self._prints) / count / 100 if count else self.index_cents / 100
        trailing = Average(mean, count, at_ms - WINDOW * 1_000, at_ms)
        return Print(INDEX_ID, self.index_cents / 100, at_ms, trailing)

    def _true_cents(self) -> int:
        index = true_index(exchange.book for exchange in self.fleet.exchanges.values())
        return self.index_cents if index is None else cents_half_up(index)

    def _list(self, now_ns: int) -> None:
        until_ns = now_ns + _LISTED_BEFORE_NS
        for table in self._timetables:
            for window in table.list_until(until_ns, self.index_cents):
                self._list_at_kalshi(window)
        for table in self._twin_tables:
            for window in table.list_until(until_ns, self.index_cents):
                twin = PolymarketDesk(window, self._rng, self._tell_polymarket)
                self.twins.append(twin)
                self._channel.listed(twin.market, now_ns // NS_PER_MS)
            table.chain(now_ns)
        for table in self._timetables:
            table.chain(now_ns)

    def _list_at_kalshi(self, window: SimulatedWindow) -> None:
        desk = KalshiDesk(window, self._rng, self._tell_kalshi, self._kalshi.lived)
        self.desks.append(desk)
        for market in desk.markets:
            self._kalshi.listed(market, {"open_ts": window.opens_at_ns // NS_PER_SECOND})

    def _tell_kalshi(self, market: KalshiMarket, deltas: Sequence[Delta], at_ns: int) -> None:
        if "kalshi" not in self.frozen:
            self._kalshi.acted(market, deltas, (len(deltas),), 0.0, at_ns)

    def _tell_polymarket(
        self, market: PolymarketMarket, changes: Sequence[Change], at_ms: int
    ) -> None:
        if "polymarket" not in self.frozen:
            self._channel.changed(market, changes, at_ms)

    async def _event_by_slug(self, request: Request) -> Response:
        for twin in self.twins:
            if twin.market.slug == request.path_params["slug"]:
                event: dict[str, Any] = {"slug": twin.market.slug, "markets": []}
                if twin.opening_price is not None:
                    event["eventMetadata"] = {"priceToBeat": twin.opening_price}
                return JSONResponse(event)
        return JSONResponse({"type": "not found error"}, status_code=404)


def _seconds_as_ns(after_s: float) -> int:
    return round(after_s * NS_PER_SECOND)


def _close_at_ns(market: KalshiMarket) -> int:
    return _seconds_as_ns(market.closes_after_s)


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
