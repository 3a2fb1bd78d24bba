"""The form of the program's reports: one self-contained HTML page for screen, phone and paper.

No script, no font, no address outside; every text given is escaped. Decides nothing of what is
shown.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, Final

from underround.app.wording import grouped
from underround.core.units import format_usd

STYLE: Final = """
:root{color-scheme:light dark;--ink:#1f2328;--dim:#57606a;--paper:#fff;--rule:#d0d7de;
--a:#0969da;--b:#bc4c00;--c:#1a7f37;--d:#8250df}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9198a1;--paper:#0d1117;
--rule:#3d444d;--a:#58a6ff;--b:#f0883e;--c:#3fb950;--d:#bc8cff}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);
max-width:62rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
h1{font-size:1.6em;margin-bottom:.2rem}h2{font-size:1.2em;margin-top:2em}
.dim,.none,figcaption+.legend{color:var(--dim)}
.tiles{display:flex;flex-wrap:wrap;gap:.8rem;margin:1.2rem 0}
.tiles div{border:1px solid var(--rule);border-radius:.5rem;padding:.6rem .9rem;min-width:8rem}
.tiles b{display:block;font-size:1.35rem;font-variant-numeric:tabular-nums}
.tiles span{color:var(--dim);font-size:.85rem}
table{border-collapse:collapse;width:100%;font-size:.9em;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--rule);vertical-align:top}
th{overflow-wrap:normal}td{overflow-wrap:break-word;min-width:5em}td:last-child{min-width:8em}
td.n,th.n,td.w{white-space:nowrap;overflow-wrap:normal;min-width:0}td.n,th.n{text-align:right}
.scroll{overflow-x:auto}
figure{margin:1.2rem 0;break-inside:avoid;overflow-x:auto}figcaption{font-weight:600}
svg{width:100%;min-width:36rem;height:auto}svg text{fill:var(--dim);font-size:12px}
svg .m{text-anchor:middle}svg .e{text-anchor:end}
svg .g{stroke:var(--rule)}svg .w{stroke:var(--dim);stroke-dasharray:3 4}
svg .line{fill:none;stroke-width:1.8}svg .line.a{stroke:var(--a)}svg .line.b{stroke:var(--b)}
svg .line.c{stroke:var(--c)}svg .line.d{stroke:var(--d);stroke-dasharray:6 3}
svg .area{opacity:.25}svg .area.a{fill:var(--a)}svg .area.b{fill:var(--b)}
svg rect.a{fill:var(--a)}
.warn{border:2px solid var(--b);border-radius:.5rem;padding:.6rem .9rem}
.legend span{margin-right:1.2rem}.legend i{display:inline-block;width:1.1rem;height:.3rem;
margin-right:.4rem;vertical-align:middle}.legend i.a{background:var(--a)}
.legend i.b{background:var(--b)}.legend i.c{background:var(--c)}.legend i.d{background:var(--d)}
@page{margin:14mm 12mm}
@media print{:root{color-scheme:light;--ink:#000;--dim:#444;--paper:#fff;--rule:#bbb;
--a:#0969da;--b:#bc4c00;--c:#1a7f37;--d:#8250df}
body{max-width:none;margin:0;padding:0;font-size:11px}.scroll,figure{overflow:visible}
h1,h2,h3,figcaption,p.dim{break-after:avoid}tr,.tiles{break-inside:avoid}svg{min-width:0}
.tiles{margin:.6rem 0}.tiles div{padding:.3rem .6rem;min-width:5rem}.tiles b{font-size:1.2em}}
"""


def page(title: str, parts: Iterable[str]) -> str:
    """Return the whole page; `parts` are HTML."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
        f"{''.join(parts)}</body></html>\n"
    )


def tiles(cells: Iterable[tuple[str, str]]) -> str:
    """Return (name, value) as tiles in a row."""
    shown = "".join(f"<div><b>{escape(v)}</b><span>{escape(k)}</span></div>" for k, v in cells)
    return f'<div class="tiles">{shown}</div>'


def note(text: str) -> str:
    """Return a sentence that says how to read what follows."""
    return f'<p class="dim">{escape(text)}</p>'


def dollars(usd_e6: int) -> str:
    """Write money with thousands apart ("$1,096.60")."""
    return grouped(format_usd(usd_e6))


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[Any]],
    numeric: Iterable[int] = (),
    whole: Iterable[int] = (),
) -> str:
    """Return a table; columns `numeric` stand to the right, those of `whole` are never broken."""
    kinds = dict.fromkeys(whole, 'class="w"') | dict.fromkeys(numeric, 'class="n"')
    classes = [kinds.get(place, "") for place in range(len(heads))]
    head = "".join(f"<th {c}>{escape(h)}</th>" for c, h in zip(classes, heads, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td {c}>{escape(str(v))}</td>" for c, v in zip(classes, row, strict=True))
        + "</tr>"
        for row in rows
    )
    if not body:
        return '<p class="none">None.</p>'
    shown = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll">{shown}</div>'
