"""Recorded windows, strikes and settlements, and two checks of our settlement rule against them.

A window's settlement must be the next one's strike; and the mean of an exchange's own last prices
over our sixty seconds must lie near the official value. Reads texts, opens nothing.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from io import StringIO
from math import sqrt

from msgspec import Struct

from underround.core.units import NS_PER_SECOND
from underround.core.windows.settlement import SettlementTerms, rounded_strike_e8
from underround.core.windows.spot_units import from_e8, parse_e8

WINDOW_NS = 900 * NS_PER_SECOND


class Window(Struct, frozen=True):
    """One recorded market: when it closed, its strike and its official value, where known."""

    ticker: str
    close_at_ns: int
    strike_e8: int | None
    value_e8: int | None


class Chain(Struct, frozen=True):
    """How many adjacent pairs there are, how many hold to the digit, and which fail the rule."""

    pairs: int
    exact: int
    failing: tuple[str, ...]


class Spread(Struct, frozen=True):
    """Errors in basis points: how many, their mean, sd and largest size."""

    count: int
    bias_bp: float
    sd_bp: float
    largest_bp: float


def parse_windows(text: str) -> list[Window]:
    """Return the windows of a CSV with ticker, close_time_utc, floor_strike, expiration_value.

    Ordered by close. Raises ValueError that names the line.
    """
    windows = []
    for number, row in enumerate(csv.DictReader(StringIO(text)), 2):
        try:
            close = datetime.fromisoformat(row["close_time_utc"]).astimezone(UTC)
            strike, value = row["floor_strike"], row["expiration_value"]
            window = Window(
                row["ticker"],
                int(close.timestamp()) * NS_PER_SECOND,
                parse_e8(strike) if strike else None,
                parse_e8(value) if value else None,
            )
        except KeyError as error:
            raise ValueError(f"line 1: the column {error} is missing") from None
        except (TypeError, ValueError) as error:
            raise ValueError(f"line {number}: {error}") from None
        windows.append(window)
    return sorted(windows, key=lambda window: window.close_at_ns)


def parse_prices(text: str) -> dict[int, float]:
    """Return the last price by whole second from a CSV with unix_s and last."""
    return {int(row["unix_s"]): float(row["last"]) for row in csv.DictReader(StringIO(text))}


def check_chain(windows: Iterable[Window], terms: SettlementTerms) -> Chain:
    """Compare every window's value with the strike of the window that opens as it closes."""
    by_close = {window.close_at_ns: window for window in windows}
    pairs = exact = 0
    failing = []
    for window in by_close.values():
        following = by_close.get(window.close_at_ns + WINDOW_NS)
        if window.value_e8 is None or following is None or following.strike_e8 is None:
            continue
        pairs += 1
        exact += window.value_e8 == following.strike_e8
        if window.value_e8 != rounded_strike_e8(following.strike_e8, terms):
            failing.append(window.ticker)
    return Chain(pairs, exact, tuple(failing))


def settlement_mean(
    prices: Mapping[int, float], close_at_ns: int, terms: SettlementTerms, least_prints: int
) -> float | None:
    """Return the mean over the seconds close - n … close - 1; None with fewer prices than asked."""
    close_s = close_at_ns // NS_PER_SECOND
    seconds = range(close_s - terms.prints, close_s)
    seen = [prices[second] for second in seconds if second in prices]
    return sum(seen) / len(seen) if len(seen) >= least_prints else None


def proxy_errors_bp(
    prices: Mapping[int, float],
    windows: Iterable[Window],
    terms: SettlementTerms,
    least_prints: int = 50,
) -> list[float]:
    """Return the errors, in basis points, of a price series as a stand-in for the index.

    Each is the series' mean over a window's last minute against the strike that it became.
    """
    errors = []
    for window in windows:
        if window.strike_e8 is None:
            continue
        official = from_e8(rounded_strike_e8(window.strike_e8, terms))
        opening_ns = window.close_at_ns - WINDOW_NS
        mean = settlement_mean(prices, opening_ns, terms, least_prints)
        if mean is not None:
            errors.append((mean / official - 1) * 10_000)
    return errors


def spread_of(errors_bp: Sequence[float]) -> Spread:
    """Summarise errors; ValueError for fewer than two."""
    count = len(errors_bp)
    if count < 2:
        raise ValueError(f"{count} windows are too few for a spread")
    bias = sum(errors_bp) / count
    sd = sqrt(sum((error - bias) ** 2 for error in errors_bp) / (count - 1))
    return Spread(count, bias, sd, max(abs(error) for error in errors_bp))
