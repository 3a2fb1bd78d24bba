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
from underround.venues.kalshi.lists import fetch_pages
from underround.venues.rest import RestClient
from underround.venues.wire_text import whole_text

EVENTS_PER_PAGE: Final = 200
MARKETS_PER_PAGE: Final = 1000
TICKERS_PER_QUERY: Final = 100


class _Page(Struct):
    events: list[msgspec.Raw]
    cursor: str = ""


_page = msgspec.json.Decoder(_Page)


def fetch_open(kalshi: RestClient) -> AsyncIterator[bytes]:
    """Yield every page of the open events with their markets inside, to the list's end.

    Raises VenueError when a page cannot be had or the cursor runs in a circle: what came before
    is then not the whole list.
    """
    query = [("status", "open"), ("limit", str(EVENTS_PER_PAGE)), ("with_nested_markets", "true")]
    return fetch_pages(kalshi, "/events", query, "list of events", _page_as_it_came)


async def fetch_named(kalshi: RestClient, tickers: Sequence[str]) -> AsyncIterator[bytes]:
    """Yield pages with the markets of these tickers, whatever state they are in; VenueError."""
    for start in range(0, len(tickers), TICKERS_PER_QUERY):
        chunk = ",".join(tickers[start : start + TICKERS_PER_QUERY])
        query = [("tickers", chunk), ("limit", str(MARKETS_PER_PAGE))]
        yield whole_text(await kalshi.get("/markets", query))


def _page_as_it_came(body: bytes) -> tuple[bytes, str]:
    text = whole_text(body)
    try:
        return text, _page.decode(text).cursor
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        problem = f"list of events cannot be read: {error}"
        raise UnreadableError(Venue.KALSHI, problem, retryable=True) from None
