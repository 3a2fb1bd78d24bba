"""The lives of opportunities as signals and trades tell them, and what they add up to.

Listens to a replay, or reads a journal, which knows no trades; prints nothing.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

import msgspec
from msgspec import Struct

from underround.app.recordings.replay import Replay
from underround.core.consumption import EDGE_GONE, WITHIN_NS, Ended, Trade, consumption
from underround.core.event import Batch, Event, TradePrinted, time_of
from underround.core.instrument import Instrument
from underround.core.opportunity import Signal, SignalKind
from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.stores.signal_journal import SignalJournal

InstrumentOf = Callable[[str], Instrument | None]
RUN_ENDED: Final = "disconnected: stopped"
"""The reason of the last signals of a run that is stopped."""
SURVIVAL_MS: Final = (50, 100, 250, 500, 1_000)


class Size(Struct, frozen=True):
    """How much there was from an instant on: contracts, and the edge of all of it."""

    at_ns: int
    size_e6: int
    edge_usd_e6: int


class Life(Struct):
    """One opportunity from opening to its end; `closed_ns` None: it stood when the record ended.

    `ended` is "" while it stands, and where prices ended it and no trades are known.
    """

    id: str
    pair: str
    kind: str
    direction: str
    opened_ns: int
    sizes: list[Size]
    peak_edge_e6: int
    seen_until_ns: int
    closed_ns: int | None = None
    reason: str = ""
    ended: str = ""

    @property
    def lasted_ns(self) -> int:
        """How long it stood, as far as is known."""
        return (self.closed_ns or self.seen_until_ns) - self.opened_ns


class Survival(Struct, frozen=True):
    """How many of those watched for so long were still there after `after_ms`."""

    after_ms: int
    watched: int
    alive: int


class Figures(Struct, frozen=True):
    """What some lives add up to; durations of those that ended, edges at their best."""

    count: int
    ended: dict[str, int]
    median_ms: float | None
    longest_ms: float | None
    best_edge_e6: int
    edge_usd_e6: int
    survival: tuple[Survival, ...]


class Statistics(Struct, frozen=True):
    """All lives, and the same by pair, by kind, and by hour of the day (UTC) of the opening."""

    all: Figures
    by_pair: dict[str, Figures]
    by_kind: dict[str, Figures]
    by_hour: dict[str, Figures]
    lives: tuple[Life, ...]


class Lives:
    """Takes signals and trades in the order of their times."""

    def __init__(self, instrument_of: InstrumentOf) -> None:
        self.all: dict[str, Life] = {}
        self._instrument_of = instrument_of
        self._trades: deque[Trade] = deque()
        self._unjudged: deque[Signal] = deque()

    def event(self, event: Event) -> None:
        """Take in what a venue told."""
        now_ns = time_of(event)
        while self._unjudged and now_ns - self._unjudged[0].at_ns > WITHIN_NS:
            self._judge(self._unjudged.popleft())
        while self._trades and now_ns - self._trades[0].heard_ns > 2 * WITHIN_NS:
            self._trades.popleft()
        if isinstance(event, Batch):
            for each in event.events:
                if isinstance(each, TradePrinted):
                    self._trades.append(Trade(now_ns, each))

    def signal(self, signal: Signal) -> None:
        """Take in a signal."""
        life = self.all.get(signal.id)
        if life is None:
            life = self.all[signal.id] = Life(
                id=signal.id,
                pair=signal.pair,
                kind=signal.underround.value,
                direction=signal.direction,
                opened_ns=signal.at_ns,
                sizes=[],
                peak_edge_e6=signal.edge_top_e6,
                seen_until_ns=signal.at_ns,
            )
        life.seen_until_ns = signal.at_ns
        if signal.reason == RUN_ENDED:
            return  # it was still there: only we have gone
        if signal.kind is SignalKind.CLOSED:
            life.closed_ns, life.reason = signal.at_ns, signal.reason
            if signal.reason != EDGE_GONE:
                life.ended = Ended.GATE
            self._unjudged.append(signal)
        else:
            life.peak_edge_e6 = max(life.peak_edge_e6, signal.edge_top_e6)
            life.sizes.append(Size(signal.at_ns, signal.size_e6, signal.edge_usd_e6))

    def end(self, at_ns: int) -> None:
        """Judge what is left, now that nothing more comes."""
        while self._unjudged:
            self._judge(self._unjudged.popleft())
        for life in self.all.values():
            if life.closed_ns is None:
                life.seen_until_ns = max(life.seen_until_ns, at_ns)

    def _judge(self, closing: Signal) -> None:
        found = consumption(closing, self._trades, self._instrument_of)
        self.all[closing.id].ended = found.ended


def lives_of_recording(path: Path) -> list[Life]:
    """Run a recording and return its opportunities' lives; errors as `Replay.run`."""
    replay = Replay()
    last_ns = 0

    def instrument_of(name: str) -> Instrument | None:
        book = None if replay.engine is None else replay.engine.books.get(name)
        return None if book is None else book.instrument

    def note_time(event: Event) -> None:
        nonlocal last_ns
        last_ns = time_of(event)

    lives = Lives(instrument_of)
    replay.on_event += [note_time, lives.event]
    replay.on_signal.append(lives.signal)
    replay.run(path)
    lives.end(last_ns)
    return list(lives.all.values())


def lives_of_journal(journal: SignalJournal) -> list[Life]:
    """Return the lives a journal tells of, run by run; what ended them only where a gate did."""
    found: list[Life] = []
    run, lives = "", Lives(_unknown)
    for row in journal.every():
        name = row.id.partition("/")[0]
        if name != run:
            found += lives.all.values()
            run, lives = name, Lives(_unknown)
        lives.signal(msgspec.json.decode(row.body, type=Signal))
    return [*found, *lives.all.values()]


def statistics(lives: Sequence[Life]) -> Statistics:
    """Add lives up."""

    def by(name: Callable[[Life], str]) -> dict[str, Figures]:
        groups: dict[str, list[Life]] = {}
        for life in lives:
            groups.setdefault(name(life), []).append(life)
        return {key: figures(groups[key]) for key in sorted(groups)}

    return Statistics(
        all=figures(lives),
        by_pair=by(lambda life: life.pair),
        by_kind=by(lambda life: life.kind),
        by_hour=by(lambda life: _hour(life.opened_ns)),
        lives=tuple(lives),
    )


def figures(lives: Sequence[Life]) -> Figures:
    """Return what some lives add up to."""
    lasted_ms = [life.lasted_ns / NS_PER_MS for life in lives if life.closed_ns is not None]
    ended: dict[str, int] = {}
    for life in lives:
        name = life.ended or ("unknown" if life.closed_ns is not None else "still open")
        ended[name] = ended.get(name, 0) + 1
    return Figures(
        count=len(lives),
        ended=dict(sorted(ended.items())),
        median_ms=median(lasted_ms) if lasted_ms else None,
        longest_ms=max(lasted_ms, default=None),
        best_edge_e6=max((life.peak_edge_e6 for life in lives), default=0),
        edge_usd_e6=sum(
            max((size.edge_usd_e6 for size in life.sizes), default=0) for life in lives
        ),
        survival=tuple(survival(lives)),
    )


def survival(lives: Iterable[Life]) -> list[Survival]:
    """Return how many were still there after 50 … 1000 ms, of those that were watched so long."""
    known = [(life.lasted_ns, life.closed_ns is not None) for life in lives]
    return [
        Survival(
            after_ms,
            sum(is_closed or lasted_ns >= after_ms * NS_PER_MS for lasted_ns, is_closed in known),
            sum(lasted_ns >= after_ms * NS_PER_MS for lasted_ns, _ in known),
        )
        for after_ms in SURVIVAL_MS
    ]


def _unknown(name: str) -> None:
    """Know no instrument: a journal tells of no trades."""


def _hour(at_ns: int) -> str:
    return f"{datetime.fromtimestamp(at_ns // NS_PER_SECOND, UTC):%H}"
