"""One fill's taker fee with its formula and numbers, by the routine that the decision used.

The amounts come from `core.fees`; what is written here only spells them out.
"""

from msgspec import Struct

from underround.app.fees.audit import dollars
from underround.core.fees import (
    DIRECT_MEMBER_E6,
    POLYMARKET,
    POLYMARKET_IN_SHARES,
    model_fee_e6,
    shares_received_e6,
    taker_fee_usd_e6,
)
from underround.core.instrument import FeeTerms
from underround.core.units import PRICE_ONE_E4, format_price, format_size


class FeeSteps(Struct, frozen=True, kw_only=True):
    """A fee from formula to charge: `formula` with its numbers, the model's value, the rounding.

    `shares_received_e6` is less than was bought where the fee is withheld in shares.
    """

    formula: str
    model_usd_e6: int
    rounding: str
    fee_usd_e6: int
    shares_received_e6: int


def fee_steps(terms: FeeTerms, price_e4: int, size_e6: int) -> FeeSteps:
    """Return the steps of the worst fee of one taker fill bought at a price; `taker_fee_usd_e6`."""
    price = format_price(price_e4)
    other = format_price(PRICE_ONE_E4 - price_e4)
    rate, multiplier = format_size(terms.rate_e4 * 100), format_size(terms.multiplier_e4 * 100)
    power = "" if terms.exponent == 1 else f"^{terms.exponent}"
    spread = f"({price} × {other}){power}"
    model_e6 = model_fee_e6(terms, price_e4, size_e6)
    fee_e6 = taker_fee_usd_e6(terms, price_e4, size_e6)
    received_e6 = shares_received_e6(terms, price_e4, size_e6)
    if terms.kind in (POLYMARKET, POLYMARKET_IN_SHARES):
        formula = f"{format_size(size_e6)} × {rate} × {spread}"
        rounding = "up to the next $0.00001"
        if terms.kind == POLYMARKET_IN_SHARES:
            rounding += f", withheld: {format_size(received_e6)} shares of {format_size(size_e6)}"
    else:
        formula = f"{multiplier} × {rate} × {format_size(size_e6)} × {spread}"
        precision = dollars(DIRECT_MEMBER_E6, like="0.0001")
        rounding = f"up to $0.000001, then the balance down to ${precision}"
    return FeeSteps(
        formula=formula,
        model_usd_e6=model_e6,
        rounding=rounding,
        fee_usd_e6=fee_e6,
        shares_received_e6=received_e6,
    )
