"""What the log says of connections: that one stands, and once why it is gone, until it is back.

Speaks only; what follows from a connection's end is decided elsewhere.
"""

import logging

from underround.venues.ports import STOPPED

_log = logging.getLogger("underround")
_NOUN = {"noun": "connection"}


class ConnectionLog:
    """`stopped_level` is that of a line about a connection which we ended ourselves."""

    def __init__(self, stopped_level: int) -> None:
        self._stopped_level = stopped_level
        self._gone_for: dict[str, str] = {}

    def opened(self, connection: str, words: str) -> None:
        """Say that a connection stands."""
        _log.info("✅ %s", words, extra=_NOUN)
        self._gone_for.pop(connection, None)

    def closed(self, connection: str, why: str) -> None:
        """Say why a connection is gone, quietly where the same was said of the last attempt."""
        is_news = self._gone_for.get(connection) != why
        self._gone_for[connection] = why
        level = self._stopped_level if why == STOPPED else logging.WARNING
        _log.log(level if is_news else logging.DEBUG, "%s closed: %s", connection, why, extra=_NOUN)
