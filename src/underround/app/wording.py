"""How signals and figures read to a person; text only, no output."""

from collections.abc import Collection
from datetime import UTC, datetime

from underround.core.opportunity import Signal, SignalKind, Underround
from underround.core.units import NS_PER_SECOND, format_price, format_size, format_usd

LEGS_SHOWN = 4


def clock_time(at_ns: int) -> str:
    """Write a time of day in UTC to the millisecond."""
    seconds, rest_ns = divmod(at_ns, NS_PER_SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%H:%M:%S}.{rest_ns // 1_000_000:03d}"


def cents(usd_e6: int) -> str:
    """Write an edge per contract in cents ("2.1 ¢")."""
    return f"{usd_e6 / 10_000:.2f} ¢"


def grouped(number: str) -> str:
    """Set a written number's thousands apart ("-$1096.60" is "-$1,096.60")."""
    whole, dot, rest = number.partition(".")
    digits = whole.lstrip("-$")
    return f"{whole[: len(whole) - len(digits)]}{int(digits):,}{dot}{rest}"


def describe(signal: Signal) -> str:
    """Write a signal as one line."""
    head = f"{clock_time(signal.at_ns)}  {signal.kind.upper():7} {signal.pair:28}"
    if signal.kind is SignalKind.CLOSED:
        return f"{head} {signal.reason}"
    shown = signal.legs[:LEGS_SHOWN] if len(signal.legs) > LEGS_SHOWN + 1 else signal.legs
    legs = " + ".join(
        f"{leg.outcome.upper()} {leg.venue} {format_price(leg.price_e4)}" for leg in shown
    )
    if len(shown) < len(signal.legs):
        legs += f" + {len(signal.legs) - len(shown)} more"
    if signal.underround is not Underround.CROSS_VENUE:
        legs = f"{signal.underround} {legs}"
    worst = signal.worst_payoff_usd_e6
    void = "" if worst is None else f"; voided, it pays {format_usd(worst)} at worst"
    return (
        f"{head} {legs}  edge {cents(signal.edge_top_e6)} at the top, "
        f"{cents(signal.edge_e6)} × {format_size(signal.size_e6)} = "
        f"{format_usd(signal.edge_usd_e6)} after {format_usd(signal.fee_usd_e6)} fees{void}"
    )


def percentile(sorted_values: list[int], share: float) -> int | None:
    """Return the value below which `share` (0…1) of the values lie; None without values."""
    if not sorted_values:
        return None
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


def latency_us(values_ns: Collection[int]) -> dict[str, float | None]:
    """Summarise nanoseconds as microseconds at p50 and p99."""
    ordered = sorted(values_ns)
    found = {"p50": percentile(ordered, 0.50), "p99": percentile(ordered, 0.99)}
    return {name: None if value is None else value / 1_000 for name, value in found.items()}
