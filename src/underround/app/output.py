"""Writing results: one JSON object on stdout, or lines for a person; never both."""

import sys
from collections.abc import Mapping
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
