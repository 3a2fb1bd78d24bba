"""The recorded inputs a signal rests on, read again at their places and decoded.

Reads the recording and nothing else.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from underround.app.codecs import CODECS
from underround.app.explain.retrace import Retraced
from underround.core.event import LevelsSet, MarketEvent
from underround.core.instrument import Venue
from underround.core.units import PRICE_ONE_E4, format_price
from underround.stores.jsonl import read_lines
from underround.stores.recorded import (
    RecordedBatch,
    RecordedCommand,
    RecordedConnection,
    RecordedInput,
    RecordedRest,
    RecordedTimer,
    decode_line,
)
from underround.stores.recording_reader import Place


class Evidence(Struct, frozen=True, kw_only=True):
    """One recorded input: where it stands, what it did for the signal, what it says.

    `frame` counts inside the line; None where the input is no frame. `text` is as it was received,
    `events` the same in our words, as far as they concern the signal's books.
    """

    place: Place
    did: tuple[str, ...]
    kind: str
    source: str
    at_ns: int
    frame: int | None
    text: str
    events: tuple[dict[str, Any], ...]


def evidence_of(traced: Retraced) -> list[Evidence]:
    """Return the inputs that a signal rests on, in the order in which they came."""
    did = _roles(traced)
    found = []
    for place, recorded in _read(did):
        if isinstance(recorded, RecordedBatch) and recorded.received_at_ns == _tick_ns(traced):
            did[place].append("with it the edge stood")
        found += _told(place, tuple(did[place]), recorded, traced)
    return found


def _tick_ns(traced: Retraced) -> int:
    return traced.moment.signal.tick_at_ns


def _roles(traced: Retraced) -> dict[Place, list[str]]:
    """Say for every place what came from there; raised last, so that it reads as the end."""
    did: dict[Place, list[str]] = {}
    for leg in traced.moment.legs:
        source = traced.sources[leg.instrument.id]
        name = f"{leg.leg.venue} {leg.leg.outcome.upper()}"
        if source.whole is not None:
            did.setdefault(source.whole, []).append(f"{name}: the whole book it began with")
        for price_e4, _ in leg.offers:
            if price_e4 > leg.leg.limit_e4:
                break
            own_e4 = PRICE_ONE_E4 - price_e4 if leg.takes_bids else price_e4
            place = source.levels.get((leg.takes_bids, own_e4))
            if place is not None:
                did.setdefault(place, []).append(f"{name}: the level at {format_price(price_e4)}")
        if source.last is not None and source.last not in did:
            did.setdefault(source.last, []).append(f"{name}: the last word on its book")
        if source.proof is not None:
            did.setdefault(source.proof, []).append(f"{name}: the book over REST")
    did.setdefault(traced.raised_at, []).append("raised the signal")
    return did


def _read(wanted: Iterable[Place]) -> Iterable[tuple[Place, RecordedInput]]:
    """Read single lines of the segments again, in the order in which they stand."""
    by_path: dict[str, dict[int, Place]] = {}
    for place in wanted:
        by_path.setdefault(place.path, {})[place.line] = place
    for path in sorted(by_path):
        lines = by_path[path]
        last = max(lines)
        for number, line in enumerate(read_lines(Path(path))):
            if number in lines and isinstance(line, bytes):
                yield lines[number], decode_line(line)
            if number >= last:
                break


def _told(
    place: Place, did: tuple[str, ...], recorded: RecordedInput, traced: Retraced
) -> list[Evidence]:
    names = frozenset(leg.instrument.id for leg in traced.moment.legs)
    match recorded:
        case RecordedBatch(connection, _, at_ns, frames):
            venue = traced.venues[connection]
            told = [
                Evidence(
                    place=place,
                    did=did,
                    kind="frame",
                    source=connection,
                    at_ns=at_ns,
                    frame=number,
                    text=frame.decode(errors="replace"),
                    events=decoded_about(venue, frame, names),
                )
                for number, frame in enumerate(frames)
            ]
            return [each for each in told if each.events] or told[-1:]
        case RecordedRest(venue, what, request, _, body, at_ns):
            images = CODECS[Venue(venue)][1](body) if what in ("books", "poll") else []
            events = tuple(_plain(image) for image in images if image.instrument in names)
            purpose = f"rest {what} {request.partition(' ')[0]}".strip()
            return [
                _single(place, did, purpose, venue, at_ns, body.decode(errors="replace"), events)
            ]
        case RecordedTimer(at_ns=at_ns, name=name):
            return [_single(place, did, "timer", name, at_ns)]
        case RecordedCommand(at_ns=at_ns, name=name):
            return [_single(place, did, "command", name, at_ns)]
        case RecordedConnection(connection=connection, at_ns=at_ns, state=state):
            return [_single(place, did, f"connection {state}", connection, at_ns)]
    return []


def _single(
    place: Place,
    did: tuple[str, ...],
    kind: str,
    source: str,
    at_ns: int,
    text: str = "",
    events: tuple[dict[str, Any], ...] = (),
) -> Evidence:
    return Evidence(
        place=place, did=did, kind=kind, source=source, at_ns=at_ns, frame=None, text=text,
        events=events,
    )  # fmt: skip


def decoded_about(venue: Venue, frame: bytes, names: frozenset[str]) -> tuple[dict[str, Any], ...]:
    """Return what a frame says of some instruments, in our words."""
    events: list[MarketEvent] = []
    CODECS[venue][0](frame, events)
    found = []
    for event in events:
        if isinstance(event, LevelsSet):
            changes = [change for change in event.changes if change[0] in names]
            if changes:
                found.append(_plain(LevelsSet(changes, event.time_ms)))
        elif getattr(event, "instrument", None) in names:
            found.append(_plain(event))
    return tuple(found)


def _plain(event: Any) -> dict[str, Any]:
    told: Mapping[str, Any] = msgspec.to_builtins(event)
    return {"event": type(event).__name__, **told}
