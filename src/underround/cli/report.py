"""`underround report`: a session as a page to read and print. Prints where it wrote it."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from underround.app.bitcoin.session_file import read_session
from underround.app.bitcoin.session_report import report_page
from underround.app.output import write_json, write_line
from underround.app.progress import reading
from underround.app.recordings.recorded_session import recorded_session
from underround.app.recordings.report import recording_page
from underround.cli.run import Json, Quiet
from underround.core.errors import UnderroundError
from underround.stores.recording_reader import is_recording


def report(
    session: Annotated[Path, Parameter(name="SESSION")],
    /,
    *,
    out: Annotated[
        Path | None, Parameter(help="where to write; beside the session by default")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a session as one self-contained HTML page that prints well.

    Of a recording of `run` or `demo`: opportunities by pair, kind and hour, how long they lasted,
    how large the edge was, latency, the quality of what arrived, profit and calibration where there
    are any. Of a session file of `pipeline`: price against strike, fair value against quote,
    latency, windows, signals and feeds.

    Parameters
    ----------
    session
        A recording, or a session file of `pipeline` (data/realtime_session_….json).
    """
    if not session.exists():
        raise UnderroundError(f"{session}: no such file; name a recording or a session file")
    name = session.stem
    if is_recording(session):
        name = session.name  # its dot stands before fractions of a second
        with reading("reading", [session], quiet=quiet):
            page = recording_page(recorded_session(session))
    elif session.is_dir():
        raise UnderroundError(f"{session}: not a recording of this program")
    else:
        page = report_page(read_session(session))
    path = out if out is not None else session.with_name(f"{name}.html")
    path.write_text(page, encoding="utf-8")
    if json:
        write_json({"session": str(session), "report": str(path), "bytes": len(page.encode())})
    else:
        write_line(f"wrote {path}")
