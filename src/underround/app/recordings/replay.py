"""The same pipe, fed from a recording: same codecs, same engine, same signals.

Reads no clock and carries out no effect: what they brought about is in the recording.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from underround.app.bitcoin.reference_lines import (
    ReferenceLines,
    SpotLine,
    plan_of,
    resolved_event,
    window_events,
)
from underround.app.bitcoin.strategies import load_strategies
from underround.app.codecs import CODECS
from underround.app.pipeline import Decode
from underround.app.recordings import told
from underround.app.recordings.digest import SignalDigest
from underround.app.recordings.hash_audit import EngineHashes
from underround.app.recordings.plan import Plan, books_fetched
from underround.app.recordings.tops import Tops, TopsWriter
from underround.app.trading.setup import attach_desk
from underround.core.effect import Effect, FetchBooks, SignalRaised
from underround.core.engine import Engine
from underround.core.errors import UnusableError
from underround.core.event import (
    Batch,
    Command,
    ConnectionClosed,
    ConnectionOpened,
    Event,
    InstrumentsExpected,
    InstrumentsForgotten,
    MarketEvent,
    Timer,
)
from underround.core.instrument import Instrument, Venue
from underround.core.opportunity import Signal
from underround.core.pair import Pair
from underround.core.settings import Settings
from underround.core.trading.desk import TradingDesk
from underround.core.venue_event import PairsListed
from underround.core.windows.pricing_desk import PricingDesk
from underround.core.windows.pricing_effect import ValueRaised
from underround.core.windows.pricing_settings import PricingSettings
from underround.core.windows.spot_event import Asset
from underround.stores.recorded import (
    RecordedBatch,
    RecordedCommand,
    RecordedConnection,
    RecordedDamage,
    RecordedHeader,
    RecordedInput,
    RecordedLost,
    RecordedRest,
    RecordedTimer,
)
from underround.stores.recording_reader import Place, read_located


def describe(
    settings: Settings, instruments: list[Instrument], pairs: list[Pair]
) -> dict[str, Any]:
    """Return the header's parts (config, catalog, pairs) from which a replay makes its engine."""
    return {
        "config": {"settings": msgspec.to_builtins(settings)},
        "catalog": [msgspec.to_builtins(instrument) for instrument in instruments],
        "pairs": [msgspec.to_builtins(pair) for pair in pairs],
    }


class _BeginningLostError(Exception):
    """An input of a connection whose plan or opening is missing: damaged, or never written."""


class Replay:
    """One recording run through a fresh engine."""

    def __init__(self) -> None:
        self.engine: Engine | None = None
        self.digest = SignalDigest()
        self.frames: Counter[Venue] = Counter()
        self.inputs = 0
        self.place: Place | None = None
        self.created_at_ns = 0
        self.pairs: dict[str, Pair] = {}
        self.lost = 0
        self.damage: list[RecordedDamage] = []
        self.misplaced: Counter[str] = Counter()
        """Inputs left out, by the connection whose beginning the recording has lost."""
        self.on_signal: list[Callable[[Signal], None]] = [self.digest.add]
        self.on_effect: list[Callable[[Effect], None]] = []
        self.on_event: list[Callable[[Event], None]] = []
        self.on_frames: list[Callable[[RecordedBatch], None]] = []
        """Looks at what the venues' connections delivered, before it is decoded."""
        self.desk: PricingDesk | None = None
        self.trading: TradingDesk | None = None
        self.lines = ReferenceLines()
        self.tops: TopsWriter | None = None
        self.hashes: EngineHashes | None = None
        self._tops = Tops()
        self.plans: dict[str, Plan] = {}

    def run(self, path: Path) -> None:
        """Replay a recording; UnusableError when it is none, OSError when it cannot be read."""
        for place, recorded in read_located(path):
            self.inputs += 1
            self.place = place
            try:
                if self.tops is not None and isinstance(recorded, RecordedBatch):
                    self._write_tops(self.tops, recorded)
                told = self._line_events(recorded)
                for event in self._events(recorded) if told is None else told:
                    self._process(event)
                if told is None and isinstance(recorded, RecordedBatch):
                    self._check_hashes(recorded)
            except _BeginningLostError as lost:
                self.misplaced[str(lost)] += 1

    def _process(self, event: Event) -> None:
        if self.engine is None:
            raise UnusableError("the recording has inputs before its header")
        if isinstance(event, Batch) and event.connection not in self.engine.links:
            raise _BeginningLostError(event.connection)
        if isinstance(event, PairsListed):
            self.pairs |= {pair.id: pair for pair in event.pairs}
        for look in self.on_event:
            look(event)
        for effect in self.engine.process(event):
            if isinstance(effect, SignalRaised):
                for tell in self.on_signal:
                    tell(effect.signal)
            elif isinstance(effect, ValueRaised):
                self.digest.add(effect.signal)
            for hear in self.on_effect:
                hear(effect)

    def _check_hashes(self, recorded: RecordedBatch) -> None:
        """Hold the books against the last frame's fingerprints, each at most once a second."""
        if self.hashes is not None and self._plan(recorded.connection).venue is Venue.POLYMARKET:
            self.hashes.check(recorded.frames[-1], recorded.received_at_ns)

    def _write_tops(self, writer: TopsWriter, recorded: RecordedBatch) -> None:
        if recorded.connection in self.lines.by_connection:
            return  # the reference price's: no market's books
        venue = self._plan(recorded.connection).venue
        for frame in recorded.frames:
            for venue_told, name, top in self._tops.apply(venue, frame):
                writer.row(self.inputs - 1, venue_told, name, top)

    def _line_events(self, recorded: RecordedInput) -> Sequence[Event] | None:
        """Return what an input of the reference price says; None for every other input."""
        lines = self.lines.by_connection
        match recorded:
            case RecordedBatch(connection, _, at_ns, frames) if connection in lines:
                return lines[connection].batch(frames, at_ns).events
            case RecordedConnection(connection=name, at_ns=at_ns) if name in lines:
                if recorded.state == "opened":
                    lines[name].opened()
                    return ()
                return lines[name].closed(at_ns, recorded.reason or str(recorded.code)).events
            case RecordedRest(what="line", request=name, body=body, received_at_ns=at_ns):
                line = lines[name]
                return line.snapshot(body, at_ns).events if isinstance(line, SpotLine) else ()
            case RecordedCommand(name="line", arguments=arguments):
                self.lines.plan(plan_of(arguments))
                return ()
            case RecordedCommand(name="window", at_ns=at_ns, arguments=arguments):
                return window_events(arguments, at_ns)
            case RecordedCommand(name="forgotten", at_ns=at_ns, arguments=arguments):
                return (InstrumentsForgotten(arguments["instruments"], at_ns),)
            case RecordedCommand(name="resolved", at_ns=at_ns, arguments=arguments):
                return (resolved_event(arguments, at_ns),)
        return None

    def _events(self, recorded: RecordedInput) -> Iterator[Event]:
        match recorded:
            case RecordedBatch(connection, _, at_ns, frames):
                plan = self._plan(connection)
                self.frames[plan.venue] += len(frames)
                for look in self.on_frames:
                    look(recorded)
                yield decoded(connection, at_ns, frames, CODECS[plan.venue][0])
            case RecordedTimer(at_ns=at_ns):
                yield Timer(at_ns)
            case RecordedRest():
                yield from self._rest(recorded)
            case RecordedConnection(connection=connection, at_ns=at_ns, state="opened"):
                plan = self._plan(connection)
                yield ConnectionOpened(
                    connection, plan.venue, at_ns, plan.instruments, plan.is_slow
                )
            case RecordedConnection(connection=connection, at_ns=at_ns, code=code, reason=reason):
                yield ConnectionClosed(connection, at_ns, reason or str(code))
            case RecordedCommand(name="plan", at_ns=at_ns, arguments=arguments):
                plan = msgspec.convert(arguments, Plan)
                self.plans[plan.connection] = plan
                yield InstrumentsExpected(plan.connection, plan.instruments, at_ns)
            case RecordedCommand(name=name, arguments=arguments) if name in told.KINDS:
                yield self._told(name, arguments)
            case RecordedCommand(at_ns=at_ns, name=name, arguments=arguments):
                yield Command(name, at_ns, arguments)
            case RecordedHeader():
                self._open(recorded)
            case RecordedLost(count=count):
                self.lost += count
            case RecordedDamage():
                self.damage.append(recorded)

    @staticmethod
    def _told(name: str, arguments: dict[str, Any]) -> Event:
        try:
            return told.told_again(name, arguments)
        except msgspec.ValidationError:
            raise _BeginningLostError(f"command {name}") from None

    def _plan(self, connection: str) -> Plan:
        if connection not in self.plans:
            raise _BeginningLostError(connection)
        return self.plans[connection]

    def _open(self, header: RecordedHeader) -> None:
        if self.engine is None:  # every segment repeats the header
            try:
                self.engine = Engine(
                    msgspec.convert(header.config.get("settings", {}), Settings),
                    msgspec.convert(header.catalog, list[Instrument]),
                    msgspec.convert(header.pairs, list[Pair]),
                )
                self.created_at_ns = header.created_at_ns
                trading = header.config.get("trading")
                if trading is not None:
                    self.trading = attach_desk(self.engine, trading)
                pricing = header.config.get("pricing")
                if pricing is not None:
                    settings = msgspec.convert(pricing, PricingSettings)
                    strategies = load_strategies(header.config.get("strategies", ()))
                    desk = self.desk = PricingDesk(settings, strategies)
                    self.engine.attach(desk)
                    for asset in header.config.get("assets", ()):
                        desk.index(Asset(asset))
            except (msgspec.ValidationError, KeyError) as fault:
                raise UnusableError(f"the recording's header does not fit: {fault}") from None
            self.pairs = {pair.id: pair for pair in msgspec.convert(header.pairs, list[Pair])}
            self.hashes = EngineHashes(self.engine)

    def _rest(self, recorded: RecordedRest) -> Iterator[Event]:
        venue = Venue(recorded.venue)
        try:
            books = CODECS[venue][1](recorded.body)
        except ValueError:
            return  # it was named when it was received
        if recorded.what == "books":
            purpose, asked_at_ns, *instruments = recorded.request.split(" ")
            wanted = FetchBooks(venue, tuple(instruments), purpose, int(asked_at_ns))
            yield books_fetched(wanted, books, recorded.received_at_ns)
        elif recorded.what == "poll":
            self.frames[venue] += 1
            yield Batch(recorded.request, recorded.received_at_ns, books)


def decoded(connection: str, at_ns: int, frames: tuple[bytes, ...], decode: Decode) -> Batch:
    """Decode what one read delivered."""
    events: list[MarketEvent] = []
    for frame in frames:
        decode(frame, events)
    return Batch(connection, at_ns, events)
