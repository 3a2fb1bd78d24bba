"""What to make of a frame that a codec could not read: its words, its parts, a sample for the log.

Knows JSON but no venue's messages; which books may be wrong is decided by the venue's codec.
"""

import json
import re
from typing import Any, Final

from underround.core.event import FrameRejected
from underround.venues.errors import printable

SAMPLE_LENGTH: Final = 160
_REMARK: Final = re.compile(rb"(?:[A-Za-z][A-Za-z0-9 _.,:;!'()-]{0,63})?")
_FAULTS: Final = (ValueError, RecursionError)


class NotJsonError(ValueError):
    """The text is not JSON, not even in the loosest reading."""


def loosely(text: bytes) -> Any:
    """Return what JSON text holds, bare NaN and 1e999 included; NotJsonError when it is not JSON.

    For finding out what a bad frame was about; never for numbers that count.
    """
    try:
        return json.loads(text)
    except _FAULTS as fault:
        raise NotJsonError(str(fault)) from None


def is_remark(frame: bytes) -> bool:
    """Tell a short line of plain words ("INVALID OPERATION", or nothing at all) from a message.

    No message that changes a book is one, whole or cut off: all of them begin with a brace.
    """
    return _REMARK.fullmatch(frame.strip()) is not None


def no_json(venue: str, frame: bytes) -> FrameRejected:
    """Return what to say of a frame that is not JSON: a remark hurts no book, a wreck may any."""
    if is_remark(frame):
        return FrameRejected(f"{venue} remark", sample(frame))
    return FrameRejected(f"unreadable {venue} frame", sample(frame), None)


def sample(frame: bytes) -> str:
    """Return the beginning of a frame as one line of text, whatever its bytes are."""
    return printable(frame[:SAMPLE_LENGTH].decode("utf-8", "backslashreplace"), SAMPLE_LENGTH)


def described(fault: Exception, frame: bytes) -> str:
    """Return in one line what was wrong, and where it stood: the detail of a rejection."""
    reason = f"price {fault} unknown" if isinstance(fault, KeyError) else str(fault)
    return f"{printable(reason)} in {sample(frame)}"
