"""The figure of the pipe: what goes into the engine and what comes out. Text in, SVG out.

Boxes and arrows at places given here; it knows nothing of the program but their names.
"""

from typing import Final

BOXES: Final = {
    "sockets": (20, 90, "venue sockets"),
    "codec": (220, 90, "codec"),
    "engine": (420, 150, "Engine.process"),
    "timers": (220, 210, "timers, commands,\nREST answers"),
    "recording": (20, 210, "recording"),
    "effects": (630, 60, "signals"),
    "prices": (630, 150, "price cache"),
    "requests": (630, 240, "snapshots, orders,\nreconnects"),
}
ARROWS: Final = (
    ("sockets", "codec", "frames"),
    ("codec", "engine", ""),
    ("timers", "engine", ""),
    ("engine", "effects", ""),
    ("engine", "prices", "effects"),
    ("engine", "requests", ""),
    ("sockets", "recording", "first"),
    ("timers", "recording", ""),
)
_WIDE: Final = 140
_HIGH: Final = 46


def pipe_shapes() -> list[str]:
    """Return the figure's shapes, 790 by 310 pixels large."""
    return [*map(_arrow, ARROWS), *(_box(*BOXES[name], name == "engine") for name in BOXES)]


def _box(x: int, y: int, text: str, is_engine: bool) -> str:
    lines = text.split("\n")
    first = y + 28 - 9 * (len(lines) - 1)
    words = "".join(
        f'<text class="m{" i" if is_engine else ""}" x="{x + _WIDE // 2}" y="{first + 18 * n}">'
        f"{line}</text>"
        for n, line in enumerate(lines)
    )
    style = "p" if is_engine else "b"
    return f'<rect class="{style}" x="{x}" y="{y}" rx="6" width="{_WIDE}" height="{_HIGH}"/>{words}'


def _arrow(named: tuple[str, str, str]) -> str:
    start, end, word = named
    (ax, ay, _), (bx, by, _) = BOXES[start], BOXES[end]
    if ax == bx:
        x1 = x2 = ax + _WIDE // 2
        y1, y2 = ay + _HIGH, by
    elif ax < bx:
        x1, y1, x2, y2 = ax + _WIDE, ay + _HIGH // 2, bx, by + _HIGH // 2
    else:
        x1, y1, x2, y2 = ax, ay + _HIGH // 2, bx + _WIDE, by + _HIGH // 2
    aside = 20 if ax == bx else 0  # beside a vertical arrow
    label = f'<text class="s m" x="{(x1 + x2) // 2 + aside}" y="{(y1 + y2) // 2 - 6}">{word}</text>'
    line = f'<path class="a" marker-end="url(#tip)" d="M{x1} {y1}L{x2} {y2}"/>'
    return line + (label if word else "")
