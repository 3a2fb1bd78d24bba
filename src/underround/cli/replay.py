"""`underround replay`: a recording through the same codecs and engine again."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from underround.app.output import write_fields, write_json
from underround.app.progress import reading
from underround.app.recordings.foreign_replay import ForeignReplay
from underround.app.recordings.replay import Replay
from underround.app.recordings.tops import TopsWriter
from underround.cli.run import Quiet
from underround.core.errors import UnderroundError
from underround.stores.recording_reader import is_recording


def replay(
    file: Path,
    /,
    *,
    tops: Annotated[Path | None, Parameter(help="write best prices line by line as CSV")] = None,
    json: Annotated[bool, Parameter(negative=())] = False,
    quiet: Quiet = False,
) -> None:
    """Replay a recording: the same books, the same signals, the same digest.

    Reads recordings of this program (a directory or one segment) and JSON lines that other
    programs recorded of Polymarket or Kalshi, plain, gzip or zstd.

    Parameters
    ----------
    file
        The recording: a directory, a segment, or a .jsonl, .jsonl.gz or .jsonl.zst file.
    json
        Write one JSON object to stdout and nothing else.
    """
    if not file.exists():
        raise UnderroundError(f"{file}: no such file; name a recording's directory or file")
    replayed = _replay_own if is_recording(file) else _replay_foreign
    with reading("replaying", [file], quiet=quiet):
        result = replayed(file, tops)
    if json:
        write_json(result)
        return
    write_fields(result, 16)


def _replay_own(file: Path, tops: Path | None) -> dict[str, Any]:
    run = Replay()
    if tops is not None:
        with tops.open("w", newline="") as out:
            run.tops = TopsWriter(out)
            run.run(file)
    else:
        run.run(file)
    if run.engine is None:
        raise UnderroundError(f"{file}: nothing of the recording can be read, not even its header")
    return {
        "recording": str(file),
        "frames": {venue.value: count for venue, count in sorted(run.frames.items())},
        "inputs": run.inputs,
        "signals": run.digest.count,
        "digest": run.digest.hex,
        "lost": run.lost,
        "misplaced": dict(run.misplaced),
        "damage": [f"{each.path} line {each.line}: {each.reason}" for each in run.damage],
        "counts": run.engine.counts.as_dict(),
        "hashes": run.hashes.as_dict() if run.hashes is not None else {},
        **({"rows": run.tops.rows} if run.tops is not None else {}),
    }


def _replay_foreign(file: Path, tops: Path | None) -> dict[str, Any]:
    run = ForeignReplay()
    if tops is not None:
        with tops.open("w", newline="") as out:
            run.run(file, TopsWriter(out))
    else:
        run.run(file, None)
    if run.is_of_nothing_known:
        raise UnderroundError(f"{file}: no line of it is a recorded message of a venue known here")
    return {
        "recording": str(file),
        "lines": run.lines,
        "frames": {venue.value: count for venue, count in sorted(run.frames.items())},
        "notes": run.notes,
        "unread": run.unread,
        "signals": run.digest.count,
        "digest": run.digest.hex,
        "instruments": len(run.tops.books),
        "rows": run.rows,
        "hashes": run.hashes.as_dict(),
        "counts": run.engine.counts.as_dict(),
        "states": run.states(),
    }
