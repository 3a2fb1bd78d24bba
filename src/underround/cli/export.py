"""`underround export`: a recording as Parquet."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from underround.app.output import write_json, write_line
from underround.app.progress import reading
from underround.app.recordings.export import export as exported
from underround.cli.run import Json, Quiet
from underround.core.errors import UnderroundError
from underround.stores.recording_reader import is_recording


def export(
    session: Annotated[Path, Parameter(name="SESSION")],
    /,
    *,
    out: Annotated[Path, Parameter(help="the folder that the tables are written into")],
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a recording's signals, opportunities, tops, book states and latencies as Parquet.

    Parameters
    ----------
    session
        The recording: a directory or one segment.
    """
    if not session.exists() or not is_recording(session):
        raise UnderroundError(f"{session}: not a recording of this program")
    with reading("exporting", [session], quiet=quiet):
        rows = exported(session, out)
    if json:
        write_json({"recording": str(session), "out": str(out), "rows": rows})
        return
    for name, count in rows.items():
        write_line(f"{out / name}.parquet  {count} rows")
