"""Settlement arithmetic of the 15-minute, hourly and daily index markets, exact.

The mean of the index prints stamped close - n … close - 1 (n = 60; the print at the close itself
is not in it), rounded half up, against a strike rounded the same way. Terms come from the venue's
catalog. Nothing here estimates: whole 1e-8 dollars in, a yes or no out.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from underround.core.units import NS_PER_SECOND
from underround.core.windows.spot_units import ONE_E8

PRINTS_LIVE: Final = 60


class Comparison(StrEnum):
    """When YES pays, by the catalog's word for it (`strike_type`)."""

    GREATER_OR_EQUAL = "greater_or_equal"  # KXBTC15M: a tie pays YES
    GREATER = "greater"  # KXBTCD: a tie pays NO


class SettlementTerms(Struct, frozen=True):
    """How a window is averaged, rounded and compared.

    `round_digits` is None where the rules have no rounding clause.
    """

    prints: int = PRINTS_LIVE
    round_digits: int | None = 2
    comparison: Comparison = Comparison.GREATER_OR_EQUAL

    @property
    def unit_e8(self) -> int:
        """The smallest step of a settlement value."""
        return 1 if self.round_digits is None else int(ONE_E8 // 10**self.round_digits)


FIFTEEN_MINUTES: Final = SettlementTerms()
"""KXBTC15M: the mean, rounded to cents, at or above the strike (rules of August 2026)."""


def terms_from_catalog(
    strike_type: str, round_digits: int | None, prints: int = PRINTS_LIVE
) -> SettlementTerms:
    """Return the terms the catalog states; ValueError for a comparison that is not priced here."""
    if strike_type not in set(Comparison):
        known = ", ".join(Comparison)
        raise ValueError(f"strike_type {strike_type!r} is not priced; known are {known}")
    if round_digits is not None and not 0 <= round_digits <= 8:
        raise ValueError(f"round_digits {round_digits} is not 0…8")
    if prints < 1:
        raise ValueError(f"{prints} prints make no mean")
    return SettlementTerms(prints, round_digits, Comparison(strike_type))


def round_half_up_e8(numerator_e8: int, denominator: int, unit_e8: int) -> int:
    """Return numerator / denominator rounded half up to whole units, in 1e-8."""
    step = denominator * unit_e8
    return (2 * numerator_e8 + step) // (2 * step) * unit_e8


def settlement_value_e8(sum_e8: int, terms: SettlementTerms) -> int:
    """Return the settlement value of a complete sum of prints.

    Without a rounding clause it is kept to 1e-8, rounded half up there.
    """
    return round_half_up_e8(sum_e8, terms.prints, terms.unit_e8)


def rounded_strike_e8(strike_e8: int, terms: SettlementTerms) -> int:
    """Return the strike as it is compared: the API shows 67628.90 as 67628.899999 now and then."""
    return round_half_up_e8(strike_e8, 1, terms.unit_e8)


def resolves_yes(value_e8: int, strike_e8: int, terms: SettlementTerms) -> bool:
    """Tell whether YES pays for a settlement value; ties by the terms."""
    strike_e8 = rounded_strike_e8(strike_e8, terms)
    if terms.comparison is Comparison.GREATER_OR_EQUAL:
        return value_e8 >= strike_e8
    return value_e8 > strike_e8


def boundary_e8(strike_e8: int, terms: SettlementTerms) -> float:
    """Return K′: YES pays exactly when the unrounded mean is at or above it.

    Half a cent below the strike for "at or above" with cents, half a cent above for "above". (With
    no rounding and "above" the boundary itself pays NO, a set of probability 0.)
    """
    strike_e8 = rounded_strike_e8(strike_e8, terms)
    if terms.round_digits is None:
        return strike_e8
    half = terms.unit_e8 / 2
    return strike_e8 - half if terms.comparison is Comparison.GREATER_OR_EQUAL else strike_e8 + half


class SettlementWindow:
    """The prints of one window as they are received, in any order.

    Stamps are whole seconds of the index, in nanoseconds since 1970. The first value for a stamp
    counts; what lies outside of the window is not taken.
    """

    __slots__ = ("_prints", "close_at_ns", "terms")

    def __init__(self, close_at_ns: int, terms: SettlementTerms) -> None:
        self.close_at_ns = close_at_ns
        self.terms = terms
        self._prints: dict[int, int] = {}

    def take(self, stamped_at_ns: int, value_e8: int) -> bool:
        """Take a print; return whether it belongs to the window and is new."""
        before = self.close_at_ns - stamped_at_ns
        place, rest = divmod(before, NS_PER_SECOND)
        if rest or not 1 <= place <= self.terms.prints or place in self._prints:
            return False
        self._prints[place] = value_e8
        return True

    @property
    def stamps(self) -> list[int]:
        """The stamps of all prints of the window, oldest first."""
        first_ns = self.close_at_ns - self.terms.prints * NS_PER_SECOND
        return list(range(first_ns, self.close_at_ns, NS_PER_SECOND))

    def value_at(self, stamped_at_ns: int) -> int | None:
        """Return the print with a stamp, None where none was received."""
        return self._prints.get((self.close_at_ns - stamped_at_ns) // NS_PER_SECOND)

    @property
    def count(self) -> int:
        """How many prints were received."""
        return len(self._prints)

    @property
    def sum_e8(self) -> int:
        """The sum of the prints received."""
        return sum(self._prints.values())

    @property
    def value_e8(self) -> int | None:
        """The settlement value once every print is there, None before."""
        complete = len(self._prints) == self.terms.prints
        return settlement_value_e8(self.sum_e8, self.terms) if complete else None
