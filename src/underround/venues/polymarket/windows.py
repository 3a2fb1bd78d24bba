"""Polymarket's up-or-down markets as windows: found by time, with the oracle's opening price.

The opening price (`priceToBeat`) is the oracle's own and comes after the open; without it a window
has no strike and is not priced. https://docs.polymarket.com/developers/gamma-markets-api/get-events
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Struct

from underround.core.instrument import Instrument, Venue
from underround.core.units import NS_PER_SECOND
from underround.core.windows.settlement import PRINTS_LIVE, Comparison, SettlementTerms
from underround.core.windows.spot_event import Asset
from underround.core.windows.spot_units import parse_e8
from underround.core.windows.window import Oracle, Window
from underround.venues.errors import UnreadableError, VenueFaultError, printable
from underround.venues.listing import instant_ns
from underround.venues.polymarket.catalog import resolve
from underround.venues.rest import RestClient

QUARTER_HOUR_S: Final = 900
HOUR_S: Final = 3_600
DAY_S: Final = 86_400
_NAMES: Final = {
    Asset.BTC: "bitcoin",
    Asset.ETH: "ethereum",
    Asset.SOL: "solana",
    Asset.XRP: "xrp",
}


class UpDown(Struct, frozen=True):
    """Which window is asked for; `slug` is the market's name at the venue."""

    asset: Asset
    opens_at_ns: int
    close_at_ns: int
    slug: str
    oracle: Oracle


class ListedUpDown(Struct, frozen=True):
    """A window with its two instruments, Up first."""

    window: Window
    instruments: tuple[Instrument, Instrument]


class _Metadata(Struct, rename="camel"):
    price_to_beat: Decimal | None = None


class _Market(Struct, rename="camel"):
    resolution_source: str = ""


class _Event(Struct, rename="camel"):
    slug: str = ""
    end_date: datetime | None = None
    resolution_source: str = ""
    markets: list[_Market] = []
    event_metadata: _Metadata | None = None


_event = msgspec.json.Decoder(_Event)


def up_downs(asset: Asset, opens_at_ns: int, close_at_ns: int) -> Iterator[UpDown]:
    """Yield the markets that end when a Kalshi window does: of its length, of an hour, of a day.

    A quarter of an hour (or less) is named by its start, an hour by its start in Eastern time, a
    day from noon to noon there by its end, by either of two names that were seen. A day compares
    the minute's candles that begin at noon, so its price is taken a minute after the window's end.
    """
    length_s = (close_at_ns - opens_at_ns) // NS_PER_SECOND
    close_s = close_at_ns // NS_PER_SECOND
    if length_s <= QUARTER_HOUR_S:
        length = f"{length_s // 60}m" if length_s % 60 == 0 else f"{length_s}s"  # simulated
        slug = f"{asset.lower()}-updown-{length}-{opens_at_ns // NS_PER_SECOND}"
        yield UpDown(asset, opens_at_ns, close_at_ns, slug, Oracle.CHAINLINK)
    elif close_s % HOUR_S == 0:
        start_ns = (close_s - HOUR_S) * NS_PER_SECOND
        yield UpDown(asset, start_ns, close_at_ns, _hourly_slug(asset, start_ns), Oracle.BINANCE)
        close = _in_eastern(close_at_ns)
        if close.hour == 12:
            day = f"{_NAMES[asset]}-up-or-down-on-{close:%B}-{close.day}".lower()
            start_ns = _noon_before(close_at_ns)
            for slug in (f"{day}-{close.year}", day):
                yield UpDown(asset, start_ns, close_at_ns, slug, Oracle.BINANCE_MINUTE)


async def fetch_up_down(
    gamma: RestClient, wanted: UpDown, prints: int = PRINTS_LIVE
) -> ListedUpDown | None:
    """Ask for a window and its opening price; None where the venue has no such market.

    A market of that name that ends at another time, or settles on another source, is none: an hour
    comes twice when daylight saving ends. Raises VenueError when the venue cannot be asked.
    """
    try:
        up, down = await resolve(gamma, wanted.slug)
        body = await gamma.get(f"/events/slug/{wanted.slug}")
        if not is_as_wanted(body, wanted):
            return None
        strike_e8 = decode_opening_price(body)
    except VenueFaultError as fault:
        if fault.retryable:
            raise
        return None
    window = Window(
        id=wanted.slug,
        venue=Venue.POLYMARKET,
        series=wanted.oracle,
        asset=wanted.asset,
        yes=up.id,
        no=down.id,
        opens_at_ns=wanted.opens_at_ns,
        close_at_ns=wanted.close_at_ns,
        oracle=wanted.oracle,
        terms=SettlementTerms(
            1 if wanted.oracle.is_binance else prints, None, Comparison.GREATER_OR_EQUAL
        ),
        strike_e8=strike_e8,
    )
    return ListedUpDown(window, (up, down))


def is_as_wanted(body: bytes, wanted: UpDown) -> bool:
    """Tell whether an event ends when it should and settles on the source that it should.

    What it does not say is not held against it. Raises UnreadableError when it is no event.
    """
    event = _read(body)
    ends = event.end_date
    if ends is not None and instant_ns(ends) != wanted.close_at_ns:
        return False
    sources = [event.resolution_source, *(each.resolution_source for each in event.markets)]
    host = "binance" if wanted.oracle.is_binance else "chain.link"
    return all(host in source for source in sources if source)


def decode_opening_price(body: bytes) -> int | None:
    """Return an event's opening price in 1e-8 USD; None before the oracle has told it.

    Raises UnreadableError when it is no event.
    """
    metadata = _read(body).event_metadata
    told = None if metadata is None else metadata.price_to_beat
    if told is None or told <= 0:
        return None
    try:
        return parse_e8(told)
    except ValueError as error:
        raise _unreadable(error) from None


def _read(body: bytes) -> _Event:
    try:
        return _event.decode(body)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise _unreadable(error) from None


def _unreadable(error: Exception) -> UnreadableError:
    problem = f"event cannot be read: {printable(str(error))}"
    return UnreadableError(Venue.POLYMARKET, problem, retryable=True)


def _hourly_slug(asset: Asset, start_ns: int) -> str:
    """Name an hour as the venue does: "bitcoin-up-or-down-april-5-2026-1am-et"."""
    start = _in_eastern(start_ns)
    hour = f"{start.hour % 12 or 12}{'am' if start.hour < 12 else 'pm'}"
    day = f"{start:%B}-{start.day}-{start.year}".lower()
    return f"{_NAMES[asset]}-up-or-down-{day}-{hour}-et"


def _noon_before(noon_ns: int) -> int:
    """Return the noon of the day before in New York: 23 or 25 hours away when clocks change."""
    day_before_ns = noon_ns - DAY_S * NS_PER_SECOND
    return day_before_ns + (12 - _in_eastern(day_before_ns).hour) * HOUR_S * NS_PER_SECOND


def _in_eastern(at_ns: int) -> datetime:
    """Return a time as New York's clocks show it, daylight saving by the rule since 2007.

    Written out because a machine need not have the time zones' database.
    """
    moment = datetime.fromtimestamp(at_ns // NS_PER_SECOND, UTC)
    begins = _sunday(moment.year, 3, 2) + timedelta(hours=7)
    ends = _sunday(moment.year, 11, 1) + timedelta(hours=6)
    return moment.astimezone(timezone(timedelta(hours=-4 if begins <= moment < ends else -5)))


def _sunday(year: int, month: int, count: int) -> datetime:
    first = datetime(year, month, 1, tzinfo=UTC)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (count - 1))
