"""The quick-start guide's lines: what a Bitcoin session prints for a person; text only."""

from collections.abc import Mapping, Sequence
from typing import Any

from underround.app.wording import clock_time
from underround.core.opportunity import SignalKind
from underround.core.units import PRICE_ONE_E4, format_price
from underround.core.windows.index import IndexValue
from underround.core.windows.pricing_effect import WindowEnded
from underround.core.windows.spot_units import from_e8
from underround.core.windows.value_signal import Grade, ValueSignal
from underround.core.windows.view import View, WindowView

RULE = "=" * 37
INDEX_NAMES = {"BTC": "BRTI", "ETH": "ETHUSD_RTI", "SOL": "SOLUSD_RTI", "XRP": "XRPUSD_RTI"}


def heading(series: Sequence[str], every_s: float) -> list[str]:
    """Write how a session begins."""
    return [
        "Starting Real-Time Pipeline",
        f"Series: {', '.join(series)}",
        f"BRTI Interval: {every_s:.1f}s",
        RULE,
        "",
    ]


def market_line(each: WindowView) -> str:
    """Write a window with its YES bid and ask, and what it is worth."""
    bid = None if each.no is None else PRICE_ONE_E4 - each.no.price_e4
    ask = None if each.yes is None else each.yes.price_e4
    line = f"📊 {each.window.id}: YES {_price(bid)}/{_price(ask)}"
    if each.fair is None:
        return f"{line}  ({each.blocked})"
    fair = each.fair
    return f"{line}  fair {fair.p_yes:.3f} ± {fair.standard_error:.3f}, {each.seconds_to_close} s"


def index_line(
    asset: str, value: IndexValue, latency_ms: float | None, official: float | None = None
) -> str:
    """Write the index with its latency, its quality, and who was left out and why."""
    name = INDEX_NAMES.get(asset, asset)
    left_out = ", ".join(f"{who} {each.reason}" for who, each in sorted(value.refused.items()))
    without = f"; without {left_out}" if left_out else ""
    if value.index is None:
        return f"💰 {name}: none ({value.failure}{without})"
    latency = "" if latency_ms is None else f" ({latency_ms:.0f}ms)"
    line = f"💰 {name}: ${value.index:,.2f}{latency}"
    if official is not None:
        line += f"  official {official:,.2f} ({value.index - official:+.2f})"
    return f"{line}  {value.quality}: {len(value.used)} venues{without}"


def signal_line(signal: ValueSignal) -> str:
    """Write a signal; a chance on an estimate is never called an underround."""
    chance = signal.chance
    mark = "🎯" if signal.kind is SignalKind.OPENED else "  "
    head = f"{mark} {clock_time(signal.at_ns)} {signal.kind.upper():6} {chance.subject}"
    if signal.kind is SignalKind.CLOSED:
        return f"{head}  {chance.source}: {signal.reason}"
    legs = " + ".join(
        f"{leg.outcome.upper()} {leg.venue} {format_price(leg.price_e4)}" for leg in chance.legs
    )
    risk = "basis risk" if chance.grade is Grade.BASIS_RISK else "estimate"
    return (
        f"{head}  {legs}  edge {chance.edge * 100:.1f} ¢ after fees, "
        f"confidence {chance.confidence:.0%} ({risk}; {chance.source}: {signal.reason})"
    )


def ending_line(effect: WindowEnded) -> str:
    """Write how a window ended, our settlement beside the venue's."""
    word = "YES" if effect.resolved_yes else "NO"
    if effect.value_e8 is None or effect.said_yes is None:
        return f"🏁 {effect.window.id}: {word}; our prints are not complete"
    ours = f"{from_e8(effect.value_e8):,.2f}"
    verdict = "wrong" if effect.is_wrong else "as we said"
    return f"🏁 {effect.window.id}: {word}, {verdict}; settled at {ours}"


def view_lines(view: View) -> list[str]:
    """Write every open window of an asset, those that close first first."""
    ordered = sorted(view.windows, key=lambda each: (each.window.close_at_ns, each.window.id))
    return [market_line(each) for each in ordered]


def summary_lines(summary: Mapping[str, Any]) -> list[str]:
    """Write how a session went, in a few lines."""
    windows, brti, signals = summary["windows"], summary["brti"], summary["signals"]
    sources = ", ".join(f"{name} {count}" for name, count in signals["by_source"].items())
    lines = [
        "",
        RULE,
        f"{summary['seconds']:g} s; windows settled {windows['settled']}, of these wrong "
        f"{windows['wrong']}; {windows['incomplete']} without all prints",
        f"BRTI: {brti['prints']} prints, {brti['quality']} at the end",
        f"chances opened: {signals['opened']}" + (f" ({sources})" if sources else ""),
    ]
    if brti["official"] is not None:
        figures = brti["official"]
        lines.append(
            f"against the official value: mean {figures['mean']:+.2f}, sd {figures['sd']:.2f}, "
            f"largest {figures['largest']:.2f} USD over {figures['prints']} prints"
        )
    for name, figures in summary["latency_ms"].items():
        if figures["count"] and name in ("brti", "total", "check", "kalshi-windows"):
            lines.append(
                f"latency {name}: p50 {figures['p50']:.1f} ms, p90 {figures['p90']:.1f}, "
                f"p99 {figures['p99']:.1f}"
            )
    lines += [f"noted: {kind} ×{count}" for kind, count in summary["noted"].items()]
    lines.append(f"saved to {summary['session']}" + _beside(summary["recording"]))
    return lines


def _beside(recording: str | None) -> str:
    return "" if recording is None else f", recording in {recording}"


def _price(price_e4: int | None) -> str:
    return "--" if price_e4 is None else format_price(price_e4)
