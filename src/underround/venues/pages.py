"""Follows a venue's cursor from page to page; knows no venue's words and asks for nothing itself.

Every list that a venue gives in pages is read through here, so that none can be read for ever.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, TypeVar

from underround.venues.errors import UnreadableError

PAGES_LIMIT: Final = 3_000
Page = TypeVar("Page")


async def pages(
    venue: str,
    what: str,
    ask: Callable[[str], Awaitable[tuple[Page, str]]],
) -> AsyncIterator[Page]:
    """Yield every page of a list once, in order, from its beginning to its end.

    `ask(cursor)` gives the page behind a cursor and the next one's cursor, "" for the list's two
    ends. Raises what `ask` does, and UnreadableError where the cursor comes to no end: what came
    before is then not the whole list, which `what` names.
    """
    cursor = ""
    known: set[str] = set()
    while len(known) < PAGES_LIMIT:
        page, cursor = await ask(cursor)
        yield page
        if not cursor:
            return
        if cursor in known:
            break
        known.add(cursor)
    problem = f"{what} cannot be read: its cursor comes to no end"
    raise UnreadableError(venue, problem, retryable=True)
