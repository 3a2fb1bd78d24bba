"""Writing results: one JSON object on stdout, or lines for a person; never both."""

import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from underround.app.columns import hung, table_lines


def write_json(result: Mapping[str, Any]) -> None:
    """Write the one object that `--json` promises, and flush."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")
    sys.stdout.flush()


def write_line(text: str = "") -> None:
    """Write one line for a person."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def terminal_width() -> int | None:
    """Return how many columns stdout has where it is a terminal; None elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def write_hung(text: str, indent: int) -> None:
    """Write one line for a person, on a terminal broken at words to its width."""
    for line in hung(text, terminal_width(), indent):
        write_line(line)


def write_table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    name: int,
    numeric: Iterable[int] = (),
) -> None:
    """Write rows under their heads; on a terminal the column `name` gives way to its width."""
    for line in table_lines(heads, rows, terminal_width(), name=name, numeric=numeric):
        write_line(line)


def write_fields(result: Mapping[str, Any], width: int = 20) -> None:
    """Write one line a field for a person: names in words, what is in a field in a row."""
    for name, value in result.items():
        for number, text in enumerate(_in_words(value)):
            title = _words(name) if number == 0 else ""
            write_hung(f"{title:{width}} {text}", width + 3)


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
