"""Holds a run's books against the simulated venues' own, many times a second, while faults last.

Looks and never touches: whatever it asks of the engine changes nothing there.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from underround.app.wiring import Running
from underround.core.book import Book
from underround.core.book_state import BookState
from underround.core.effect import BookJudged
from underround.core.engine import Engine
from underround.core.trust import claim_verdict
from underround.core.units import NS_PER_SECOND, PRICE_ONE_E4
from underround.simulation.book import Book as TrueBook
from underround.simulation.market import Pair

SAMPLE_S: Final = 0.01
UNDER_WAY_S: Final = 0.05
"""A difference younger than this may be a message under way, or a group half received; so may
that of a whole book which came no longer ago."""
_AMISS_S: Final = 0.25

_COUNTED: Final = (
    *("contradicted", "crossed", "duplicates", "gaps", "negative", "off_grid", "rejected"),
    "unknown",
)
Levels = list[tuple[int, int]]


class FaultWatch:
    """What happened to a run's books since `mark`; times are epoch ns, durations seconds.

    `limit_s` is how long a book may be wrong before that counts while it could carry a signal.
    """

    def __init__(self, run: Running, pairs: Iterable[Pair], limit_s: float) -> None:
        self._run = run
        self._limit_ns = round(limit_s * NS_PER_SECOND)
        self._true = dict(_true_books(pairs))
        self._wrong_since: dict[str, int] = {}
        self._tempting_since: dict[str, int] = {}
        self._marked_ns: int | None = None
        self._counted_before = 0
        self.stale_tradable_s = 0.0
        self.stale_books: dict[str, float] = {}
        self.reacted_ns: int | None = None
        self.reaction = ""
        self.amiss_ns: int | None = None
        self.last_sample_ns = run.clock_ns()
        run.pipeline.on_judged.append(self._judged)

    def mark(self) -> None:
        """Begin to look for reactions: a fault begins now."""
        self._marked_ns = self._run.clock_ns()
        self._counted_before = _counted(self._run)

    async def sample_until(self, done: Callable[[], bool]) -> None:
        """Compare again and again until something is true."""
        while not done():
            self.sample()
            await asyncio.sleep(SAMPLE_S)

    def sample(self) -> None:
        """Compare every book with the true one once."""
        now_ns = self._run.clock_ns()
        passed_s = min((now_ns - self.last_sample_ns) / NS_PER_SECOND, 5 * SAMPLE_S)
        self.last_sample_ns = now_ns
        engine, is_amiss = self._run.engine, False
        for name, true in self._true.items():
            book = engine.books[name]
            is_wrong = (book.bids.depth(), book.asks.depth()) != true()
            wrong_ns = _lasting(self._wrong_since, name, is_wrong, now_ns)
            is_tempting = is_wrong and is_tradable(engine, book, now_ns)
            tempting_ns = _lasting(self._tempting_since, name, is_tempting, now_ns)
            if wrong_ns > self._limit_ns and tempting_ns > UNDER_WAY_S * NS_PER_SECOND:
                self.stale_tradable_s += passed_s
                self.stale_books[name] = self.stale_books.get(name, 0.0) + passed_s
            is_amiss |= book.state is not BookState.LIVE or wrong_ns > _AMISS_S * NS_PER_SECOND
        if is_amiss:
            self.amiss_ns = now_ns
        if self._marked_ns is not None and self.reacted_ns is None:
            self._look_for_reaction(now_ns)

    @property
    def books_equal(self) -> bool:
        """Whether every book is LIVE and equal to the venue's own now, level by level."""
        books = self._run.engine.books
        return all(
            books[name].state is BookState.LIVE
            and (books[name].bids.depth(), books[name].asks.depth()) == true()
            for name, true in self._true.items()
        )

    def differing(self) -> list[str]:
        """Return a line for each book that is not LIVE or not equal, for whoever looks into it."""
        lines = []
        for name, true in self._true.items():
            book = self._run.engine.books[name]
            if book.state is not BookState.LIVE:
                lines.append(f"{name[-12:]} {book.state.value}: {book.reason}")
            elif (book.bids.depth(), book.asks.depth()) != true():
                lines.append(f"{name[-12:]} differs")
        return lines

    def _judged(self, judged: BookJudged) -> None:
        if self._marked_ns is not None and judged.state is not BookState.LIVE:
            self._react(judged.at_ns, judged.reason)

    def _look_for_reaction(self, now_ns: int) -> None:
        if _counted(self._run) > self._counted_before:
            self._react(now_ns, "counted")

    def _react(self, at_ns: int, why: str) -> None:
        if self.reacted_ns is None and self._marked_ns is not None:
            self.reacted_ns, self.reaction = max(at_ns, self._marked_ns), why


def _lasting(since: dict[str, int], name: str, is_so: bool, now_ns: int) -> int:
    """Return for how many ns something has been so without a break, and keep count."""
    if not is_so:
        since.pop(name, None)
        return 0
    return now_ns - since.setdefault(name, now_ns)


def is_tradable(engine: Engine, book: Book, now_ns: int) -> bool:
    """Tell whether a book could carry a signal now: one stands on it, or one could open on it.

    The engine's own gates, read without tripping them: a quiet book opens nothing before it was
    confirmed, a crossed or contradicted one nothing at all.
    """
    settings, trust = engine.settings, engine.trust
    if book.bids.open_count or book.asks.open_count:
        return True
    link = book.link
    if book.state is not BookState.LIVE or book.is_closed or link is None or not link.is_open:
        return False
    if book in trust.halted or trust.statuses.blocker(book.instrument) is not None:
        return False
    if now_ns - max(link.last_data_ns, book.proven_ns) > settings.stale_after_ns:
        return False
    if trust.needs_proof(book, now_ns) or book.is_crossed:
        return False
    return claim_verdict(book) is not False


def _true_books(
    pairs: Iterable[Pair],
) -> Iterable[tuple[str, Callable[[], tuple[Levels, Levels]]]]:
    """Yield every instrument with what gives its true levels, best first."""
    for pair in pairs:
        yes, no = pair.polymarket.tokens
        yield yes, _levels_of(pair.polymarket.book)
        yield no, _mirrored_levels_of(pair.polymarket.book)
        yield pair.kalshi.ticker, _levels_of(pair.kalshi.book)


def _levels_of(book: TrueBook) -> Callable[[], tuple[Levels, Levels]]:
    return lambda: (book.best_first("bid"), book.best_first("ask"))


def _mirrored_levels_of(book: TrueBook) -> Callable[[], tuple[Levels, Levels]]:
    def mirrored() -> tuple[Levels, Levels]:
        return (
            [(PRICE_ONE_E4 - price, size) for price, size in book.best_first("ask")],
            [(PRICE_ONE_E4 - price, size) for price, size in book.best_first("bid")],
        )

    return mirrored


def _counted(run: Running) -> int:
    """Return a number that grows with everything unexpected that a run notices."""
    counts = run.engine.counts.as_dict()
    feeds = sum(
        feed.counters.disconnects + feed.counters.refused + feed.counters.errors
        for feed in run.feeds
    )
    return sum(counts[name] for name in _COUNTED) + feeds + sum(run.pipeline.noted.values())
