"""Kalshi's markets, series and events read into instruments: bytes in, instruments out.

Pure. A market does not carry its fees: they come from its series, with overrides by event, so
reading is in two steps. See https://docs.kalshi.com/api-reference/market/get-markets
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

import msgspec
from msgspec import Struct, field

from underround.core.fees import kalshi_terms
from underround.core.instrument import FeeTerms, Instrument, Outcome, Venue
from underround.venues.errors import UnreadableError, printable
from underround.venues.listing import (
    Odd,
    Skipped,
    checked_ranges,
    exact_price_e4,
    exact_size_e6,
    instant_ns,
)
from underround.venues.wire_text import whole_text


class ListedMarket(Struct, frozen=True, kw_only=True):
    """A tradable market without its fees."""

    ticker: str
    event: str
    series: str
    title: str
    ranges: tuple[tuple[int, int, int], ...]
    close_at_ns: int
    volume_24h_e6: int
    shard: int = 0
    resolves_at_ns: int | None = None


class FeeOverride(Struct, frozen=True):
    """What an event changes of its series' fees; None leaves the series' value."""

    fee_type: str | None
    multiplier: Decimal | None


class SeriesFees(Struct, frozen=True):
    """Fee type and multiplier of a series, as the venue writes them."""

    fee_type: str
    multiplier: Decimal

    def terms(self, override: FeeOverride | None) -> FeeTerms:
        """Return the terms in force under an event's override; ValueError for an unknown type."""
        fee_type, multiplier = self.fee_type, self.multiplier
        if override is not None:
            fee_type = override.fee_type or fee_type
            multiplier = override.multiplier if override.multiplier is not None else multiplier
        return kalshi_terms(fee_type, str(multiplier))


class EventPage(Struct, frozen=True):
    """One page of events: markets where they were asked for, fee overrides by event."""

    markets: list[ListedMarket]
    skipped: list[Skipped]
    overrides: dict[str, FeeOverride]
    cursor: str


class _Range(Struct):
    start: str
    end: str
    step: str


class WireMarket(Struct):
    """One market of `/markets`."""

    ticker: str = ""
    event_ticker: str = ""
    title: str = ""
    yes_sub_title: str = ""
    status: str = ""
    market_type: str = ""
    close_time: datetime | None = None
    expected_expiration_time: datetime | None = None
    price_ranges: list[_Range] | None = None
    volume_24h_fp: str | None = None
    exchange_index: int = 0


class _Markets(Struct):
    markets: list[msgspec.Raw]
    cursor: str = ""


class WireSeries(Struct):
    """One series."""

    ticker: str = ""
    fee_type: str | None = None
    fee_multiplier: Decimal | None = None


class _OneSeries(Struct):
    series: WireSeries


class _AllSeries(Struct):
    series: list[WireSeries]


class WireEvent(Struct):
    """One event of `/events`."""

    event_ticker: str
    series_ticker: str = ""
    markets: list[msgspec.Raw] | None = None
    fee_type: str | None = field(name="fee_type_override", default=None)
    multiplier: Decimal | None = field(name="fee_multiplier_override", default=None)


class _Events(Struct):
    events: list[WireEvent]
    cursor: str = ""


_markets = msgspec.json.Decoder(_Markets)
_market = msgspec.json.Decoder(WireMarket)
_series = msgspec.json.Decoder(_OneSeries)
_all_series = msgspec.json.Decoder(_AllSeries)
_events = msgspec.json.Decoder(_Events)
_ticker = msgspec.json.Decoder(dict[str, msgspec.Raw])


def decode_markets(body: bytes) -> tuple[list[ListedMarket], list[Skipped], str]:
    """Read one page of /markets; return markets, skipped ones and the cursor ("" at the end).

    Raises UnreadableError when it is not such a page.
    """
    try:
        page = _markets.decode(whole_text(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable("list of markets", error) from None
    return *_read_all(page.markets, None), page.cursor


def _read_all(
    raws: Iterable[msgspec.Raw], series: str | None
) -> tuple[list[ListedMarket], list[Skipped]]:
    listed: list[ListedMarket] = []
    skipped: list[Skipped] = []
    for raw in raws:
        try:
            listed.append(_listed(_market.decode(raw), series))
        except Odd as odd:
            skipped.append(Skipped(_reference(raw), str(odd)))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            skipped.append(Skipped(_reference(raw), f"cannot be read: {printable(str(error))}"))
    return listed, skipped


def decode_series(body: bytes) -> SeriesFees:
    """Read the fees out of a /series/{ticker} answer; UnreadableError when they are missing."""
    try:
        series = _series.decode(body).series
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable("series", error) from None
    if not series.fee_type or series.fee_multiplier is None:
        raise _unreadable(f"series {series.ticker}", "fee_type or fee_multiplier is missing")
    return SeriesFees(series.fee_type, series.fee_multiplier)


def decode_all_series(body: bytes) -> dict[str, SeriesFees]:
    """Read the fees of every series out of a /series answer, those without fees left out."""
    try:
        listed = _all_series.decode(body).series
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable("list of series", error) from None
    return {
        series.ticker: SeriesFees(series.fee_type, series.fee_multiplier)
        for series in listed
        if series.fee_type and series.fee_multiplier is not None
    }


def decode_events(body: bytes) -> EventPage:
    """Read one page of /events; UnreadableError when it is not such a page."""
    try:
        page = _events.decode(whole_text(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable("list of events", error) from None
    overrides = {
        event.event_ticker: FeeOverride(event.fee_type, event.multiplier)
        for event in page.events
        if event.fee_type is not None or event.multiplier is not None
    }
    listed: list[ListedMarket] = []
    skipped: list[Skipped] = []
    for event in page.events:
        markets, odd = _read_all(event.markets or (), event.series_ticker or None)
        listed += markets
        skipped += odd
    return EventPage(listed, skipped, overrides, page.cursor)


def to_instrument(
    market: ListedMarket,
    series: Mapping[str, SeriesFees],
    overrides: Mapping[str, FeeOverride],
) -> Instrument | Skipped:
    """Return the instrument of a market with its fees, or why it cannot be priced."""
    fees = series.get(market.series)
    if fees is None:
        return Skipped(market.ticker, f"fees of series {market.series} are not known")
    try:
        terms = fees.terms(overrides.get(market.event))
    except ValueError as error:
        return Skipped(market.ticker, str(error))
    return Instrument(
        venue=Venue.KALSHI,
        id=market.ticker,
        market_id=market.ticker,
        outcome=Outcome.YES,
        title=market.title,
        ranges=market.ranges,
        fees=terms,
        event_id=market.event,
        series_id=market.series,
        close_at_ns=market.close_at_ns,
        volume_24h_e6=market.volume_24h_e6,
        shard=market.shard,
        resolves_at_ns=market.resolves_at_ns,
    )


def _listed(market: WireMarket, series: str | None) -> ListedMarket:
    if not market.ticker or not market.event_ticker:
        raise Odd("ticker or event_ticker is missing")
    if market.status not in ("active", "open"):
        raise Odd(f"is {market.status or 'without a status'}")
    if market.market_type != "binary":
        raise Odd(f"is of type {market.market_type or 'unknown'}, not binary")
    if market.close_time is None:
        raise Odd("close_time is missing")
    if not market.price_ranges:
        raise Odd("price_ranges is missing")
    subtitle, expected = market.yes_sub_title, market.expected_expiration_time
    return ListedMarket(
        ticker=market.ticker,
        event=market.event_ticker,
        # A market names no series; its event's ticker begins with it.
        series=series or market.event_ticker.split("-", 1)[0],
        title=market.title if subtitle in market.title else f"{market.title} ({subtitle})",
        ranges=checked_ranges(
            (
                exact_price_e4(each.start, "price_ranges.start"),
                exact_price_e4(each.end, "price_ranges.end"),
                exact_price_e4(each.step, "price_ranges.step"),
            )
            for each in market.price_ranges
        ),
        close_at_ns=instant_ns(market.close_time),
        volume_24h_e6=exact_size_e6(market.volume_24h_fp or "0", "volume_24h_fp"),
        shard=market.exchange_index,
        resolves_at_ns=(
            None if expected is None else max(instant_ns(expected), instant_ns(market.close_time))
        ),
    )


def _unreadable(what: str, why: object) -> UnreadableError:
    return UnreadableError(Venue.KALSHI, f"{what} cannot be read: {why}", retryable=True)


def _reference(raw: msgspec.Raw) -> str:
    try:
        ticker = bytes(_ticker.decode(raw).get("ticker", b""))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "?"
    return printable(ticker.decode("utf-8", "replace").strip('"'), 120) or "?"
