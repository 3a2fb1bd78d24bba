"""A recording of `run` or `demo` as one self-contained page: what opened, for how long, how well.

Draws what it is given; everything of the recording is escaped. Reads nothing and writes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any, Final

from underround.app.bitcoin.calibration import wilson_95
from underround.app.bitcoin.charts import bar_plot
from underround.app.bitcoin.latency import KEPT
from underround.app.recordings.lives import Figures, Life
from underround.app.recordings.recorded_session import RecordedSession
from underround.app.recordings.report_form import dollars, note, page, table, tiles
from underround.app.recordings.report_profit import profit_parts
from underround.app.wording import cents
from underround.core.units import NS_PER_MS, NS_PER_SECOND

EDGE_BINS_E6: Final = (5_000, 10_000, 15_000, 20_000, 30_000, 50_000, 100_000)
LIFE_BINS_MS: Final = (10, 50, 100, 250, 500, 1_000, 5_000, 30_000, 60_000)
COUNTED: Final = {
    "agreed": "books that agreed with REST",
    "contradicted": "books that differed from REST",
    "crossed": "books crossed at a group's end",
    "duplicates": "messages that came twice",
    "gaps": "gaps in a stream",
    "ignored": "changes to a book that had not begun",
    "late": "changes as old as what the level showed, or older",
    "negative": "levels below zero",
    "off_grid": "prices off the grid",
    "rejected": "messages that could not be read",
    "signals": "signals",
    "snapshots": "whole books",
    "trades": "trades that the venues printed",
    "unknown": "messages of markets that are not followed",
}
"""What each of the engine's counts counts."""
_MOST_ROWS: Final = 200
_LIFE_HEADS: Final = (
    "",
    "lives",
    "median ms",
    "longest ms",
    "best edge",
    "edge in all",
    "ended by",
)


def recording_page(session: RecordedSession) -> str:
    """Return the page."""
    began, ended = _moment(session.began_ns), _moment(session.ended_ns)
    lives = session.lives
    parts = [
        f"<h1>Session of {began}</h1>",
        f'<p class="dim">until {ended}; {escape(session.name)}</p>',
        _warning(session),
        _tiles(session),
        "<h2>Opportunities</h2>",
        *_opportunities(session),
        "<h2>How long they lasted</h2>",
        bar_plot("Lives by their length, ms", _binned_lives(lives.lives)),
        _survival(lives.all),
        "<h2>How large the edge was</h2>",
        bar_plot("Lives by their best edge, ¢ a contract", _binned_edges(lives.lives)),
        "<h2>Latency</h2>",
        *_latency(session),
        "<h2>Quality of what arrived</h2>",
        *_quality(session),
    ]
    parts += ["<h2>Profit and loss</h2>", *profit_parts(session.profit, session.trades)]
    parts += ["<h2>Calibration</h2>", *_calibration(session)]
    parts.append(f'<p class="dim">Signals {session.signals:,}, digest {session.digest}</p>')
    return page(f"Session of {began}", parts)


def _warning(session: RecordedSession) -> str:
    if not (session.damage or session.lost or session.misplaced):
        return ""
    said = (
        "This recording is not whole: every figure is of what can be read. What is missing stands "
        "under “Quality of what arrived”."
    )
    return f'<p class="warn">{said}</p>'


def _tiles(session: RecordedSession) -> str:
    figures = session.lives.all
    seconds = (session.ended_ns - session.began_ns) / NS_PER_SECOND
    return tiles(
        [
            ("seconds", f"{seconds:,.0f}"),
            ("books", f"{session.books:,}"),
            ("frames", f"{sum(session.frames.values()):,}"),
            ("opportunities", f"{figures.count:,}"),
            ("median life", _tile_ms(figures.median_ms)),
            ("best edge", cents(figures.best_edge_e6) if figures.count else "–"),
            ("reconnects", str(sum(max(0, c.opened - 1) for c in session.connections.values()))),
        ]
    )


def _opportunities(session: RecordedSession) -> list[str]:
    lives = session.lives
    if not lives.all.count:
        chances = "; chances on a fair value are in the report of the session file"
        return [note(f"Nothing opened in this session{chances if session.signals else ''}.")]
    parts = [
        note(
            "A life is one opportunity from its opening to its end. Edge in all adds up every "
            "life's best edge times its size: what a trader without delay could have met, not "
            "what was made."
        ),
        _figures_table({"all": lives.all}),
    ]
    for title, groups in (
        ("By pair, most edge first", _by_edge(lives.by_pair)),
        ("By kind", lives.by_kind),
        ("By hour, UTC", lives.by_hour),
    ):
        cut = f", {_MOST_ROWS} of {len(groups)}" if len(groups) > _MOST_ROWS else ""
        parts += [f"<h3>{title}{cut}</h3>", _figures_table(groups)]
    hours = [(hour, figures.count) for hour, figures in lives.by_hour.items()]
    if len(hours) > 1:
        parts.append(bar_plot("Opportunities by the hour they opened in, UTC", hours))
    return parts


def _by_edge(groups: Mapping[str, Figures]) -> dict[str, Figures]:
    return dict(sorted(groups.items(), key=lambda each: -each[1].edge_usd_e6))


def _figures_table(groups: Mapping[str, Figures]) -> str:
    rows = [
        [
            name,
            each.count,
            _ms(each.median_ms),
            _ms(each.longest_ms),
            cents(each.best_edge_e6),
            dollars(each.edge_usd_e6),
            ", ".join(f"{words} {count}" for words, count in each.ended.items()),
        ]
        for name, each in list(groups.items())[:_MOST_ROWS]
    ]
    return table(_LIFE_HEADS, rows, numeric=range(1, 6))


def _survival(figures: Figures) -> str:
    if not figures.count:
        return ""
    rows = [
        [
            f"{each.after_ms:,} ms",
            each.watched,
            each.alive,
            *_share_95(each.alive, each.watched),
        ]
        for each in figures.survival
    ]
    said = (
        "Of those that were watched for so long, so many were still there. One that a gate of ours "
        "shut counts as gone. With few lives the share says little: the last column is where it "
        "lies with 95 % confidence, were lives independent of each other."
    )
    heads = ("after", "watched", "still there", "share", "95 % of it")
    return note(said) + table(heads, rows, numeric=range(1, 5))


def _binned_lives(lives: Iterable[Life]) -> list[tuple[str, int]]:
    closed = [life.lasted_ns / NS_PER_MS for life in lives if life.closed_ns is not None]
    return _binned(closed, LIFE_BINS_MS, lambda bound: f"≤{bound:,.0f}")


def _binned_edges(lives: Iterable[Life]) -> list[tuple[str, int]]:
    edges = [float(life.peak_edge_e6) for life in lives]
    return _binned(edges, EDGE_BINS_E6, lambda bound: f"≤{bound / 10_000:g}")


def _binned(values: list[float], bounds: Iterable[int], name: Any) -> list[tuple[str, int]]:
    """Return (name, count) of every bin up to each bound, empty ones too; none without values."""
    if not values:
        return []
    ordered = sorted(bounds)
    counts: Counter[int] = Counter()
    for value in values:
        counts[next((n for n, bound in enumerate(ordered) if value <= bound), len(ordered))] += 1
    names = [*(name(bound) for bound in ordered), "more"]
    return [(each, counts[place]) for place, each in enumerate(names)]


def _latency(session: RecordedSession) -> list[str]:
    rows = []
    summaries = {name: each.summary() for name, each in sorted(session.latencies.items())}
    for name, each in summaries.items():
        figures = (
            "-" if each[k] is None else f"{each[k]:.1f}" for k in ("p50", "p90", "p99", "max")
        )
        rows.append([name, f"{each['count']:,}", *figures])
    if not rows:
        return [note("Nothing that was stamped with a time arrived.")]
    said = (
        "feed: from the venue's stamp on a change to our receipt, both clocks in it; opening held "
        "back: until its books were whole or confirmed; the others are answers to what was asked. "
        f"Percentiles are of the latest {KEPT:,} of each."
    )
    busiest = max(summaries, key=lambda name: summaries[name]["count"], default=None)
    parts = [
        note(said),
        table(("what", "count", "p50 ms", "p90 ms", "p99 ms", "most ms"), rows, range(1, 6)),
    ]
    if busiest is not None:
        bars = [
            ("more" if bound is None else f"≤{bound:g}", count)
            for bound, count in summaries[busiest]["histogram"]
        ]
        parts.append(bar_plot(f"{busiest}, ms", bars))
    return parts


def _quality(session: RecordedSession) -> list[str]:
    connections = [
        [
            name,
            each.opened,
            max(0, each.opened - 1),
            ", ".join(f"{why} {count}" for why, count in each.closed.most_common()),
        ]
        for name, each in sorted(session.connections.items())
    ]
    states = [
        [venue, what, count]
        for venue, found in sorted(session.states.items())
        for what, count in found.most_common()
    ]
    counts = [[COUNTED[name], f"{count:,}"] for name, count in session.counts.items() if count]
    missing = [["inputs that the recording lost", session.lost]] if session.lost else []
    missing += [[each, ""] for each in session.damage]
    missing += [
        [f"inputs of {name}, whose beginning is lost", count]
        for name, count in session.misplaced.items()
    ]
    return [
        "<h3>Connections</h3>",
        table(("connection", "opened", "reconnects", "closed by"), connections, (1, 2)),
        "<h3>States of books</h3>",
        table(("venue", "state, and what brought it", "times"), states, (2,)),
        "<h3>What the engine counted</h3>",
        table(("what", "times"), counts, (1,)),
        "<h3>What is missing</h3>",
        table(("what", "count"), missing, (1,))
        if missing
        else note("Nothing, as far as is known."),
    ]


def _calibration(session: RecordedSession) -> list[str]:
    if not session.scores:
        said = "No priced window was resolved in this session: there is no probability to score."
        return [note(said)]
    scores = [
        [name, each.count, f"{each.brier:.4f}", f"{each.log_loss:.4f}"]
        for name, each in session.scores.items()
    ]
    bins = [
        [
            f"{one.said:.3f}",
            f"{one.happened:.3f}",
            f"{one.happened_low:.2f} … {one.happened_high:.2f}",
            one.count,
        ]
        for one in next(iter(session.scores.values())).bins
    ]
    return [
        note("Brier: mean squared error of the probability, 0 is best, 0.25 is a coin's."),
        table(("forecaster", "decisions", "Brier", "log loss"), scores, range(1, 4)),
        table(("said", "happened", "95 % of it", "decisions"), bins, range(4)),
    ]


def _share_95(part: int, whole: int) -> tuple[str, str]:
    if not whole:
        return "–", "–"
    low, high = wilson_95(part, whole)
    return f"{part / whole:.0%}", f"{low:.0%} … {high:.0%}"


def _ms(duration_ms: float | None) -> str:
    return "–" if duration_ms is None else f"{duration_ms:,.1f}"


def _tile_ms(duration_ms: float | None) -> str:
    return "–" if duration_ms is None else f"{duration_ms:,.1f} ms"


def _moment(at_ns: int) -> str:
    return f"{datetime.fromtimestamp(at_ns // NS_PER_SECOND, UTC):%Y-%m-%d %H:%M:%S} UTC"
