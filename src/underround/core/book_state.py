"""The life of a book's trustworthiness as one transition table.

Only a LIVE book may carry a signal. This module holds the table and nothing that changes.
"""

from enum import Enum
from typing import Final


class BookState(Enum):
    """How far a book can be trusted."""

    EMPTY = "empty"  # no snapshot yet
    LIVE = "live"  # continuous since its snapshot, uncrossed, proven alive
    SUSPECT = "suspect"  # something does not fit; not to be traded until it does
    STALE = "stale"  # no proof of life within the limit
    RESYNC = "resync"  # known to be incomplete; waits for a whole book


class BookTrigger(Enum):
    """What can happen to a book's trustworthiness."""

    SNAPSHOT = "a whole book came"
    GAP = "a message of its stream is missing"
    DISCONNECTED = "its connection is gone"
    GRID_CHANGED = "its price grid changed"
    CONTRADICTED = "crossed, or not what the venue says it is"
    AGREED = "uncrossed again, and what the venue says it is"
    SILENT = "no proof of life within the limit"
    PROVEN = "the venue confirmed it over REST or by the next number of its stream"


_S, _T = BookState, BookTrigger

TRANSITIONS: Final[dict[tuple[BookState, BookTrigger], BookState]] = {
    (_S.EMPTY, _T.SNAPSHOT): _S.LIVE,
    (_S.LIVE, _T.GAP): _S.RESYNC,
    (_S.LIVE, _T.DISCONNECTED): _S.RESYNC,
    (_S.LIVE, _T.GRID_CHANGED): _S.RESYNC,
    (_S.LIVE, _T.CONTRADICTED): _S.SUSPECT,
    (_S.LIVE, _T.SILENT): _S.STALE,
    (_S.SUSPECT, _T.SNAPSHOT): _S.LIVE,
    (_S.SUSPECT, _T.AGREED): _S.LIVE,
    (_S.SUSPECT, _T.GAP): _S.RESYNC,
    (_S.SUSPECT, _T.DISCONNECTED): _S.RESYNC,
    (_S.SUSPECT, _T.GRID_CHANGED): _S.RESYNC,
    (_S.STALE, _T.SNAPSHOT): _S.LIVE,
    (_S.STALE, _T.PROVEN): _S.LIVE,
    (_S.STALE, _T.GAP): _S.RESYNC,
    (_S.STALE, _T.DISCONNECTED): _S.RESYNC,
    (_S.STALE, _T.GRID_CHANGED): _S.RESYNC,
    (_S.RESYNC, _T.SNAPSHOT): _S.LIVE,
}


def next_state(state: BookState, trigger: BookTrigger) -> BookState:
    """Return the state after `trigger`; a trigger without an entry changes nothing."""
    return TRANSITIONS.get((state, trigger), state)
