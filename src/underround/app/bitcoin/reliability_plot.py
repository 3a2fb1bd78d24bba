"""The reliability plot as one self-contained SVG: said against happened, with intervals.

Draws what `calibration` computed and decides nothing.
"""

from collections.abc import Mapping
from html import escape
from typing import Final

from underround.app.bitcoin.calibration import Score

_SIDE: Final = 360
_MARGIN: Final = 46
_COLOURS: Final = ("#1f6feb", "#d1242f", "#1a7f37", "#8250df")


def reliability_svg(scores: Mapping[str, Score], title: str) -> str:
    """Return the plot of several forecasters' bins, each with its Brier score in the legend.

    The diagonal is perfect calibration; a dot's area grows with its count, its bar is the 95 %
    interval. ValueError without scores.
    """
    if not scores:
        raise ValueError("nothing to plot")
    height = _SIDE + 2 * _MARGIN + 18 * len(scores)
    width = _SIDE + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif" font-size="12" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{_MARGIN}" y="24" font-size="14" fill="#1f2328">{escape(title)}</text>',
        *_frame(),
    ]
    for place, (name, score) in enumerate(scores.items()):
        colour = _COLOURS[place % len(_COLOURS)]
        parts += _dots(score, colour, 3.0 * place)
        y = _SIDE + 2 * _MARGIN + 18 * place
        parts.append(f'<circle cx="{_MARGIN + 6}" cy="{y - 4}" r="5" fill="{colour}"/>')
        legend = (
            f"{name}: Brier {score.brier:.4f}, {score.count} decisions in {score.windows} windows"
        )
        parts.append(f'<text x="{_MARGIN + 18}" y="{y}" fill="#1f2328">{escape(legend)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _frame() -> list[str]:
    parts = [
        f'<rect x="{_MARGIN}" y="{_MARGIN}" width="{_SIDE}" height="{_SIDE}" fill="none" '
        'stroke="#8c959f"/>',
        f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="#8c959f" '
        'stroke-dasharray="4 4"/>',
    ]
    for tick in range(0, 11, 2):
        share = tick / 10
        parts.append(
            f'<text x="{_x(share)}" y="{_y(0) + 16}" text-anchor="middle" fill="#57606a">'
            f"{share:g}</text>"
        )
        parts.append(
            f'<text x="{_x(0) - 6}" y="{_y(share) + 4}" text-anchor="end" fill="#57606a">'
            f"{share:g}</text>"
        )
    parts.append(
        f'<text x="{_x(0.5)}" y="{_y(0) + 32}" text-anchor="middle" fill="#1f2328">said</text>'
    )
    middle = f"{_x(0) - 32:g} {_y(0.5):g}"
    parts.append(
        f'<text transform="translate({middle}) rotate(-90)" text-anchor="middle" fill="#1f2328">'
        "happened</text>"
    )
    return parts


def _dots(score: Score, colour: str, shift: float) -> list[str]:
    """Draw one forecaster; shifted a little, so that bars of several stay apart."""
    parts = []
    for one in score.bins:
        x = _x(one.said) + shift
        radius = 2.5 + 6 * (one.count / score.count) ** 0.5
        parts.append(
            f'<line x1="{x:.1f}" y1="{_y(one.happened_low):.1f}" x2="{x:.1f}" '
            f'y2="{_y(one.happened_high):.1f}" stroke="{colour}" stroke-opacity="0.5"/>'
        )
        parts.append(
            f'<circle cx="{x:.1f}" cy="{_y(one.happened):.1f}" r="{radius:.1f}" fill="{colour}" '
            f'fill-opacity="0.75"><title>said {one.said:.3f}, happened {one.happened:.3f}, '
            f"{one.count} decisions</title></circle>"
        )
    return parts


def _x(share: float) -> float:
    return _MARGIN + share * _SIDE


def _y(share: float) -> float:
    return _MARGIN + (1 - share) * _SIDE
