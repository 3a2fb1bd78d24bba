"""Writing results: one JSON object on stdout, or lines for a person; never both."""

import sys
from collections.abc import Iterable, Mapping, Sequence
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
            title = name.replace("_", " ") if number == 0 else ""
            write_line(f"{title:{width}} {text}")


def _in_words(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        rows = (f"{name} {'none' if each is None else each}" for name, each in value.items())
        return [", ".join(rows) or "none"]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [str(each) for each in value] or ["none"]
    return ["none" if value is None else str(value)]
