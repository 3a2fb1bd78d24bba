"""Asks Kalshi which markets there are, what they cost, and for whole books.

Async shell around `listing`: it pages, joins fees and orders, and decodes no book.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct

from underround.core.fee_schedule import FeeSchedule
from underround.core.instrument import FeeTerms, Instrument
from underround.venues.errors import RefusedError, VenueFaultError
from underround.venues.event import ListedEvent
from underround.venues.kalshi.endings import decode_ended
from underround.venues.kalshi.events import decode_event, decode_event_page
from underround.venues.kalshi.fee_changes import (
    EVENTS_PATH,
    SERIES_PATH,
    decode_event_changes,
    decode_series_changes,
    overrides_of,
    schedules,
)
from underround.venues.kalshi.listing import (
    EventPage,
    FeeOverride,
    ListedMarket,
    SeriesFees,
    decode_all_series,
    decode_events,
    decode_markets,
    decode_series,
    to_instrument,
)
from underround.venues.kalshi.lists import fetch_pages
from underround.venues.listing import Listing, Skipped
from underround.venues.rest import Query, RestClient

MARKETS_PER_PAGE: Final = 1000
EVENTS_PER_PAGE: Final = 200
TICKERS_PER_QUERY: Final = 100
BOOKS_PER_REQUEST: Final = 100
SERIES_ONE_BY_ONE: Final = 3
"""Up to so many series are asked for singly; the whole list is one large answer."""
EVENTS_ONE_BY_ONE: Final = 10
"""Up to so many events are asked for singly."""
USUAL_FEES: Final = SeriesFees("quadratic", Decimal(1))
PUBLIC_REQUESTS_PER_S: Final = 2.5
"""Below the three a second that the venue grants an address without a key."""


class MarketFilter(Struct, frozen=True, kw_only=True):
    """Which markets to list; close times in nanoseconds since the epoch, ends included."""

    series: str | None = None
    event: str | None = None
    tickers: tuple[str, ...] = ()
    closes_from_ns: int | None = None
    closes_until_ns: int | None = None


EVERYTHING: Final = MarketFilter()


async def fetch_markets(
    kalshi: RestClient, wanted: MarketFilter = EVERYTHING, top: int | None = None
) -> Listing:
    """Return the open markets that pass the filter, with fees; `top`: the most traded in 24 h.

    All markets come from the list of events, which holds their fee overrides as well and spares
    an anonymous caller, who may ask thrice a second, a request for every series.
    Raises VenueError when the list itself cannot be had; a series without known fees only costs
    its own markets.
    """
    overrides: dict[str, FeeOverride] | None = None
    if wanted == EVERYTHING:
        listed, skipped, overrides = await _list_events(kalshi, None)
    else:
        listed, skipped = await _list_markets(kalshi, wanted)
    if top is not None:
        listed = sorted(listed, key=lambda m: m.volume_24h_e6, reverse=True)[:top]
    names = sorted({market.series for market in listed})
    series, problems = await _fetch_series(kalshi, names)
    if overrides is None:
        overrides = {}
        for name in series:
            overrides |= (await _list_events(kalshi, name))[2]
    skipped += problems
    instruments: list[Instrument] = []
    for market in listed:
        made = to_instrument(market, series, overrides)
        if isinstance(made, Skipped):
            skipped.append(made)
        else:
            instruments.append(made)
    return Listing(tuple(instruments), tuple(skipped))


async def fetch_unpriced(kalshi: RestClient, tickers: Sequence[str]) -> Listing:
    """Return the open markets among `tickers` with the venue's usual fee in place of their own.

    For readers of prices alone: it spares them up to two requests for every series. VenueError.
    """
    listed, skipped = await _list_markets(kalshi, MarketFilter(tickers=tuple(tickers)))
    usual = {market.series: USUAL_FEES for market in listed}
    made = [to_instrument(market, usual, {}) for market in listed]
    return Listing(tuple(one for one in made if isinstance(one, Instrument)), tuple(skipped))


async def fetch_status(kalshi: RestClient) -> None:
    """Ask whether the venue answers at all; VenueError when it does not."""
    await kalshi.get("/exchange/status")


async def fetch_fees(
    kalshi: RestClient, instruments: Iterable[Instrument]
) -> dict[str, FeeSchedule]:
    """Return the fees of the instruments' series over time, announced changes included.

    What an event overrides now is told by its instruments' own fees. VenueError.
    """
    held: dict[str, dict[str, FeeTerms]] = {}
    for one in instruments:
        held.setdefault(one.series_id, {})[one.event_id] = one.fees
    series, _ = await _fetch_series(kalshi, sorted(held))
    overrides = {name: overrides_of(fees, held[name]) for name, fees in series.items()}
    announced = decode_series_changes(await kalshi.get(SERIES_PATH))
    listed = fetch_pages(kalshi, EVENTS_PATH, (), "list of fee changes", decode_event_changes)
    by_event = [change async for page in listed for change in page]
    return schedules(series, overrides, announced, by_event)


async def fetch_ended(kalshi: RestClient, tickers: Sequence[str]) -> dict[str, str]:
    """Return those of the tickers that trade no more, with the state they are in; VenueError."""
    ended: dict[str, str] = {}
    for start in range(0, len(tickers), TICKERS_PER_QUERY):
        chunk = ",".join(tickers[start : start + TICKERS_PER_QUERY])
        query = [("tickers", chunk), ("limit", str(MARKETS_PER_PAGE))]
        ended |= decode_ended(await kalshi.get("/markets", query))
    return ended


async def fetch_events(kalshi: RestClient, tickers: Sequence[str]) -> list[ListedEvent]:
    """Return these events with all of their markets; VenueError.

    Few are asked for one by one; of many, those that the list of open events shows.
    """
    if len(tickers) <= EVENTS_ONE_BY_ONE:
        nested = [("with_nested_markets", "true")]
        return [decode_event(await kalshi.get(f"/events/{ticker}", nested)) for ticker in tickers]
    wanted = set(tickers)
    query = [("status", "open"), ("limit", str(EVENTS_PER_PAGE)), ("with_nested_markets", "true")]
    listed = fetch_pages(kalshi, "/events", query, "list of events", decode_event_page)
    return [event async for page in listed for event in page if event.id in wanted]


async def fetch_books(kalshi: RestClient, tickers: Sequence[str]) -> AsyncIterator[bytes]:
    """Yield the raw answers that hold the books of `tickers`, up to 100 in each; VenueError."""
    for start in range(0, len(tickers), BOOKS_PER_REQUEST):
        chunk = tickers[start : start + BOOKS_PER_REQUEST]
        yield await kalshi.get("/markets/orderbooks", [("tickers", ticker) for ticker in chunk])


async def _list_markets(
    kalshi: RestClient, wanted: MarketFilter
) -> tuple[list[ListedMarket], list[Skipped]]:
    listed: dict[str, ListedMarket] = {}
    skipped: list[Skipped] = []
    for query in _queries(wanted):
        pages = fetch_pages(kalshi, "/markets", query, "list of markets", _market_page)
        async for markets, odd in pages:
            listed.update((market.ticker, market) for market in markets if _within(market, wanted))
            skipped += odd
    return list(listed.values()), skipped


def _market_page(body: bytes) -> tuple[tuple[list[ListedMarket], list[Skipped]], str]:
    markets, odd, cursor = decode_markets(body)
    return (markets, odd), cursor


def _queries(wanted: MarketFilter) -> list[Query]:
    # Combinations of legs (mve) are no single question.
    query = [("status", "open"), ("limit", str(MARKETS_PER_PAGE)), ("mve_filter", "exclude")]
    if wanted.series is not None:
        query.append(("series_ticker", wanted.series))
    if wanted.event is not None:
        query.append(("event_ticker", wanted.event))
    if wanted.closes_from_ns is not None:
        query.append(("min_close_ts", str(wanted.closes_from_ns // 10**9)))
    if wanted.closes_until_ns is not None:
        query.append(("max_close_ts", str(-(-wanted.closes_until_ns // 10**9))))
    if not wanted.tickers:
        return [query]
    starts = range(0, len(wanted.tickers), TICKERS_PER_QUERY)
    chunks = (wanted.tickers[start : start + TICKERS_PER_QUERY] for start in starts)
    return [[*query, ("tickers", ",".join(chunk))] for chunk in chunks]


def _within(market: ListedMarket, wanted: MarketFilter) -> bool:
    """Check the close time here too: the venue's `open` lags a boundary."""
    from_ns, until_ns = wanted.closes_from_ns, wanted.closes_until_ns
    return (from_ns is None or market.close_at_ns >= from_ns) and (
        until_ns is None or market.close_at_ns <= until_ns
    )


async def _fetch_series(
    kalshi: RestClient, names: Sequence[str]
) -> tuple[dict[str, SeriesFees], list[Skipped]]:
    """Ask for the fees of a few series one by one, of many all at once."""
    if len(names) > SERIES_ONE_BY_ONE:
        known = decode_all_series(await kalshi.get("/series"))
        return {name: known[name] for name in names if name in known}, []
    series: dict[str, SeriesFees] = {}
    problems: list[Skipped] = []
    for name in names:
        try:
            series[name] = decode_series(await kalshi.get(f"/series/{name}"))
        except VenueFaultError as error:
            if isinstance(error, RefusedError) and error.status in (401, 403, 429):
                raise
            problems.append(Skipped(name, str(error)))
    return series, problems


async def _list_events(
    kalshi: RestClient, series: str | None
) -> tuple[list[ListedMarket], list[Skipped], dict[str, FeeOverride]]:
    """Page through the open events of a series for their overrides; of all, with markets too."""
    query = [("status", "open"), ("limit", str(EVENTS_PER_PAGE))]
    query.append(("series_ticker", series) if series else ("with_nested_markets", "true"))
    listed: list[ListedMarket] = []
    skipped: list[Skipped] = []
    overrides: dict[str, FeeOverride] = {}
    async for page in fetch_pages(kalshi, "/events", query, "list of events", _event_page):
        listed += page.markets
        skipped += page.skipped
        overrides |= page.overrides
    return listed, skipped, overrides


def _event_page(body: bytes) -> tuple[EventPage, str]:
    page = decode_events(body)
    return page, page.cursor
