"""Everything the engine wants done. The shell does it; the engine never does.

Effects are values: in a replay they are compared or dropped, live they are carried out.
"""

from typing import TypeAlias

from msgspec import Struct

from underround.core.book_state import BookState, BookTrigger
from underround.core.event import CommandAnswered
from underround.core.instrument import Venue
from underround.core.opportunity import Signal


class FetchBooks(Struct, frozen=True):
    """Read these books over REST and give them back as a `BooksFetched` with this purpose."""

    venue: Venue
    instruments: tuple[str, ...]
    purpose: str
    asked_at_ns: int


class RequestSnapshots(Struct, frozen=True):
    """Ask for whole books inside a stream that lost a message."""

    connection: str
    stream: int
    instruments: tuple[str, ...]


class Answered(Struct, frozen=True):
    """A venue's answer to a command, for the session of this connection."""

    connection: str
    answer: CommandAnswered


class Reconnect(Struct, frozen=True):
    """Drop this connection and make it anew."""

    connection: str
    reason: str


class WakeAt(Struct, frozen=True):
    """Send a `Timer` at this time."""

    at_ns: int


class BookJudged(Struct, frozen=True):
    """A book's state changed: what happened (`trigger`), and in words why."""

    venue: Venue
    instrument: str
    state: BookState
    trigger: BookTrigger
    reason: str
    at_ns: int


class Noted(Struct, frozen=True):
    """Something unexpected, to be named once: `kind` says which sort, `detail` shows one."""

    kind: str
    detail: str


class SignalRaised(Struct, frozen=True):
    """An opportunity opened, changed or closed."""

    signal: Signal


Effect: TypeAlias = (
    FetchBooks
    | RequestSnapshots
    | Answered
    | Reconnect
    | WakeAt
    | BookJudged
    | Noted
    | SignalRaised
)
