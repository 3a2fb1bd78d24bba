"""A session file as one self-contained HTML page that reads on a screen, a phone and paper.

Plots, tables and what they mean; no script, no font, no address outside. Everything from the file
is escaped. Reads nothing and writes nothing.
"""

from datetime import UTC, datetime
from html import escape
from typing import Any, Final

from underround.app.bitcoin.charts import Band, Line, bar_plot, time_plot
from underround.app.recordings.report_form import page, table, tiles
from underround.core.instrument import Venue

_SHOWN_SIGNALS: Final = 200


def report_page(session: dict[str, Any]) -> str:
    """Return the page of a session document."""
    summary = session.get("summary", {})
    began = _moment(session.get("started_at_ms"))
    series = ", ".join(summary.get("series", []))
    kind = "simulated venues" if summary.get("simulated") else "live"
    parts = [
        f"<h1>Session of {escape(began)}</h1>",
        f'<p class="dim">{escape(series)} · {kind} · {summary.get("seconds", 0)} s</p>',
        _tiles(summary),
        "<h2>Price against strike</h2>",
        *_price_plots(session),
        "<h2>Fair value against quote</h2>",
        *_value_plots(session),
        "<h2>Latency</h2>",
        *_latency(session),
        "<h2>Windows</h2>",
        _windows(session),
        "<h2>Signals</h2>",
        _signals(session),
        "<h2>Feeds</h2>",
        _feeds(summary),
    ]
    return page(f"Session of {began}", parts)


def _tiles(summary: dict[str, Any]) -> str:
    brti, windows = summary.get("brti", {}), summary.get("windows", {})
    official = brti.get("official")
    told = "no official value" if official is None else f"{official['mean']:+.2f} USD"
    last = brti.get("last")
    cells = [
        ("index, last", "none" if last is None else f"{last:,.2f}"),
        ("prints of ours", str(brti.get("prints", 0))),
        ("less the official value", told),
        ("windows settled", f"{windows.get('settled', 0)}"),
        ("of these said wrongly", f"{windows.get('wrong', 0)}"),
        ("chances opened", f"{summary.get('signals', {}).get('opened', 0)}"),
    ]
    return tiles(cells)


def _price_plots(session: dict[str, Any]) -> list[str]:
    plots = []
    for asset, rows in session.get("prints", {}).items():
        windows = [w for w in _kalshi(session) if w.get("asset", asset) == asset]
        strikes: list[tuple[float, float | None]] = []
        for window in _one_series(windows):
            if window.get("strike") is not None:
                strikes += [
                    (window["opens"], window["strike"]),
                    (window["closes"], window["strike"]),
                ]
                strikes.append((window["closes"], None))
        first, last = (rows[0]["t"], rows[-1]["t"]) if rows else (0, 0)
        strikes = [(min(max(at, first), last), value) for at, value in strikes]
        lines = [
            Line("index of ours", "a", [(row["t"], row["index"]) for row in rows]),
            Line("official value", "c", [(row["t"], row["official"]) for row in rows]),
            Line("strike", "d", strikes),
        ]
        plots.append(time_plot(f"{asset}: index and strike, USD", lines, marks=_closes(windows)))
    return plots or ['<p class="none">No print of the index.</p>']


def _value_plots(session: dict[str, Any]) -> list[str]:
    windows = [window for window in _one_series(_kalshi(session)) if window.get("prices")]
    value: list[tuple[float, float | None]] = []
    error: list[tuple[float, float | None, float | None]] = []
    quote: list[tuple[float, float | None, float | None]] = []
    for window in windows:
        for at_ms, _, fair, sd, bid, ask in window["prices"]:
            value.append((at_ms, fair))
            is_valued = fair is not None and sd is not None
            low = max(fair - sd, 0.0) if is_valued else None
            error.append((at_ms, low, min(fair + sd, 1.0) if is_valued else None))
            has_quote = bid is not None and ask is not None
            quote.append((at_ms, bid if has_quote else None, ask if has_quote else None))
        end_ms = window["prices"][-1][0]
        value.append((end_ms, None))
        error.append((end_ms, None, None))
        quote.append((end_ms, None, None))
    lines = [Line("fair value of YES", "a", value)]
    bands = [Band("its standard error", "a", error), Band("bid to ask", "b", quote)]
    name = windows[0]["series"] if windows else "windows"
    title = f"{name}: fair value and quote of YES"
    return [time_plot(title, lines, bands, _closes(windows), bounds=(0.0, 1.0), decimals=2)]


def _latency(session: dict[str, Any]) -> list[str]:
    latency = session.get("latency", {})
    rows = [
        [name, each["count"], *(_ms(each[k]) for k in ("p50", "p90", "p99", "max"))]
        for name, each in latency.items()
    ]
    plots = []
    for name, title in (
        ("brti", "Index: from an exchange's stamp to the value"),
        ("total", "Whole pipeline: from the older stamp to the windows' values"),
    ):
        bars = [
            ("more" if bound is None else f"≤{bound:g}", count)
            for bound, count in latency.get(name, {}).get("histogram", [])
        ]
        plots.append(bar_plot(f"{title}, ms", bars))
    heads = ["what", "count", "p50 ms", "p90 ms", "p99 ms", "most ms"]
    return [*plots, table(heads, rows, numeric=range(1, 6))]


def _windows(session: dict[str, Any]) -> str:
    rows = []
    for window in session.get("windows", []):
        if "resolved" in window:
            outcome = "YES" if window["resolved"] else "NO"
            said = window.get("said")
            verdict = "could not say" if said is None else "wrong" if window["wrong"] else "right"
        else:
            outcome, verdict = "", ""
        rows.append(
            [
                window["id"],
                _money(window.get("strike")),
                _money(window.get("value")),
                _money(window.get("resolved_value")),
                outcome,
                verdict,
            ]
        )
    heads = ["window", "strike", "settled, ours", "settled, venue", "paid", "we were"]
    return table(heads, rows, numeric=range(1, 4))


def _signals(session: dict[str, Any]) -> str:
    shown = session.get("signals", [])[-_SHOWN_SIGNALS:]
    rows = [
        [
            _moment(signal["t"])[11:],
            signal["kind"],
            signal["subject"],
            " + ".join(
                f"{o.upper()} {p:g}"
                for o, p in zip(signal["outcomes"], signal["prices"], strict=True)
            ),
            f"{signal['edge'] * 100:.1f} ¢",
            f"{signal['confidence']:.0%}",
            f"{signal['source']}: {signal['reason']}",
        ]
        for signal in shown
    ]
    note = (
        '<p class="dim">Estimates after fees, never riskless; a pair across two oracles may pay '
        f"nothing. The last {len(shown)} are shown.</p>"
    )
    heads = ["time", "", "on", "buy", "edge", "confidence", "why"]
    return note + table(heads, rows, numeric=(4, 5))


def _feeds(summary: dict[str, Any]) -> str:
    rows = [
        [
            name,
            each["messages"],
            each["reconnects"],
            each["errors"],
            ", ".join(f"{fault} {count}" for fault, count in each["faults"].items()),
        ]
        for name, each in summary.get("feeds", {}).items()
    ]
    heads = ["feed", "messages", "reconnects", "errors", "faults"]
    return table(heads, rows, numeric=range(1, 4))


def _kalshi(session: dict[str, Any]) -> list[dict[str, Any]]:
    return [w for w in session.get("windows", []) if w.get("venue") == Venue.KALSHI]


def _one_series(windows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the windows of the first series that has one strike at a time."""
    for series in dict.fromkeys(window["series"] for window in windows):
        found = [window for window in windows if window["series"] == series]
        if len({window["closes"] for window in found}) == len(found):
            return found
    return windows[:1]


def _closes(windows: list[dict[str, Any]]) -> list[float]:
    return sorted({float(window["closes"]) for window in windows})


def _moment(at_ms: float | None) -> str:
    if at_ms is None:
        return "an unknown time"
    return f"{datetime.fromtimestamp(at_ms / 1_000, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _money(value: float | None) -> str:
    return "" if value is None else f"{value:,.2f}"


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
