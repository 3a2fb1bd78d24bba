"""`underround explain`: why a signal was raised, from the recording alone."""

import os
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from underround.app.config import load_config
from underround.app.explain.explanation import explain as explained
from underround.app.explain.text import lines
from underround.app.output import write_json, write_line
from underround.cli.run import ConfigPath, Json


def explain(
    signal: str,
    /,
    *,
    recording: Annotated[Path | None, Parameter(help="the recording that raised it")] = None,
    journal: Annotated[Path | None, Parameter(help="the journal that it is looked for in")] = None,
    config: ConfigPath = None,
    json: Json = False,
) -> None:
    """Show what a signal rested on: frames, books, walk, fees, gates, and what happened after.

    Parameters
    ----------
    signal
        Its id or number as `underround signals` shows it.
    """
    found = explained(load_config(config, os.environ), signal, recording, journal)
    if json:
        write_json(msgspec.to_builtins(found))
        return
    for line in lines(found):
        write_line(line)
