"""Asks Kalshi for its lists, page after page; reads no page itself.

See https://docs.kalshi.com/getting_started/pagination
"""

from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from underround.core.instrument import Venue
from underround.venues.pages import pages
from underround.venues.rest import Query, RestClient

Page = TypeVar("Page")


def fetch_pages(
    kalshi: RestClient,
    path: str,
    query: Query,
    what: str,
    decode: Callable[[bytes], tuple[Page, str]],
) -> AsyncIterator[Page]:
    """Yield every page of a list; `decode` gives a page and the next cursor, "" at the end.

    Raises VenueError when a page cannot be had or the cursor runs in a circle.
    """

    async def ask(cursor: str) -> tuple[Page, str]:
        after = [("cursor", cursor)] if cursor else []
        return decode(await kalshi.get(path, [*query, *after]))

    return pages(Venue.KALSHI, what, ask)
