"""A recording run again until a signal is raised, and on until its end: what it rested on.

Keeps, for every book, the places in the recording where its levels and its proof come from.
Decides nothing and prints nothing.
"""

from contextlib import suppress
from pathlib import Path

from msgspec import Struct, field

from underround.app.explain.moment import Moment, taken
from underround.app.recordings.replay import Replay
from underround.core.consumption import Consumption, Trade, consumption
from underround.core.errors import UnderroundError
from underround.core.event import (
    Batch,
    BookReplaced,
    BooksFetched,
    Event,
    LevelAdded,
    LevelsSet,
    TradePrinted,
    time_of,
)
from underround.core.instrument import Instrument, Venue
from underround.core.opportunity import Signal, SignalKind, Underround
from underround.core.pair import Pair
from underround.core.units import NS_PER_SECOND
from underround.stores.recording_reader import Place

AFTER_NS = NS_PER_SECOND
"""How long the recording is read on behind the end: trades may be told after they happened."""


class Wanted(Struct, frozen=True):
    """Which signal is meant: by the opportunity's id, or by its number in the run from 1."""

    id: str | None = None
    number: int | None = None


class BookSources(Struct):
    """Where one book's levels come from: its last whole book, changes by level, and proof."""

    whole: Place | None = None
    proof: Place | None = None
    last: Place | None = None
    levels: dict[tuple[bool, int], Place] = field(default_factory=dict)


class Retraced(Struct, kw_only=True):
    """What was found: the moment, the places it rests on, and all that was said of it."""

    recording: str
    moment: Moment
    raised_at: Place
    sources: dict[str, BookSources]
    venues: dict[str, Venue]
    pair: Pair | None
    story: list[Signal]
    end: Consumption | None
    ended_ns: int


class _FoundError(Exception):
    """Everything that was sought is found: the rest of the recording need not be read."""


class _Retrace:
    """The hooks on one replay."""

    def __init__(self, replay: Replay, wanted: Wanted) -> None:
        self._replay = replay
        self._wanted = wanted
        self._number = 0
        self._sources: dict[str, BookSources] = {}
        self._openings: dict[str, tuple[Moment, Place, dict[str, BookSources], list[Signal]]] = {}
        self._trades: list[Trade] = []
        self._closed_ns: int | None = None
        self._now_ns = 0
        self.found: Retraced | None = None
        replay.on_event.append(self._event)
        replay.on_signal.append(self._signal)

    def _event(self, event: Event) -> None:
        self._now_ns = time_of(event)
        if self._closed_ns is not None and self._now_ns > self._closed_ns + AFTER_NS:
            raise _FoundError
        place = self._replay.place
        assert place is not None
        if isinstance(event, Batch):
            for each in event.events:
                self._source(each, place)
                if isinstance(each, TradePrinted) and self._openings:
                    self._trades.append(Trade(self._now_ns, each))
        elif isinstance(event, BooksFetched):
            for image in event.books:
                self._of(image.instrument).proof = place

    def _source(self, event: object, place: Place) -> None:
        if isinstance(event, LevelsSet):
            for instrument, is_bid, price_e4, *_ in event.changes:
                source = self._of(instrument)
                source.levels[is_bid, price_e4] = source.last = place
        elif isinstance(event, LevelAdded):
            source = self._of(event.instrument)
            source.levels[event.is_bid, event.price_e4] = source.last = place
        elif isinstance(event, BookReplaced):
            source = self._of(event.instrument)
            source.whole = source.last = place
            source.levels.clear()

    def _of(self, instrument: str) -> BookSources:
        found = self._sources.get(instrument)
        if found is None:
            found = self._sources[instrument] = BookSources()
        return found

    def _signal(self, signal: Signal) -> None:
        self._number += 1
        is_meant = self._number == self._wanted.number or (
            signal.id == self._wanted.id and signal.kind is SignalKind.OPENED
        )
        if signal.kind is SignalKind.OPENED or (is_meant and signal.kind is SignalKind.CHANGED):
            self._take_down(signal)
        kept = self._openings.get(signal.id)
        if kept is None:
            return
        if not kept[3] or kept[3][-1] is not signal:
            kept[3].append(signal)
        if is_meant and self.found is None:
            self._find(signal)
        if signal.kind is SignalKind.CLOSED:
            if self.found is not None and signal.id == self.found.moment.signal.id:
                self._closed_ns = signal.at_ns
            else:
                del self._openings[signal.id]

    def _take_down(self, signal: Signal) -> None:
        engine, place = self._replay.engine, self._replay.place
        assert engine is not None and place is not None
        sources = {
            leg.instrument: _copied(self._of(leg.instrument)) for leg in signal.legs
        }  # as they are now: the books go on
        said = self._openings[signal.id][3] if signal.id in self._openings else []
        moment = taken(engine, signal, self._number)
        self._openings[signal.id] = (moment, place, sources, [*said, signal])

    def _find(self, signal: Signal) -> None:
        moment, place, sources, story = self._openings[signal.id]
        is_pair = signal.underround is Underround.CROSS_VENUE  # a structure may have its name
        self.found = Retraced(
            recording="",
            moment=moment,
            raised_at=place,
            sources=sources,
            venues={name: plan.venue for name, plan in self._replay.plans.items()},
            pair=self._replay.pairs.get(signal.pair) if is_pair else None,
            story=story,
            end=None,
            ended_ns=self._now_ns,
        )

    def ended(self) -> None:
        """Note when the recording, or the interest in it, ended, and what ended the signal."""
        if self.found is not None:
            self.found.ended_ns = self._now_ns
            last = self.found.story[-1]
            if last.kind is SignalKind.CLOSED:
                self.found.end = consumption(last, self._trades, self._instrument_of)

    def _instrument_of(self, name: str) -> Instrument | None:
        book = None if self._replay.engine is None else self._replay.engine.books.get(name)
        return None if book is None else book.instrument


def retrace(path: Path, wanted: Wanted) -> Retraced:
    """Run a recording until the wanted signal and its end.

    UnderroundError, one line, when the recording raises no such signal; UnusableError when it is
    no recording, OSError when it cannot be read.
    """
    replay = Replay()
    hooks = _Retrace(replay, wanted)
    with suppress(_FoundError):
        replay.run(path)
    hooks.ended()
    if hooks.found is None:
        name = f"signal {wanted.id}" if wanted.number is None else f"signal number {wanted.number}"
        raise UnderroundError(
            f"{path}: raises no {name} ({replay.digest.count} signals in all); "
            f"`underround signals` shows the ids"
        )
    hooks.found.recording = str(path)
    return hooks.found


def _copied(source: BookSources) -> BookSources:
    return BookSources(source.whole, source.proof, source.last, dict(source.levels))
