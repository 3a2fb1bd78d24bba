"""What can go wrong at a venue, typed: who, where, which status, and whether to try again.

Every message is one line that names the culprit. Only faults of a venue or of the way to it live
here; our own mistakes are assertions and TypeErrors.
"""

from email.utils import parsedate_to_datetime
from typing import Final

from underround.core.errors import VenueError

FATAL_AFTER: Final = {401: 2, 403: 1, 404: 3, 451: 1}
"""Refusals in a row after which a feed gives up: a wrong key, a forbidden place, a wrong path."""

RETRYABLE_STATUS: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""HTTP answers that a later, equal request may not get."""

_TEXT_LIMIT: Final = 200


class VenueFaultError(VenueError):
    """A fault at a venue with what it answered; `retryable`: the same request may work later.

    `venue_ms` is the time the venue says it is (ms since the epoch, whole seconds), if it does.
    """

    def __init__(
        self,
        venue: str,
        problem: str,
        *,
        retryable: bool,
        status: int | None = None,
        code: str = "",
        retry_after_s: float | None = None,
        venue_ms: int | None = None,
        body: bytes = b"",
    ) -> None:
        super().__init__(venue, printable(problem), retryable=retryable)
        self.status = status
        self.code = code
        self.retry_after_s = retry_after_s
        self.venue_ms = venue_ms
        self.body = body


class UnreachableError(VenueFaultError):
    """No answer at all: no address, no route, a refused or hanging connection, failed TLS."""


class RefusedError(VenueFaultError):
    """The venue answered, with a status other than success."""


class UnreadableError(VenueFaultError):
    """The venue answered something that cannot be read: too large, cut short, not its format."""


class UnknownReferenceError(VenueFaultError):
    """The venue knows no market under the name it was asked for."""


def printable(text: str, limit: int = _TEXT_LIMIT) -> str:
    """Return text from outside on one line, without control characters, cut to `limit`."""
    line = "".join(character if character.isprintable() else " " for character in text)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def date_ms(header: str | None) -> int | None:
    """Read a Date header as milliseconds since the epoch; None for anything else."""
    if header is None:
        return None
    try:
        return round(parsedate_to_datetime(header).timestamp()) * 1_000
    except (TypeError, ValueError, OverflowError):
        return None


def retry_after_s(header: str | None, ceiling_s: float = 300.0) -> float | None:
    """Read a Retry-After header given in seconds, bounded; None for anything else."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        return None
    return min(seconds, ceiling_s) if seconds >= 0 else None
