"""`underround report`: a session file as a page to read. Prints where it wrote it."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.types import ExistingFile

from underround.app.output import write_json, write_line
from underround.app.session_file import read_session
from underround.app.session_report import report_page
from underround.cli.run import Json


def report(
    file: ExistingFile,
    /,
    *,
    out: Annotated[
        Path | None, Parameter(help="where to write; beside the file by default")
    ] = None,
    json: Json = False,
) -> None:
    """Write a session file of `underround pipeline` as one self-contained HTML page.

    Plots of price against strike, fair value against quote and latency, with every window, signal
    and feed.
    """
    page = report_page(read_session(file))
    path = out if out is not None else file.with_suffix(".html")
    path.write_text(page, encoding="utf-8")
    if json:
        write_json({"session": str(file), "report": str(path), "bytes": len(page.encode())})
    else:
        write_line(f"wrote {path}")
