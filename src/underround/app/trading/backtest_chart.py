"""Profit against latency as a plot (SVG): quoted, booked and the interval. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

WIDTH: Final = 640
HEIGHT: Final = 320
LEFT: Final = 60
BOTTOM: Final = 40


def profit_chart(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the plot of a backtest's rows; an empty frame without any."""
    tops = [max(row["quoted_usd"], row["profit_usd"], _edge(row, "high"), 0.01) for row in rows]
    lows = [min(row["profit_usd"], _edge(row, "low"), 0.0) for row in rows]
    top, low = max(tops, default=1.0), min(lows, default=0.0)
    inner = HEIGHT - BOTTOM - 20

    def y(usd: float) -> float:
        return 20 + inner * (top - usd) / (top - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="12" role="img">',
        "<title>Profit against latency</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{y(0):.1f}" y2="{y(0):.1f}" stroke="black"/>',
    ]
    parts += [
        f'<text x="{LEFT - 6}" y="{y(usd) + 4:.1f}" text-anchor="end">${usd:.2f}</text>'
        for usd in sorted({low, 0.0, top})
    ]
    step = (WIDTH - LEFT - 20) / max(len(rows), 1)
    for number, row in enumerate(rows):
        x = LEFT + step * number + step / 2
        parts += [
            _bar(x - step * 0.3, step * 0.28, y(row["quoted_usd"]), y(0), "#c8d4e3"),
            _bar(x + step * 0.02, step * 0.28, y(row["profit_usd"]), y(0), "#2b6cb0"),
            f'<text x="{x:.1f}" y="{HEIGHT - 14}" text-anchor="middle">{row["latency_ms"]} ms'
            f" · {row['hedged']}/{row['trades']}</text>",
        ]
        if row["profit_a_trade_usd"]["low"] is not None:
            middle = x + step * 0.16
            parts.append(
                f'<line x1="{middle:.1f}" x2="{middle:.1f}" y1="{y(_edge(row, "low")):.1f}"'
                f' y2="{y(_edge(row, "high")):.1f}" stroke="black" stroke-width="2"/>'
            )
    parts.append(
        f'<text x="{LEFT}" y="14">quoted (light), booked (dark) with a 95 % interval;'
        " hedged of trades below</text></svg>"
    )
    return "\n".join(parts) + "\n"


def _edge(row: Mapping[str, Any], name: str) -> float:
    """Return an end of the interval for all trades of a row, in dollars."""
    made = row["profit_a_trade_usd"][name]
    return float(row["profit_usd"]) if made is None else float(made * row["trades"])


def _bar(x: float, width: float, top: float, foot: float, colour: str) -> str:
    upper, height = min(top, foot), abs(foot - top)
    return (
        f'<rect x="{x:.1f}" y="{upper:.1f}" width="{width:.1f}" height="{height:.1f}"'
        f' fill="{colour}"/>'
    )
