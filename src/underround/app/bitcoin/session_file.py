"""The session file: a summary, latency distributions and time series as one JSON document.

Written whole at the end of a session; `underround report` reads it. Decides nothing.
"""

from collections.abc import Sequence
from math import sqrt
from pathlib import Path
from typing import Any, Final

import msgspec

from underround.app.bitcoin.latency import Durations
from underround.app.bitcoin.session_log import SessionLog
from underround.app.bitcoin.window_run import WindowRun
from underround.core.errors import ConfigError
from underround.core.opportunity import SignalKind
from underround.core.units import NS_PER_MS, NS_PER_SECOND

FORMAT: Final = "underround-session"
VERSION: Final = 1


def session_summary(run: WindowRun, log: SessionLog) -> dict[str, Any]:
    """Return what a session has to say when it ends."""
    ended = [row for row in log.windows.values() if "resolved" in row]
    said = [row for row in ended if row["wrong"] is not None]
    opened = {
        name.rsplit(" ", 1)[0]: count
        for name, count in sorted(log.signal_counts.items())
        if name.endswith(SignalKind.OPENED)
    }
    return {
        "seconds": round((run.clock_ns() - log.started_ns) / NS_PER_SECOND, 1),
        "windows": {
            "seen": len(log.windows),
            "ended": len(ended),
            "settled": len(said),
            "wrong": sum(row["wrong"] for row in said),
            "incomplete": len(ended) - len(said),
        },
        "brti": brti_summary(log),
        "signals": {"opened": sum(opened.values()), "by_source": opened},
        "latency_ms": {name: _short(durations) for name, durations in latencies(run, log).items()},
        "feeds": feeds_summary(run),
        "digest": run.digest.hex,
        "recording": None if run.recorder is None else str(run.recorder.directory),
        "recording_lost": 0 if run.recorder is None else run.recorder.lost,
        "noted": dict(run.pipeline.noted),
    }


def brti_summary(log: SessionLog) -> dict[str, Any]:
    """Return prints, the last value, its quality, and its difference to the official value."""
    last = next(iter(log.last_tick.values()), None)
    value = None if last is None else last.value
    return {
        "prints": log.print_count,
        "last": None if value is None or value.index is None else round(value.index, 2),
        "quality": "none" if value is None else str(value.quality),
        "used": [] if value is None else list(value.used),
        "refused": {}
        if value is None
        else {name: f"{each.reason}: {each.detail}" for name, each in value.refused.items()},
        "official": difference_summary(log.differences),
    }


def difference_summary(differences: Sequence[float]) -> dict[str, Any] | None:
    """Return count, mean, sd and largest size of proxy less official, USD; None without any."""
    if not differences:
        return None
    count = len(differences)
    mean = sum(differences) / count
    spread = sqrt(sum((each - mean) ** 2 for each in differences) / max(count - 1, 1))
    return {
        "prints": count,
        "mean": round(mean, 4),
        "sd": round(spread, 4),
        "largest": round(max(abs(each) for each in differences), 4),
    }


def latencies(run: WindowRun, log: SessionLog) -> dict[str, Durations]:
    """Return every distribution of a session by name."""
    found = {"brti": log.brti, "total": log.total}
    if run.books is not None:
        found |= run.books.timed.age
        found["check"] = run.books.timed.check
    for name, line in run.reference.lines.by_connection.items():
        delays = Durations()
        for value_ns in line.delays_ns:
            delays.add(value_ns)
        if delays.count:
            found[name] = delays
    return found


def feeds_summary(run: WindowRun) -> dict[str, Any]:
    """Return messages, reconnects, errors and faults of every connection."""
    found: dict[str, Any] = {}
    for name, feed in run.reference.feeds.items():
        line = run.reference.lines.by_connection[name]
        faults = dict(getattr(line, "faults", {}))
        found[name] = {
            "messages": line.messages,
            "reconnects": max(feed.counters.connects - 1, 0),
            "errors": feed.counters.errors,
            "faults": faults,
        }
    if run.books is not None:
        for feed in run.books.feeds.values():
            found[feed.connection] = {
                "messages": feed.counters.frames,
                "reconnects": max(feed.counters.connects - 1, 0),
                "errors": feed.counters.errors,
                "faults": {},
            }
    return found


def write_session(path: Path, run: WindowRun, log: SessionLog, facts: dict[str, Any]) -> None:
    """Write the session file; `facts` are added to the summary. OSError when it cannot be."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "started_at_ms": log.started_ns // NS_PER_MS,
        "summary": session_summary(run, log) | facts,
        "latency": {name: each.summary() for name, each in latencies(run, log).items()},
        "prints": {asset: thinned.rows for asset, thinned in log.prints.items()},
        "windows": [
            row | {"prices": log.prices[name].rows if name in log.prices else []}
            for name, row in log.windows.items()
        ],
        "signals": log.signals.rows,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1))


def read_session(path: Path) -> dict[str, Any]:
    """Read a session file; ConfigError, one line, when it is none."""
    try:
        document = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"{path}: cannot be read: {reason}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: not a session file: {error}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ConfigError(f"{path}: not a session file; `underround pipeline` writes them")
    if document.get("version") != VERSION:
        found = document.get("version")
        raise ConfigError(f"{path}: session format {found}, this program reads {VERSION}")
    return document


def _short(durations: Durations) -> dict[str, Any]:
    whole = durations.summary()
    return {name: whole[name] for name in ("count", "p50", "p90", "p99")}
