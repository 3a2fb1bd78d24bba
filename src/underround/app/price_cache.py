"""The price cache as the streaming guide documents it: prices in dollars, compared as they come.

What two venues ask for one market is compared at the moment either changes. A signal found so is
indicative: it knows neither sizes nor fees. The exact ones come from the engine; nothing here may
lead to an order.
"""

import logging
import math
import os
from contextlib import AsyncExitStack
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from underround.app.clock import wall_ns
from underround.app.config import DEFAULT_REDIS_URL, load_config
from underround.core.errors import ConfigError
from underround.core.instrument import Venue
from underround.core.units import NS_PER_SECOND, PRICE_ONE_E4
from underround.stores import check_store_url, open_stores
from underround.stores.prices import TTL_S, Price, Prices
from underround.stores.signals import SignalQueue

_log = logging.getLogger(__name__)

SIGNAL_COST_E4: Final = 9_700  # YES here and NO there for less than $0.97 is worth a look
_FRESH_NS: Final = int(TTL_S) * NS_PER_SECOND
_TAKE: Final = 1_000
_OTHER: Final = {
    Venue.POLYMARKET.value: Venue.KALSHI.value,
    Venue.KALSHI.value: Venue.POLYMARKET.value,
}


class _DefaultUrl(str):
    """The default URL, told apart from the same text given by a caller, which nothing changes."""

    __slots__ = ()


_DEFAULT_URL: Final = _DefaultUrl(DEFAULT_REDIS_URL)


class PriceCache:
    """Latest YES and NO prices by market and platform, in Redis or in memory (`memory://`).

    Platforms are "polymarket" and "kalshi"; a market id is an int or a str, and 123 and "123" are
    the same market. Prices are kept to $0.0001, the finest step of either venue. Without a URL
    the configuration's `storage.redis_url` is opened.
    """

    def __init__(self, redis_url: str = _DEFAULT_URL) -> None:
        if isinstance(redis_url, _DefaultUrl):
            redis_url = load_config(None, os.environ).storage.redis_url
        check_store_url(redis_url)
        self.signals_raised = 0
        self._url = redis_url
        self._stack: AsyncExitStack | None = None
        self._prices: Prices | None = None
        self._signals: SignalQueue | None = None

    async def connect(self) -> None:
        """Open the cache; ConnectionError, in one line, when Redis cannot be reached."""
        if self._prices is not None:
            return
        stack = AsyncExitStack()
        try:
            opened = await stack.enter_async_context(open_stores(self._url))
        except (ConnectionError, ConfigError) as error:
            _log.error("❌ Redis connection failed: %s", error)
            raise ConnectionError(f"Redis connection failed: {error}") from None
        self._stack = stack
        self._prices, self._signals = opened
        if self._url == "memory://":
            _log.info("✅ Price cache in memory ready")
        else:
            _log.info("✅ Redis price cache connected")

    async def update_price(
        self,
        market_id: int | str,
        platform: str,
        price_yes: float | None,
        price_no: float | None,
        timestamp: float | datetime | None = None,
    ) -> None:
        """Set what a platform asks for YES and NO, in dollars; None where nothing is offered.

        `timestamp` is in epoch seconds, now if absent. Queues a signal when one platform's YES
        and the other's NO cost less than $0.97 together and both are younger than 60 s. Returns
        when others can read the price, or at once while Redis is away. ValueError in one line
        for a platform, price, id or time that cannot be; ConnectionError before `connect()`.
        """
        prices, signals = self._opened()
        name = _market_name(market_id)
        venue = _platform(platform)
        now_ns = wall_ns()
        price = Price(
            _price_e4("price_yes", price_yes),
            _price_e4("price_no", price_no),
            now_ns if timestamp is None else _at_ns(timestamp),
        )
        prices.mark(name, venue, price.yes_e4, price.no_e4, price.at_ns, refreshed=False)
        other = await _known(prices, name, _OTHER[venue])
        if other is not None and min(price.at_ns, other.at_ns) > now_ns - _FRESH_NS:
            for yes_at, yes_e4, no_at, no_e4 in (
                (venue, price.yes_e4, _OTHER[venue], other.no_e4),
                (_OTHER[venue], other.yes_e4, venue, price.no_e4),
            ):
                if yes_e4 is not None and no_e4 is not None and yes_e4 + no_e4 < SIGNAL_COST_E4:
                    self.signals_raised += 1
                    signals.put(_signal(market_id, yes_at, yes_e4, no_at, no_e4, now_ns))
        await prices.flush()

    async def get_price(
        self, market_id: int | str, platform: str
    ) -> tuple[float, float, float] | None:
        """Return (price of YES, price of NO, epoch seconds), prices in dollars.

        None when the market is not cached, one of its sides is not offered, or Redis is away.
        """
        prices, _ = self._opened()
        price = await _known(prices, _market_name(market_id), _platform(platform))
        if price is None or price.yes_e4 is None or price.no_e4 is None:
            return None
        yes, no = price.yes_e4 / PRICE_ONE_E4, price.no_e4 / PRICE_ONE_E4
        return yes, no, price.at_ns / NS_PER_SECOND

    async def remove_price(self, market_id: int | str, platform: str) -> None:
        """Delete one price, which nobody stands for any more; as `update_price` otherwise."""
        prices, _ = self._opened()
        prices.drop(_market_name(market_id), _platform(platform))
        await prices.flush()

    async def get_arbitrage_signals(self) -> list[dict[str, Any]]:
        """Return the signals that wait, oldest first, and clear them; none while Redis is away."""
        _, signals = self._opened()
        found: list[dict[str, Any]] = []
        try:
            while taken := await signals.take(_TAKE):
                found += [signal for signal in map(_decoded, taken) if signal is not None]
        except ConnectionError as error:
            _log.warning("signals are not to be had: %s", error)
        return found

    async def get_stats(self) -> dict[str, Any]:
        """Return `status` ("connected" or "disconnected") and how many entries are cached.

        `total_cached` counts each market on each platform, `polymarket_cached` and
        `kalshi_cached` those of one platform; all 0 while Redis is away.
        """
        status = "disconnected"
        counts: dict[str, int] = {}
        if self._prices is not None:
            try:
                counts = await self._prices.count()
                status = self._prices.status().state
            except ConnectionError:
                pass
        return {
            "status": status,
            "total_cached": sum(counts.values()),
            "polymarket_cached": counts.get(Venue.POLYMARKET, 0),
            "kalshi_cached": counts.get(Venue.KALSHI, 0),
        }

    async def clear_all(self) -> None:
        """Delete every cached price; ConnectionError while Redis is away."""
        prices, _ = self._opened()
        await prices.clear()

    async def close(self) -> None:
        """Write what waits and disconnect; closing twice is harmless."""
        stack, self._stack = self._stack, None
        self._prices = self._signals = None
        if stack is not None:
            await stack.aclose()

    def _opened(self) -> tuple[Prices, SignalQueue]:
        if self._prices is None or self._signals is None:
            raise ConnectionError("the price cache is not connected: await connect() first")
        return self._prices, self._signals


async def _known(prices: Prices, name: str, venue: str) -> Price | None:
    try:
        return await prices.get(name, venue)
    except ConnectionError:
        return None


def _signal(
    market_id: int | str, yes_at: str, yes_e4: int, no_at: str, no_e4: int, now_ns: int
) -> dict[str, Any]:
    """Return an indicative signal, and tell the log."""
    spread_e4 = PRICE_ONE_E4 - yes_e4 - no_e4
    _log.info("🚨 ARBITRAGE: Market %s | Spread: %.2f%%", market_id, spread_e4 / 100)
    return {
        "market_id": market_id,
        "buy_yes": yes_at,
        "buy_no": no_at,
        "price_yes": yes_e4 / PRICE_ONE_E4,
        "price_no": no_e4 / PRICE_ONE_E4,
        "cost": (yes_e4 + no_e4) / PRICE_ONE_E4,
        "spread": spread_e4 / PRICE_ONE_E4,
        "timestamp": now_ns / NS_PER_SECOND,
        "indicative": True,
    }


def _decoded(signal: bytes) -> dict[str, Any] | None:
    try:
        return msgspec.json.decode(signal, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        _log.warning("a signal that is no JSON object is skipped: %s", error)
        return None


def _market_name(market_id: int | str) -> str:
    if isinstance(market_id, bool) or not isinstance(market_id, int | str) or market_id == "":
        raise ValueError(f"market id {market_id!r} is not a number or a text that is not empty")
    return str(market_id)


def _platform(platform: str) -> str:
    if not isinstance(platform, str) or platform not in _OTHER:
        raise ValueError(f"platform {platform!r} is not one of {', '.join(map(repr, _OTHER))}")
    return str(platform)


def _price_e4(name: str, price: float | None) -> int | None:
    if price is None:
        return None
    is_number = isinstance(price, int | float) and not isinstance(price, bool)
    if not is_number or not 0 <= price <= 1:
        raise ValueError(f"{name} {price!r} is not a price between 0 and 1 dollar")
    return round(price * PRICE_ONE_E4)


def _at_ns(timestamp: float | datetime) -> int:
    if isinstance(timestamp, datetime):
        timestamp = timestamp.timestamp()
    is_number = isinstance(timestamp, int | float) and not isinstance(timestamp, bool)
    if not is_number or not math.isfinite(timestamp) or not 0 <= timestamp < 2**33:
        raise ValueError(f"timestamp {timestamp!r} is not a time in epoch seconds")
    return int(Decimal(timestamp) * NS_PER_SECOND)
