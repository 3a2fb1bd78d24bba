"""Gamma's pages as they come, for readers of markets' rules: it pages and reads no market.

Lists give the first protocol's markets unless asked for both versions by name.
See https://docs.polymarket.com/developers/gamma-markets-api/get-markets
"""

from collections.abc import AsyncIterator, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from underround.core.instrument import Venue
from underround.venues.errors import UnreadableError
from underround.venues.pages import pages
from underround.venues.rest import RestClient
from underround.venues.wire_text import whole_text

PATH: Final = "/markets/keyset"
MARKETS_PER_PAGE: Final = 100
CONDITIONS_PER_QUERY: Final = 50
_BOTH_VERSIONS: Final = (("version", "v1"), ("version", "v2"))


class _Page(Struct):
    markets: list[msgspec.Raw]
    next_cursor: str | None = None


_page = msgspec.json.Decoder(_Page)


def fetch_open(gamma: RestClient) -> AsyncIterator[bytes]:
    """Yield every page of the open markets, of both protocol versions, to the list's end.

    Raises VenueError when a page cannot be had or the cursor runs in a circle: what came before
    is then not the whole list.
    """
    query = [("closed", "false"), ("limit", str(MARKETS_PER_PAGE)), *_BOTH_VERSIONS]

    async def ask(cursor: str) -> tuple[bytes, str]:
        after = [("after_cursor", cursor)] if cursor else []
        body = whole_text(await gamma.get(PATH, [*query, *after]))
        return body, _cursor(body)

    return pages(Venue.POLYMARKET, "list of markets", ask)


async def fetch_named(gamma: RestClient, conditions: Sequence[str]) -> AsyncIterator[bytes]:
    """Yield pages with the open ones among the markets of these condition ids; VenueError."""
    for start in range(0, len(conditions), CONDITIONS_PER_QUERY):
        chunk = conditions[start : start + CONDITIONS_PER_QUERY]
        query = [("closed", "false"), ("limit", str(MARKETS_PER_PAGE)), *_BOTH_VERSIONS]
        named = (("condition_ids", each) for each in chunk)
        yield whole_text(await gamma.get(PATH, [*query, *named]))


def _cursor(body: bytes) -> str:
    try:
        return _page.decode(body).next_cursor or ""
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        problem = f"list of markets cannot be read: {error}"
        raise UnreadableError(Venue.POLYMARKET, problem, retryable=True) from None
