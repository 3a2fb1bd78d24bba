"""The rails of the risk gate in the engine's units. Plain values; `risk` holds orders to them."""

from msgspec import Struct

from underround.core.units import NS_PER_MS, NS_PER_SECOND, USD_ONE_E6


class RiskLimits(Struct, frozen=True, kw_only=True):
    """Every rail, in the engine's units; the shipped figures are for a first small account.

    `max_naked_e6` is the most contracts that a trade may hold uncovered while its hedge is under
    way, `max_naked_ns` for how long before trading halts. `collar_e4`: how far a limit may stand
    from the best price seen. Entries stop `before_close_ns` ahead of a market's end.
    """

    max_order_usd_e6: int = 25 * USD_ONE_E6
    max_pair_usd_e6: int = 100 * USD_ONE_E6
    max_venue_usd_e6: int = 500 * USD_ONE_E6
    max_day_usd_e6: int = 1_000 * USD_ONE_E6
    max_naked_e6: int = 50 * 10**6
    max_naked_ns: int = 10 * NS_PER_SECOND
    max_unsettled_usd_e6: int = 500 * USD_ONE_E6
    max_daily_loss_usd_e6: int = 25 * USD_ONE_E6
    max_orders_per_minute: int = 60
    collar_e4: int = 500
    max_quote_age_ns: int = 2_000 * NS_PER_MS
    balance_reserve_usd_e6: int = 10 * USD_ONE_E6
    before_close_ns: int = 60 * NS_PER_SECOND
