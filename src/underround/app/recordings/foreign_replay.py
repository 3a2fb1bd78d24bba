"""Recordings of other programs through our codecs and engine, line by line.

They name no catalog: an instrument is listed when its first whole book comes, on the finest grid.
"""

from collections import Counter
from pathlib import Path

from underround.app.codecs import CODECS
from underround.app.recordings.digest import SignalDigest
from underround.app.recordings.hash_audit import RecordedHashes
from underround.app.recordings.tops import Tops, TopsWriter, unlisted
from underround.core.engine import Engine
from underround.core.event import (
    Batch,
    BookReplaced,
    ConnectionOpened,
    InstrumentsListed,
    MarketEvent,
)
from underround.core.instrument import Instrument, Venue
from underround.core.settings import Settings
from underround.stores.foreign import ForeignLine, read_foreign, venue_of

_RECONNECTED = ("ws_connected", "reconnect")


class ForeignReplay:
    """One foreign recording run through a fresh engine, and through the plain books of `Tops`."""

    def __init__(self) -> None:
        self.engine = Engine(Settings(), (), ())
        self.tops = Tops()
        self.hashes = RecordedHashes(self.tops)
        self.digest = SignalDigest()
        self.frames: Counter[Venue] = Counter()
        self.lines = 0
        self.rows = 0
        self.notes = 0
        self.blank = 0
        self.unread = 0

    def run(self, path: Path, writer: TopsWriter | None) -> None:
        """Replay every line; OSError when the file cannot be read."""
        for line in read_foreign(path):
            self.lines += 1
            if line.frame is None:
                self._note(line)
                continue
            venue = venue_of(line.frame)
            if venue is None:
                self.unread += 1
                continue
            self.frames[venue] += 1
            self._process(venue, line.received_at_ns or self.lines, line.frame)
            for venue_told, name, top in self.tops.apply(venue, line.frame):
                self.rows += 1
                if writer is not None:
                    writer.row(line.line, venue_told, name, top)
            if venue is Venue.POLYMARKET:
                self.hashes.take(line.frame)

    @property
    def is_of_nothing_known(self) -> bool:
        """Whether the file held no message of a venue, and no note that a recorder would write."""
        return not self.frames and self.notes == self.blank

    def states(self) -> dict[str, int]:
        """Count the engine's books by state."""
        return dict(Counter(book.state.value for book in self.engine.books.values()))

    def _note(self, line: ForeignLine) -> None:
        self.notes += 1
        self.blank += line.note == "blank"
        if line.note is not None and line.note.startswith(_RECONNECTED):
            for venue in tuple(self.engine.links):
                self._open(Venue(venue), line.received_at_ns or self.lines)

    def _open(self, venue: Venue, at_ns: int) -> None:
        names = [one.id for one in self._listed(venue)]
        self.engine.process(ConnectionOpened(venue, venue, at_ns, names))

    def _listed(self, venue: Venue) -> list[Instrument]:
        books = self.engine.books.values()
        return [book.instrument for book in books if book.instrument.venue is venue]

    def _process(self, venue: Venue, at_ns: int, frame: bytes) -> None:
        if venue not in self.engine.links:
            self._open(venue, at_ns)
        events: list[MarketEvent] = []
        CODECS[venue][0](frame, events)
        new = [
            unlisted(venue, event.instrument)
            for event in events
            if isinstance(event, BookReplaced) and event.instrument not in self.engine.books
        ]
        if new:
            self.engine.process(InstrumentsListed(new, at_ns))
        self.engine.process(Batch(venue, at_ns, events))
