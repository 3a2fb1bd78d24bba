"""What a fill costs: each venue's fee model in exact integers, rounded the way the venue rounds.

Three grades of answer. `fee_table` is a list per market for the hot path (one contract, no balance
rounding); `taker_fee_usd_e6` the worst single fill of a size, for the decision to trade;
`KalshiFeeAccumulator` the venue's own bookkeeping over an order's fills. All round up, and a rebate
that is merely possible never makes a fee smaller. This module knows no book, no clock and no wire.

Sources: docs.kalshi.com/getting_started/fee_rounding and the API's FeeType;
docs.polymarket.com/trading/fees and the market's own `feeSchedule`.
"""

from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from underround.core.instrument import FeeTerms, PriceGrid
from underround.core.units import PRICE_ONE_E4, SIZE_ONE_E6, USD_ONE_E6, divide_up

DIRECT_MEMBER_E6: Final = 100
"""Balance precision of a direct Kalshi member: $0.0001."""
BROKER_E6: Final = 10_000
"""Balance precision behind a broker (FCM): $0.01."""

KALSHI_RATE_E4: Final = 700
KALSHI_FLAT_RATE_E4: Final = 350
MAKER_SHARE_E4: Final[dict[str, int]] = {
    "quadratic": 0,
    "quadratic_with_maker_fees": 2_500,
    "quadratic_with_combo_maker_fees": 5_000,
    "flat": 10_000,  # unused by the venue and its maker side undocumented: the worse reading
}
"""Kalshi's fee types, and what share (1e-4) of the taker's fee a maker pays under each."""

POLYMARKET: Final = "polymarket"
POLYMARKET_IN_SHARES: Final = "polymarket_in_shares"
_POLYMARKET_KINDS: Final = frozenset((POLYMARKET, POLYMARKET_IN_SHARES))
_POLYMARKET_STEP_E6: Final = 10  # five decimals, which is also the smallest fee


class PolymarketReading(StrEnum):
    """How a Polymarket buyer's fee is read where the documents contradict each other.

    DOLLARS: taken in pUSD on top of the spend (today's documents and client). SHARES: withheld
    from the shares bought (documents of January 2026), so that equal legs need more shares.
    WORST is the reading under which a complete set costs more.
    """

    DOLLARS = POLYMARKET
    SHARES = POLYMARKET_IN_SHARES
    WORST = POLYMARKET_IN_SHARES


def kalshi_terms(fee_type: str, multiplier: str, fallback: str | None = None) -> FeeTerms:
    """Return the terms of a Kalshi fee type ("quadratic") and multiplier ("0.5").

    Raises ValueError naming a type that is not known, unless `fallback` names one that is.
    """
    known = fee_type if fee_type in MAKER_SHARE_E4 else fallback
    if known not in MAKER_SHARE_E4:
        raise ValueError(
            f"Kalshi fee type {fee_type!r} is not known (known: {', '.join(MAKER_SHARE_E4)})"
        )
    return FeeTerms(
        kind=known,
        rate_e4=KALSHI_FLAT_RATE_E4 if known == "flat" else KALSHI_RATE_E4,
        multiplier_e4=_ratio_e4(multiplier, "fee multiplier"),
    )


def polymarket_terms(
    rate: str, exponent: int = 1, reading: PolymarketReading = PolymarketReading.WORST
) -> FeeTerms:
    """Return the terms of a market's own fee schedule (rate "0.07"); ValueError if not a rate."""
    if not 1 <= exponent <= 4:
        raise ValueError(f"fee exponent {exponent} is not 1…4")
    return FeeTerms(kind=str(reading), rate_e4=_ratio_e4(rate, "fee rate"), exponent=exponent)


def read_as(terms: FeeTerms, reading: PolymarketReading) -> FeeTerms:
    """Return Polymarket terms under another reading; Kalshi terms unchanged."""
    return replace(terms, kind=str(reading)) if terms.kind in _POLYMARKET_KINDS else terms


def model_fee_e6(terms: FeeTerms, price_e4: int, size_e6: int, share_e4: int = 10_000) -> int:
    """Return share × rate × multiplier × size × (p(1−p))^exponent in usd_e6, rounded up.

    The fee model alone, before any venue's balance rounding. Raises ValueError for a fee kind
    that is not known.
    """
    if terms.kind not in MAKER_SHARE_E4 and terms.kind not in _POLYMARKET_KINDS:
        raise ValueError(f"fee kind {terms.kind!r} is not known; its market cannot be priced")
    spread_e8 = price_e4 * (PRICE_ONE_E4 - price_e4)
    numerator = share_e4 * terms.rate_e4 * terms.multiplier_e4 * size_e6
    return divide_up(numerator * spread_e8**terms.exponent, 10 ** (12 + 8 * terms.exponent))


def taker_fee_per_contract_e6(terms: FeeTerms, price_e4: int) -> int:
    """Return the marginal taker fee of one contract held at a price, in usd_e6, rounded up.

    When the fee is withheld in shares this is what one share *received* costs in fees: buying
    1/(1 − f/p) shares to hold one costs f·p/(p − f) more than the price.
    """
    fee_e6 = model_fee_e6(terms, price_e4, SIZE_ONE_E6)
    if terms.kind != POLYMARKET_IN_SHARES or not fee_e6:
        return fee_e6
    kept_e6 = price_e4 * 100 - fee_e6
    if kept_e6 <= 0:
        return USD_ONE_E6  # a rate that withholds every share: never an edge
    return divide_up(fee_e6 * price_e4 * 100, kept_e6)


@lru_cache(maxsize=1024)
def fee_table(terms: FeeTerms, grid: PriceGrid) -> list[int]:
    """Return `taker_fee_per_contract_e6` by the grid's slots; shared, so not to be changed."""
    return [taker_fee_per_contract_e6(terms, price_e4) for price_e4 in grid.prices_e4]


def taker_fee_usd_e6(
    terms: FeeTerms, price_e4: int, size_e6: int, precision_e6: int | None = None
) -> int:
    """Return the worst exact fee of one taker fill of `size_e6` bought at a price, in usd_e6.

    Kalshi: the trade fee up to $0.000001, then what rounding the balance down to `precision_e6`
    (the terms' own unless given) takes, rebates not counted on. Polymarket: five decimals up, at
    least $0.00001 where there is a rate at all; in dollars also where it may be withheld, see
    `shares_received_e6` for what is then held.
    """
    trade_fee_e6 = model_fee_e6(terms, price_e4, size_e6)
    if terms.kind in _POLYMARKET_KINDS:
        fee_e6 = divide_up(trade_fee_e6, _POLYMARKET_STEP_E6) * _POLYMARKET_STEP_E6
        return max(fee_e6, _POLYMARKET_STEP_E6) if terms.rate_e4 and size_e6 else fee_e6
    precision_e6 = precision_e6 or terms.precision_e6
    # Ten-thousandths of usd_e6: price × size is exact there whatever the lot.
    debit_e10 = price_e4 * size_e6 + trade_fee_e6 * PRICE_ONE_E4
    debited_e6 = divide_up(debit_e10, precision_e6 * PRICE_ONE_E4) * precision_e6
    return debited_e6 - price_e4 * size_e6 // PRICE_ONE_E4


def shares_received_e6(terms: FeeTerms, price_e4: int, size_e6: int) -> int:
    """Return the shares a taker holds after buying `size_e6`: the hedge follows this number."""
    if terms.kind != POLYMARKET_IN_SHARES:
        return size_e6
    withheld_e6 = divide_up(taker_fee_usd_e6(terms, price_e4, size_e6) * PRICE_ONE_E4, price_e4)
    return max(size_e6 - withheld_e6, 0)


class KalshiFee(Struct, frozen=True):
    """One fill's fee by component, all usd_e6: `fee_cost = trade_fee + rounding − rebate`."""

    trade_fee_usd_e6: int
    rounding_usd_e6: int
    rebate_usd_e6: int
    accumulated_usd_e6: int

    @property
    def fee_cost_usd_e6(self) -> int:
        """What the venue reports as `fee_cost`."""
        return self.trade_fee_usd_e6 + self.rounding_usd_e6 - self.rebate_usd_e6


class KalshiFeeAccumulator:
    """The rounding an order has overpaid and not yet been given back, over all of its fills.

    One per order, taker and maker fills alike, starting at 0. Invariant (conservation): the sum of
    roundings is the sum of rebates plus `accumulated_usd_e6`.
    """

    __slots__ = ("accumulated_usd_e6", "precision_e6")

    def __init__(self, precision_e6: int = DIRECT_MEMBER_E6) -> None:
        self.precision_e6 = precision_e6
        self.accumulated_usd_e6 = 0

    def fill(
        self,
        terms: FeeTerms,
        price_e4: int,
        size_e6: int,
        *,
        is_taker: bool,
        is_buyer: bool = True,
    ) -> KalshiFee:
        """Charge one fill at the price of the side that was traded; return its components.

        `is_buyer` False: the side was sold. Buying NO is a buyer at the NO price, and comes to the
        same as selling YES, because whole lots of both together are whole cents. Raises ValueError
        for terms that are not Kalshi's and for a size finer than a hundredth of a contract.
        """
        share_e4 = 10_000 if is_taker else MAKER_SHARE_E4.get(terms.kind)
        if share_e4 is None or terms.kind not in MAKER_SHARE_E4:
            raise ValueError(f"fee kind {terms.kind!r} is not one of Kalshi's")
        if size_e6 % 10_000:
            raise ValueError(f"size {size_e6} (1e-6 contracts) is finer than 0.01 contract")
        trade_fee_e6 = model_fee_e6(terms, price_e4, size_e6, share_e4)
        notional_e6 = price_e4 * size_e6 // PRICE_ONE_E4
        exact_e6 = (-notional_e6 if is_buyer else notional_e6) - trade_fee_e6
        rounding_e6 = exact_e6 % self.precision_e6  # Python's remainder: down to −infinity
        self.accumulated_usd_e6 += rounding_e6
        refundable_e6 = min(self.accumulated_usd_e6, trade_fee_e6 + rounding_e6)
        rebate_e6 = refundable_e6 - refundable_e6 % self.precision_e6
        self.accumulated_usd_e6 -= rebate_e6
        return KalshiFee(trade_fee_e6, rounding_e6, rebate_e6, self.accumulated_usd_e6)


def _ratio_e4(text: str, what: str) -> int:
    try:
        scaled = Decimal(text) * 10_000
    except ArithmeticError:
        raise ValueError(f"{what} {text!r} is not a number") from None
    if not scaled.is_finite() or not 0 <= scaled <= 10**8 or scaled != int(scaled):
        raise ValueError(f"{what} {text!r} is not 0…10000 in steps of 0.0001")
    return int(scaled)
