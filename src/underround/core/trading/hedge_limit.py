"""What a hedge may pay now. Pure; whether it goes is the risk gate's to say."""

from underround.core.book import Book
from underround.core.trading.quotes import best_price_e4, on_grid_e4
from underround.core.trading.settings import TradingSettings
from underround.core.trading.trade_record import PlannedLeg


def hedge_limit_e4(
    leg: PlannedLeg, book: Book | None, retries: int, settings: TradingSettings
) -> int:
    """Return the limit of a hedge: the plan's, dearer with each retry, on the grid as it is now.

    Never further above the best price than the collar: a market that came towards us is no reason
    to leave a leg uncovered.
    """
    limit_e4, tries = leg.limit_e4, settings.hedge_tries
    if retries and tries:
        limit_e4 += (leg.widest_e4 - leg.limit_e4) * min(retries, tries) // tries
    if book is None:
        return limit_e4
    best_e4 = best_price_e4(book, leg.outcome, is_buy=True)
    if best_e4 is not None:
        limit_e4 = min(limit_e4, best_e4 + settings.limits.collar_e4)
    is_mirrored = leg.outcome is not book.instrument.outcome
    return on_grid_e4(book.instrument.grid, limit_e4, is_mirrored=is_mirrored, is_buy=True)
