"""`underround brti`: the real-time index of given books. Prints; computes nothing itself."""

from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.types import ExistingFile

from underround.app.index_books import price_books
from underround.app.output import write_json, write_line
from underround.cli.errors import ExitCode
from underround.core.errors import ConfigError


def brti(
    *,
    books: ExistingFile,
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
    except ValueError as error:
        raise ConfigError(f"{books}: {error}") from None
    if json:
        write_json(report)
    else:
        named = {"": report} if "index" in report else report
        for name, single in named.items():
            for line in _lines(name, single):
                write_line(line)
    return ExitCode.OK if _succeeded(report) else ExitCode.FAILED


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
