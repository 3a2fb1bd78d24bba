"""Whether a run lives and whether it is ready, with reasons.

Living is the event loop ticking, no more. Ready counts only what is configured: nobody waits for a
store, a recording or a venue that this run does not use.
"""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from underround.app.page.connection_list import connections
from underround.app.page.run_sight import RunSight
from underround.core.book_state import BookState
from underround.core.units import NS_PER_SECOND

LEAST_LIVE_SHARE: Final = 0.5
SILENT_NS: Final = 30 * NS_PER_SECOND


class Check(Struct, frozen=True):
    """One thing that readiness rests on: whether it is well, and in words how it stands."""

    name: str
    ok: bool
    detail: str


class Readiness(Struct, frozen=True):
    """Every check, and the reasons why a run is not ready (none: it is)."""

    ready: bool
    reasons: tuple[str, ...]
    checks: tuple[Check, ...]


def readiness(sight: RunSight) -> Readiness:
    """Look at everything configured and tell whether the run may be relied on."""
    checks = (
        *_connections(sight),
        *_books(sight),
        *_venues(sight),
        *_stores(sight),
        *_recording(sight),
        *_journals(sight),
        *_trading(sight),
    )
    reasons = tuple(f"{check.name}: {check.detail}" for check in checks if not check.ok)
    return Readiness(not reasons, reasons, checks)


def _connections(sight: RunSight) -> Iterator[Check]:
    now_ns = sight.run.clock_ns()
    for each in connections(sight.run):
        name = f"connection {each.name}"
        if not each.is_open:
            is_new = each.books is None and not each.counters.connects
            yield Check(name, ok=False, detail="never opened" if is_new else "not connected")
        elif each.last_data_ns is None:
            yield Check(name, ok=False, detail="no data yet")
        else:
            age_ns = now_ns - each.last_data_ns
            # Polled books are as old as polling makes them.
            ok = each.is_slow or age_ns <= SILENT_NS
            yield Check(name, ok, f"last data {age_ns / NS_PER_SECOND:.1f} s ago")


def _books(sight: RunSight) -> Iterator[Check]:
    books = [book for book in sight.run.engine.books.values() if not book.is_closed]
    if not books:
        return
    live = sum(book.state is BookState.LIVE for book in books)
    ok = live >= LEAST_LIVE_SHARE * len(books)
    yield Check("books", ok, f"{live} of {len(books)} live")


def _venues(sight: RunSight) -> Iterator[Check]:
    for name, how in sight.run.engine.trust.statuses.rows().items():
        yield Check(f"venue {name}", ok=False, detail=how)


def _stores(sight: RunSight) -> Iterator[Check]:
    prices = sight.run.prices.status()
    detail = prices.state if prices.reason is None else f"{prices.state}: {prices.reason}"
    yield Check("price store", prices.state == "connected", detail)
    signals = sight.run.signals.status()
    detail = signals.state if signals.reason is None else f"{signals.state}: {signals.reason}"
    yield Check("signal queue", signals.state == "connected", detail)


def _recording(sight: RunSight) -> Iterator[Check]:
    recorder = sight.run.recorder
    if recorder is None:
        return
    ok = recorder.failure is None
    detail = recorder.failure or f"{recorder.written_bytes} bytes written"
    yield Check("recording", ok, detail)


def _journals(sight: RunSight) -> Iterator[Check]:
    run = sight.run
    delivery, audit, trading = run.delivery, run.audit, run.trading
    if delivery is not None:
        yield _written("signal journal", delivery.failure, delivery.waiting, delivery.lost)
    if audit is not None:
        yield _written("audit log", audit.failure, audit.waiting, audit.lost)
    if trading is not None:
        line = trading.shell.line
        yield _written("trade journal", line.failure, line.waiting, line.lost)


def _written(name: str, failure: str | None, waiting: int, lost: int) -> Check:
    if failure is None:
        return Check(name, ok=True, detail=f"written, {lost} lost" if lost else "written")
    return Check(name, ok=False, detail=f"{failure} ({waiting} wait, {lost} lost)")


def _trading(sight: RunSight) -> Iterator[Check]:
    trading = sight.run.trading
    if trading is None:
        return
    halt = trading.desk.portfolio.halt
    yield Check("trading", halt is None, "under way" if halt is None else f"halted: {halt}")
    doubts = trading.desk.accounts.doubts
    for venue in trading.desk.accounts.venues:
        yield Check(f"account {venue}", venue not in doubts, doubts.get(venue, "as the journal"))
    unknown = len(trading.desk.portfolio.unknown)
    yield Check("orders", not unknown, f"{unknown} of unknown fate")
