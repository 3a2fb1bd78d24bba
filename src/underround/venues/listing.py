"""What reading a venue's catalog gives: instruments, and each market left out with its reason.

Shapes and three small readers shared by the venues' listings; no wire format, no network.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from msgspec import Struct

from underround.core.instrument import Instrument, PriceGrid
from underround.core.units import PRICE_ONE_E4, parse_price_e4, parse_size_e6

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Skipped(Struct, frozen=True):
    """A market that cannot be used: its name at the venue and why, in words."""

    reference: str
    reason: str


class Listing(Struct, frozen=True):
    """Instruments of one venue in the venue's order, and what was skipped."""

    instruments: tuple[Instrument, ...]
    skipped: tuple[Skipped, ...] = ()


class Odd(ValueError):  # noqa: N818 (a remark about one market, never raised to a caller)
    """A field is missing or odd: the market it belongs to is skipped with this reason."""


def exact_price_e4(value: Decimal | str | None, name: str) -> int:
    """Read a price field; Odd when it is missing, not 0…1 or finer than $0.0001."""
    if value is None:
        raise Odd(f"{name} is missing")
    try:
        return parse_price_e4(str(value))
    except ValueError as error:
        raise Odd(f"{name}: {error}") from None


def exact_size_e6(value: Decimal | str | None, name: str) -> int:
    """Read a size field; Odd when it is missing, negative or finer than a millionth."""
    if value is None:
        raise Odd(f"{name} is missing")
    try:
        return parse_size_e6(str(value))
    except ValueError as error:
        raise Odd(f"{name}: {error}") from None


def checked_ranges(
    ranges: Iterable[tuple[int, int, int]],
) -> tuple[tuple[int, int, int], ...]:
    """Return (start_e4, end_e4, step_e4) ranges that make a grid; Odd when they do not."""
    checked = tuple(ranges)
    for start_e4, end_e4, step_e4 in checked:
        if step_e4 <= 0 or not 0 <= start_e4 < end_e4 <= PRICE_ONE_E4:
            raise Odd(f"price range {start_e4}…{end_e4} step {step_e4} (1e-4 $) is not a grid")
        if (end_e4 - start_e4) % step_e4:
            raise Odd(f"price step {step_e4} does not divide {start_e4}…{end_e4} (1e-4 $)")
    if not checked or not len(PriceGrid.of(checked)):
        raise Odd("no prices to trade at")
    return checked


def instant_ns(moment: datetime) -> int:
    """Return a moment as nanoseconds since the epoch, exact; a naive one is read as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1_000
