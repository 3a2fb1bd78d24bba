"""Kalshi's index markets as windows: open, coming and settled, with terms, strike and fees.

Everything comes from catalog fields, nothing from a title. A strike may come after the open.
https://docs.kalshi.com/api-reference/market/get-markets
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Struct

from underround.core.instrument import Instrument, Venue
from underround.core.windows.settlement import PRINTS_LIVE, Comparison, SettlementTerms
from underround.core.windows.spot_event import Asset
from underround.core.windows.spot_units import parse_e8
from underround.core.windows.window import Window
from underround.venues.errors import UnreadableError, printable
from underround.venues.kalshi.index_codec import stated_terms
from underround.venues.kalshi.listing import ListedMarket, SeriesFees, decode_series, to_instrument
from underround.venues.kalshi.lists import fetch_pages
from underround.venues.listing import (
    Odd,
    Skipped,
    checked_ranges,
    exact_price_e4,
    instant_ns,
)
from underround.venues.rest import RestClient

_PREFIXES: Final = {
    "KXBTC": Asset.BTC,
    "KXETH": Asset.ETH,
    "KXSOL": Asset.SOL,
    "KXXRP": Asset.XRP,
}
_RESOLVED: Final = {"yes": True, "no": False}


class ListedWindow(Struct, frozen=True):
    """A window as the catalog has it: its instrument, and the venue's word once it is resolved.

    `resolved_yes` and `value_e8` are None before.
    """

    window: Window
    instrument: Instrument
    resolved_yes: bool | None = None
    value_e8: int | None = None


class _Range(Struct):
    start: str
    end: str
    step: str


class _Strike(Struct):
    round_digits: str | int | None = None


class _Market(Struct):
    ticker: str = ""
    event_ticker: str = ""
    title: str = ""
    market_type: str = ""
    open_time: datetime | None = None
    close_time: datetime | None = None
    price_ranges: list[_Range] = []
    strike_type: str = ""
    floor_strike: Decimal | None = None
    custom_strike: _Strike | None = None
    result: str = ""
    expiration_value: str = ""


class _Page(Struct):
    markets: list[msgspec.Raw]
    cursor: str = ""


class _One(Struct):
    market: msgspec.Raw


_page = msgspec.json.Decoder(_Page)
_one = msgspec.json.Decoder(_One)
_market = msgspec.json.Decoder(_Market)


def asset_of(series: str) -> Asset | None:
    """Return the asset whose index a series settles on; None for a series not known here."""
    found = (asset for prefix, asset in _PREFIXES.items() if series.startswith(prefix))
    return next(found, None)


async def fetch_fees(kalshi: RestClient, series: str) -> SeriesFees:
    """Ask for a series' fees; VenueError, for an unknown series one that names it."""
    return decode_series(await kalshi.get(f"/series/{series}"))


async def fetch_windows(
    kalshi: RestClient,
    series: str,
    fees: SeriesFees,
    closes_from_ns: int,
    closes_until_ns: int,
    prints: int = PRINTS_LIVE,
) -> list[ListedWindow]:
    """Ask for all windows of a series that close in a time, whatever their state; VenueError.

    No status is asked for: a window is to be known before it opens and after it closed.
    """
    query = [
        ("series_ticker", series),
        ("min_close_ts", str(closes_from_ns // 10**9)),
        ("max_close_ts", str(-(-closes_until_ns // 10**9))),
        ("limit", "1000"),
    ]
    odd: list[str] = []

    def decode(body: bytes) -> tuple[list[ListedWindow], str]:
        return decode_windows(body, series, fees, prints, odd)

    pages = fetch_pages(kalshi, "/markets", query, "list of windows", decode)
    found = [window async for page in pages for window in page]
    if odd and not found:
        problem = f"{series}: no market is priced here, its first one {odd[0]}"
        raise UnreadableError(Venue.KALSHI, problem, retryable=True)
    return found


async def fetch_window(
    kalshi: RestClient, ticker: str, series: str, fees: SeriesFees, prints: int = PRINTS_LIVE
) -> ListedWindow | None:
    """Ask for one window; None when the venue's answer is no such window. Raises VenueError."""
    body = await kalshi.get(f"/markets/{ticker}")
    try:
        market = _one.decode(body).market
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(f"window {ticker}", error) from None
    found = _read([market], series, fees, prints)
    return found[0] if found else None


def decode_windows(
    body: bytes,
    series: str,
    fees: SeriesFees,
    prints: int = PRINTS_LIVE,
    odd: list[str] | None = None,
) -> tuple[list[ListedWindow], str]:
    """Read one page of /markets; return windows and the cursor ("" at the end).

    Markets that are no such windows are left out, and why is added to `odd`. UnreadableError when
    it is not such a page.
    """
    try:
        page = _page.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable("list of windows", error) from None
    return _read(page.markets, series, fees, prints, odd), page.cursor


def _read(
    raws: Iterable[msgspec.Raw],
    series: str,
    fees: SeriesFees,
    prints: int,
    odd: list[str] | None = None,
) -> list[ListedWindow]:
    found = []
    for raw in raws:
        try:
            found.append(_listed(_market.decode(raw), series, fees, prints))
        except (Odd, ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
            if odd is not None:
                odd.append(printable(str(error)))
    return found


def _unreadable(what: str, error: Exception) -> UnreadableError:
    problem = f"{what} cannot be read: {printable(str(error))}"
    return UnreadableError(Venue.KALSHI, problem, retryable=True)


def _listed(market: _Market, series: str, fees: SeriesFees, prints: int) -> ListedWindow:
    asset = asset_of(series)
    if asset is None or market.market_type != "binary" or not market.ticker:
        raise Odd("is no binary market on an index known here")
    if market.open_time is None or market.close_time is None:
        raise Odd("has no open or close time")
    close_at_ns = instant_ns(market.close_time)
    listed = ListedMarket(
        ticker=market.ticker,
        event=market.event_ticker,
        series=series,
        title=market.title,
        ranges=checked_ranges(
            (
                exact_price_e4(each.start, "price_ranges.start"),
                exact_price_e4(each.end, "price_ranges.end"),
                exact_price_e4(each.step, "price_ranges.step"),
            )
            for each in market.price_ranges
        ),
        close_at_ns=close_at_ns,
        volume_24h_e6=0,
    )
    instrument = to_instrument(listed, {series: fees}, {})
    if isinstance(instrument, Skipped):
        raise Odd(instrument.reason)
    strike_e8 = 0 if market.floor_strike is None else parse_e8(str(market.floor_strike))
    digits = None if market.custom_strike is None else market.custom_strike.round_digits
    terms = stated_terms(market.ticker, market.strike_type, digits, prints)
    if terms is None and market.strike_type not in ("", "custom"):
        raise Odd(f"strike_type {market.strike_type} is not priced")
    window = Window(
        id=market.ticker,
        venue=Venue.KALSHI,
        series=series,
        asset=asset,
        yes=market.ticker,
        opens_at_ns=instant_ns(market.open_time),
        close_at_ns=close_at_ns,
        terms=terms or _unsaid(market.ticker, digits, prints),
        # Without the comparison a strike says nothing: it is told together with it. None is 0.
        strike_e8=None if terms is None or strike_e8 <= 0 else strike_e8,
    )
    value_e8 = parse_e8(market.expiration_value) if market.expiration_value else None
    return ListedWindow(window, instrument, _RESOLVED.get(market.result), value_e8)


def _unsaid(ticker: str, digits: str | int | None, prints: int) -> SettlementTerms:
    """Return what holds until the comparison is told: that of a window struck at its open."""
    terms = stated_terms(ticker, Comparison.GREATER_OR_EQUAL, digits, prints)
    return terms or SettlementTerms(prints)
