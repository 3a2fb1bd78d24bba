"""A recording as tables: signals, opportunities, tops, book states, latencies.

Runs the recording again; the columns are described in docs/how-to/audit.md. Prints nothing.
"""

from contextlib import ExitStack
from pathlib import Path
from typing import Final

import msgspec

from underround.app.frame_stamp import change_stamp_ms
from underround.app.recordings.lives import Life, Lives
from underround.app.recordings.replay import Replay
from underround.core.effect import BookJudged, Effect
from underround.core.errors import UnderroundError
from underround.core.event import BooksFetched, Event, time_of
from underround.core.instrument import Instrument
from underround.core.opportunity import Signal
from underround.core.units import NS_PER_MS
from underround.stores.parquet import ParquetTable
from underround.stores.recorded import RecordedBatch

TABLES: Final[dict[str, dict[str, str]]] = {
    "signals": {
        "number": "int64",
        "id": "string",
        "signal": "string",
        "kind": "string",
        "pair": "string",
        "direction": "string",
        "at_ns": "int64",
        "tick_at_ns": "int64",
        "held_ns": "int64",
        "held_for": "string",
        "edge_top_e6": "int64",
        "edge_e6": "int64",
        "size_e6": "int64",
        "cost_usd_e6": "int64",
        "fee_usd_e6": "int64",
        "edge_usd_e6": "int64",
        "reason": "string",
        "legs": "string",
    },
    "opportunities": {
        "id": "string",
        "pair": "string",
        "kind": "string",
        "direction": "string",
        "opened_ns": "int64",
        "closed_ns": "int64",
        "lasted_ns": "int64",
        "reason": "string",
        "ended": "string",
        "peak_edge_e6": "int64",
        "peak_size_e6": "int64",
        "peak_edge_usd_e6": "int64",
    },
    "tops": {
        "at_ns": "int64",
        "venue": "string",
        "instrument": "string",
        "bid_e4": "int64",
        "bid_size_e6": "int64",
        "ask_e4": "int64",
        "ask_size_e6": "int64",
    },
    "book_states": {
        "at_ns": "int64",
        "venue": "string",
        "instrument": "string",
        "state": "string",
        "trigger": "string",
        "reason": "string",
    },
    "latencies": {"at_ns": "int64", "what": "string", "source": "string", "latency_ns": "int64"},
}
"""The tables and the types of their columns; `legs` is JSON."""


class _Export:
    """The hooks on one replay."""

    def __init__(self, replay: Replay, tables: dict[str, ParquetTable]) -> None:
        self._replay = replay
        self._tables = tables
        self._signals = 0
        self._now_ns = 0
        self.lives = Lives(self._instrument_of)
        replay.on_event += [self._event, self.lives.event]
        replay.on_frames.append(self._frames)
        replay.on_effect.append(self._effect)
        replay.on_signal += [self._signal, self.lives.signal]

    def finish(self) -> None:
        """Write what is known only at the end."""
        self._tops()
        self.lives.end(self._now_ns)
        for life in self.lives.all.values():
            self._opportunity(life)

    def _event(self, event: Event) -> None:
        self._tops()  # of the event before: the engine has taken it by now
        self._now_ns = time_of(event)
        if isinstance(event, BooksFetched):
            took_ns = event.received_at_ns - event.asked_at_ns
            table = self._tables["latencies"]
            table.add(self._now_ns, f"rest {event.purpose}", event.venue.value, took_ns)

    def _frames(self, batch: RecordedBatch) -> None:
        at_ns = batch.received_at_ns
        for frame in batch.frames:
            sent_ms = change_stamp_ms(frame)
            if sent_ms is not None:
                late_ns = at_ns - sent_ms * NS_PER_MS
                self._tables["latencies"].add(at_ns, "feed", batch.connection, late_ns)

    def _effect(self, effect: Effect) -> None:
        if isinstance(effect, BookJudged):
            self._tables["book_states"].add(
                effect.at_ns,
                effect.venue.value,
                effect.instrument,
                effect.state.value,
                effect.trigger.value,
                effect.reason,
            )

    def _tops(self) -> None:
        engine = self._replay.engine
        if engine is None:
            return
        for book in engine.take_marked():
            instrument = book.instrument
            self._tables["tops"].add(
                self._now_ns, instrument.venue.value, instrument.id, *book.top()
            )

    def _signal(self, signal: Signal) -> None:
        self._signals += 1
        if signal.held_for:
            held = ("held opening", signal.pair, signal.held_ns)
            self._tables["latencies"].add(signal.at_ns, *held)
        self._tables["signals"].add(
            self._signals,
            signal.id,
            signal.kind.value,
            signal.underround.value,
            signal.pair,
            signal.direction,
            signal.at_ns,
            signal.tick_at_ns,
            signal.held_ns,
            signal.held_for,
            signal.edge_top_e6,
            signal.edge_e6,
            signal.size_e6,
            signal.cost_usd_e6,
            signal.fee_usd_e6,
            signal.edge_usd_e6,
            signal.reason,
            msgspec.json.encode(signal.legs).decode(),
        )

    def _opportunity(self, life: Life) -> None:
        self._tables["opportunities"].add(
            life.id,
            life.pair,
            life.kind,
            life.direction,
            life.opened_ns,
            life.closed_ns,
            life.lasted_ns,
            life.reason,
            life.ended,
            life.peak_edge_e6,
            max((size.size_e6 for size in life.sizes), default=0),
            max((size.edge_usd_e6 for size in life.sizes), default=0),
        )

    def _instrument_of(self, name: str) -> Instrument | None:
        book = None if self._replay.engine is None else self._replay.engine.books.get(name)
        return None if book is None else book.instrument


def export(recording: Path, folder: Path) -> dict[str, int]:
    """Write a recording's tables into a folder; return the rows of each.

    UnderroundError, one line, when a table is there already or pyarrow is not; errors of the
    recording as `Replay.run`, and then nothing is left.
    """
    paths = {name: folder / f"{name}.parquet" for name in TABLES}
    for path in paths.values():
        if path.exists():
            raise UnderroundError(f"{path} is there already; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    replay = Replay()
    with ExitStack() as undo:
        tables = {}
        for name, columns in TABLES.items():
            tables[name] = ParquetTable(paths[name], columns)
            undo.callback(tables[name].discard)
        hooks = _Export(replay, tables)
        replay.run(recording)
        hooks.finish()
        undo.pop_all()
    for table in tables.values():
        table.close()
    return {name: table.rows for name, table in tables.items()}
