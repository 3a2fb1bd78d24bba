"""Checks our fees against the ones Kalshi charged, fill by fill, each order's rounding carried on.

Reads and compares; it changes no terms and decides no trade.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from underround.core.fees import (
    DIRECT_MEMBER_E6,
    KalshiFee,
    KalshiFeeAccumulator,
    kalshi_terms,
)
from underround.core.instrument import FeeTerms
from underround.core.units import format_price, format_size
from underround.venues.kalshi.fills import KalshiFill


class AuditedFill(Struct, frozen=True):
    """One fill beside what we say it costs."""

    fill: KalshiFill
    terms: FeeTerms
    fee: KalshiFee

    @property
    def is_match(self) -> bool:
        """Whether both fees are equal to the last digit."""
        return self.fee.fee_cost_usd_e6 == self.fill.fee_cost_usd_e6

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON; money is text in dollars."""
        return {
            "trade_id": self.fill.trade_id,
            "order_id": self.fill.order_id,
            "ticker": self.fill.ticker,
            "is_taker": self.fill.is_taker,
            "outcome": self.fill.outcome.value,
            "price": format_price(self.fill.price_e4),
            "count": format_size(self.fill.size_e6),
            "fee_type": self.terms.kind,
            "multiplier": format_size(self.terms.multiplier_e4 * 100),
            "trade_fee_usd": dollars(self.fee.trade_fee_usd_e6),
            "rounding_usd": dollars(self.fee.rounding_usd_e6),
            "rebate_usd": dollars(self.fee.rebate_usd_e6),
            "fee_usd": dollars(self.fee.fee_cost_usd_e6, like=self.fill.fee_cost),
            "fee_cost": self.fill.fee_cost,
            "difference_usd": dollars(self.fee.fee_cost_usd_e6 - self.fill.fee_cost_usd_e6),
            "matches": self.is_match,
        }


def audit_fills(
    fills: Sequence[KalshiFill],
    multipliers: Mapping[str, str],
    fee_type: str = "quadratic",
    precision_e6: int = DIRECT_MEMBER_E6,
) -> list[AuditedFill]:
    """Charge every fill again and return the comparisons in the order given.

    `multipliers` maps the start of a ticker to a fee multiplier, the longest match wins, 1
    without one. Each order's accumulator starts at 0 and takes its fills in the order of time.
    A fill without an order id is an order of its own. Raises ValueError for an unknown type.
    """
    orders: dict[str | int, KalshiFeeAccumulator] = {}
    audited: dict[int, AuditedFill] = {}
    for index in _in_time(fills):
        fill = fills[index]
        terms = kalshi_terms(fee_type, _multiplier(fill.ticker, multipliers))
        order = orders.setdefault(fill.order_id or index, KalshiFeeAccumulator(precision_e6))
        fee = order.fill(terms, fill.price_e4, fill.size_e6, is_taker=fill.is_taker)
        audited[index] = AuditedFill(fill, terms, fee)
    return [audited[index] for index in range(len(fills))]


def parse_multipliers(texts: Sequence[str]) -> dict[str, str]:
    """Return {prefix: multiplier} from "PREFIX=M" texts; ValueError naming a text that is not."""
    multipliers: dict[str, str] = {}
    for text in texts:
        prefix, equals, multiplier = text.partition("=")
        if not (prefix and equals):
            raise ValueError(f"{text!r} is not PREFIX=M, for instance KXMLB=0.5")
        kalshi_terms("quadratic", multiplier)
        multipliers[prefix] = multiplier
    return multipliers


def parse_fee_type(text: str) -> str:
    """Return a fee type that Kalshi is known to have; ValueError naming the known ones."""
    kalshi_terms(text, "1")
    return text


def dollars(usd_e6: int, like: str = "0.000000") -> str:
    """Write money exactly, with as many decimals as `like` has where they suffice, else six."""
    sign, whole = ("-", -usd_e6) if usd_e6 < 0 else ("", usd_e6)
    text = f"{sign}{whole // 1_000_000}.{whole % 1_000_000:06d}"
    spare = 6 - len(like.partition(".")[2]) if like.replace(".", "", 1).isdigit() else 0
    if spare > 0 and text.endswith("0" * spare):
        return text[:-spare].rstrip(".")
    return text


def _multiplier(ticker: str, multipliers: Mapping[str, str]) -> str:
    prefix = max((each for each in multipliers if ticker.startswith(each)), key=len, default=None)
    return "1" if prefix is None else multipliers[prefix]


def _in_time(fills: Sequence[KalshiFill]) -> list[int]:
    """Return the positions in the order of time; the venue lists the newest first.

    Equal times keep the direction of the list. Without times the list's own order stands.
    """
    times = [fill.at_ns for fill in fills if fill.at_ns is not None]
    positions = list(range(len(fills)))
    if len(times) < len(fills):
        return positions
    if times and times[0] > times[-1]:
        positions.reverse()
    return sorted(positions, key=lambda position: times[position])
