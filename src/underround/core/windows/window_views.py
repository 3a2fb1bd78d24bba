"""Makes the view of one asset's windows: fair value beside what the books offer a taker.

Reads books and index; decides nothing about what either is worth taking.
"""

from collections.abc import Callable, Iterable, Mapping

from underround.core.book import Book, Side
from underround.core.book_state import BookState
from underround.core.units import PRICE_ONE_E4
from underround.core.windows.fair_value import FairValue
from underround.core.windows.index_desk import IndexDesk, Reference
from underround.core.windows.oracle_distance import distance_of, is_implausible
from underround.core.windows.pricing_settings import PricingSettings
from underround.core.windows.spot_units import from_e8
from underround.core.windows.view import Offer, View, WindowView
from underround.core.windows.window import NOTHING_LOCKED, Window, WindowPrints
from underround.core.windows.window_value import seconds_to_close, window_value


def view_of(
    desk: IndexDesk,
    windows: Iterable[Window],
    prints: Mapping[str, WindowPrints],
    books: Mapping[str, Book],
    at_ns: int,
    settings: PricingSettings,
    offset_of: Callable[[Window], float | None],
) -> View:
    """Return everything a strategy may look at; windows not open now are left out."""
    reference = desk.reference(at_ns)
    spot = None if reference is None else reference.spot - reference.bias
    sigma = None if spot is None else desk.sigma(spot)
    value, official = desk.value, desk.official
    shown = []
    for window in windows:
        if window.opens_at_ns <= at_ns < window.close_at_ns:
            offset = offset_of(window)
            fair, blocked = _valued(
                desk, window, prints[window.id], reference, sigma, at_ns, settings, offset
            )
            shown.append(
                WindowView(
                    window=window,
                    seconds_to_close=seconds_to_close(window, at_ns),
                    fair=fair,
                    yes=_offer(books.get(window.yes), is_no=False),
                    no=_offer(books.get(window.no or window.yes), is_no=window.no is None),
                    blocked=blocked,
                    oracle_offset=offset,
                )
            )
    return View(
        asset=desk.asset,
        at_ns=at_ns,
        index=None if value is None else value.index,
        official=None if official is None else from_e8(official.value_e8),
        quality=desk.quality,
        used=() if value is None else value.used,
        sigma=sigma,
        windows=tuple(shown),
    )


def _valued(
    desk: IndexDesk,
    window: Window,
    prints: WindowPrints,
    reference: Reference | None,
    sigma: float | None,
    at_ns: int,
    settings: PricingSettings,
    offset: float | None,
) -> tuple[FairValue | None, str]:
    """Return the fair value, or None and why there is none."""
    if reference is None:
        return None, "this machine's clock is off" if desk.is_clock_off else "no index"
    if window.strike_e8 is None:
        return None, "no strike yet"
    if sigma is None:
        return None, "no volatility yet"
    spot = reference.spot - reference.bias
    distance = distance_of(window, spot, offset, settings)
    if distance is None:
        return None, "the oracle's distance was not seen at the open"
    if is_implausible(window, offset) or not 0.5 < from_e8(window.strike_e8) / spot < 2:
        return None, "the strike cannot be this window's"
    error = desk.volatility.relative_error or 0.0
    awaits = desk.has_official(at_ns)
    locked = NOTHING_LOCKED  # of a price that is taken only after the end
    if not window.oracle.late_s:
        locked = prints.locked(at_ns, desk.bias_e8, awaits_official=awaits)
    fair = window_value(window, locked, reference, sigma, error, at_ns, settings, distance)
    return fair, "" if fair is not None else "no price"


def _offer(book: Book | None, *, is_no: bool) -> Offer | None:
    """Return what a taker pays: the asks' best, or for NO of the same book its bids' best."""
    if book is None or book.state is not BookState.LIVE or book.is_closed or book.is_crossed:
        return None
    side: Side = book.bids if is_no else book.asks
    price_e4, size_e6 = side.price_e4, side.size_e6
    if price_e4 is None or size_e6 is None:
        return None
    paid_e4 = PRICE_ONE_E4 - price_e4 if is_no else price_e4
    is_slow = book.link is not None and book.link.is_slow
    return Offer(book.instrument.id, paid_e4, side.cost, size_e6, is_slow)
