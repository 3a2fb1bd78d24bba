"""Draw the figures of the documents with the program's own arithmetic: `make figures`.

What they show is calculated by `core` and `matching`, not drawn by hand; a test compares the files
with what this would write.
"""

from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Final

from scripts.pipe_figure import pipe_shapes
from underround.core.fees import kalshi_terms, polymarket_terms
from underround.core.instrument import Venue
from underround.core.leg import BuyLadder, ladder_steps
from underround.core.sizing import Sizing, walk
from underround.core.units import SIZE_ONE_E6, USD_ONE_E6
from underround.matching.checks import Finding
from underround.matching.listing import Listing
from underround.matching.verdict import Verdict, judge

FIGURES: Final = Path(__file__).resolve().parent.parent / "docs" / "figures"
YES: Final = BuyLadder([(4200, 120_000_000), (4400, 200_000_000)], polymarket_terms("0.04", 1))
NO: Final = BuyLadder([(5200, 80_000_000), (5300, 300_000_000)], kalshi_terms("quadratic", "1"))
TIP: Final = (
    '<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
    'orient="auto"><path d="M0 0L8 4L0 8Z" fill="#57606a"/></marker>'
)
THRESHOLD_E6: Final = 5_000
_STYLE: Final = (
    "<style>text{font:14px system-ui,sans-serif;fill:#24292f}.s{font-size:12px;fill:#57606a}"
    ".m{text-anchor:middle}.e{text-anchor:end}.p{fill:#0969da}.k{fill:#8250df}.f{fill:#bc4c00}"
    ".g{fill:#1a7f37}.n{fill:#b9c0c8}.w{fill:#fff}.r{stroke:#d0d7de;fill:none}"
    ".b{fill:#eef2f6;stroke:#8c959f}.a{stroke:#57606a;fill:none}.i{fill:#fff}"
    ".x{stroke:#bc4c00;stroke-dasharray:5 4}</style>"
)


def edge_figure() -> str:
    """Return one dollar of payoff, cut into both prices, both fees and what is left."""
    (yes_e6, yes_fee_e6), (no_e6, no_fee_e6) = (_first_contract(each) for each in (YES, NO))
    left_e6 = USD_ONE_E6 - yes_e6 - yes_fee_e6 - no_e6 - no_fee_e6
    parts = [
        ("p", "YES at Polymarket", yes_e6),
        ("f", "its fee", yes_fee_e6),
        ("k", "NO at Kalshi", no_e6),
        ("f", "its fee", no_fee_e6),
        ("g", "edge", left_e6),
    ]
    shapes, x = [], 20.0
    for place, (style, name, amount_e6) in enumerate(parts):
        width = 760 * amount_e6 / USD_ONE_E6
        shapes.append(f'<rect class="{style}" x="{x:.1f}" y="60" width="{width:.1f}" height="56"/>')
        low = place % 2 == 1 or name == "edge"
        y = 146 + 26 * (place // 2) if low else 46
        middle = x + width / 2
        if low:
            shapes.append(f'<path class="r" d="M{middle:.1f} 118V{y - 14}"/>')
        anchor = "m" if middle < 700 else "e"
        shapes.append(
            f'<text class="{anchor}" x="{middle:.1f}" y="{y}">{name} {_cents(amount_e6)}</text>'
        )
        x += width
    shapes.append('<text class="s" x="20" y="20">One contract of each pays 100 ¢ either way</text>')
    return _drawing(800, 220, "What an edge is made of", shapes)


def walk_figure() -> str:
    """Return the edge of each further contract as both ladders are walked, and where it ends."""
    sizing = sized()
    steps = []
    marks = {0, 400_000_000}
    for ladder in (YES, NO):
        held = 0
        for _, size_e6 in ladder_steps(ladder, USD_ONE_E6):
            held += size_e6
            marks.add(min(held, 400_000_000))
    bounds = sorted(marks)
    for low, high in pairwise(bounds):
        costs = [_marginal_e6(ladder, low) for ladder in (YES, NO)]
        if None in costs:
            break
        steps.append((low, high, USD_ONE_E6 - sum(cost for cost in costs if cost is not None)))
    return _drawing(800, 300, "How far an edge reaches", _bars(steps, sizing))


def sized() -> Sizing:
    """Return what the program would buy of the two ladders."""
    sizing = walk([YES, NO], USD_ONE_E6, THRESHOLD_E6)
    if sizing is None:
        raise RuntimeError("the figure's ladders hold no underround")
    return sizing


def _bars(steps: list[tuple[int, int, int]], sizing: Sizing) -> list[str]:
    top_e6 = max(edge_e6 for *_, edge_e6 in steps)
    low_e6 = min(0, *(edge_e6 for *_, edge_e6 in steps))
    widest = steps[-1][1]
    scale = 190 / (top_e6 - low_e6)
    zero = 50 + top_e6 * scale
    shapes = ['<text class="s" x="20" y="20">Edge of the next contract, after both fees</text>']
    for low, high, edge_e6 in steps:
        x, width = 70 + 700 * low / widest, 700 * (high - low) / widest - 2
        y, height = (zero - edge_e6 * scale, edge_e6 * scale) if edge_e6 > 0 else (zero, 0.0)
        if edge_e6 < 0:
            height = -edge_e6 * scale
        style = "g" if low < sizing.size_e6 else "n"
        shapes.append(
            f'<rect class="{style}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
            f'height="{max(height, 1):.1f}"/>'
        )
        above = min(y, zero - THRESHOLD_E6 * scale) - 6
        label = above if edge_e6 > 0 else y + height + 16
        shapes.append(
            f'<text class="m" x="{x + width / 2:.1f}" y="{label:.1f}">{_cents(edge_e6)}</text>'
        )
    shapes.append(f'<path class="r" d="M70 {zero:.1f}H770"/>')
    threshold = zero - THRESHOLD_E6 * scale
    shapes.append(f'<path class="x" d="M70 {threshold:.1f}H770"/>')
    shapes.append(f'<text class="s e" x="66" y="{threshold + 4:.1f}">{_cents(THRESHOLD_E6)}</text>')
    taken = sizing.size_e6 / SIZE_ONE_E6
    shapes.append(
        f'<text class="s" x="70" y="288">taken: {taken:g} contracts of each, '
        f"{sizing.edge_usd_e6 / USD_ONE_E6:.2f} dollars after the worst rounding</text>"
    )
    return shapes


def verdicts() -> list[Verdict]:
    """Return three pairs with nearly the same titles, as the program judges them."""
    polymarket = Listing(
        venue=Venue.POLYMARKET,
        id="0xfed",
        title="Will the Fed cut rates by 25 bps in December 2026?",
        rules="Resolves by the FOMC statement of December 2026.",
        ends="2026-12-09",
    )
    titles = (
        ("KXFEDDECISION-26DEC-C25", "Fed decision in December 2026?", "Cut 25bps"),
        ("KXFEDDECISION-26DEC-C26", "Fed decision in December 2026?", "Cut >25bps"),
        ("KXFEDDECISION-26OCT-C25", "Fed decision in October 2026?", "Cut 25bps"),
    )
    return [
        judge(
            polymarket,
            Listing(
                venue=Venue.KALSHI,
                id=ticker,
                title=title,
                subtitle=side,
                rules=f"If the Federal Reserve does a {side} at its meeting in "
                f"{title.split(' in ')[1].rstrip('?')}, then the market resolves to Yes.",
            ),
        )
        for ticker, title, side in titles
    ]


def match_figure() -> str:
    """Return three pairs with nearly the same words, check by check."""
    shapes = []
    style = {Finding.PASS: "g", Finding.FAIL: "f", Finding.UNKNOWN: "n"}
    for place, verdict in enumerate(verdicts()):
        y = 30 + place * 92
        words = f"{verdict.kalshi.title} {verdict.kalshi.subtitle}"
        shapes.append(f'<text x="20" y="{y}">{escape(words)}</text>')
        shapes.append(f'<text class="e" x="780" y="{y}">{verdict.decision.upper()}</text>')
        x = 20.0
        for check in verdict.checks:
            width = 7.2 * len(check.name) + 16
            shapes.append(
                f'<rect class="{style[check.finding]}" x="{x:.1f}" y="{y + 12}" rx="4" '
                f'width="{width:.1f}" height="26"/>'
            )
            shapes.append(
                f'<text class="w m" x="{x + width / 2:.1f}" y="{y + 30}">{check.name}</text>'
            )
            x += width + 6
        wanted = [check for check in verdict.checks if check.finding is not Finding.PASS]
        told = str(wanted[0]) if wanted else "every check passes"
        shapes.append(f'<text class="s" x="20" y="{y + 58}">{escape(told[:110])}</text>')
    title = "One Polymarket question, three Kalshi markets"
    return _drawing(800, 290, title, shapes)


def figures() -> dict[str, str]:
    """Return every figure by its file's name."""
    return {
        "edge.svg": edge_figure(),
        "walk.svg": walk_figure(),
        "matches.svg": match_figure(),
        "pipe.svg": _drawing(790, 310, "The pipe", [TIP, *pipe_shapes()]),
    }


def _first_contract(ladder: BuyLadder) -> tuple[int, int]:
    price_e6 = ladder.levels[0][0] * 100
    cost_e6 = _marginal_e6(ladder, 0) or 0
    return price_e6, cost_e6 - price_e6


def _marginal_e6(ladder: BuyLadder, held_e6: int) -> int | None:
    """Return what the next contract costs when so many are held; None beyond the ladder."""
    for cost_e6, size_e6 in ladder_steps(ladder, 2 * USD_ONE_E6):
        if held_e6 < size_e6:
            return cost_e6
        held_e6 -= size_e6
    return None


def _cents(amount_e6: int) -> str:
    return f"{amount_e6 / 10_000:.2f} ¢"


def _drawing(width: int, height: int, title: str, shapes: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
        f"<title>{escape(title)}</title>{_STYLE}"
        f'<rect class="w" width="{width}" height="{height}"/>{"".join(shapes)}</svg>\n'
    )


if __name__ == "__main__":
    FIGURES.mkdir(exist_ok=True)
    for name, text in figures().items():
        (FIGURES / name).write_text(text, encoding="utf-8")
