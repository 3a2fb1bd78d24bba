"""Looks at one frame of each connection now and then: unknown fields, and fingerprints of books.

What costs too much for every message is done for one a second. It changes nothing itself: what it
finds becomes inputs of the engine, and words in the log.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from underround.app.pipeline import Pipeline
from underround.app.recordings.hash_audit import EngineHashes
from underround.core.instrument import Venue
from underround.core.venue_event import BooksDoubted, BooksProven
from underround.venues.kalshi import fields as kalshi
from underround.venues.polymarket import fields as polymarket

LARGEST_BYTES: Final = 100_000
"""An opening dump may be megabytes; reading it again would hold everything up."""
_UNKNOWN_FIELDS: Final[dict[Venue, Callable[[Any], list[str]]]] = {
    Venue.POLYMARKET: polymarket.unknown_fields,
    Venue.KALSHI: kalshi.unknown_fields,
}
_FAULTS: Final = (msgspec.MsgspecError, ValueError, RecursionError)


class FrameWatch:
    """Samples what the connections of a pipeline delivered last."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.hashes = EngineHashes(pipeline.engine)
        self._pipeline = pipeline
        self._seen: dict[str, Sequence[bytes]] = {}

    def look(self, at_ns: int) -> None:
        """Look at the last frame of every connection that brought something since the last time."""
        for connection, frames in list(self._pipeline.last_batches.items()):
            if self._seen.get(connection) is frames:
                continue
            self._seen[connection] = frames
            frame = frames[-1]
            if len(frame) > LARGEST_BYTES or frame[:1] not in (b"{", b"["):
                continue
            venue = self._pipeline.venue_of(connection)
            self._name_unknown_fields(venue, frame)
            if venue is Venue.POLYMARKET:
                self._check_hashes(connection, frame, at_ns)

    def _name_unknown_fields(self, venue: Venue, frame: bytes) -> None:
        try:
            message = msgspec.json.decode(frame)
        except _FAULTS:
            return  # the codec has named it already
        for path in _UNKNOWN_FIELDS[venue](message):
            self._pipeline.note(
                f"unknown field of {venue}, {path}", frame[:160].decode("utf-8", "replace")
            )

    def _check_hashes(self, connection: str, frame: bytes, at_ns: int) -> None:
        agreed, differing = self.hashes.check(frame, at_ns)
        if agreed:
            received_ns = self._pipeline.engine.links[connection].last_data_ns
            self._pipeline.tell(BooksProven(Venue.POLYMARKET, agreed, received_ns, at_ns))
        if differing:
            self._pipeline.tell(BooksDoubted(Venue.POLYMARKET, differing, at_ns))
