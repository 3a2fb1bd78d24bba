"""A market on where a reference price settles: its times, terms, strike and instruments.

Facts from the venue's catalog, never from a title; and the prints of its averaging time as they
are received, official ones or a proxy's in their place. Estimates nothing.
"""

from enum import StrEnum

from msgspec import Struct

from underround.core.instrument import Venue
from underround.core.units import NS_PER_SECOND
from underround.core.windows.settlement import (
    FIFTEEN_MINUTES,
    Comparison,
    SettlementTerms,
    SettlementWindow,
    settlement_value_e8,
)
from underround.core.windows.spot_event import Asset

OVERDUE_NS = 2 * NS_PER_SECOND
"""An official print this late is not waited for: a proxy's stands in its place."""


class Oracle(StrEnum):
    """Which reference price a venue settles on."""

    BRTI = "brti"  # mean of the index's one-second prints before the close
    CHAINLINK = "chainlink_twap"  # Chainlink's time-weighted mean over the last minute
    BINANCE = "binance_candle"  # the close of an exchange's candle: one instant
    BINANCE_MINUTE = "binance_minute"  # of the minute's candle that only begins at the end

    @property
    def is_other(self) -> bool:
        """Whether it is another price than the index that is calculated here."""
        return self is not Oracle.BRTI

    @property
    def is_binance(self) -> bool:
        """Whether it is the price of one exchange, in a tether."""
        return self in (Oracle.BINANCE, Oracle.BINANCE_MINUTE)

    @property
    def late_s(self) -> int:
        """How many seconds after the window's end its price is taken."""
        return 60 if self is Oracle.BINANCE_MINUTE else 0


class Window(Struct, frozen=True, kw_only=True):
    """One market. `strike_e8` is None until the venue tells it.

    `yes` is the instrument of YES (or Up); `no` that of its complement where it has a book of its
    own, None where NO is bought from the same book's bids.
    """

    id: str
    venue: Venue
    series: str
    asset: Asset
    yes: str
    opens_at_ns: int
    close_at_ns: int
    no: str | None = None
    oracle: Oracle = Oracle.BRTI
    terms: SettlementTerms = FIFTEEN_MINUTES
    strike_e8: int | None = None

    @property
    def is_struck_at_open(self) -> bool:
        """Whether the strike is the price at the open (or above it), not one fixed beforehand.

        Kalshi's windows of a quarter of an hour say "greater or equal", its ladders "greater".
        """
        return self.terms.comparison is Comparison.GREATER_OR_EQUAL


class Locked(Struct, frozen=True):
    """Prints of a window that are past: how many, their sum, and how many of them are a proxy's."""

    count: int
    sum_e8: int
    proxies: int


NOTHING_LOCKED = Locked(0, 0, 0)


class WindowPrints:
    """The prints of one window: official ones, and a proxy's beside them."""

    __slots__ = ("_official", "_proxy")

    def __init__(self, window: Window) -> None:
        self._official = SettlementWindow(window.close_at_ns, window.terms)
        self._proxy = SettlementWindow(window.close_at_ns, window.terms)

    def take(self, stamped_at_ns: int, value_e8: int, *, is_official: bool) -> bool:
        """Take a print; return whether it belongs to the window and is new."""
        prints = self._official if is_official else self._proxy
        return prints.take(stamped_at_ns, value_e8)

    def locked(self, now_ns: int, bias_e8: int, *, awaits_official: bool) -> Locked:
        """Return what is settled of the mean at `now_ns`.

        A proxy's print less its bias stands where no official one is awaited, or where it is
        overdue. What is awaited or unknown counts as still to come.
        """
        count = sum_e8 = proxies = 0
        for stamp_ns in self._official.stamps:
            if stamp_ns > now_ns:
                break
            value_e8 = self._official.value_at(stamp_ns)
            if value_e8 is None:
                value_e8 = self._proxy.value_at(stamp_ns)
                is_awaited = awaits_official and now_ns - stamp_ns < OVERDUE_NS
                if value_e8 is None or is_awaited:
                    continue
                value_e8 -= bias_e8
                proxies += 1
            count += 1
            sum_e8 += value_e8
        return Locked(count, sum_e8, proxies)

    def settled(self, terms: SettlementTerms, bias_e8: int) -> tuple[int, bool] | None:
        """Return the settlement value and whether all of it is official; None if incomplete.

        `terms` are those known now: their rounding may have been told after the open.
        """
        end_ns = self._official.close_at_ns + OVERDUE_NS
        locked = self.locked(end_ns, bias_e8, awaits_official=False)
        if locked.count < terms.prints:
            return None
        return settlement_value_e8(locked.sum_e8, terms), not locked.proxies
