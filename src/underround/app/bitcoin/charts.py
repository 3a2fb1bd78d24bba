"""Plots as inline SVG: lines over time with gaps, bands, steps; and bars. Text in, text out.

Colours come from the page's style sheet by class, so that they follow light and dark. Draws what
it is given and decides nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Final, TypeVar

from msgspec import Struct

WIDTH: Final = 960
HEIGHT: Final = 300
_LEFT: Final = 74
_RIGHT: Final = 16
_TOP: Final = 14
_BOTTOM: Final = 34
_MOST_POINTS: Final = 1_200

AnyPoint = TypeVar("AnyPoint")
Point = tuple[float, float | None]
"""(milliseconds since 1970, value); None breaks the line."""


class Line(Struct, frozen=True):
    """One line of a plot: its name in the legend, its class in the style sheet, its points."""

    name: str
    style: str
    points: Sequence[Point]


class Band(Struct, frozen=True):
    """An area between a lower and an upper line of the same times."""

    name: str
    style: str
    points: Sequence[tuple[float, float | None, float | None]]


class Frame(Struct, frozen=True):
    """What a plot's pixels mean."""

    first_ms: float
    last_ms: float
    low: float
    high: float

    def x(self, at_ms: float) -> float:
        """Return the pixel of a time."""
        span = max(self.last_ms - self.first_ms, 1.0)
        return _LEFT + (at_ms - self.first_ms) / span * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        """Return the pixel of a value."""
        span = max(self.high - self.low, 1e-9)
        return HEIGHT - _BOTTOM - (value - self.low) / span * (HEIGHT - _TOP - _BOTTOM)


def time_plot(
    title: str,
    lines: Sequence[Line],
    bands: Sequence[Band] = (),
    marks: Iterable[float] = (),
    bounds: tuple[float, float] | None = None,
    decimals: int = 0,
) -> str:
    """Return a plot over time; `marks` are times of vertical lines, `bounds` fix the scale.

    Without a single value it returns a line that says so.
    """
    frame = _frame(lines, bands, bounds)
    if frame is None:
        return f'<p class="none">{escape(title)}: nothing to plot.</p>'
    parts = [*_axes(frame, decimals), *_marks(frame, marks)]
    parts += [_area(frame, band) for band in bands]
    parts += [_path(frame, line) for line in lines]
    shown: list[Line | Band] = [*lines, *bands]
    legend = "".join(
        f'<span><i class="{each.style}"></i>{escape(each.name)}</span>' for each in shown
    )
    return _figure(title, legend, parts)


def bar_plot(title: str, bars: Sequence[tuple[str, int]], style: str = "a") -> str:
    """Return bars with their counts, from left to right; without any a line that says so."""
    if not bars:
        return f'<p class="none">{escape(title)}: nothing to plot.</p>'
    most = max(count for _, count in bars)
    slot = (WIDTH - _LEFT - _RIGHT) / len(bars)
    room = HEIGHT - _TOP - _BOTTOM - 14
    parts = []
    for place, (name, count) in enumerate(bars):
        x = _LEFT + place * slot
        height = max(room * count / most, 1.0)
        top = HEIGHT - _BOTTOM - height
        middle = x + slot / 2
        parts.append(
            f'<rect class="{style}" x="{x + 2:.1f}" y="{top:.1f}" width="{slot - 4:.1f}" '
            f'height="{height:.1f}"/>'
        )
        parts.append(f'<text x="{middle:.1f}" y="{top - 4:.1f}" class="m">{count}</text>')
        parts.append(
            f'<text x="{middle:.1f}" y="{HEIGHT - _BOTTOM + 16}" class="m">{escape(name)}</text>'
        )
    return _figure(title, "", parts)


def _frame(
    lines: Sequence[Line], bands: Sequence[Band], bounds: tuple[float, float] | None
) -> Frame | None:
    times = [at_ms for line in lines for at_ms, value in line.points if value is not None]
    values = [value for line in lines for _, value in line.points if value is not None]
    for band in bands:
        for at_ms, low, high in band.points:
            if low is not None and high is not None:
                times.append(at_ms)
                values += (low, high)
    if not values:
        return None
    low, high = bounds if bounds is not None else (min(values), max(values))
    margin = 0.0 if bounds is not None else max((high - low) * 0.06, 1e-6)
    return Frame(min(times), max(times), low - margin, high + margin)


def _axes(frame: Frame, decimals: int) -> list[str]:
    parts = []
    for step in range(5):
        value = frame.low + (frame.high - frame.low) * step / 4
        y = frame.y(value)
        parts.append(
            f'<line class="g" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        )
        label = f"{value:,.{decimals}f}"
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" class="e">{label}</text>')
    span_ms = frame.last_ms - frame.first_ms
    pattern = "%H:%M" if span_ms > 3_600_000 else "%H:%M:%S"
    for step in range(6):
        at_ms = frame.first_ms + span_ms * step / 5
        label = f"{datetime.fromtimestamp(at_ms / 1_000, UTC):{pattern}}"
        x = min(max(frame.x(at_ms), _LEFT + 20), WIDTH - _RIGHT - 22)
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 10}" class="m">{label}</text>')
    return parts


def _marks(frame: Frame, marks: Iterable[float]) -> list[str]:
    return [
        f'<line class="w" x1="{frame.x(at_ms):.1f}" x2="{frame.x(at_ms):.1f}" '
        f'y1="{_TOP}" y2="{HEIGHT - _BOTTOM}"/>'
        for at_ms in marks
        if frame.first_ms <= at_ms <= frame.last_ms
    ]


def _path(frame: Frame, line: Line) -> str:
    words = []
    is_drawing = False
    for at_ms, value in _thinned(line.points):
        if value is None:
            is_drawing = False
            continue
        y = frame.y(min(max(value, frame.low), frame.high))
        words.append(f"{'L' if is_drawing else 'M'}{frame.x(at_ms):.1f} {y:.1f}")
        is_drawing = True
    return f'<path class="line {line.style}" d="{"".join(words)}"/>'


def _area(frame: Frame, band: Band) -> str:
    shapes = []
    run: list[tuple[float, float, float]] = []
    for at_ms, low, high in (*_thinned(band.points), (0.0, None, None)):
        if low is not None and high is not None:
            run.append((frame.x(at_ms), frame.y(low), frame.y(high)))
            continue
        if len(run) > 1:
            upper = [f"{x:.1f} {high:.1f}" for x, _, high in run]
            lower = [f"{x:.1f} {low:.1f}" for x, low, _ in reversed(run)]
            shapes.append(f"M{'L'.join([*upper, *lower])}Z")
        run = []
    return f'<path class="area {band.style}" d="{"".join(shapes)}"/>'


def _thinned(points: Sequence[AnyPoint]) -> Sequence[AnyPoint]:
    stride = -(-len(points) // _MOST_POINTS) or 1
    return points[::stride]


def _figure(title: str, legend: str, parts: Sequence[str]) -> str:
    return (
        f"<figure><figcaption>{escape(title)}</figcaption>"
        f'<div class="legend">{legend}</div>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg></figure>"
    )
