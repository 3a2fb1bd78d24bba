"""The inputs a recording holds, and the JSON line each is written as.

One line an input, its kind in the field `k`. A frame is written as text; one that is not valid
UTF-8 as `{"b64": …}`, so that it replays to the same bytes. This module may not read or write
files: `recording` writes, `recording_reader` reads.
"""

from typing import Any, Final

import msgspec
from msgspec import Struct, field

FORMAT: Final = "underround-recording"
VERSION: Final = 1


class RecordedHeader(Struct, frozen=True, kw_only=True, tag_field="k", tag="header"):
    """First line of every segment: what the run was started with.

    `created_at_ns` names the run: it is the same in all its segments. `segment` counts from 1.
    """

    format: str
    version: int
    created_at_ns: int
    segment: int = 1
    program: str = ""
    config: dict[str, Any] = {}
    pairs: list[Any] = []
    catalog: list[Any] = []


class RecordedBatch(Struct, frozen=True, gc=False):
    """Frames that one read of one connection delivered, before anything looked at them.

    `number` counts the batches of the run over all connections: a hole means that some were lost.
    """

    connection: str
    number: int
    received_at_ns: int
    frames: tuple[bytes, ...]


class RecordedSent(Struct, frozen=True):
    """A frame we sent, secrets masked."""

    connection: str
    at_ns: int
    frame: bytes


class RecordedRest(Struct, frozen=True):
    """The answer to a REST request; `what` is the caller's name for the kind of answer."""

    venue: str
    what: str
    request: str
    status: int
    body: bytes
    received_at_ns: int


class RecordedConnection(Struct, frozen=True, tag_field="k", tag="connection"):
    """A connection changed: `state` is "opened" or "closed" (then with code and reason)."""

    connection: str = field(name="c")
    at_ns: int = field(name="t")
    state: str
    code: int | None = None
    reason: str = ""


class RecordedTimer(Struct, frozen=True, tag_field="k", tag="timer"):
    """A timer that went off."""

    at_ns: int = field(name="t")
    name: str


class RecordedCommand(Struct, frozen=True, tag_field="k", tag="command"):
    """Something a person or a program told the engine to do."""

    at_ns: int = field(name="t")
    name: str
    arguments: dict[str, Any] = {}


class RecordedLost(Struct, frozen=True, tag_field="k", tag="lost"):
    """`count` inputs are missing here: the queue or the disk was full."""

    count: int


class RecordedDamage(Struct, frozen=True):
    """Something in the file that could not be read; never written, only reported by a reader."""

    path: str
    line: int
    reason: str


RecordedInput = (
    RecordedHeader
    | RecordedBatch
    | RecordedSent
    | RecordedRest
    | RecordedConnection
    | RecordedTimer
    | RecordedCommand
    | RecordedLost
    | RecordedDamage
)


class EncodedBytes(Struct, frozen=True, forbid_unknown_fields=True):
    """Bytes that are not text, as base64."""

    b64: bytes


Text = str | EncodedBytes


class BatchLine(Struct, tag_field="k", tag="batch"):
    """The line of a RecordedBatch."""

    c: str
    n: int
    t: int
    f: list[Text]


class SentLine(Struct, tag_field="k", tag="sent"):
    """The line of a RecordedSent."""

    c: str
    t: int
    f: Text


class RestLine(Struct, tag_field="k", tag="rest"):
    """The line of a RecordedRest."""

    v: str
    what: str
    request: str
    status: int
    body: Text
    t: int


Line = (
    RecordedHeader
    | BatchLine
    | SentLine
    | RestLine
    | RecordedConnection
    | RecordedTimer
    | RecordedCommand
    | RecordedLost
)

RecordableInput = (
    RecordedBatch
    | RecordedSent
    | RecordedRest
    | RecordedConnection
    | RecordedTimer
    | RecordedCommand
    | RecordedLost
)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Line)


def encode_header(header: RecordedHeader) -> bytes:
    """Return a header's JSON; TypeError for settings that JSON cannot hold."""
    return _encoder.encode(header)


def encode_input(recorded: RecordableInput) -> bytes:
    """Return an input's JSON; TypeError for arguments that JSON cannot hold."""
    line: Line
    match recorded:
        case RecordedBatch(connection, number, at_ns, frames):
            line = BatchLine(connection, number, at_ns, [_text_of(frame) for frame in frames])
        case RecordedSent(connection, at_ns, frame):
            line = SentLine(connection, at_ns, _text_of(frame))
        case RecordedRest(venue, what, request, status, body, at_ns):
            line = RestLine(venue, what, request, status, _text_of(body), at_ns)
        case other:
            line = other
    return _encoder.encode(line)


def decode_line(line: bytes) -> RecordedInput:
    """Return the input of one line.

    Raises msgspec.DecodeError for what is not a line of this format and
    UnicodeDecodeError for text that is not UTF-8.
    """
    decoded: Line = _decoder.decode(line)
    match decoded:
        case BatchLine(connection, number, at_ns, texts):
            frames = tuple([_bytes_of(text) for text in texts])
            return RecordedBatch(connection, number, at_ns, frames)
        case SentLine(connection, at_ns, text):
            return RecordedSent(connection, at_ns, _bytes_of(text))
        case RestLine(venue, what, request, status, body, at_ns):
            return RecordedRest(venue, what, request, status, _bytes_of(body), at_ns)
        case other:
            return other


def _text_of(raw: bytes) -> Text:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return EncodedBytes(raw)


def _bytes_of(text: Text) -> bytes:
    return text.encode() if isinstance(text, str) else text.b64
