"""Kalshi's pages as they come, for readers of markets' rules: it pages and reads no market.

Events with nested markets hold all of it in the fewest requests, and leave combinations out.
See https://docs.kalshi.com/api-reference/events/get-events
"""

from collections.abc import AsyncIterator, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from underround.core.instrument import Venue
from underround.venues.errors import UnreadableError
from underround.venues.rest import RestClient
from underround.venues.wire_text import whole_text

EVENTS_PER_PAGE: Final = 200
MARKETS_PER_PAGE: Final = 1000
TICKERS_PER_QUERY: Final = 100
PAGES_LIMIT: Final = 1_000


class _Page(Struct):
    events: list[msgspec.Raw]
    cursor: str = ""


_page = msgspec.json.Decoder(_Page)


async def fetch_open(kalshi: RestClient) -> AsyncIterator[bytes]:
    """Yield every page of the open events with their markets inside, to the list's end.

    Raises VenueError when a page cannot be had or the cursor runs in a circle: what came before
    is then not the whole list.
    """
    query = [("status", "open"), ("limit", str(EVENTS_PER_PAGE)), ("with_nested_markets", "true")]
    cursor = ""
    seen: set[str] = set()
    for _ in range(PAGES_LIMIT):
        after = [("cursor", cursor)] if cursor else []
        body = whole_text(await kalshi.get("/events", [*query, *after]))
        cursor = _cursor(body)
        yield body
        if not cursor:
            return
        if cursor in seen:
            break
        seen.add(cursor)
    raise _unreadable("its cursor never comes to an end")


async def fetch_named(kalshi: RestClient, tickers: Sequence[str]) -> AsyncIterator[bytes]:
    """Yield pages with the markets of these tickers, whatever state they are in; VenueError."""
    for start in range(0, len(tickers), TICKERS_PER_QUERY):
        chunk = ",".join(tickers[start : start + TICKERS_PER_QUERY])
        query = [("tickers", chunk), ("limit", str(MARKETS_PER_PAGE))]
        yield whole_text(await kalshi.get("/markets", query))


def _cursor(body: bytes) -> str:
    try:
        return _page.decode(body).cursor
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(str(error)) from None


def _unreadable(why: str) -> UnreadableError:
    return UnreadableError(Venue.KALSHI, f"list of events cannot be read: {why}", retryable=True)
