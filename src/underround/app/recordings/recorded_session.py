"""What a report shows of a recording, gathered in one replay: lives, latencies, quality, trades.

Hooks on the replay and adds up; it renders nothing and prints nothing.
"""

from collections import Counter
from pathlib import Path
from typing import Any

from msgspec import Struct

from underround.app.bitcoin.calibration import Decision, Score
from underround.app.bitcoin.calibration_report import scores_of
from underround.app.bitcoin.latency import Durations
from underround.app.bitcoin.window_decisions import WindowHistory
from underround.app.frame_stamp import change_stamp_ms
from underround.app.recordings.lives import Lives, Statistics, statistics
from underround.app.recordings.replay import Replay
from underround.app.trading.reports import profit, trade_rows
from underround.core.effect import BookJudged, Effect
from underround.core.errors import UnderroundError
from underround.core.event import (
    BooksFetched,
    ConnectionClosed,
    ConnectionOpened,
    Event,
    time_of,
)
from underround.core.instrument import Instrument
from underround.core.opportunity import Signal
from underround.core.units import NS_PER_MS
from underround.stores.recorded import RecordedBatch


class Connection(Struct):
    """One connection's life: how often it opened, and why it closed."""

    opened: int = 0
    closed: Counter[str] = Counter()


class RecordedSession(Struct, kw_only=True):
    """A recording added up; `trades` and `profit` are empty where nothing traded.

    `misplaced`: inputs left out, by the connection whose beginning the recording has lost.
    """

    name: str
    began_ns: int
    ended_ns: int
    digest: str
    signals: int
    lives: Statistics
    latencies: dict[str, Durations]
    frames: dict[str, int]
    books: int
    states: dict[str, Counter[str]]
    connections: dict[str, Connection]
    counts: dict[str, int]
    lost: int
    damage: list[str]
    misplaced: dict[str, int]
    trades: list[dict[str, Any]]
    profit: dict[str, Any]
    scores: dict[str, Score]


class Gathering:
    """The hooks on one replay."""

    def __init__(self, replay: Replay) -> None:
        self.first_ns = 0
        self.now_ns = 0
        self.latencies: dict[str, Durations] = {}
        self.states: dict[str, Counter[str]] = {}
        self.connections: dict[str, Connection] = {}
        self.windows = WindowHistory()
        self._replay = replay
        self.lives = Lives(self._instrument_of)
        replay.on_event += [self._event, self.lives.event]
        replay.on_effect += [self._effect, self.windows.hear]
        replay.on_frames.append(self._frames)
        replay.on_signal += [self._signal, self.lives.signal]

    def _event(self, event: Event) -> None:
        self.now_ns = time_of(event)
        self.first_ns = self.first_ns or self.now_ns
        match event:
            case BooksFetched(venue=venue, purpose=purpose, asked_at_ns=asked_ns):
                self._late(f"{venue.value} {purpose}", event.received_at_ns - asked_ns)
            case ConnectionOpened(connection=name):
                self._connection(name).opened += 1
            case ConnectionClosed(connection=name, reason=reason):
                self._connection(name).closed[reason] += 1

    def _frames(self, batch: RecordedBatch) -> None:
        for frame in batch.frames:
            sent_ms = change_stamp_ms(frame)
            if sent_ms is not None:
                self._late(f"feed {batch.connection}", batch.received_at_ns - sent_ms * NS_PER_MS)

    def _signal(self, signal: Signal) -> None:
        if signal.held_for:
            self._late("opening held back", signal.held_ns)

    def _effect(self, effect: Effect) -> None:
        if isinstance(effect, BookJudged):
            states = self.states.setdefault(effect.venue.value, Counter())
            states[f"{effect.state.value}: {effect.trigger.value}"] += 1

    def _late(self, what: str, late_ns: int) -> None:
        self.latencies.setdefault(what, Durations()).add(late_ns)

    def _connection(self, name: str) -> Connection:
        return self.connections.setdefault(name, Connection(closed=Counter()))

    def _instrument_of(self, name: str) -> Instrument | None:
        book = None if self._replay.engine is None else self._replay.engine.books.get(name)
        return None if book is None else book.instrument


def recorded_session(path: Path, replay: Replay | None = None) -> RecordedSession:
    """Run a recording and add it up; UnderroundError, one line, when nothing of it can be read."""
    replay = replay or Replay()
    gathered = Gathering(replay)
    replay.run(path)
    if replay.engine is None:
        raise UnderroundError(f"{path}: nothing of the recording can be read, not even its header")
    gathered.lives.end(gathered.now_ns)
    portfolio = None if replay.trading is None else replay.trading.portfolio
    decisions: list[Decision] = [
        each for _, found in gathered.windows.decisions() for each in found
    ]
    return RecordedSession(
        name=path.name,
        began_ns=gathered.first_ns or replay.created_at_ns,
        ended_ns=gathered.now_ns or replay.created_at_ns,
        digest=replay.digest.hex,
        signals=replay.digest.count,
        lives=statistics(list(gathered.lives.all.values())),
        latencies=gathered.latencies,
        frames={venue.value: count for venue, count in sorted(replay.frames.items())},
        books=len(replay.engine.books),
        states=gathered.states,
        connections=gathered.connections,
        counts=replay.engine.counts.as_dict(),
        lost=replay.lost,
        damage=[f"{each.path} line {each.line}: {each.reason}" for each in replay.damage],
        misplaced=dict(replay.misplaced),
        trades=[] if portfolio is None else trade_rows(portfolio),
        profit={} if portfolio is None or not portfolio.trades else profit(portfolio),
        scores=scores_of(decisions) if decisions else {},
    )
