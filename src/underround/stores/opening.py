"""Open the price cache and the signal queue that a URL names.

`memory://`, `redis://HOST:PORT/DB`, `rediss://…` (TLS) or `embedded://` (a valkey-server of our
own). Nothing else may choose between the implementations.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

from underround.core.errors import UnusableError
from underround.stores.address import shown_address
from underround.stores.memory import MemoryPrices, MemorySignals
from underround.stores.prices import Prices
from underround.stores.signals import SignalQueue

_OWN: Final = ("memory", "embedded")
_REMOTE: Final = ("redis", "rediss")
_FORMS: Final = "memory://, redis://HOST:PORT/DB, rediss://HOST:PORT/DB or embedded://"


def check_store_url(url: str) -> str:
    """Return the URL without its password; UnusableError in one line when it names no store."""
    shown = shown_address(url)
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise UnusableError(f"store URL {shown!r}: {error}") from None
    if parts.scheme not in (*_OWN, *_REMOTE) or "://" not in url:
        raise UnusableError(f"store URL {shown!r} is not one of {_FORMS}")
    if parts.scheme in _OWN:
        if url != f"{parts.scheme}://":
            raise UnusableError(f"store URL {shown!r}: nothing may follow {parts.scheme}://")
        return url
    try:
        port_is_wrong = parts.port == 0
    except ValueError:
        port_is_wrong = True
    if port_is_wrong:
        raise UnusableError(f"store URL {shown!r}: the port is not 1…65535")
    database = parts.path.strip("/")
    if database and not database.isdecimal():
        raise UnusableError(f"store URL {shown!r}: database {database!r} is not a number")
    return shown


@asynccontextmanager
async def open_stores(url: str) -> AsyncIterator[tuple[Prices, SignalQueue]]:
    """Open the stores of a URL, and close them at the end.

    UnusableError for a URL that names none, ConnectionError when the server cannot be reached,
    ConfigError when the embedded server does not start: one line each.
    """
    shown = check_store_url(url)
    if url == "memory://":
        yield MemoryPrices(asyncio.get_running_loop().time), MemorySignals()
        return
    # One generator and no other inside it: a loop that ends closes all it finds, at once.
    async with AsyncExitStack() as stack:
        if url == "embedded://":
            # Imported here: Redis's client takes a third of a second that memory:// is spared.
            from underround.stores.embedded import EmbeddedServer

            server = await stack.enter_async_context(EmbeddedServer())
            url = shown = server.url
        yield await _open_redis(url, shown, stack)


async def _open_redis(url: str, shown: str, stack: AsyncExitStack) -> tuple[Prices, SignalQueue]:
    from underround.stores.redis_link import RedisLink
    from underround.stores.redis_prices import RedisPrices
    from underround.stores.redis_signals import RedisSignals

    try:
        link = RedisLink(url)
        await link.open()
    except (TypeError, ValueError) as error:  # an option behind the ? that is none
        raise UnusableError(f"store URL {shown!r}: {error}") from None
    except ConnectionError as error:
        raise ConnectionError(
            f"{error} ({shown}): start a Redis or Valkey server there,"
            " or use memory:// or embedded://"
        ) from None
    stack.push_async_callback(link.close)
    prices, signals = RedisPrices(link), RedisSignals(link)
    stack.push_async_callback(prices.close)
    return prices, signals
