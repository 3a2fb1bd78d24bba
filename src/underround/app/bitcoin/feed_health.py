"""What is wrong with a run's feeds, by name: frozen, left out, lost; gaps, checksums, the clock.

Looks at what lines and feeds have counted; decides nothing about prices.
"""

from collections import Counter
from statistics import median
from typing import Any, Final

from msgspec import Struct

from underround.app.bitcoin.session_log import SessionLog
from underround.app.bitcoin.window_run import INDEX_CONNECTION, WindowRun
from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.core.windows.spot_event import SpotFaultKind

CLOCK_OFF_MS: Final = 1_000.0
_LEAST_SILENCE_S: Final = 2.0
_MOST_SILENCE_S: Final = 8.0
_REMEDY: Final = (
    'wait for it, or leave it out: [bitcoin] exchanges = ["…"]; the index goes on without it'
)


class Problem(Struct, frozen=True):
    """Where something is wrong, what, and what to do."""

    where: str
    what: str
    advice: str


def feed_problems(
    run: WindowRun, log: SessionLog, seconds: float, offset_ms: float | None
) -> list[Problem]:
    """Return what is wrong with each connection; a feed that says nothing is frozen by name."""
    limit_s = min(max(seconds / 2, _LEAST_SILENCE_S), _MOST_SILENCE_S)
    now_ns = run.clock_ns()
    problems = []
    tick = next(iter(log.last_tick.values()), None)
    refused = {} if tick is None else tick.value.refused
    for line in run.reference.lines.spot():
        name = line.plan.connection
        silent_s = _silence_s(line.last_book_ns, log.started_ns, now_ns)
        feed = run.reference.feeds.get(name)
        if feed is not None and not feed.is_connected:
            why = feed.last_error or line.last_fault or "no connection"
            problems.append(Problem(name, f"not connected: {why}", _REMEDY))
        elif silent_s > limit_s:
            what = f"frozen: connected, and no book for {silent_s:.1f} s"
            problems.append(Problem(name, what, _REMEDY))
        elif line.plan.exchange in refused:
            refusal = refused[line.plan.exchange]
            what = f"left out of the index: {refusal.reason}, {refusal.detail}"
            problems.append(Problem(name, what, _REMEDY))
    problems += _book_problems(run, log.started_ns, now_ns, limit_s)
    if tick is None or tick.value.index is None:
        problems.append(
            Problem("BRTI", "there is no index", "see the exchanges named above, and the network")
        )
    if offset_ms is not None and abs(offset_ms) > CLOCK_OFF_MS:
        what = f"this machine's clock is {offset_ms / 1_000:+.1f} s off the venues'"
        problems.append(Problem("clock", what, "set it: sudo timedatectl set-ntp true"))
    return problems


def quality_of_run(run: WindowRun) -> dict[str, Any]:
    """Return gaps, checksums, crossed, stale and unreadable messages of all feeds together."""
    counts = run.engine.counts
    faults: Counter[str] = Counter()
    for line in run.reference.lines.spot():
        faults.update(line.faults)
    found = {
        "gaps": counts.gaps + faults[SpotFaultKind.GAP],
        "checksums": faults[SpotFaultKind.CHECKSUM],
        "crossed": counts.crossed,
        "unreadable": counts.rejected + faults[SpotFaultKind.MALFORMED],
        "refused_commands": faults[SpotFaultKind.REJECTED],
        "late": counts.late,
        "contradicted": counts.contradicted,
    }
    errors = ("gaps", "checksums", "unreadable", "refused_commands")
    return found | {"errors": sum(found[name] for name in errors)}


def clock_offset_ms(run: WindowRun) -> float | None:
    """Return our clock less the venues', at most: the middle of the feeds' shortest delays.

    A delay cannot be below zero, so what is left of the shortest one is the clock's; None without.
    """
    shortest = [
        min(line.delays_ns) for line in run.reference.lines.by_connection.values() if line.delays_ns
    ]
    if not shortest:
        return None
    return round(median(shortest) / NS_PER_MS, 3)


def _book_problems(run: WindowRun, started_ns: int, now_ns: int, limit_s: float) -> list[Problem]:
    problems: list[Problem] = []
    books = run.books
    if books is None:
        return problems
    for feed in books.feeds.values():
        name = feed.connection
        still_ns = books.timed.still_ns(name, now_ns)
        still_s = (now_ns - started_ns if still_ns is None else still_ns) / NS_PER_SECOND
        if not feed.is_connected:
            why = feed.last_error or "no connection"
            problems.append(Problem(name, f"not connected: {why}", "look at the network and keys"))
        elif still_s > limit_s and feed.counters.sent:
            what = f"frozen: connected, and no book changed for {still_s:.1f} s"
            problems.append(Problem(name, what, "wait for the venue; see its status page"))
    if run.has_key:
        line = run.reference.lines.by_connection[INDEX_CONNECTION]
        official = next((desk.official for desk in run.desk.indices.values()), None)
        told_ns = None if official is None else official.at_ns
        silent_s = _silence_s(told_ns, started_ns, now_ns)
        if silent_s > limit_s:
            what = f"frozen: no official value for {silent_s:.1f} s ({line.messages} messages)"
            problems.append(
                Problem(INDEX_CONNECTION, what, "the proxy stands in; see the key's permissions")
            )
    return problems


def _silence_s(last_ns: int | None, started_ns: int, now_ns: int) -> float:
    return (now_ns - (started_ns if last_ns is None else last_ns)) / NS_PER_SECOND
