"""What the guide's two streams share: configured defaults, names given by people, failures told.

Opens no socket of its own and knows neither venue's protocol.
"""

import asyncio
import logging
import os
import random
from collections.abc import Callable, Iterable, Mapping
from socket import gaierror
from typing import Any, Final

from underround.app.clock import monotonic_ns
from underround.app.config import Config, load_config
from underround.app.live_books import LiveBooks
from underround.app.pairs.file import PairEntry, configured_pairs
from underround.core.errors import UnusableError, VenueError
from underround.core.instrument import Venue
from underround.venues.errors import VenueFaultError
from underround.venues.feed import Feed
from underround.venues.rate_limit import TokenBucket
from underround.venues.rest import RestClient

_log = logging.getLogger(__name__)

CONNECT_WITHIN_S: Final = 10.0
WEBSOCKET: Final = "WebSocket connection"
LOOKUP: Final = "market lookup"


class VenueConnectionError(VenueError, ConnectionError):
    """A venue cannot be reached: both what an operator reads and what Python calls it."""

    def __init__(self, venue: Venue, line: str) -> None:
        Exception.__init__(self, line)
        self.venue = venue
        self.retryable = True


def configuration() -> Config:
    """Read the operator's configuration: the file, then the environment; ConfigError."""
    return load_config(None, os.environ)


def pairs_in(config: Config) -> list[PairEntry]:
    """Read the configured pairs; each entry that cannot be used is a warning."""
    entries, problems = configured_pairs(config)
    for problem in problems:
        _log.log(logging.WARNING if entries else logging.INFO, "%s", problem)
    return entries


def rest_client(
    venue: Venue,
    root: str,
    per_s: float,
    sign: Callable[[str, str], Mapping[str, str]] | None = None,
) -> RestClient:
    """Return a client of a venue's REST root, at most `per_s` requests a second."""
    return RestClient(
        venue,
        root,
        TokenBucket(per_s, 2 * per_s),
        monotonic_ns=monotonic_ns,
        randomness=random.random,
        sign=sign,
    )


def references(market_ids: Iterable[Any]) -> list[str]:
    """Return ids as text, each once, without the guide's literal `...`.

    UnusableError for a single text, which would be read letter by letter.
    """
    if isinstance(market_ids, str | bytes):
        raise UnusableError(f"market ids are a list: subscribe_markets([{market_ids!r}])")
    found: dict[str, None] = {}
    for market_id in market_ids:
        if market_id is ... or market_id == "...":
            _log.warning("⚠️ `...` stands for your own market ids; skipped")
        else:
            found[str(market_id)] = None
    return list(found)


def opened(books: LiveBooks | None, venue: Venue) -> LiveBooks:
    """Return books that are connected; ConnectionError tells the way when they are not."""
    if books is None or books.is_closed:
        raise ConnectionError(
            f"not connected to {venue.title()}: call `await stream.connect()` first"
        )
    return books


async def stands(feed: Feed) -> None:
    """Wait for a feed's first connection; VenueFaultError when the first attempt fails."""
    while not feed.counters.connects and feed.last_error is None:  # noqa: ASYNC110 - sets no event
        await asyncio.sleep(0.005)
    if not feed.counters.connects and feed.last_error is not None:
        raise feed.last_error


def failed(venue: Venue, way: str, url: str, fault: VenueFaultError) -> VenueConnectionError:
    """Log that a venue cannot be reached, as the guide words it, and return the error to raise."""
    line = f"{venue.title()} {way} failed: {_reason(fault)} ({url})"
    _log.error("❌ %s", line)
    return VenueConnectionError(venue, line)


def _reason(fault: VenueFaultError) -> str:
    """Say why in the words that people look for; Timeout is the guide's."""
    cause = fault.__cause__
    if isinstance(cause, TimeoutError):
        return "Timeout"
    if isinstance(cause, OSError) and cause.errno and not isinstance(cause, gaierror):
        return os.strerror(cause.errno)
    if fault.status in (401, 403):
        return f"HTTP {fault.status}, check the API key and that the venue may be used from here"
    return str(fault).removeprefix(f"{fault.venue}: ")
