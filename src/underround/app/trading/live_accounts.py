"""Both venues' live accounts: order lines, clients, brokers and private streams, put together.

Decides nothing about trading.
"""

import asyncio
import contextlib
import random
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from underround.app.clock import monotonic_ns, wall_ns
from underround.app.trading.private_ear import PrivateEar
from underround.core.instrument import Instrument, Venue
from underround.core.trading.order import OrderIntent
from underround.core.units import NS_PER_MS
from underround.execution.broker import Sink
from underround.execution.live import LiveBroker
from underround.venues.errors import VenueFaultError
from underround.venues.feed import Feed
from underround.venues.kalshi.private import PrivateCodec, PrivateSession
from underround.venues.kalshi.signing import WEBSOCKET_PATH, Signer
from underround.venues.kalshi.trading import KalshiTrading
from underround.venues.order_budget import OrderBudget
from underround.venues.order_line import OrderLine, UnsentError
from underround.venues.polymarket.access import obtain_key, read_place
from underround.venues.polymarket.orders import Identity
from underround.venues.polymarket.private import UserCodec, UserSession
from underround.venues.polymarket.signed_order import EOA
from underround.venues.polymarket.signing import ApiKey, Wallet
from underround.venues.polymarket.trading import PolymarketTrading

AnyTrading = TypeVar("AnyTrading", KalshiTrading, PolymarketTrading)

KALSHI_BUDGET: Final = (90.0, 90.0, 20.0)
"""Tokens a second, at most, and kept for cancels: nine tenths of the lowest level's 100."""
WARM_EVERY_S: Final = 2.0
POLYMARKET_BUDGET: Final = (36.0, 54.0, 5.0)
"""Orders a second, at most, and kept for cancels: nine tenths of the standard 40 and 60."""


class BlockedPlaceError(VenueFaultError):
    """The venue takes no orders from where we are; nothing may be done about it."""


@dataclass(frozen=True, slots=True)
class LiveAccount(Generic[AnyTrading]):
    """One account ready to trade. `cancel_all` is the venue's own way to end everything."""

    broker: LiveBroker
    trading: AnyTrading
    feed: Feed


@contextlib.asynccontextmanager
async def kalshi_account(
    rest: str,
    socket: str,
    signer: Signer,
    instruments: Mapping[str, Instrument],
    sink: Sink,
    *,
    intent_of: Callable[[str], OrderIntent | None] = lambda _order: None,
    budget: tuple[float, float, float] = KALSHI_BUDGET,
    timeout_s: float = 5.0,
    clock_ns: Callable[[], int] = wall_ns,
) -> AsyncIterator[LiveAccount[KalshiTrading]]:
    """Open a Kalshi account until the block ends. Raises UnsentError when the venue is away."""
    line = OrderLine(Venue.KALSHI, rest, timeout_s=timeout_s)
    trading = KalshiTrading(
        line,
        signer,
        instruments,
        OrderBudget(*budget),
        wall_ns=wall_ns,
        monotonic_ns=monotonic_ns,
        intent_of=intent_of,
        clock_ns=clock_ns,
    )
    codec = PrivateCodec(trading.intent, clock_ns)
    feed = Feed(
        "kalshi private",
        socket,
        PrivateSession(),
        PrivateEar(Venue.KALSHI, codec, sink),
        headers=lambda: signer.headers("GET", WEBSOCKET_PATH, wall_ns() // NS_PER_MS),
        clock_ns=clock_ns,
        randomness=random.random,
    )
    async with _running(line, feed):
        yield LiveAccount(LiveBroker(trading, sink, clock_ns), trading, feed)


@contextlib.asynccontextmanager
async def polymarket_account(
    clob: str,
    site: str,
    socket: str,
    wallet: Wallet,
    instruments: Mapping[str, Instrument],
    sink: Sink,
    *,
    funder: str | None = None,
    signature_type: int = EOA,
    key: ApiKey | None = None,
    held: Callable[[], Iterable[str]] = tuple,
    known: Mapping[str, OrderIntent] | None = None,
    budget: tuple[float, float, float] = POLYMARKET_BUDGET,
    timeout_s: float = 5.0,
    clock_ns: Callable[[], int] = wall_ns,
) -> AsyncIterator[LiveAccount[PolymarketTrading]]:
    """Open a Polymarket account until the block ends, unless the place is blocked.

    Raises BlockedPlaceError, or VenueFaultError when nobody can tell or no key is to be had.
    """
    await check_place(site)
    line = OrderLine(Venue.POLYMARKET, clob, timeout_s=timeout_s)
    held_key = key or await obtain_key(line, wallet, wall_ns)
    who = Identity(wallet, funder or wallet.address, signature_type, held_key.id)
    trading = PolymarketTrading(
        line,
        held_key,
        who,
        instruments,
        OrderBudget(*budget),
        wall_ns=wall_ns,
        monotonic_ns=monotonic_ns,
        draw=secrets.randbelow,
        held=held,
        known=known,
        clock_ns=clock_ns,
    )
    codec = UserCodec(trading.intents, instruments, clock_ns)
    feed = Feed(
        "polymarket private",
        socket,
        UserSession(held_key),
        PrivateEar(Venue.POLYMARKET, codec, sink),
        clock_ns=clock_ns,
        randomness=random.random,
    )
    async with _running(line, feed):
        yield LiveAccount(LiveBroker(trading, sink, clock_ns), trading, feed)


async def check_place(site: str) -> None:
    """Raise BlockedPlaceError where Polymarket takes no orders; VenueFaultError: nobody knows."""
    line = OrderLine(Venue.POLYMARKET, site)
    try:
        place = await read_place(line)
    finally:
        await line.close()
    if place.blocked:
        where = " ".join(filter(None, (place.country, place.region))) or "here"
        problem = f"takes no orders from {where}; this cannot and must not be worked around"
        raise BlockedPlaceError(Venue.POLYMARKET, problem, retryable=False, status=403)


@contextlib.asynccontextmanager
async def _running(line: OrderLine, feed: Feed) -> AsyncIterator[None]:
    tasks: list[asyncio.Task[None]] = []
    try:
        await line.warm()
        tasks = [asyncio.create_task(feed.run()), asyncio.create_task(_keep_warm(line))]
        yield
    finally:
        await feed.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await line.close()


async def _keep_warm(line: OrderLine) -> None:
    """Have connections stand ready, so that no order waits for a handshake."""
    while True:
        await asyncio.sleep(WARM_EVERY_S)
        with contextlib.suppress(UnsentError):  # the next order will say so, if it lasts
            await line.warm()
