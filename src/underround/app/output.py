"""Writing results: one JSON object on stdout, or lines for a person; never both."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec


def write_json(result: Mapping[str, Any]) -> None:
    """Write the one object that `--json` promises, and flush."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")
    sys.stdout.flush()


def write_line(text: str = "") -> None:
    """Write one line for a person."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def write_fields(result: Mapping[str, Any], width: int = 20) -> None:
    """Write one line a field for a person: names in words, what is in a field in a row."""
    for name, value in result.items():
        for number, text in enumerate(_in_words(value)):
            title = _words(name) if number == 0 else ""
            write_line(f"{title:{width}} {text}")


def _in_words(value: Any) -> list[str]:
    """Return the rows of one field: plain parts in the first, each part with parts in its own."""
    if isinstance(value, Mapping):
        plain = {name: each for name, each in value.items() if not _has_parts(each)}
        rows = (
            [
                ", ".join(
                    f"{_words(name)} {'none' if each is None else each}"
                    for name, each in plain.items()
                )
            ]
            if plain
            else []
        )
        for name, each in value.items():
            if _has_parts(each) and each:
                rows += [f"{_words(name)}: {row}" for row in _in_words(each)]
        return rows or ["none"]
    if _has_parts(value):
        return [row for each in value for row in _in_words(each)] or ["none"]
    return ["none" if value is None else str(value)]


def _has_parts(value: Any) -> bool:
    return isinstance(value, Mapping | Sequence) and not isinstance(value, str)


def _words(name: object) -> str:
    return str(name).replace("_", " ")
