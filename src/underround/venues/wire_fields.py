"""Which fields of a venue's messages are read, which are not needed, and which nobody has seen yet.

A field is named by its path ("msg.clock", "bids[].price"). Knows JSON and typed structs, no venue;
each venue's folder holds its own table, with a reason for everything left unread.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final

import msgspec.inspect as inspection
from msgspec import Struct

ITEM: Final = "[]"


class KnownFields(Struct, frozen=True):
    """The fields of one kind of message.

    `read` are paths, `not_needed` maps paths to the reason; what lies below one of those is not
    needed either. `opaque` paths are read as a whole.
    """

    read: frozenset[str]
    opaque: frozenset[str]
    not_needed: dict[str, str]

    def unknown(self, message: Any) -> list[str]:
        """Return the paths in a decoded message that are neither read nor known to be unneeded."""
        return sorted(path for path in set(paths_of(message)) if not self.knows(path))

    def knows(self, path: str) -> bool:
        """Tell whether a path is read, not needed, or lies below one that is taken as a whole."""
        if path in self.read or path in self.not_needed:
            return True
        return any(
            above in self.opaque or above in self.not_needed
            for above in (path[:end] for end in _ends(path))
        )


def known_fields(
    readers: Iterable[Any], not_needed: Iterable[tuple[str, str]] = (), prefix: str = ""
) -> KnownFields:
    """Make the table of one kind of message.

    `readers` are the types that decode it (structs or containers of them) or names of fields read
    otherwise; `not_needed` are (reason, paths separated by blanks). All paths begin after `prefix`.
    """
    read: set[str] = set()
    opaque: set[str] = set()
    for reader in readers:
        if isinstance(reader, str):
            read.update(reader.split())
        else:
            typed, whole = _typed_paths(reader)
            read |= {prefix + path for path in typed}
            opaque |= {prefix + path for path in whole}
    reasons = {path: reason for reason, paths in not_needed for path in paths.split()}
    return KnownFields(frozenset(read), frozenset(opaque), reasons)


def below(above: str, names: str) -> str:
    """Return the paths of fields that lie below another, all separated by blanks."""
    return " ".join(f"{above}.{name}" for name in names.split())


def paths_of(message: Any, above: str = "") -> Iterator[str]:
    """Yield the path of every field in a decoded JSON value, those of lists once an item."""
    if isinstance(message, dict):
        for name, value in message.items():
            path = f"{above}.{name}" if above else name
            yield path
            yield from paths_of(value, path)
    elif isinstance(message, list):
        for item in message:
            if isinstance(item, dict | list):
                yield from paths_of(item, above + ITEM)


@cache
def _typed_paths(reader: Any) -> tuple[frozenset[str], frozenset[str]]:
    """Return the paths that a type decodes, and those among them that it takes whole."""
    read: set[str] = set()
    opaque: set[str] = set()
    _walk(inspection.type_info(reader), "", read, opaque)
    return frozenset(read), frozenset(opaque)


def _walk(kind: inspection.Type, above: str, read: set[str], opaque: set[str]) -> None:
    if isinstance(kind, inspection.StructType):
        for field in kind.fields:
            path = f"{above}.{field.encode_name}" if above else field.encode_name
            read.add(path)
            _walk(field.type, path, read, opaque)
    elif isinstance(kind, inspection.UnionType):
        for each in kind.types:
            _walk(each, above, read, opaque)
    elif isinstance(kind, inspection.ListType):
        _walk(kind.item_type, above + ITEM, read, opaque)
    elif isinstance(kind, inspection.AnyType | inspection.RawType | inspection.DictType):
        opaque.add(above)


def _ends(path: str) -> Iterator[int]:
    """Yield where each field above a path ends."""
    for at, character in enumerate(path):
        if character == "." or path.startswith(ITEM, at):
            yield at
            if character == ".":
                continue
            yield at + len(ITEM)
