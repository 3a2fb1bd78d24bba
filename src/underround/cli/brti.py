"""`underround brti`: the real-time index of given books. Prints; computes nothing itself."""

import json as json_text
import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from underround.app.index_books import price_books


def brti(
    *,
    books: Path,
    reading: str = "",
    every_reading: bool = False,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Calculate the CME CF real-time index of books in a JSON file.

    Parameters
    ----------
    books
        JSON file: {"params": {…}, "venues": {NAME: {"bids": [[price, size]…], "asks": […]}}}.
    reading
        Switches of the undecided readings, e.g. "lambda=1/0.37;cap=per_level;sample=min50".
    every_reading
        Report every combination of the undecided readings.
    json
        Print one JSON object and nothing else.
    """
    try:
        report = price_books(books.read_bytes(), reading=reading, every_reading=every_reading)
    except OSError as error:
        sys.stderr.write(f"underround brti: {books}: {error.strerror}\n")
        return 2
    except ValueError as error:
        sys.stderr.write(f"underround brti: {books}: {error}\n")
        return 2
    if json:
        sys.stdout.write(json_text.dumps(report) + "\n")
    else:
        named = {"": report} if "index" in report else report
        for name, single in named.items():
            sys.stdout.write("\n".join(_lines(name, single)) + "\n")
    return 0 if _succeeded(report) else 1


def _succeeded(report: dict[str, Any]) -> bool:
    singles = [report] if "index" in report else list(report.values())
    return all(single["index"] is not None for single in singles)


def _lines(name: str, report: dict[str, Any]) -> list[str]:
    """Return the lines for a person."""
    lines = [name] if name else []
    for reading, single in report.get("results_by_reading", {"": report}).items():
        if single["index"] is None:
            lines.append(f"no index: {single['failure']}")
        else:
            lines.append(
                f"${single['published']:,.2f}  (unrounded {single['index']:.6f}, utilized depth "
                f"{single['utilized_depth']:g}, cap {single['cap']:.6f})  {reading}".rstrip()
            )
    lines.append(f"used: {', '.join(report['used']) or 'none'}; quality {report['quality']}")
    for venue, refusal in report["refused"].items():
        lines.append(f"refused: {venue}, {refusal['reason']}: {refusal['detail']}")
    return lines
