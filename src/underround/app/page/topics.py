"""The topics of a run's page: status, opportunities, markets and their books.

Reads the engine as it stands; decides nothing. Numbers travel in the program's own integer units
and are written for people by the page.
"""

from collections.abc import Hashable, Mapping
from itertools import islice
from typing import Any, Final

from underround import __version__
from underround.app.page.feed_topic import Rates, feeds
from underround.app.page.health import readiness
from underround.app.page.opportunity_table import OpportunityTable, Standing
from underround.app.page.run_sight import RunSight
from underround.app.page.stages import Stage
from underround.app.page.view import Topic
from underround.app.universe import Universe
from underround.core.book import Book
from underround.core.book_state import BookState
from underround.core.instrument import Instrument, Outcome
from underround.core.units import NS_PER_MS, NS_PER_SECOND

CLOSED_SHOWN: Final = 60


def topics_of(sight: RunSight) -> list[Topic]:
    """Return the topics that every run has."""
    opportunities = OpportunityRows(sight)
    rates = Rates(sight)
    return [
        Topic("status", lambda at_ns: status(sight, rates, at_ns), 500),
        Topic("opportunities", opportunities.open, 100),
        Topic("closed", opportunities.closed, 100),  # with what it left: no row is gone between
        Topic("markets", MarketFacts(sight).facts, 1_000),
        Topic("feeds", lambda at_ns: feeds(sight, rates, at_ns), 1_000),
    ]


def status(sight: RunSight, rates: Rates, at_ns: int) -> dict[str, Any]:
    """Return the line at the head of the page."""
    rates.look(at_ns)
    run, probe = sight.run, sight.probe
    probe.fold()
    detect = probe.stages[Stage.DETECT]
    ready = readiness(sight)
    recorder = run.recorder
    return {
        "kind": sight.kind,
        "version": __version__,
        "up_s": (at_ns - sight.started_ns) // NS_PER_SECOND,
        "books": len(run.engine.books),
        "books_live": sum(book.state is BookState.LIVE for book in run.engine.books.values()),
        "pairs": len(run.universe.pairs),
        "frames_per_s": round(rates.frames_per_s),
        "open": len(sight.opportunities.open),
        "opened_day": sight.opportunities.opened_within_a_day(at_ns),
        "signals": sight.opportunities.counts.total(),
        "edge_open_usd_e6": sum(
            standing.signal.edge_usd_e6 for standing in sight.opportunities.open.values()
        ),
        "detect_p50_s": detect.quantile_s(0.5),
        "detect_p99_s": detect.quantile_s(0.99),
        "paused": run.engine.detector.is_paused,
        "ready": ready.ready,
        "reasons": ready.reasons,
        "recording": None if recorder is None else recorder.directory.name,
        "recording_bytes": None if recorder is None else recorder.written_bytes,
        "prices": run.prices.status().state,
        "problems": run.universe.problems,
    }


class OpportunityRows:
    """The opportunities of a run as rows; made anew only after a signal."""

    def __init__(self, sight: RunSight) -> None:
        self._sight = sight
        self._table: OpportunityTable = sight.opportunities
        self._open: tuple[int, list[dict[str, Any]]] = (-1, [])
        self._closed: list[dict[str, Any]] = []
        self._closed_last: Standing | None = None

    def open(self, _: int) -> list[dict[str, Any]]:
        """Return what is open, newest first."""
        if self._open[0] != self._table.version:
            rows = [
                opportunity_row(each, self._sight.run.engine.books)
                for each in reversed(self._table.open.values())
            ]
            self._open = (self._table.version, rows)
        return self._open[1]

    def closed(self, _: int) -> list[dict[str, Any]]:
        """Return what closed lately, newest first."""
        closed = self._table.closed
        if closed and closed[-1] is not self._closed_last:
            self._closed_last = closed[-1]
            books = self._sight.run.engine.books
            latest = islice(reversed(closed), CLOSED_SHOWN)
            self._closed = [opportunity_row(each, books) for each in latest]
        return self._closed


def opportunity_row(standing: Standing, books: Mapping[str, Book]) -> dict[str, Any]:
    """Return an opportunity as the page lists it; `books` gives its first market's title."""
    signal = standing.signal
    titles = [
        books[leg.instrument].instrument.title for leg in signal.legs if leg.instrument in books
    ]
    return {
        "id": signal.id,
        "pair": signal.pair,
        "title": titles[0] if titles else signal.pair,
        "underround": signal.underround,
        "legs": [
            {
                "venue": leg.venue,
                "instrument": leg.instrument,
                "outcome": leg.outcome,
                "price_e4": leg.price_e4,
                "limit_e4": leg.limit_e4,
                "size_e6": leg.size_e6,
                "cost_usd_e6": leg.cost_usd_e6,
            }
            for leg in signal.legs
        ],
        "edge_top_e6": signal.edge_top_e6,
        "edge_e6": signal.edge_e6,
        "peak_edge_e6": standing.peak_edge_e6,
        "size_e6": signal.size_e6,
        "cost_usd_e6": signal.cost_usd_e6,
        "fee_usd_e6": signal.fee_usd_e6,
        "edge_usd_e6": signal.edge_usd_e6,
        "return_bps": signal.return_bps,
        "annual_return_bps": signal.annual_return_bps,
        "resolves_ms": None
        if signal.resolves_at_ns is None
        else signal.resolves_at_ns // NS_PER_MS,
        "opened_ms": standing.opened_ns // NS_PER_MS,
        "changed_ms": standing.changed_ns // NS_PER_MS,
        "closed_ms": None if standing.closed_ns is None else standing.closed_ns // NS_PER_MS,
        "reason": standing.reason,
        "gates": _gates(standing),
    }


def _gates(standing: Standing) -> list[str]:
    """Name what an opportunity had to pass, or does not: held back, slow, closed and why."""
    signal = standing.signal
    gates = ["fresh", "whole", "after fees"]
    if signal.held_for:
        gates.append(f"waited for {signal.held_for}")
    if signal.is_slow:
        gates.append("slow feed")
    return gates


class MarketFacts:
    """What does not move: title, venue, close and pair of each market shown."""

    def __init__(self, sight: RunSight) -> None:
        self._sight = sight
        self._seen: Universe | None = None
        self._count = 0
        self._facts: dict[str, dict[str, Any]] = {}

    def facts(self, _: int) -> dict[str, dict[str, Any]]:
        """Return the facts by instrument."""
        run = self._sight.run
        if self._seen is not run.universe or self._count != len(run.engine.books):
            self._seen, self._count = run.universe, len(run.engine.books)
            pairs = {
                name: pair.id
                for pair in run.universe.pairs
                for name in (pair.polymarket_yes, pair.kalshi)
            }
            self._facts = {
                name: market_fact(book.instrument, pairs.get(name))
                for name, book in run.engine.books.items()
                if book.instrument.outcome is Outcome.YES
            }
        return self._facts


def market_fact(one: Instrument, pair: str | None) -> dict[str, Any]:
    """Return what does not move of a market, and the pair that it is in."""
    return {
        "venue": one.venue,
        "market": one.market_id,
        "title": one.title,
        "close_ms": None if one.close_at_ns is None else one.close_at_ns // NS_PER_MS,
        "volume_e6": one.volume_24h_e6,
        "pair": pair,
    }


class BookRows:
    """Best prices and health of each market's YES: the rows that moved since the last look.

    A row is [bid_e4, bid_size_e6, ask_e4, ask_size_e6, state, why, second of the last change].
    """

    def __init__(self, sight: RunSight) -> None:
        self._sight = sight
        self._looked_ns, self._known = 0, set[str]()

    def moved(self, at_ns: int) -> dict[Hashable, list[Any] | None]:
        """Return the rows of books that were written or judged since the last call; None: gone."""
        since_ns, self._looked_ns = self._looked_ns, at_ns
        books = self._sight.run.engine.books
        rows: dict[Hashable, list[Any] | None] = {
            name: _book_row(book)
            for name, book in books.items()
            if (book.updated_ns >= since_ns or book.since_ns >= since_ns)
            and book.instrument.outcome is Outcome.YES
        }
        gone, self._known = self._known - books.keys(), set(books)
        return rows | dict.fromkeys(gone)


def _book_row(book: Book) -> list[Any]:
    why = "" if book.state is BookState.LIVE else book.reason
    changed_s = max(book.updated_ns, book.since_ns) // NS_PER_SECOND
    return [*book.top(), book.state.value, why, changed_s]
