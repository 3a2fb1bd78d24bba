"""The fee of one order worked out step by step, for a person to check. Asks no venue."""

from collections.abc import Mapping
from typing import Any, Final

from underround.app.fees.audit import dollars
from underround.core.fees import (
    BROKER_E6,
    DIRECT_MEMBER_E6,
    KalshiFeeAccumulator,
    PolymarketReading,
    kalshi_terms,
    polymarket_terms,
    read_as,
    shares_received_e6,
    taker_fee_per_contract_e6,
    taker_fee_usd_e6,
)
from underround.core.instrument import FeeTerms
from underround.core.units import PRICE_ONE_E4, format_price, format_size, notional_up_usd_e6

KALSHI_SERIES: Final[Mapping[str, tuple[str, str]]] = {
    "KXMLBGAME": ("quadratic_with_maker_fees", "0.5"),
    "KXMLBSPREAD": ("quadratic", "0.5"),
    "KXWNBAGAME": ("quadratic_with_maker_fees", "1"),
}
"""Series whose terms differ from `quadratic` × 1, as the venue published them in August 2026."""

POLYMARKET_RATES: Final[Mapping[str, str]] = {
    "crypto": "0.07",
    "sports": "0.05",
    "economics": "0.05",
    "culture": "0.05",
    "weather": "0.05",
    "other": "0.05",
    "finance": "0.04",
    "politics": "0.04",
    "tech": "0.04",
    "mentions": "0.04",
    "geopolitics": "0",
}
"""Taker rates by category as published in July 2026; a market's own schedule overrides them."""


def quote_kalshi(
    price_e4: int,
    size_e6: int,
    *,
    series: str | None,
    fee_type: str | None,
    multiplier: str | None,
    is_maker: bool,
    is_broker: bool,
) -> dict[str, Any]:
    """Return the fee of buying at a price in one fill, every step of it as text in dollars.

    A type or multiplier that is not given comes from the series, or is `quadratic` and 1. Raises
    ValueError for an unknown type or a count finer than 0.01.
    """
    if size_e6 % 10_000:
        raise ValueError(f"count {format_size(size_e6)} is finer than Kalshi's 0.01 contract")
    known_type, known_multiplier = KALSHI_SERIES.get(series or "", ("quadratic", "1"))
    terms = kalshi_terms(fee_type or known_type, multiplier or known_multiplier)
    precision_e6 = BROKER_E6 if is_broker else DIRECT_MEMBER_E6
    fee = KalshiFeeAccumulator(precision_e6).fill(terms, price_e4, size_e6, is_taker=not is_maker)
    notional_e6 = price_e4 * size_e6 // PRICE_ONE_E4
    return {
        "venue": "kalshi",
        "series": series,
        "price": format_price(price_e4),
        "count": format_size(size_e6),
        "side": "maker" if is_maker else "taker",
        **_terms(terms),
        "terms_from": _source(series, fee_type, multiplier),
        "precision_usd": dollars(precision_e6, like="0.0001"),
        "steps": {
            "revenue_usd": dollars(-notional_e6),
            "trade_fee_usd": dollars(fee.trade_fee_usd_e6),
            "exact_change_usd": dollars(-notional_e6 - fee.trade_fee_usd_e6),
            "balance_change_usd": dollars(
                -notional_e6 - fee.trade_fee_usd_e6 - fee.rounding_usd_e6
            ),
            "rounding_usd": dollars(fee.rounding_usd_e6),
            "rebate_usd": dollars(fee.rebate_usd_e6),
        },
        **_totals(fee.fee_cost_usd_e6, notional_e6, size_e6),
    }


def quote_polymarket(
    price_e4: int, size_e6: int, *, rate: str, exponent: int, is_maker: bool
) -> dict[str, Any]:
    """Return the fee of buying at a price in one fill, and what the worse reading would leave.

    Raises ValueError for a rate or exponent that is none.
    """
    terms = polymarket_terms(rate, exponent, PolymarketReading.DOLLARS)
    notional_e6 = notional_up_usd_e6(price_e4, size_e6)
    fee_e6 = 0 if is_maker else taker_fee_usd_e6(terms, price_e4, size_e6)
    withheld = read_as(terms, PolymarketReading.SHARES)
    held_e6 = size_e6 if is_maker else shares_received_e6(withheld, price_e4, size_e6)
    per_held_e6 = 0 if is_maker else taker_fee_per_contract_e6(withheld, price_e4)
    return {
        "venue": "polymarket",
        "price": format_price(price_e4),
        "count": format_size(size_e6),
        "side": "maker" if is_maker else "taker",
        **_terms(terms),
        "steps": {
            "p_times_1_minus_p": f"{price_e4 * (PRICE_ONE_E4 - price_e4) / 10**8:.8f}",
            "rounded_up_to_usd": "0.00001",
        },
        **_totals(fee_e6, notional_e6, size_e6),
        "if_withheld_in_shares": {
            "shares_received": format_size(held_e6),
            "fee_per_share_held_usd": dollars(per_held_e6),
        },
    }


def _terms(terms: FeeTerms) -> dict[str, Any]:
    return {
        "fee_type": terms.kind,
        "rate": format_size(terms.rate_e4 * 100),
        "multiplier": format_size(terms.multiplier_e4 * 100),
        "exponent": terms.exponent,
    }


def _totals(fee_e6: int, notional_e6: int, size_e6: int) -> dict[str, Any]:
    return {
        "fee_usd": dollars(fee_e6),
        "cost_usd": dollars(notional_e6 + fee_e6),
        "fee_per_contract_usd": dollars(-(-fee_e6 * 1_000_000 // size_e6)),
    }


def _source(series: str | None, fee_type: str | None, multiplier: str | None) -> str:
    """Say where a quote's type and multiplier are from, so that a wrong series is seen."""
    if fee_type is not None and multiplier is not None:
        return "the flags"
    if series in KALSHI_SERIES:
        found = f"{series} as published in August 2026"
    elif series is None:
        found = "the venue's usual terms"
    else:
        found = f"the venue's usual terms: {series} is none of {', '.join(KALSHI_SERIES)}"
    return found if fee_type is None and multiplier is None else f"a flag, else {found}"
