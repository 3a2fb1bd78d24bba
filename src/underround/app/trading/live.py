"""Real money: what must be true before it, and the brokers of both accounts.

Refuses when the place is blocked, a key is missing or the machine's clock is off; what is refused
here is never worked around. The same engine, journal and gate as on paper.
"""

import asyncio
import math
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from underround.app.clock import wall_ns
from underround.app.config import Config
from underround.app.trading.live_accounts import check_place, kalshi_account, polymarket_account
from underround.app.trading.setup import MakeBrokers
from underround.core.engine import Engine
from underround.core.errors import ConfigError, UnderroundError, VenueError
from underround.core.instrument import Instrument, Venue
from underround.core.trading.order import OrderIntent
from underround.core.trading.portfolio import Portfolio
from underround.core.units import NS_PER_SECOND
from underround.execution.broker import Broker, Sink
from underround.venues.kalshi.signing import load_signer
from underround.venues.polymarket.signing import Wallet, load_wallet

_BARE_KEY: Final = re.compile(r"\s*(0x)?[0-9a-fA-F]{64}\s*")
MOST_CLOCK_ERROR_S: Final = 1.0
CLOCK_READS: Final = 6
CLOCK_READ_EVERY_S: Final = 0.2
"""The venue tells whole seconds: reads spread over one of them show where the next begins."""


class _Instruments(Mapping[str, Instrument]):
    """The instruments of the books that an engine follows, as they come and go."""

    def __init__(self, engine: Engine) -> None:
        self._books = engine.books

    def __getitem__(self, name: str) -> Instrument:
        return self._books[name].instrument

    def __iter__(self) -> Any:
        return iter(self._books)

    def __len__(self) -> int:
        return len(self._books)


def wallet_at(place: str, address: str | None) -> Wallet:
    """Load the operator's Polymarket wallet; ConfigError when it is not that of the address."""
    if _BARE_KEY.fullmatch(place):  # and is repeated nowhere
        raise ConfigError(
            "venues.polymarket.private_key_path holds a key itself, not the place of one"
        )
    wallet = load_wallet(Path(place).expanduser())
    if address is not None and address.lower() != wallet.address.lower():
        raise ConfigError(
            f"venues.polymarket.address is {address}, but the key at private_key_path is"
            f" that of {wallet.address}"
        )
    return wallet


def live_brokers(
    config: Config, clock_ns: Callable[[], int], *, places: bool = True
) -> MakeBrokers:
    """Return what opens both live accounts; ConfigError when a key is missing.

    One that `places` orders has Kalshi hold them to an order group; another only reads.
    """
    kalshi, polymarket = config.venues.kalshi, config.venues.polymarket
    if kalshi.key_id is None or kalshi.private_key_path is None:
        raise ConfigError("live trading needs venues.kalshi.key_id and private_key_path")
    if polymarket.private_key_path is None:
        raise ConfigError("live trading needs venues.polymarket.private_key_path")
    signer = load_signer(kalshi.key_id, Path(kalshi.private_key_path).expanduser())
    wallet = wallet_at(polymarket.private_key_path, polymarket.address)

    @asynccontextmanager
    async def make(
        engine: Engine, portfolio: Portfolio, sink: Sink
    ) -> AsyncIterator[Mapping[Venue, Broker]]:
        instruments = _Instruments(engine)

        def intent_of(order: str) -> OrderIntent | None:
            found = portfolio.order(order)
            return None if found is None else found.intent

        async with AsyncExitStack() as stack:
            on_kalshi = await stack.enter_async_context(
                kalshi_account(
                    kalshi.rest,
                    kalshi.ws,
                    signer,
                    instruments,
                    sink,
                    intent_of=intent_of,
                    clock_ns=clock_ns,
                )
            )
            if places:
                await on_kalshi.trading.make_group(group_contracts(config))
                stack.push_async_callback(on_kalshi.trading.drop_group)
            on_polymarket = await stack.enter_async_context(
                polymarket_account(
                    polymarket.clob,
                    polymarket.site,
                    polymarket.user_ws,
                    wallet,
                    instruments,
                    sink,
                    funder=polymarket.funder,
                    signature_type=polymarket.signature_type,
                    held=lambda: tokens_of(portfolio),
                    known=known_orders(portfolio),
                    clock_ns=clock_ns,
                )
            )
            yield {Venue.KALSHI: on_kalshi.broker, Venue.POLYMARKET: on_polymarket.broker}

    return make


def group_contracts(config: Config) -> int:
    """Return how many contracts Kalshi itself lets us trade in 15 seconds.

    Twice what the limits allow, so that it never stands in the way of a hedge: it is for the day
    when our own limits fail.
    """
    orders = -(-config.risk.max_orders_per_minute // 4)
    return max(2 * orders * config.risk.max_naked_contracts, 1)


async def check_before_live(config: Config) -> None:
    """Raise unless real orders may leave from here now: the place first, then the clock."""
    await check_place(config.venues.polymarket.site)
    offset_s = await clock_error_s(config.venues.kalshi.rest)
    if offset_s > MOST_CLOCK_ERROR_S:
        raise UnderroundError(
            f"this machine's clock is off by {offset_s:.1f} s or more; set it (NTP) before trading"
        )


async def clock_error_s(rest: str) -> float:
    """Return by how many seconds our clock certainly differs from the venue's; VenueError if mute.

    Several reads narrow it down to a fifth of a second, less on a slow connection.
    """
    least_s, most_s = -math.inf, math.inf
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=5.0) as client:
            for number in range(CLOCK_READS):
                if number:
                    await asyncio.sleep(CLOCK_READ_EVERY_S)
                before_ns = wall_ns()
                answer = await client.get(f"{rest}/exchange/status")
                after_ns = wall_ns()
                told = parsedate_to_datetime(answer.headers["date"]).replace(tzinfo=UTC)
                least_s = max(least_s, before_ns / NS_PER_SECOND - told.timestamp() - 1)
                most_s = min(most_s, after_ns / NS_PER_SECOND - told.timestamp())
    except (httpx.HTTPError, KeyError, ValueError) as fault:
        raise VenueError("kalshi", f"does not tell its time: {fault}", retryable=True) from None
    return max(least_s, -most_s, 0.0)


def limits_shown(config: Config) -> list[str]:
    """Return every limit of `[risk]` in words, for a person to read before real money."""
    return [f"{name} = {value}" for name, value in msgspec.to_builtins(config.risk).items()]


def tokens_of(portfolio: Portfolio) -> list[str]:
    """Return the Polymarket tokens that the journal knows of."""
    return [name for venue, name in portfolio.positions_e6 if venue is Venue.POLYMARKET]


def known_orders(portfolio: Portfolio) -> dict[str, OrderIntent]:
    """Return our Polymarket orders by their hashes."""
    return {
        order.venue_order_id: order.intent
        for trade in portfolio.trades.values()
        for order in trade.orders.values()
        if order.venue_order_id is not None and order.intent.venue is Venue.POLYMARKET
    }
