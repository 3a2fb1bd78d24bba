"""What comes over the reference price's connections, made into engine events; live and replayed.

One line a connection: a spot exchange's codec with the rule by which its book is mended, or the
official index's. Knows no socket: what is to be said or fetched is returned.
"""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from underround.app.bitcoin.spot_codecs import CODECS
from underround.core.event import Event, FrameRejected, InstrumentsListed
from underround.core.instrument import Instrument
from underround.core.units import NS_PER_SECOND
from underround.core.windows.reference_event import (
    BookEvent,
    OfficialValue,
    SpotReceived,
    WindowListed,
    WindowResolved,
)
from underround.core.windows.settlement import PRINTS_LIVE
from underround.core.windows.spot_event import (
    Asset,
    Exchange,
    SpotDelta,
    SpotEvent,
    SpotFault,
    SpotFaultKind,
    SpotReply,
    SpotRequest,
    SpotSnapshot,
)
from underround.core.windows.window import Window
from underround.venues.bitstamp.codec import Codec as BitstampCodec
from underround.venues.kalshi import index_codec
from underround.venues.ports import STOPPED
from underround.venues.spot_codec import SnapshotTaker, SpotCodec

MEND_FIRST_S: Final = 1
MEND_LAST_S: Final = 30
REMEMBERED_DELAYS: Final = 20_000
FORGIVEN_AFTER_NS: Final = 60 * NS_PER_SECOND
_TRIES_BEFORE_RECONNECT: Final = 3


class SpotPlan(Struct, frozen=True, tag="spot"):
    """A connection to a spot exchange; `rest_url` in place of its own, for a simulated one.

    After a silence of `silent_ns` a change is not believed: what was said meanwhile is unknown.
    """

    connection: str
    exchange: Exchange
    asset: Asset
    rest_url: str | None = None
    silent_ns: int = 10 * NS_PER_SECOND


class IndexPlan(Struct, frozen=True, tag="index"):
    """The connection that brings the official index; `prints` are averaged in a window."""

    connection: str
    prints: int = PRINTS_LIVE


LinePlan = SpotPlan | IndexPlan


class Outcome(Struct):
    """What a line makes of an input: events, and what is wanted of whoever holds the socket."""

    events: list[Event]
    send: list[bytes] = []
    request: SpotRequest | None = None
    reconnect: str | None = None
    notes: list[tuple[str, str]] = []


class SpotLine:
    """One exchange's connection: codec, mending of its book, and what it was like."""

    def __init__(self, plan: SpotPlan) -> None:
        self.plan = plan
        self.codec: SpotCodec = _codec(plan)
        self.messages = 0
        self.faults: Counter[str] = Counter()
        self.last_fault = ""
        self.delays_ns: deque[int] = deque(maxlen=REMEMBERED_DELAYS)
        self.last_book_ns: int | None = None
        self._is_broken = False
        self._mends = 0
        self._next_mend_ns = 0
        self._healed_ns = 0

    def opened(self) -> None:
        """Begin afresh: the connection is a new one."""
        self.codec.opened()
        self.last_book_ns = None
        self._is_broken = False

    def closed(self, at_ns: int, reason: str) -> Outcome:
        """Take the connection's end."""
        lost = SpotFault(self.plan.exchange, SpotFaultKind.LOST, reason, at_ns)
        if reason != STOPPED:
            self._count(lost)
        return Outcome([SpotReceived(self.plan.asset, at_ns, [lost])])

    def batch(self, frames: Sequence[bytes], at_ns: int) -> Outcome:
        """Take what one read delivered."""
        said: list[SpotEvent] = []
        for frame in frames:
            self.codec.decode(frame, at_ns, said)
        self.messages += len(frames)
        return self._outcome(said, at_ns)

    def snapshot(self, body: bytes, at_ns: int) -> Outcome:
        """Take a book that was fetched over REST."""
        said: list[SpotEvent] = []
        codec: Any = self.codec
        taker: SnapshotTaker = codec
        taker.take_snapshot(body, at_ns, said)
        return self._outcome(said, at_ns)

    def _outcome(self, said: list[SpotEvent], at_ns: int) -> Outcome:
        outcome = Outcome([])
        books: list[BookEvent] = []
        for event in said:
            if isinstance(event, SpotReply):
                outcome.send.append(event.frame)
            elif isinstance(event, SpotRequest):
                outcome.request = event
            elif isinstance(event, SpotFault):
                self._count(event)
                outcome.notes.append((f"{event.exchange} {event.kind}", event.detail))
                self._is_broken |= event.kind.breaks_book
                if event.kind is SpotFaultKind.RECONNECT:
                    outcome.reconnect = event.detail
                books.append(event)
            elif isinstance(event, SpotDelta) and self._was_silent(at_ns):
                fault = self._silence(at_ns)
                self._count(fault)
                self._is_broken = True
                books.append(fault)
            elif isinstance(event, SpotSnapshot | SpotDelta):
                self._saw(event, at_ns)
                books.append(event)
        if books:
            outcome.events.append(SpotReceived(self.plan.asset, at_ns, books))
        self._mend(outcome, at_ns)
        return outcome

    def _was_silent(self, at_ns: int) -> bool:
        """Tell whether a change comes after a silence, where no number could tell a loss."""
        last_ns = self.last_book_ns
        if last_ns is None or self._is_broken:
            return False
        return at_ns - last_ns > self.plan.silent_ns

    def _silence(self, at_ns: int) -> SpotFault:
        assert self.last_book_ns is not None
        detail = f"silent for {(at_ns - self.last_book_ns) / NS_PER_SECOND:.1f} s"
        return SpotFault(self.plan.exchange, SpotFaultKind.GAP, detail, at_ns)

    def _saw(self, event: SpotSnapshot | SpotDelta, at_ns: int) -> None:
        self.last_book_ns = at_ns
        if event.exchange_at_ns is not None:
            self.delays_ns.append(at_ns - event.exchange_at_ns)
        if isinstance(event, SpotSnapshot) and self._is_broken:
            self._is_broken = False
            self._healed_ns = at_ns

    def _mend(self, outcome: Outcome, at_ns: int) -> None:
        """Ask for a whole book where it broke, less and less often, at last by a new connection."""
        if not self._is_broken or at_ns < self._next_mend_ns or outcome.reconnect is not None:
            return
        if at_ns - max(self._healed_ns, self._next_mend_ns) > FORGIVEN_AFTER_NS:
            self._mends = 0
        self._mends += 1
        wait_s = min(MEND_FIRST_S << min(self._mends - 1, 10), MEND_LAST_S)
        self._next_mend_ns = at_ns + wait_s * NS_PER_SECOND
        frames = self.codec.reopened()
        if frames and self._mends % _TRIES_BEFORE_RECONNECT:
            outcome.send += frames
        else:
            outcome.reconnect = f"its book is to be had anew: {self.last_fault}"

    def _count(self, fault: SpotFault) -> None:
        self.faults[fault.kind] += 1
        self.last_fault = f"{fault.kind}: {fault.detail}"


class IndexLine:
    """The official index's connection."""

    def __init__(self, plan: IndexPlan) -> None:
        self.plan = plan
        self.messages = 0
        self.delays_ns: deque[int] = deque(maxlen=REMEMBERED_DELAYS)

    def opened(self) -> None:
        """Begin afresh; nothing is remembered."""

    def closed(self, at_ns: int, reason: str) -> Outcome:
        """Take the connection's end: the value's age says it all."""
        return Outcome([])

    def batch(self, frames: Sequence[bytes], at_ns: int) -> Outcome:
        """Take what one read delivered."""
        said: list[index_codec.IndexEvent] = []
        for frame in frames:
            index_codec.decode(frame, at_ns, said, self.plan.prints)
        self.messages += len(frames)
        outcome = Outcome([])
        for event in said:
            if isinstance(event, FrameRejected):
                outcome.notes.append((event.kind, event.sample))
                continue
            if isinstance(event, OfficialValue):
                self.delays_ns.append(at_ns - event.stamped_at_ns)
            outcome.events.append(event)
        return outcome


Line = SpotLine | IndexLine


class ReferenceLines:
    """All lines of a run by connection; the same for a run and for its replay."""

    def __init__(self) -> None:
        self.by_connection: dict[str, Line] = {}

    def plan(self, plan: LinePlan) -> Line:
        """Make the line of a connection that is to open."""
        line: Line = SpotLine(plan) if isinstance(plan, SpotPlan) else IndexLine(plan)
        self.by_connection[plan.connection] = line
        return line

    def spot(self) -> list[SpotLine]:
        """Return the exchanges' lines."""
        return [line for line in self.by_connection.values() if isinstance(line, SpotLine)]


def plan_of(arguments: Mapping[str, Any]) -> LinePlan:
    """Read a recorded plan; ValueError when it is none."""
    return msgspec.convert(arguments, SpotPlan | IndexPlan)


def window_arguments(window: Window, instruments: Sequence[Instrument]) -> dict[str, Any]:
    """Write a listed window as a recorded command's arguments."""
    return {
        "window": msgspec.to_builtins(window),
        "instruments": [msgspec.to_builtins(each) for each in instruments],
    }


def window_events(arguments: Mapping[str, Any], at_ns: int) -> list[Event]:
    """Return the events of a listed window: its instruments, then itself."""
    window = msgspec.convert(arguments["window"], Window)
    instruments = msgspec.convert(arguments["instruments"], list[Instrument])
    return [InstrumentsListed(instruments, at_ns), WindowListed(window, at_ns)]


def resolved_event(arguments: Mapping[str, Any], at_ns: int) -> WindowResolved:
    """Return the event of a recorded resolution."""
    value_e8 = arguments["value_e8"]
    return WindowResolved(arguments["window"], arguments["is_yes"], value_e8, at_ns)


def _codec(plan: SpotPlan) -> SpotCodec:
    if plan.exchange is Exchange.BITSTAMP and plan.rest_url is not None:
        return BitstampCodec(plan.asset, rest_url=plan.rest_url)
    return CODECS[plan.exchange](plan.asset)
