"""Our codecs and our engine as the subject of a conformance case, without sockets or a clock.

Only carries inputs in and looks; what a book is and when it is trusted is the engine's.
"""

from typing import Final

from conformance.cases import Case, RestAnswer, Step
from conformance.verdict import SeenBook
from underround.app.codecs import CODECS
from underround.app.recordings.plan import books_fetched
from underround.core.effect import BookJudged, FetchBooks, RequestSnapshots
from underround.core.engine import Engine
from underround.core.event import (
    Batch,
    ConnectionClosed,
    ConnectionOpened,
    Event,
    InstrumentsListed,
    MarketEvent,
    Timer,
)
from underround.core.instrument import FeeTerms, Instrument, Outcome, Venue
from underround.core.settings import Settings
from underround.core.units import NS_PER_MS

_START_NS: Final = 1_790_000_000 * 1_000_000_000


class Product:
    """One engine that runs one case."""

    def __init__(self, case: Case) -> None:
        self._venue = Venue(case.venue)
        self._decode, self._decode_books = CODECS[self._venue]
        self._settings = Settings()
        instruments = [
            Instrument(
                venue=self._venue,
                id=each.id,
                market_id=each.id,
                outcome=Outcome.YES,
                title=each.id,
                ranges=tuple(each.ranges_e4),
                fees=FeeTerms(case.venue if case.venue == "polymarket" else "quadratic", 0),
                complement_id=each.complement,
                close_at_ns=None if each.closes_at_ms is None else _ns(each.closes_at_ms),
            )
            for each in case.instruments
        ]
        self._engine = Engine(self._settings, instruments, [])
        self._became: list[tuple[str, str, str]] = []
        self._wants: dict[str, set[str]] = {}

    def take(self, step: Step) -> None:
        """Give the engine one input."""
        at_ns, connection = _ns(step.at_ms), step.connection
        if step.opened is not None:
            self._process(ConnectionOpened(connection, self._venue, at_ns, step.opened))
        elif step.closed is not None:
            self._process(ConnectionClosed(connection, at_ns, step.closed))
        elif step.rest is not None:
            self._take_answer(connection, step.rest, at_ns)
        elif step.time:
            self._process(Timer(at_ns))
        else:
            texts = [text.encode() for text in step.frames or ()]
            frames = texts or [bytes.fromhex(step.hex or "")]
            events: list[MarketEvent] = []
            for frame in frames:
                self._decode(frame, events)
            self._process(Batch(connection, at_ns, events))

    def look(self, instrument: str, at_ms: int) -> SeenBook:
        """Ask as a trader would: may this book carry a signal now?"""
        book, at_ns = self._engine.books[instrument], _ns(at_ms)
        blocker = self._engine.trust.blocker(book, at_ns)
        self._drain(at_ns)
        return SeenBook(
            state=book.state.value,
            bids=book.bids.depth(),
            asks=book.asks.depth(),
            tradable=blocker is None,
            settled=at_ns >= book.group_at_ns + self._settings.group_quiet_ns,
        )

    def counts(self) -> dict[str, int]:
        """Return the engine's counters."""
        return self._engine.counts.as_dict()

    def became(self) -> list[tuple[str, str, str]]:
        """Return and forget the states that books took since the last call, and why."""
        became, self._became = self._became, []
        return became

    def wants(self) -> dict[str, list[str]]:
        """Return and forget what the engine asked for since the last call."""
        wants, self._wants = self._wants, {}
        return {way: sorted(names) for way, names in wants.items()}

    def _take_answer(self, connection: str, answer: RestAnswer, at_ns: int) -> None:
        try:
            books = self._decode_books(answer.body.encode())
        except ValueError:
            return
        if answer.why == "poll":
            self._process(Batch(connection, at_ns, books))
            return
        names = tuple(answer.instruments)
        wanted = FetchBooks(self._venue, names, answer.why, _ns(answer.asked_at_ms))
        self._process(books_fetched(wanted, books, at_ns))

    def _process(self, event: Event) -> None:
        self._note(self._engine.process(event))

    def _drain(self, at_ns: int) -> None:
        """Collect what a look brought about; time has not moved, so nothing else happens."""
        self._process(InstrumentsListed((), at_ns))

    def _note(self, effects: tuple[object, ...]) -> None:
        for effect in effects:
            match effect:
                case BookJudged():
                    trigger = effect.trigger.name.lower()
                    self._became.append((effect.instrument, effect.state.value, trigger))
                case FetchBooks():
                    self._wants.setdefault("rest", set()).update(effect.instruments)
                case RequestSnapshots():
                    self._wants.setdefault("stream", set()).update(effect.instruments)


def _ns(at_ms: int) -> int:
    return _START_NS + at_ms * NS_PER_MS
