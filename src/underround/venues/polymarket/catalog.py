"""Asks Gamma which markets there are, and the CLOB for whole books.

Async shell around `listing`: it pages, orders and looks names up, and decodes no book.
"""

import re
from collections.abc import AsyncIterator, Sequence
from typing import Final, Literal

from underround.core.fees import PolymarketReading
from underround.core.instrument import Instrument, Venue
from underround.venues.errors import UnknownReferenceError, printable
from underround.venues.event import ListedEvent
from underround.venues.listing import Listing, Skipped
from underround.venues.pages import pages
from underround.venues.polymarket.events import decode_event_page
from underround.venues.polymarket.listing import decode_closed, decode_page
from underround.venues.rest import RestClient

MARKETS_PER_PAGE: Final = 100
BOOKS_PER_REQUEST: Final = 500
CONDITIONS_PER_QUERY: Final = 50
EVENTS_PER_QUERY: Final = 50

ReferenceKind = Literal["id", "condition_ids", "clob_token_ids", "position_ids", "slug"]
"""The query parameter under which Gamma looks a reference up."""

_CONDITION: Final = re.compile(r"0x[0-9a-fA-F]{62,64}")  # 31 bytes in the second protocol
_SLUG: Final = re.compile(r"(?!0x)[a-z0-9]+(?:[-._][a-z0-9]+)*", re.IGNORECASE)
_LONGEST_GAMMA_ID: Final = 18
_LONGEST_TOKEN_ID: Final = 78  # digits of 2^256
_SECOND_PROTOCOL_MASK: Final = ((1 << 64) - 1) << 40


async def fetch_top(
    gamma: RestClient, count: int, reading: PolymarketReading = PolymarketReading.DOLLARS
) -> Listing:
    """Return the `count` most traded markets of the last 24 h that can be traded now.

    Both generations of markets, by falling volume. Raises VenueError.
    """
    query = [("closed", "false"), ("order", "volume24hr"), ("ascending", "false")]
    # Lists give the first protocol's markets unless asked for both.
    query += [("limit", str(MARKETS_PER_PAGE)), ("version", "v1"), ("version", "v2")]
    instruments: dict[str, Instrument] = {}
    skipped: list[Skipped] = []

    async def ask(cursor: str) -> tuple[Listing, str]:
        after = [("after_cursor", cursor)] if cursor else []
        listing, following = decode_page(await gamma.get("/markets/keyset", query + after), reading)
        return listing, following or ""

    async for listing in pages(Venue.POLYMARKET, "list of markets", ask):
        instruments.update((instrument.id, instrument) for instrument in listing.instruments)
        skipped += listing.skipped
        if len(instruments) >= 2 * count:
            break
    ranked = sorted(instruments.values(), key=lambda i: i.volume_24h_e6, reverse=True)
    return Listing(tuple(ranked[: 2 * count]), tuple(skipped))


async def resolve(
    gamma: RestClient,
    reference: str,
    reading: PolymarketReading = PolymarketReading.DOLLARS,
) -> tuple[Instrument, Instrument]:
    """Return the YES and NO instruments of the market that `reference` names.

    A Gamma id, condition id, token id (of either outcome) or slug. Raises UnknownReferenceError
    when there is none that can be traded, or another VenueError.
    """
    kind = reference_kind(reference)
    query = [(kind, reference), ("limit", "2"), ("version", "v1"), ("version", "v2")]
    listing, _ = decode_page(await gamma.get("/markets/keyset", query), reading)
    if len(listing.instruments) == 2:
        yes, no = listing.instruments
        return yes, no
    if listing.instruments:
        problem = f"{printable(reference, 90)!r} names more than one market"
    elif listing.skipped:
        problem = f"market {printable(reference, 90)!r} {listing.skipped[0].reason}"
    elif await _is_closed(gamma, query):
        problem = f"market {printable(reference, 90)!r} is closed"
    else:
        problem = f"no market {printable(reference, 90)!r}; an event's slug names no single market"
    raise UnknownReferenceError(Venue.POLYMARKET, problem, retryable=False)


async def _is_closed(gamma: RestClient, query: Sequence[tuple[str, str]]) -> bool:
    """Ask for a market that is not among the open ones once more, among the closed; VenueError."""
    closed = [*query, ("closed", "true")]
    return bool(decode_closed(await gamma.get("/markets/keyset", closed)))


async def fetch_closed(gamma: RestClient, conditions: Sequence[str]) -> set[str]:
    """Return those of the markets (condition ids) that Gamma lists as closed; VenueError.

    The market channel's own word of it can be missed.
    """
    closed: set[str] = set()
    for start in range(0, len(conditions), CONDITIONS_PER_QUERY):
        query = [("closed", "true"), ("limit", str(MARKETS_PER_PAGE))]
        query += [("version", "v1"), ("version", "v2")]
        chunk = conditions[start : start + CONDITIONS_PER_QUERY]
        query += [("condition_ids", condition) for condition in chunk]
        closed |= decode_closed(await gamma.get("/markets/keyset", query))
    return closed & set(conditions)


async def fetch_by_condition(
    gamma: RestClient,
    conditions: Sequence[str],
    reading: PolymarketReading = PolymarketReading.DOLLARS,
) -> Listing:
    """Return those of the markets (condition ids) that can be traded now; VenueError."""
    instruments: list[Instrument] = []
    skipped: list[Skipped] = []
    for start in range(0, len(conditions), CONDITIONS_PER_QUERY):
        query = [("limit", str(MARKETS_PER_PAGE)), ("version", "v1"), ("version", "v2")]
        chunk = conditions[start : start + CONDITIONS_PER_QUERY]
        query += [("condition_ids", condition) for condition in chunk]
        listing, _ = decode_page(await gamma.get("/markets/keyset", query), reading)
        instruments += listing.instruments
        skipped += listing.skipped
    return Listing(tuple(instruments), tuple(skipped))


async def fetch_events(gamma: RestClient, ids: Sequence[str]) -> list[ListedEvent]:
    """Return the open events with these ids, with all of their markets; VenueError."""
    found: list[ListedEvent] = []
    for start in range(0, len(ids), EVENTS_PER_QUERY):
        query = [("limit", str(EVENTS_PER_QUERY))]
        query += [("id", each) for each in ids[start : start + EVENTS_PER_QUERY]]
        page, _ = decode_event_page(await gamma.get("/events/keyset", query))
        found += page
    return found


def reference_kind(reference: str) -> ReferenceKind:
    """Tell by its form what a reference is; UnknownReferenceError when it is nothing known."""
    if _CONDITION.fullmatch(reference):
        return "condition_ids"
    is_number = reference.isascii() and reference.isdigit()
    if is_number and len(reference) <= _LONGEST_GAMMA_ID:
        return "id"
    if is_number and len(reference) <= _LONGEST_TOKEN_ID:
        return "clob_token_ids" if int(reference) & _SECOND_PROTOCOL_MASK else "position_ids"
    if not is_number and _SLUG.fullmatch(reference):
        return "slug"
    problem = (
        f"{printable(reference, 90)!r} is no Gamma id, condition id (0x…), token id or market slug"
    )
    raise UnknownReferenceError(Venue.POLYMARKET, problem, retryable=False)


async def fetch_books(clob: RestClient, tokens: Sequence[str]) -> AsyncIterator[bytes]:
    """Yield the raw answers that hold the books of `tokens`, up to 500 in each.

    Unknown tokens are left out by the venue. Raises VenueError.
    """
    for start in range(0, len(tokens), BOOKS_PER_REQUEST):
        chunk = tokens[start : start + BOOKS_PER_REQUEST]
        yield await clob.read_by_post("/books", [{"token_id": token} for token in chunk])
