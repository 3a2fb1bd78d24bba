"""Judges a Bitcoin run by the guide's limits, and names whatever fails with what to do about it.

Measures what `running_windows` runs; opens nothing of its own but a few REST reads to compare.
"""

import asyncio
from typing import Any, Final

from msgspec import Struct

from underround.app.bitcoin.feed_health import (
    Problem,
    clock_offset_ms,
    feed_problems,
    quality_of_run,
)
from underround.app.bitcoin.latency import Durations
from underround.app.bitcoin.session import BitcoinRequest, venues_for
from underround.app.bitcoin.session_file import brti_summary, feeds_summary
from underround.app.bitcoin.session_log import SessionLog
from underround.app.bitcoin.window_run import RunPlan, WindowRun, running_windows
from underround.app.clock import monotonic_ns, steady_clock
from underround.app.stopping import stop_on_signals, wait
from underround.core.instrument import Venue
from underround.core.units import NS_PER_SECOND
from underround.venues.errors import VenueFaultError
from underround.venues.kalshi.catalog import fetch_books

POLL_EVERY_S: Final = 20.0
"""How often the old way asked."""

_REST_READS: Final = 5
_MEASURE_S: Final = 0.5


class Limit(Struct, frozen=True):
    """One line of the budget: what is measured, its limit and unit, and what to do beyond it."""

    label: str
    limit: float
    unit: str
    advice: str


BUDGET: Final = {
    "kalshi": Limit("Kalshi", 1_000, "ms", "look at the network and the machine's load"),
    "brti": Limit("BRTI", 500, "ms", "look at the slowest exchange below and the machine's load"),
    "total": Limit("Whole pipeline", 2_000, "ms", "look at the two above"),
    "cache": Limit("Cache update", 5, "ms", "use memory:// or a Redis on this machine"),
    "check": Limit("Arbitrage check", 5, "ms", "close other programs on this machine"),
    "reconnects": Limit("Reconnects", 2, "", "look at the network, or at the feeds named above"),
    "errors": Limit("Errors", 0, "", "see the feeds named above, and the log"),
}


class Measured(Struct):
    """What only a check measures."""

    cache: Durations
    rest: Durations
    first_message_s: float | None = None
    rest_problem: str = ""


async def check_bitcoin(request: BitcoinRequest) -> dict[str, Any]:
    """Run for the seconds asked and return the judgement."""
    assert request.seconds is not None, "a check has an end"
    stop = stop_on_signals()
    async with venues_for(request) as (config, addresses):
        series = request.series or config.bitcoin.series
        plan = RunPlan(series=series, addresses=addresses)
        async with running_windows(config, plan, steady_clock()) as run:
            log = SessionLog(run)
            run.pipeline.on_pricing.append(log.hear)
            measured = Measured(Durations(), Durations())
            measuring = asyncio.create_task(_measure(run, log, measured))
            await wait(stop, request.seconds)
            measuring.cancel()
            return judge(run, log, measured, request.seconds)


def judge(run: WindowRun, log: SessionLog, measured: Measured, seconds: float) -> dict[str, Any]:
    """Return budget, feeds, quality and problems; `passed` only without any problem."""
    assert run.books is not None
    age = run.books.timed.age
    kalshi = age.get("kalshi-windows", Durations()) if run.has_key else measured.rest
    durations = {
        "kalshi": kalshi,
        "brti": log.brti,
        "total": log.total,
        "cache": measured.cache,
        "check": run.books.timed.check,
    }
    feeds = feeds_summary(run)
    quality = quality_of_run(run)
    counts = {
        "reconnects": sum(each["reconnects"] for each in feeds.values()),
        "errors": sum(each["errors"] for each in feeds.values()) + quality["errors"],
    }
    budget = {name: _judged(name, each) for name, each in durations.items()}
    budget |= {name: _counted(name, count) for name, count in counts.items()}
    offset_ms = clock_offset_ms(run)
    problems = feed_problems(run, log, seconds, offset_ms)
    if measured.rest_problem:
        problems.append(Problem("kalshi REST", measured.rest_problem, "see `underround markets`"))
    for name, each in budget.items():
        if not each["ok"]:
            problems.append(_beyond(name, each))
    return {
        "passed": not problems,
        "seconds": seconds,
        "has_key": run.has_key,
        "first_message_s": measured.first_message_s,
        "budget": budget,
        "brti": brti_summary(log),
        "feeds": {name: each | _delays(run, name) for name, each in feeds.items()},
        "quality": quality,
        "clock_offset_ms": offset_ms,
        "rest_against_websocket": _compared(measured.rest, kalshi if run.has_key else None),
        "problems": [
            {"where": each.where, "what": each.what, "do": each.advice} for each in problems
        ],
        "noted": dict(run.pipeline.noted),
    }


async def _measure(run: WindowRun, log: SessionLog, measured: Measured) -> None:
    """Time cache updates, a few REST reads, and the first message."""
    assert run.books is not None
    while True:
        await asyncio.sleep(_MEASURE_S)
        if measured.first_message_s is None and run.books.timed.messages:
            first_ns = min(run.books.timed.first_at_ns.values())
            measured.first_message_s = max(first_ns - log.started_ns, 0) / NS_PER_SECOND
        started_ns = monotonic_ns()
        run.board.flush(run.clock_ns())
        run.prices.mark("check", Venue.KALSHI, 5_000, 5_000, run.clock_ns(), refreshed=False)
        await run.prices.flush()
        measured.cache.add(monotonic_ns() - started_ns)
        if measured.rest.count < _REST_READS:
            await _read_over_rest(run, measured)


async def _read_over_rest(run: WindowRun, measured: Measured) -> None:
    assert run.roll is not None
    assert run.rest is not None
    tickers = list(run.roll.followed)[:1]
    if not tickers:
        measured.rest_problem = "; ".join(run.roll.problems.values())
        return
    started_ns = monotonic_ns()
    try:
        async for _ in fetch_books(run.rest.kalshi, tickers):
            measured.rest.add(monotonic_ns() - started_ns)
        measured.rest_problem = ""
    except VenueFaultError as fault:
        measured.rest_problem = str(fault)


def _judged(name: str, durations: Durations) -> dict[str, Any]:
    limit = BUDGET[name]
    values = durations.values_ns
    mean = sum(values) / len(values) / 1e6 if values else None
    percentiles = {
        f"p{round(share * 100)}": _rounded(durations.percentile_ms(share))
        for share in (0.5, 0.9, 0.99)
    }
    is_ok = mean is not None and mean < limit.limit
    return {
        "value": _rounded(mean),
        "limit": limit.limit,
        "unit": limit.unit,
        "ok": is_ok,
        "count": durations.count,
        **percentiles,
    }


def _counted(name: str, count: int) -> dict[str, Any]:
    limit = BUDGET[name]
    return {"value": count, "limit": limit.limit, "unit": limit.unit, "ok": count <= limit.limit}


def _beyond(name: str, each: dict[str, Any]) -> Problem:
    limit = BUDGET[name]
    if each["value"] is None:
        return Problem(limit.label, "nothing was measured", "see the other problems first")
    what = f"{each['value']:g}{limit.unit} is beyond {limit.limit:g}{limit.unit}"
    return Problem(limit.label, what, limit.advice)


def _compared(rest: Durations, websocket: Durations | None) -> dict[str, Any]:
    """Return how old a price is on average by either way, and the ratio."""
    rest_ms = rest.percentile_ms(0.5)
    polled_ms = None if rest_ms is None else rest_ms + POLL_EVERY_S * 500
    websocket_ms = None if websocket is None else websocket.percentile_ms(0.5)
    ratio = None
    if polled_ms is not None and websocket_ms is not None:
        ratio = round(polled_ms / max(websocket_ms, 0.1), 1)
    return {
        "rest_round_trip_ms": _rounded(rest_ms),
        "rest_every_20s_ms": _rounded(polled_ms),
        "websocket_ms": _rounded(websocket_ms),
        "ratio": ratio,
    }


def _delays(run: WindowRun, name: str) -> dict[str, Any]:
    """Return how long messages of a connection were on their way, in milliseconds."""
    line = run.reference.lines.by_connection.get(name)
    durations = Durations()
    if line is not None:
        for value_ns in line.delays_ns:
            durations.add(value_ns)
    elif run.books is not None:
        durations = run.books.timed.age.get(name, durations)
    names = {"p50_ms": 0.5, "p90_ms": 0.9, "p99_ms": 0.99}
    return {key: _rounded(durations.percentile_ms(share)) for key, share in names.items()}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
