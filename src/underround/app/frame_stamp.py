"""When a venue says that it sent a frame, read from the bytes alone, without decoding them.

Knows the names under which both venues write it, and nothing else of a frame.
"""

import re
from typing import Final

# Kalshi's envelope says when it was sent, its deltas when they happened; Polymarket's are texts.
_STAMP: Final = re.compile(rb'"(?:sending_ts_ms|ts_ms|timestamp)":\s*"?(\d{13})\b')
_CHANGE: Final = re.compile(rb'"(?:event_)?type":\s*"(?:orderbook_delta|price_change)"')


def stamp_ms(frame: bytes) -> int | None:
    """Return the first time stamp of a frame in ms since 1970; None where there is none."""
    found = _STAMP.search(frame)
    return None if found is None else int(found[1])


def change_stamp_ms(frame: bytes) -> int | None:
    """Return the time stamp of a frame that changes a book; None for every other frame.

    A whole book is stamped with its last change, which may be hours before it was sent.
    """
    return None if _CHANGE.search(frame) is None else stamp_ms(frame)
