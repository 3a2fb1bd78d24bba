"""What a run says of itself to a person at a terminal: signals, a status line, the summary.

Reads what stands in memory and changes nothing.
"""

import asyncio
import shlex
import sys
from typing import Any

from underround.app.output import write_fields, write_hung, write_line
from underround.app.wiring import Running
from underround.app.wording import describe, latency_us
from underround.core.book_state import BookState
from underround.core.instrument import Venue
from underround.core.opportunity import Signal, SignalKind
from underround.core.units import format_price

STATUS_EVERY_S = 5.0
INDENT = 14  # where what happened stands, behind the time


def show_page(where: str, shows: bool) -> None:
    """Tell a person where the page is: on stdout, or on stderr where that is kept for JSON."""
    stream = sys.stdout if shows else sys.stderr
    stream.write(f"page: {where}\n")
    if stream.isatty():
        stream.write("      open it in a browser; Ctrl+C here ends the run\n\n")
    stream.flush()


def show_signal(said: Signal) -> None:
    """Print a signal; a change only moves the numbers, so it stays quiet."""
    if said.kind is not SignalKind.CHANGED:
        write_hung(describe(said), INDENT)


async def show_status(run: Running) -> None:
    """Print a line of health and some books every few seconds, until cancelled."""
    frames = 0
    while True:
        await asyncio.sleep(STATUS_EVERY_S)
        now = sum(run.pipeline.frames.values())
        rate = (now - frames) / STATUS_EVERY_S
        frames = now
        sys.stdout.write(
            f"-- {live_books(run)} of {len(run.engine.books)} books live, {rate:.0f} frames/s, "
            f"{len(run.engine.detector.open)} open --\n"
        )
        for line in (*pair_lines(run), *_some_books(run)):
            sys.stdout.write(line + "\n")
        sys.stdout.flush()


def pair_lines(run: Running) -> list[str]:
    """Say what is suspended, pairs and structures, and which pairs' prices speak against them."""
    watch = run.pair_watch
    if watch is None:
        return []
    reasons = watch.suspended | run.engine.desk.suspended
    suspended = [f"   {name}: suspended: {why}" for name, why in reasons.items()]
    return suspended + [f"   {name}: {why}" for name, why in watch.alarms.rows().items()]


def live_books(run: Running) -> int:
    """Count the books that can be traded on."""
    return sum(book.state is BookState.LIVE for book in run.engine.books.values())


def summary(run: Running) -> dict[str, Any]:
    """Return what a run has to say when it ends."""
    counts = run.engine.counts
    return {
        "frames": {venue.value: run.pipeline.frames[venue] for venue in Venue},
        "books_live": live_books(run),
        "recording": None if run.recorder is None else str(run.recorder.directory),
        "recording_lost": 0 if run.recorder is None else run.recorder.lost,
        "digest": run.digest.hex,
        "signals": run.digest.count,
        "tick_to_signal_us": latency_us(run.pipeline.latency.immediate_ns),
        "held_openings_us": latency_us(run.pipeline.latency.held_ns),
        "held_openings": run.pipeline.latency.held_count,
        "counts": counts.as_dict(),
        "hashes": run.frames.hashes.as_dict(),
        "venues_not_normal": run.engine.trust.statuses.rows(),
        "pairs_suspended": {} if run.pair_watch is None else dict(run.pair_watch.suspended),
        "structures_suspended": run.engine.desk.suspended,
        "pair_alarms": {} if run.pair_watch is None else run.pair_watch.alarms.rows(),
        "noted": dict(run.pipeline.noted),
        "reconnects": sum(max(0, feed.counters.connects - 1) for feed in run.feeds),
        "prices": run.prices.status().state,
    }


def show_summary(result: dict[str, Any]) -> None:
    """Print a summary for a person; a journal of its own with how to look into it."""
    write_line()
    if (journal := result.get("journal")) is not None:
        look = f"`underround trades --journal {shlex.quote(journal)}`"
        result = result | {"journal": f"{look}; `positions` and `pnl` read it too"}
    write_fields(result)


def _some_books(run: Running) -> list[str]:
    lines = []
    for pair in run.universe.pairs[:4]:
        cells = []
        for name in (pair.polymarket_yes, pair.kalshi):
            book = run.engine.books[name]
            bid, _, ask, _ = book.top()
            cells.append(
                f"{book.instrument.venue} {_price(bid)}/{_price(ask)} {book.state.value:6}"
            )
        lines.append(f"   {pair.id:28} {'   '.join(cells)}")
    return lines


def _price(price_e4: int | None) -> str:
    return "  -- " if price_e4 is None else f"{format_price(price_e4):5}"
