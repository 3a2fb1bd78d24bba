"""What a page shows, as named topics of plain values, and what changed of them since last time.

A topic is a function from the time to a value; it is made again only when it is due, and sent only
when it differs. Rows of a table travel one by one. Shapes of what is not built yet are Protocols:
a run without it has the topic empty, and the page says so.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec

from underround.core.units import NS_PER_MS

_encode: Final = msgspec.json.Encoder().encode

Make = Callable[[int], Any]


class Topic:
    """One named value of the page, made at most every `every_ms`."""

    def __init__(self, name: str, make: Make, every_ms: int = 100) -> None:
        self.name = name
        self._make = make
        self._every_ns = every_ms * NS_PER_MS
        self._due_ns = 0
        self._encoded = b"null"

    def changed(self, at_ns: int) -> bytes | None:
        """Return the value as JSON when it differs from the last; None when it does not."""
        if at_ns < self._due_ns:
            return None
        self._due_ns = at_ns + self._every_ns
        encoded = _encode(self._make(at_ns))
        if encoded == self._encoded:
            return None
        self._encoded = encoded
        return encoded

    def whole(self) -> bytes:
        """Return the value as of the last change."""
        return self._encoded


class RowSource(Protocol):
    """A table of which only the rows that moved are looked at."""

    def moved(self, at_ns: int) -> Mapping[Hashable, Sequence[Any] | None]:
        """Return the rows that may differ from the last call, by key."""
        ...


class TableTopic:
    """One named table whose rows are sent one by one; a row that is None has gone."""

    def __init__(self, name: str, source: RowSource) -> None:
        self.name = name
        self._source = source
        self._rows: dict[Hashable, bytes] = {}

    def changed(self, at_ns: int) -> bytes | None:
        """Return the rows that differ as a JSON object by key; None when there are none."""
        found = []
        for key, row in self._source.moved(at_ns).items():
            encoded = _encode(row)
            if row is None:
                if self._rows.pop(key, None) is None:
                    continue
            elif self._rows.get(key) == encoded:
                continue
            else:
                self._rows[key] = encoded
            found.append(_encode(str(key)) + b":" + encoded)
        return b"{" + b",".join(found) + b"}" if found else None

    def whole(self) -> bytes:
        """Return every row as of the last change."""
        rows = [_encode(str(key)) + b":" + encoded for key, encoded in self._rows.items()]
        return b"{" + b",".join(rows) + b"}"


class PageView:
    """All topics of a page, as updates and as a whole; both are JSON objects."""

    def __init__(self, clock_ns: Callable[[], int], topics: Sequence[Topic | TableTopic]) -> None:
        self._clock_ns = clock_ns
        self._topics = topics
        self._number = 0

    def update(self) -> bytes | None:
        """Return the topics that changed since the last call; None when none did."""
        at_ns = self._clock_ns()
        parts = []
        for topic in self._topics:
            encoded = topic.changed(at_ns)
            if encoded is not None:
                parts.append(_part(topic.name, encoded))
        if not parts:
            return None
        self._number += 1
        return self._message(at_ns, parts)

    def whole(self) -> bytes:
        """Return every topic as of the last update."""
        parts = [_part(topic.name, topic.whole()) for topic in self._topics]
        return self._message(self._clock_ns(), parts)

    def _message(self, at_ns: int, parts: list[bytes]) -> bytes:
        head = b'{"number":%d,"at_ms":%d,' % (self._number, at_ns // NS_PER_MS)
        return head + b",".join(parts) + b"}"


def _part(name: str, encoded: bytes) -> bytes:
    return b'"%s":%s' % (name.encode(), encoded)
