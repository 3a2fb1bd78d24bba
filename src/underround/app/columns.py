"""Lines and tables for people that fit the terminal; unbroken where the output is no terminal.

Pure text: knows widths and no stream. Only names are shortened, in their middle; never a figure.
"""

from collections.abc import Iterable, Sequence
from typing import Final

LEAST_NAME: Final = 10
_WIDE, _NARROW = "  ", " "


def shortened(name: str, most: int) -> str:
    """Return a name in at most so many characters, its middle left out for an ellipsis."""
    if len(name) <= most:
        return name
    kept = max(most - 1, 2)
    return f"{name[: kept - kept // 2]}…{name[len(name) - kept // 2 :]}"


def hung(text: str, width: int | None, indent: int) -> list[str]:
    """Break a line at words to a width, all but the first indented; None breaks nothing."""
    if width is None or len(text) <= width or width <= 2 * indent:
        return [text]
    lines = []
    while len(text) > width:
        at = text.rfind(" ", indent + 1, width + 1)
        if at < 0 or not text[:at].strip():
            at = text.find(" ", width)  # a word that is too long: an id in two cannot be copied
        if at < 0:
            break
        lines.append(text[:at].rstrip())
        text = " " * indent + text[at:].lstrip()
    return [*lines, text]


def table_lines(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    width: int | None,
    *,
    name: int,
    numeric: Iterable[int] = (),
) -> list[str]:
    """Return a table under its heads; the column `name` alone gives way when it is too wide.

    Columns `numeric` stand to the right. A line that is too wide all the same is broken at words.
    """
    cells = [list(heads), *(list(row) for row in rows)]
    right = set(numeric)
    widths = [max(len(row[place]) for row in cells) for place in range(len(heads))]
    gap = _WIDE
    if width is not None:
        over = sum(widths) + len(_WIDE) * (len(widths) - 1) - width
        if over > 0:
            gap, over = _NARROW, over - len(widths) + 1
        widths[name] = max(widths[name] - max(over, 0), min(LEAST_NAME, widths[name]))
    lines = []
    for row in cells:
        row[name] = shortened(row[name], widths[name])
        shown = [
            f"{cell:>{most}}" if place in right else f"{cell:{most}}"
            for place, (cell, most) in enumerate(zip(row, widths, strict=True))
        ]
        lines += hung(gap.join(shown).rstrip(), width, 4)
    return lines
