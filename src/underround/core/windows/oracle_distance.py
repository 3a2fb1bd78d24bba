"""How far a venue's oracle lies from the index: what its opening price tells, and how sure that is.

Both oracles were read at one moment when a window opened: the oracle's price is the strike, the
index's is in our prints. Their difference is a basis that may last to the close (a tether's price
does) or may be gone by then. Estimates; knows no quote.
"""

from math import hypot
from typing import Final

from msgspec import Struct

from underround.core.units import NS_PER_SECOND
from underround.core.windows.index_desk import IndexDesk
from underround.core.windows.pricing_settings import PricingSettings
from underround.core.windows.spot_units import from_e8
from underround.core.windows.window import Window

MOST_APART: Final = 0.01
"""An opening price this far (relative) from the index then is of another window, or no price."""

MOST_ASTRAY: Final = 0.002
"""The same for a strike that is the index itself, ours standing in for it."""

_LEAST_SHARE: Final = 5 / 6


class OracleDistance(Struct, frozen=True):
    """The oracle's price is the index plus `shift`, with an error of `sd`, both USD."""

    shift: float
    sd: float


SAME: Final = OracleDistance(0.0, 0.0)


def opening_offset(desk: IndexDesk, window: Window) -> float | None:
    """Return the oracle's opening price less the index at that moment, USD.

    On the index itself it is our error, where the strike is its mean before the open. None where
    it was fixed otherwise, without a strike, or where our prints do not reach back to the open.
    """
    if window.strike_e8 is None or not (window.oracle.is_other or window.is_struck_at_open):
        return None
    opens_at_ns = window.opens_at_ns
    if window.oracle.is_binance:  # one instant
        stamps = [opens_at_ns + window.oracle.late_s * NS_PER_SECOND]
    else:
        first_ns = opens_at_ns - window.terms.prints * NS_PER_SECOND
        stamps = list(range(first_ns, opens_at_ns, NS_PER_SECOND))
    levels = [level for stamp in stamps if (level := desk.level_at(stamp)) is not None]
    if len(levels) < max(len(stamps) * _LEAST_SHARE, 1):
        return None
    return from_e8(window.strike_e8) - sum(levels) / len(levels)


def is_implausible(window: Window, offset: float | None) -> bool:
    """Tell whether an opening price cannot be that of this window."""
    if offset is None or window.strike_e8 is None:
        return False
    most = MOST_APART if window.oracle.is_other else MOST_ASTRAY
    return abs(offset) > most * from_e8(window.strike_e8)


def distance_of(
    window: Window, spot: float, offset: float | None, settings: PricingSettings
) -> OracleDistance | None:
    """Return how far a window's oracle may be from the index at the close; None: nobody knows.

    Of Chainlink's offset half is taken, the other half is an error: it may last or not. Binance
    quotes in a tether whose price lasts, so all of it is taken, and without it nothing is said.
    Its candles end at an instant and not in a mean, which the caller's variance has to tell.
    """
    if not window.oracle.is_other:
        return SAME
    if window.oracle.is_binance:
        sd = spot * settings.binance_sd_bp / 10_000
        return None if offset is None else OracleDistance(offset, sd)
    sd = spot * settings.chainlink_sd_bp / 10_000
    half = (offset or 0.0) / 2
    return OracleDistance(half, hypot(sd, half))


def lasting_shifts(kalshi: Window, polymarket: Window, offset: float | None) -> tuple[float, ...]:
    """Return what may be left of the offset at the close of a pair, each a reading; () if unknown.

    Where both strikes are readings of the same moment, their difference is the offset itself.
    """
    if polymarket.oracle.is_binance:
        return () if offset is None else (offset,)
    strikes = kalshi.strike_e8, polymarket.strike_e8
    if kalshi.is_struck_at_open and kalshi.opens_at_ns == polymarket.opens_at_ns:
        assert strikes[0] is not None
        assert strikes[1] is not None
        offset = from_e8(strikes[1] - strikes[0])
    return (0.0,) if not offset else (0.0, offset)
